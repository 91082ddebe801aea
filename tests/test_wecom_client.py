"""The client against the loopback API: tokens, errors by kind, files."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from bot.channels.wecom_calls import Calls
from bot.channels.wecom_client import WecomClient, own_id
from bot.channels.wecom_errors import Kind, WecomError, kind_of
from bot.channels.wecom_token import EARLY_MS, Token
from tests.wecom_wire import CORP, KF, REPEATED, SECRET
from tests.wecomapi import WecomApi

TEXT = {"msgtype": "text", "text": {"content": "您好"}}


class Shelf:
    """Where a token is kept between two clients."""

    def __init__(self) -> None:
        self.kept: Token | None = None

    async def token(self) -> Token | None:
        return self.kept

    async def keep_token(self, token: Token) -> None:
        self.kept = token


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1_795_000_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def api(clock: Clock) -> AsyncIterator[WecomApi]:
    async with WecomApi(clock=clock) as running:
        yield running


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
async def client(api: WecomApi, shelf: Shelf, clock: Clock) -> AsyncIterator[WecomClient]:
    opened = WecomClient(Calls(api.url, CORP, SECRET, shelf, clock))
    yield opened
    await opened.calls.close()


async def test_many_calls_at_once_ask_for_one_token(api: WecomApi, client: WecomClient) -> None:
    await asyncio.gather(*(client.session(KF, f"wm{n}") for n in range(40)))
    assert api.gettokens == 1


async def test_the_next_process_uses_the_token_that_is_kept(api: WecomApi, client: WecomClient, shelf: Shelf, clock: Clock) -> None:
    await client.session(KF, "wm1")
    second = WecomClient(Calls(api.url, CORP, SECRET, shelf, clock))
    await second.session(KF, "wm1")
    await second.calls.close()
    assert api.gettokens == 1


async def test_a_token_is_renewed_before_it_ends(api: WecomApi, client: WecomClient, clock: Clock) -> None:
    await client.session(KF, "wm1")
    clock.now += 7_200_000 - EARLY_MS + 1
    await client.session(KF, "wm1")
    assert api.gettokens == 2


@pytest.mark.parametrize("code", [40014, 42001, 40001])
async def test_a_refused_token_is_replaced_once_for_all_who_were_refused(api: WecomApi, client: WecomClient, code: int) -> None:
    await client.session(KF, "wm1")
    api.expire_tokens()
    found = await asyncio.gather(*(client.session(KF, f"wm{n}") for n in range(20)))
    assert len(found) == 20 and api.gettokens == 2
    api.fail("kf/service_state/get", code)
    assert (await client.session(KF, "wm1")).state == 4 and api.gettokens == 3


async def test_a_token_that_stays_refused_is_tried_twice_and_no_more(api: WecomApi, client: WecomClient) -> None:
    api.fail("kf/service_state/get", 40014, 40014)
    with pytest.raises(WecomError) as caught:
        await client.session(KF, "wm1")
    assert caught.value.kind is Kind.BUSY and api.counts("kf/service_state/get") == 2


async def test_a_wrong_secret_is_said_once_and_not_tried_again_for_minutes(api: WecomApi, shelf: Shelf, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    client = WecomClient(Calls(api.url, CORP, "wrong", shelf, clock))
    for _ in range(5):
        with pytest.raises(WecomError):
            await client.session(KF, "wm1")
    assert api.gettokens == 1 and ("gettoken", "") in client.calls.alarms
    clock.now += 301_000
    with pytest.raises(WecomError):
        await client.session(KF, "wm1")
    await client.calls.close()
    assert api.gettokens == 2
    assert len([r for r in caplog.records if r.levelno >= logging.ERROR]) == 2 and "wrong" not in caplog.text


async def test_an_address_that_is_not_allowed_is_an_alarm_that_ends_with_the_next_success(api: WecomApi, client: WecomClient, clock: Clock) -> None:
    api.fail("kf/service_state/get", 60020)
    with pytest.raises(WecomError) as caught:
        await client.session(KF, "wm1")
    assert caught.value.kind is Kind.SETTINGS and client.calls.alarms
    clock.now += 301_000
    await client.session(KF, "wm1")
    assert not client.calls.alarms


async def test_a_wrong_account_does_not_stop_the_others(api: WecomApi, client: WecomClient) -> None:
    with pytest.raises(WecomError) as caught:
        await client.pull("wkUnknown", "")
    assert caught.value.code == 95000
    assert (await client.pull(KF, "")).items == ()


async def test_a_rate_limit_rests_that_function_only(api: WecomApi, client: WecomClient, clock: Clock) -> None:
    api.fail("kf/sync_msg", 45009)
    for _ in range(3):
        with pytest.raises(WecomError) as caught:
            await client.pull(KF, "")
        assert caught.value.kind is Kind.PAUSE
    assert api.counts("kf/sync_msg") == 1
    await client.session(KF, "wm1")
    clock.now += 61_000
    await client.pull(KF, "")


@pytest.mark.parametrize(("how", "kind"), [(500, Kind.LOST), ("drop", Kind.LOST), ("lost", Kind.LOST), (-1, Kind.BUSY), (95018, Kind.STATE), (99999, Kind.OTHER)])
async def test_a_failure_is_of_its_kind(api: WecomApi, client: WecomClient, how: int | str, kind: Kind) -> None:
    api.says("wm1", "你好")
    api.fail("kf/send_msg", how)
    with pytest.raises(WecomError) as caught:
        await client.send(KF, "wm1", "z1", TEXT)
    assert caught.value.kind is kind
    assert len(api.seen) == (how == "lost")


async def test_nobody_there_means_that_nothing_was_sent(clock: Clock, shelf: Shelf) -> None:
    shelf.kept = Token("t", clock.now + 1_000_000)
    client = WecomClient(Calls("http://127.0.0.1:9", CORP, SECRET, shelf, clock))
    with pytest.raises(WecomError) as caught:
        await client.send(KF, "wm1", "z1", TEXT)
    await client.calls.close()
    assert caught.value.kind is Kind.BUSY and "access_token" not in repr(caught.value.__cause__)


async def test_the_same_id_is_never_delivered_twice(api: WecomApi, client: WecomClient) -> None:
    api.says("wm1", "你好")
    msgid = own_id("0" * 32, 2, 0)
    await client.send(KF, "wm1", msgid, TEXT)
    with pytest.raises(WecomError) as caught:
        await client.send(KF, "wm1", msgid, TEXT)
    assert caught.value.code == REPEATED and len(api.seen) == 1


def test_own_ids_are_short_repeatable_and_different() -> None:
    ids = {own_id(c * 32, seq, part) for c in "ab" for seq in range(50) for part in range(3)}
    assert len(ids) == 300 and all(len(i) <= 32 and i.isalnum() for i in ids)
    assert own_id("a" * 32, 1, 0) == own_id("a" * 32, 1, 0)


async def test_a_file_comes_with_its_name_and_without_folders(api: WecomApi, client: WecomClient) -> None:
    api.media["m1"] = ("image/jpeg", "..\\\\..\\\\etc/通知书.jpg".encode().decode("latin-1"), b"\xff\xd8")
    found = await client.media("m1")
    assert found.content == b"\xff\xd8" and found.kind == "image/jpeg" and "/" not in found.name and "\\" not in found.name


@pytest.mark.parametrize("media", ["../kf/sync_msg", "http://169.254.169.254/", "a b", "", "x" * 300, "m1&access_token=1"])
async def test_what_is_no_media_id_is_not_asked_for(api: WecomApi, client: WecomClient, media: str) -> None:
    with pytest.raises(WecomError):
        await client.media(media)
    assert api.calls == []


async def test_a_file_that_is_too_large_is_left(api: WecomApi, client: WecomClient) -> None:
    api.media["m1"] = ("video/mp4", "a.mp4", b"x" * 100_001)
    with pytest.raises(WecomError) as caught:
        await client.media("m1", limit=100_000)
    assert caught.value.kind is Kind.UNFIT


async def test_a_file_that_is_gone_is_an_error_and_a_json_file_is_a_file(api: WecomApi, client: WecomClient) -> None:
    api.media["m1"] = ("application/json", "a.json", b'{"errcode": 1}')
    assert (await client.media("m1")).content == b'{"errcode": 1}'
    with pytest.raises(WecomError) as caught:
        await client.media("gone")
    assert caught.value.code == 40007
    api.expire_tokens()
    assert (await client.media("m1")).name == "a.json"


@pytest.mark.parametrize("code", [40014, 95001, 60020, -1])
def test_codes_have_kinds(code: int) -> None:
    assert kind_of(code) is not Kind.OTHER
