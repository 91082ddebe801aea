"""The sealed envelope: known answers, an independent peer, and anything else refused in one way."""

import base64
import json
import struct
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.enterprise.crypto import PrpCrypto, WeChatCrypto
from wechatpy.enterprise.exceptions import InvalidCorpIdException

from bot.channels.wecom_envelope import BadEnvelope, Envelope, encrypted_in, fields, key_of
from tests.running import ROOT

KNOWN = json.loads((ROOT / "tests" / "data" / "wecom" / "crypto_vectors.json").read_text(encoding="utf-8"))
VECTORS = KNOWN["vectors"]
TEXT = next(v for v in VECTORS if v["name"] == "text_zh")
ENVELOPE = Envelope(TEXT["token"], TEXT["encoding_aes_key"], TEXT["receive_id"])
BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><xml><Encrypt>&b;</Encrypt></xml>'
XXE = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><Encrypt>&e;</Encrypt></xml>'
named = pytest.mark.parametrize("vector", VECTORS, ids=[v["name"] for v in VECTORS])


def opened(vector: dict[str, Any], **changed: str) -> bytes:
    """Open a vector with something changed."""
    it = {**vector, **changed}
    envelope = Envelope(it["token"], it["encoding_aes_key"], it["receive_id"])
    return envelope.opened(it["msg_signature"], it["timestamp"], it["nonce"], it["encrypt"])


def signed(encrypted: str) -> dict[str, str]:
    """Another cipher text under the right signature: what comes after the signature must refuse it."""
    return {"encrypt": encrypted, "msg_signature": ENVELOPE.signature(TEXT["timestamp"], TEXT["nonce"], encrypted)}


@named
def test_a_known_message_is_opened(vector: dict[str, Any]) -> None:
    assert opened(vector).decode() == vector["plaintext"]


@named
def test_the_same_random_bytes_seal_it_as_the_peers_do(vector: dict[str, Any]) -> None:
    envelope = Envelope(vector["token"], vector["encoding_aes_key"], vector["receive_id"], lambda n: vector["random16"].encode()[:n])
    sealed = envelope.sealed(vector["plaintext"].encode(), vector["timestamp"], vector["nonce"])
    assert sealed == (vector["encrypt"], vector["msg_signature"])


def test_the_documented_example_is_opened() -> None:
    example = KNOWN["documented_example"]
    inner = fields(opened(example))
    assert {name: inner[name] for name in example["plaintext_fields"]} == example["plaintext_fields"]


@pytest.mark.parametrize("text", ["你好，商标续展多少钱？", "x", "]]>&<", "长" * 3000])
def test_the_peer_and_we_open_what_the_other_sealed(text: str) -> None:
    peer = WeChatCrypto(TEXT["token"], TEXT["encoding_aes_key"], TEXT["receive_id"])
    theirs = peer.encrypt_message(f"<xml><Content>{'x' if text.startswith(']') else text}</Content></xml>", "n1", "1700000009")
    outer = fields(theirs.encode())
    assert ENVELOPE.opened(outer["MsgSignature"], outer["TimeStamp"], outer["Nonce"], encrypted_in(theirs.encode())).startswith(b"<xml><Content>")
    ours = ENVELOPE.sealed(text.encode(), "1700000010", "n2")
    assert peer.check_signature(ours.signature, "1700000010", "n2", ours.encrypted) == text


def test_the_peer_refuses_another_receive_id_as_we_do() -> None:
    with pytest.raises(InvalidCorpIdException):
        PrpCrypto(key_of(TEXT["encoding_aes_key"])).decrypt(TEXT["encrypt"], "ww0000000000000000")
    with pytest.raises(BadEnvelope, match="receive id"):
        opened(TEXT, receive_id="ww0000000000000000")


def _flipped() -> str:
    raw = bytearray(base64.b64decode(TEXT["encrypt"]))
    raw[-1] ^= 1
    return base64.b64encode(raw).decode()


def _overrun() -> str:
    """The same plain text behind a length that runs past its end: the "random bytes" bring it along."""
    liar = Envelope(TEXT["token"], TEXT["encoding_aes_key"], TEXT["receive_id"], lambda n: b"1" * n + struct.pack(">I", 0x7FFFFFFF))
    return liar.sealed(TEXT["plaintext"].encode(), "1", "n").encrypted


REFUSED = {
    "nonce changed": {"nonce": "461056295"},
    "timestamp changed": {"timestamp": "1700000002"},
    "signature empty": {"msg_signature": ""},
    "signature not ASCII": {"msg_signature": "签名"},
    "another receive id": {"receive_id": "ww0000000000000000"},
    "cut short": signed(TEXT["encrypt"][:-24]),
    "bad padding": signed(_flipped()),
    "length past the end": signed(_overrun()),
    "nothing inside": signed(""),
    "not base64": signed("!!!!"),
    "base64 with a newline": signed(TEXT["encrypt"] + "\n"),
    "half a surrogate": signed("\ud800"),
}


@pytest.mark.parametrize("changed", REFUSED.values(), ids=REFUSED.keys())
def test_what_does_not_fit_is_refused(changed: dict[str, str]) -> None:
    with pytest.raises(BadEnvelope):
        opened(TEXT, **changed)


@pytest.mark.parametrize("body", [BOMB, XXE, b"", b"<xml>", b"\x00", b"{}", b'<?xml version="1.0" encoding="utf-99"?><xml/>', b"<xml>\xff</xml>"])
def test_a_body_that_is_not_plain_xml_is_refused(body: bytes) -> None:
    with pytest.raises(BadEnvelope):
        encrypted_in(body)


@pytest.mark.parametrize("key", ["", "a" * 42, "a" * 44, "键" * 43, "-" * 43])
def test_a_key_that_is_none_is_a_fault_of_the_settings(key: str) -> None:
    with pytest.raises(ValueError, match="43"):
        key_of(key)


def test_a_key_with_spare_bits_in_its_last_letter_is_the_same_key() -> None:
    assert key_of("a" * 42 + "A") == key_of("a" * 42 + "B")


@given(st.binary(max_size=400))
def test_any_body_is_a_document_or_a_bad_envelope(body: bytes) -> None:
    with suppress(BadEnvelope):
        assert isinstance(encrypted_in(body), str)


@given(st.text(st.characters()), st.text(), st.text(), st.text(st.characters()))
def test_any_four_strings_are_a_bad_envelope(signature: str, timestamp: str, nonce: str, encrypted: str) -> None:
    with pytest.raises(BadEnvelope):
        ENVELOPE.opened(signature, timestamp, nonce, encrypted)


@given(st.binary(max_size=256))
def test_any_bytes_under_the_right_signature_are_a_bad_envelope(raw: bytes) -> None:
    """Who knows the token but not the key gets no further."""
    for encrypted in (base64.b64encode(raw).decode(), raw.decode("latin-1")):
        with pytest.raises(BadEnvelope):
            opened(TEXT, **signed(encrypted))


@given(st.binary(max_size=300))
def test_whatever_is_sealed_comes_back(message: bytes) -> None:
    sealed = ENVELOPE.sealed(message, "1", "n")
    assert ENVELOPE.opened(sealed.signature, "1", "n", sealed.encrypted) == message
    assert len(base64.b64decode(sealed.encrypted)) % 32 == 0


def test_two_envelopes_of_one_message_differ() -> None:
    assert ENVELOPE.sealed(b"x", "1", "n") != ENVELOPE.sealed(b"x", "1", "n")
