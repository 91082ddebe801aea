"""The callback of 微信客服 over HTTP: what is let in, what is refused, and how."""

import asyncio
from urllib.parse import quote

from aiohttp import ClientSession

from bot.channels.wecom_callback import PATH
from bot.channels.wecom_envelope import Envelope
from tests.visitor import call
from tests.wecom_service import WecomService
from tests.wecom_wire import AES_KEY, CORP, KF, TOKEN


async def test_a_callback_that_is_not_from_wecom_is_refused(wecom: WecomService) -> None:
    query, body = wecom.api.callback()
    old, old_body = wecom.api.callback(at=wecom.clock() - 11 * 60 * 1000)
    other, other_body = wecom.api.sealed("<xml></xml>", wecom.clock() // 1000, receive_id="wwother")
    bomb = b'<!DOCTYPE x [<!ENTITY a "b">]><xml><Encrypt>&a;</Encrypt></xml>'
    cases = [
        (query.replace("nonce=", "nonce=0"), body, 403), ("", body, 403), (query, b"", 403), (query, bomb, 403), (query, b"\xff" * 999, 403),
        (query, b"x" * 70_000, 413), (old, old_body, 403), (other, other_body, 403), (query, body, 200), (query, body, 200),
    ]  # fmt: skip
    for asked, sent, status in cases:
        answer = await asyncio.to_thread(call, wecom.url, "POST", f"{PATH}?{asked}", sent)
        assert answer.status == status
        assert status != 200 or answer.raw == b""
        assert status != 403 or answer.raw == b""


async def test_the_console_of_wecom_verifies_the_address(wecom: WecomService) -> None:
    for n in range(20):
        stamp = str(wecom.clock() // 1000)
        sealed = Envelope(TOKEN, AES_KEY, CORP).sealed(f"{n}5338296743162078259".encode(), stamp, "n")
        for echo in (quote(sealed.encrypted, safe=""), sealed.encrypted):  # some peers leave the + as it is
            asked = f"{PATH}?msg_signature={sealed.signature}&timestamp={stamp}&nonce=n&echostr={echo}"
            answer = await asyncio.to_thread(call, wecom.url, "GET", asked)
            assert (answer.status, answer.raw) == (200, f"{n}5338296743162078259".encode()) and answer.headers["Content-Type"].startswith("text/plain")
    assert (await asyncio.to_thread(call, wecom.url, "GET", asked[:-9])).status == 403


async def test_events_of_other_kinds_and_accounts_are_accepted_and_left(wecom: WecomService) -> None:
    for kfid, event in ((KF, "brand_new"), ("wkOther", "kf_msg_or_event")):
        query, body = wecom.api.callback(kfid, event)
        async with ClientSession() as http, http.post(f"{wecom.url}{PATH}?{query}", data=body) as answer:
            assert answer.status == 200
    assert {body["open_kfid"] for api, body in wecom.api.calls if api == "kf/sync_msg"} <= {KF}
