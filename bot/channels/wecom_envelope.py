"""The sealed envelope of a WeCom callback: signature, AES-256-CBC, receive id, XML. Nothing in it is believed before all of them fit."""

import base64
import binascii
import hmac
import os
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from hashlib import sha1
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

BLOCK = 32  # of the padding; the cipher's own block is 16
_HEAD = 16 + 4  # random bytes, then the length of the message


class BadEnvelope(Exception):
    """Not from WeCom, or not for us: answered 403 without saying why. The message is for the log and names no content."""


class Sealed(NamedTuple):
    """What goes over the wire."""

    encrypted: str
    signature: str


class Envelope:
    """Opens and seals with the token and key of one callback address. `receive_id`: the corp id, or empty for the own AI bot."""

    def __init__(self, token: str, aes_key: str, receive_id: str, random: Callable[[int], bytes] = os.urandom):
        self._token, self._key, self._receive_id = _bytes(token), key_of(aes_key), _bytes(receive_id)
        self._random = random

    def opened(self, signature: str, timestamp: str, nonce: str, encrypted: str) -> bytes:
        """The message inside. All four are the URL-decoded strings. Raises BadEnvelope."""
        if not hmac.compare_digest(_bytes(self.signature(timestamp, nonce, encrypted)), _bytes(signature)):
            raise BadEnvelope("signature")
        plain = _unpadded(self._decrypted(_unarmoured(encrypted)))
        length = int.from_bytes(plain[16:_HEAD], "big")
        if len(plain) < _HEAD or length > len(plain) - _HEAD:
            raise BadEnvelope("length")
        if not hmac.compare_digest(plain[_HEAD + length :], self._receive_id):
            raise BadEnvelope("receive id")
        return plain[_HEAD : _HEAD + length]

    def sealed(self, message: bytes, timestamp: str, nonce: str) -> Sealed:
        """The message encrypted under fresh random bytes, and its signature."""
        plain = self._random(16) + len(message).to_bytes(4, "big") + message + self._receive_id
        pad = BLOCK - len(plain) % BLOCK
        encryptor = self._cipher().encryptor()
        encrypted = base64.b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()
        return Sealed(encrypted, self.signature(timestamp, nonce, encrypted))

    def signature(self, timestamp: str, nonce: str, encrypted: str) -> str:
        """SHA-1 of the four strings, sorted by byte value and joined by nothing; that it is SHA-1 is WeCom's choice."""
        parts = sorted([self._token, _bytes(timestamp), _bytes(nonce), _bytes(encrypted)])
        return sha1(b"".join(parts), usedforsecurity=False).hexdigest()

    def _decrypted(self, encrypted: bytes) -> bytes:
        if not encrypted or len(encrypted) % BLOCK:
            raise BadEnvelope("length of the cipher text")
        decryptor = self._cipher().decryptor()
        return decryptor.update(encrypted) + decryptor.finalize()

    def _cipher(self) -> Cipher[CBC]:
        return Cipher(AES(self._key), CBC(self._key[:16]))


def key_of(aes_key: str) -> bytes:
    """The 32 bytes of an EncodingAESKey of 43 letters and digits; spare bits of the last one do not matter. Raises ValueError."""
    if len(aes_key) != 43 or not aes_key.isascii() or not aes_key.isalnum():
        raise ValueError("EncodingAESKey 应为 43 位字母和数字")
    return base64.b64decode(aes_key + "=")


def encrypted_in(body: bytes) -> str:
    """The encrypted part of a posted body. Its other fields are not signed, so nobody is to look at them. Raises BadEnvelope."""
    return fields(body).get("Encrypt", "")


def fields(xml: bytes) -> dict[str, str]:
    """Names and texts of a flat XML document. Raises BadEnvelope, for a DOCTYPE too: the outer document is not authenticated."""
    try:
        root = fromstring(xml, forbid_dtd=True)
    except (DefusedXmlException, ElementTree.ParseError, ValueError, LookupError) as error:
        raise BadEnvelope(f"XML: {type(error).__name__}") from error
    return {child.tag: child.text or "" for child in root}


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _unarmoured(encrypted: str) -> bytes:
    try:
        return base64.b64decode(_bytes(encrypted), validate=True)
    except binascii.Error as error:
        raise BadEnvelope("base64") from error


def _unpadded(plain: bytes) -> bytes:
    """PKCS#7 to 32: ordinary unpadders know 16 only."""
    pad = plain[-1]
    if not 1 <= pad <= BLOCK or plain[-pad:] != bytes([pad]) * pad:
        raise BadEnvelope("padding")
    return plain[:-pad]
