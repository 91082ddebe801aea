"""Too many messages are refused for a while, and none of them is lost."""

import asyncio
import time

import aiohttp

from bot.web.limits import Buckets
from tests.running import Service, Start
from tests.test_http_messages import problem
from tests.visitor import MESSAGES, Visitor


def test_a_bucket_gives_its_burst_at_once_and_then_by_time() -> None:
    bucket = Buckets(rate=2.0, burst=3)
    assert [bucket.take("a", 0.0) for _ in range(4)] == [0, 0, 0, 0.5]
    assert bucket.take("a", 0.25) == 0.25
    assert bucket.take("a", 0.5) == 0 and bucket.take("b", 0.5) == 0
    assert [bucket.take("a", 1000.0) for _ in range(4)] == [0, 0, 0, 0.5]


def test_only_so_many_buckets_are_kept() -> None:
    bucket = Buckets(rate=0.001, burst=1, kept=2)
    assert bucket.take("a", 0.0) == 0 < bucket.take("a", 0.0)
    assert [bucket.take(key, 0.0) for key in "bc"] == [0, 0]
    assert bucket.take("a", 0.0) == 0, "the longest unused was forgotten"


def test_a_visitor_who_writes_too_fast_is_told_when_to_come_again(start: Start) -> None:
    service = start(visitor_rate="0.001", visitor_burst="3")
    visitor = Visitor(service.url)
    assert [visitor.send("商标续展多少钱").status for _ in range(4)] == [200, 200, 200, 429]
    answer = visitor.send("商标续展多少钱", id="late")
    assert int(answer.headers["Retry-After"]) >= 1 and answer.headers["Retry-After"] in problem(answer, 429)["detail"]
    assert len(visitor.lines()) == 6, "a refused message is not accepted"
    assert Visitor(service.url).send("商标续展多少钱").status == 200, "others write on"


async def test_a_thousand_rapid_messages_are_all_answered_once_in_the_end(start: Start) -> None:
    service = start(visitor_rate="150", visitor_burst="60")
    visitor, refused = Visitor(service.url), 0
    waiting, deadline = [f"m{n}" for n in range(1000)], time.monotonic() + 60
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=16)) as session:

        async def send(id: str) -> int:
            body = {"visitor": visitor.secret, "id": id, "text": f"商标续展多少钱 {id}"}
            async with session.post(service.url + MESSAGES, json=body) as response:
                assert response.status == 200 or (response.status == 429 and int(response.headers["Retry-After"]) >= 1)
                return response.status

        while waiting:
            assert time.monotonic() < deadline, f"{len(waiting)} still wait"
            statuses = await asyncio.gather(*(send(id) for id in waiting))
            refused += statuses.count(429)
            waiting = [id for id, status in zip(waiting, statuses, strict=True) if status == 429]
    lines = visitor.lines()
    assert refused > 0
    assert [line["seq"] for line in lines] == list(range(1, 2001))
    assert sorted(line["text"] for line in lines if line["from"] == "citizen") == sorted(f"商标续展多少钱 m{n}" for n in range(1000))


def ask(service: Service, *forwarded: str) -> int:
    """A message of a new visitor through so many X-Forwarded-For lines; its status."""
    return Visitor(service.url).send("商标续展多少钱", headers=[("X-Forwarded-For", value) for value in forwarded]).status


def test_one_address_is_limited_without_exemption_for_loopback(start: Start) -> None:
    service = start(address_rate="0.001", address_burst="3")
    assert [ask(service) for _ in range(4)] == [200, 200, 200, 429]


def test_a_forwarded_address_of_nobody_we_trust_counts_for_nothing(start: Start) -> None:
    service = start(address_rate="0.001", address_burst="3", trusted_proxies="10.0.0.0/8")
    assert [ask(service, f"192.0.2.{n}") for n in range(4)] == [200, 200, 200, 429]


def test_behind_a_trusted_proxy_each_address_has_its_own_limit(start: Start) -> None:
    service = start(address_rate="0.001", address_burst="2", trusted_proxies="127.0.0.1, 10.0.0.0/8")
    assert [ask(service, "192.0.2.1") for _ in range(3)] == [200, 200, 429]
    assert ask(service, "192.0.2.2") == 200
    assert ask(service, "192.0.2.1, 10.1.2.3") == 429, "the last one that is no proxy of ours counts"


def test_what_a_client_forges_before_the_proxy_counts_for_nothing(start: Start) -> None:
    service = start(address_rate="0.001", address_burst="2", trusted_proxies="127.0.0.1")
    assert [ask(service, f"198.51.100.{n}, 192.0.2.1") for n in range(3)] == [200, 200, 429]
    assert [ask(service, f"198.51.100.{n}", "192.0.2.9") for n in range(3)] == [200, 200, 429], "some proxies add a line of their own"
