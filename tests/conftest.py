"""Fixtures: the checked data, and the real service as a child process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import snapshot
from bot.rules import Rules
from bot.settings import ROOT, Settings
from tests.running import Service, Start

pytest_plugins = ["tests.telegram_fixtures", "tests.wecom_fixtures"]


@pytest.fixture(scope="session")
def settings() -> Settings:
    """Settings of a test run: the project's data, the shared cache."""
    return Settings(home=ROOT, cache=ROOT / "var" / "cache")


@pytest.fixture(scope="session")
def rules(settings: Settings) -> Rules:
    """The project's data, checked and trained once a run."""
    return snapshot.load(settings)


@pytest.fixture(scope="session")
def service(rules: Rules, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A running service with generous limits, shared by tests that use visitors of their own."""
    running = Service(tmp_path_factory.mktemp("service"), visitor_burst="100000", address_burst="1000000", address_rate="100000").start()
    yield running
    assert running.stop() == 0


@pytest.fixture
def own_service(rules: Rules, tmp_path: Path) -> Iterator[Service]:
    """A service of one's own with the settings as shipped, to be stopped, killed and started again. Not started yet."""
    running = Service(tmp_path)
    yield running
    if running.process and running.process.poll() is None:
        running.stop()


@pytest.fixture
def zhiwen(tmp_path: Path, rules: Rules) -> Service:
    """Commands on a store of their own; no service runs."""
    return Service(tmp_path)


@pytest.fixture
def start(rules: Rules, tmp_path: Path) -> Iterator[Start]:
    """Starts services with settings of one's own."""
    running: list[Service] = []

    def begin(**settings: str) -> Service:
        running.append(Service(tmp_path / str(len(running)), **settings).start())
        return running[-1]

    yield begin
    for service in running:
        assert service.stop() == 0
