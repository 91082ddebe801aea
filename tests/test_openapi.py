"""The OpenAPI document is true: generated requests find no 5xx and no undeclared answer, and no route is left out."""

from pathlib import Path

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    missing_required_header,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from bot.rules import Rules
from bot.settings import Settings
from bot.store.sqlite import SqliteStore
from bot.web import openapi
from bot.web.app import application
from tests.running import Service

EXAMPLES = 40
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    missing_required_header,
    unsupported_method,
]
STREAM = "/api/v1/chat/events"  # never ends by itself; what it answers is tested with the history
OPERATIONS = [
    (path, method) for path, methods in openapi.document()["paths"].items() for method in methods if path != STREAM
]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["as declared", "otherwise"])
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_generated_requests_find_nothing_undeclared(service: Service, path: str, method: str, mode: GenerationMode) -> None:
    operation = schemathesis.openapi.from_url(f"{service.url}/openapi.json")[path][method]
    if mode is GenerationMode.NEGATIVE and not (operation.body or operation.headers or operation.query):
        return  # nothing to send otherwise

    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    @hypothesis.settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=CHECKS, timeout=10)

    ask()


async def test_every_route_of_the_interface_is_in_the_document(rules: Rules, tmp_path: Path) -> None:
    store = SqliteStore.open(tmp_path / "zhiwen.db")
    app = application(Settings(), rules, store, b"a secret of the test")
    routes = {r.resource.canonical for r in app.router.routes() if r.resource and r.method in ("GET", "POST")}
    await store.close()
    pages = {"/", "/staff", "/widget.js", "/favicon.ico", "/static/{path}"}
    assert routes - pages == set(openapi.document()["paths"])
