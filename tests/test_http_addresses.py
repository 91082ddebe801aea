"""Addresses and methods: what there is, what there is not, and the headers that every answer wears."""

import re
from collections.abc import Iterator

import pytest

from bot.rules import Rules
from tests.running import Service
from tests.test_http_messages import problem
from tests.visitor import EVENTS, EXPORT, MESSAGES, Answer, Visitor, call

LISTED, OTHER = "https://www.example.gov.cn", "https://evil.example.com"
STEADY = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
SOME = ["/", "/staff", "/widget.js", "/favicon.ico", "/static/js/app.js", "/api/v1/start", "/healthz", "/readyz", "/metrics", "/openapi.json", "/nothing"]


@pytest.fixture(scope="module")
def embedded(rules: Rules, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that another site may embed."""
    running = Service(tmp_path_factory.mktemp("embedded"), embed_origins=f"{LISTED}, https://second.example.gov.cn").start()
    yield running
    assert running.stop() == 0


def policy(answer: Answer) -> dict[str, str]:
    """Content-Security-Policy as directive → sources."""
    parts = (part.strip().partition(" ") for part in answer.headers["Content-Security-Policy"].split(";"))
    return {name: sources for name, _, sources in parts}


@pytest.mark.parametrize("path", SOME)
def test_every_answer_wears_the_security_headers(service: Service, path: str) -> None:
    answer = call(service.url, "GET", path)
    assert {k: answer.headers[k] for k in STEADY} == STEADY
    directives = policy(answer)
    assert directives["default-src"] == "'none'" and directives["script-src"] == "'self'" and directives["frame-ancestors"] == "'self'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_what_runs_here_in_which_version_is_nobody_s_business(service: Service) -> None:
    assert not re.search(r"aiohttp|Python/\d", call(service.url, "GET", "/").headers.get("Server", ""))


@pytest.mark.parametrize("path", SOME[:-1])
def test_what_there_is_can_be_looked_at_without_its_body(service: Service, path: str) -> None:
    shown, head = call(service.url, "GET", path), call(service.url, "HEAD", path)
    assert (head.status, head.raw, head.headers["Content-Type"]) == (200, b"", shown.headers["Content-Type"])


MISSING = ["/nothing", "/%00", "/api/v1/nothing", "/api/v1/chat/nothing", "/api/v2/start"]
OUTSIDE = ["/static/nothing.js", "/static/../app.py", "/static/%2e%2e/app.py", "/static//etc/passwd", "/static/%00", "/static/js/app.js/x"]


@pytest.mark.parametrize(("method", "path"), [*(("GET", p) for p in MISSING + OUTSIDE), *(("POST", p) for p in MISSING)])
def test_what_there_is_not_is_told_to_be_missing(service: Service, method: str, path: str) -> None:
    problem(call(service.url, method, path), 404)


WRONG = [("PUT", MESSAGES), ("DELETE", MESSAGES), ("POST", EXPORT), ("POST", EVENTS), ("PATCH", "/api/v1/start"), ("POST", "/"), ("POST", "/healthz")]


@pytest.mark.parametrize(("method", "path"), WRONG)
def test_a_method_that_does_not_fit_is_refused_with_those_that_do(service: Service, method: str, path: str) -> None:
    answer = call(service.url, method, path)
    problem(answer, 405)
    allowed = answer.headers["Allow"].replace(" ", "").split(",")
    assert "GET" in allowed and method not in allowed


def test_the_folder_of_static_files_is_not_listed(service: Service) -> None:
    assert call(service.url, "GET", "/static/").status in (403, 404)


def test_another_site_may_not_frame_nor_read_us_unless_listed(service: Service, embedded: Service) -> None:
    for running, origin, allowed in ((service, LISTED, False), (embedded, OTHER, False), (embedded, "null", False), (embedded, LISTED, True)):
        answer = call(running.url, "GET", "/api/v1/start", headers={"Origin": origin})
        assert (answer.headers.get("Access-Control-Allow-Origin") == origin) is allowed
        assert allowed or "Access-Control-Allow-Origin" not in answer.headers
        assert "Access-Control-Allow-Credentials" not in answer.headers
    assert policy(call(embedded.url, "GET", "/"))["frame-ancestors"] == f"'self' {LISTED} https://second.example.gov.cn"


def test_answers_that_differ_by_origin_say_so_to_caches(embedded: Service) -> None:
    assert "Origin" in call(embedded.url, "GET", "/api/v1/start").headers["Vary"]


@pytest.mark.parametrize(("origin", "allowed"), [(LISTED, True), (OTHER, False), (LISTED + ".evil.com", False), (LISTED.upper(), False)])
def test_a_browser_that_asks_before_writing_is_told_what_it_may(embedded: Service, origin: str, allowed: bool) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,x-visitor"}
    answer = call(embedded.url, "OPTIONS", MESSAGES, headers=asked)
    assert answer.status == 204 and answer.raw == b""
    assert ("Access-Control-Allow-Origin" in answer.headers) is allowed is ("Access-Control-Allow-Methods" in answer.headers)
    if allowed:
        assert "X-Visitor" in answer.headers["Access-Control-Allow-Headers"] and "POST" in answer.headers["Access-Control-Allow-Methods"]


def test_refusals_can_be_read_by_a_listed_site_with_the_time_to_wait(embedded: Service) -> None:
    answer = Visitor(embedded.url).send(headers={"Origin": LISTED})
    problem(answer, 422)
    assert answer.headers["Access-Control-Allow-Origin"] == LISTED
    assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]


def test_an_event_stream_wears_them_too(embedded: Service) -> None:
    with Visitor(embedded.url).stream() as stream:
        assert stream.answer.headers["X-Content-Type-Options"] == "nosniff"
        assert stream.answer.headers["Content-Type"].startswith("text/event-stream")


def test_the_probes_tell_health_and_revision(service: Service) -> None:
    assert call(service.url, "GET", "/healthz").json == {"status": "ok"}
    assert call(service.url, "GET", "/readyz").json["revision"]
    counters = call(service.url, "GET", "/metrics").raw.decode()
    assert "zhiwen_turns_total" in counters and "zhiwen_ready 1.0" in counters


def test_the_start_screen_offers_questions_notice_and_hotlines(service: Service) -> None:
    value = call(service.url, "GET", "/api/v1/start").json
    assert len(value["questions"]) == 6 and "删除我的记录" in value["notice"]["text"]
    assert {"12345"} <= {hotline["number"] for hotline in value["hotlines"]}
    for group in value["groups"]:
        for item in group["items"]:
            assert Visitor(service.url).send(choice=item["choice"]).json["replies"][0]["sources"], item


def test_every_question_of_the_start_screen_is_answered(service: Service) -> None:
    for question in call(service.url, "GET", "/api/v1/start").json["questions"]:
        assert Visitor(service.url).says(question)["replies"][0]["sources"], question


def test_a_service_says_bye_to_open_pages_when_it_stops(own_service: Service) -> None:
    own_service.start()
    visitor = Visitor(own_service.url)
    visitor.says("商标续展多少钱")
    with visitor.stream() as stream:
        stream.until("450 元")
        assert own_service.stop() == 0
        assert [event.kind for event in stream.events()] == ["bye"]
