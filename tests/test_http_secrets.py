"""What must never be written down: the visitor's secret, a citizen's words in the log, numbers of persons, positions."""

import re
from collections.abc import Iterator
from functools import partial
from hashlib import blake2b, md5, sha1, sha256
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pytest

from bot.rules import Rules
from tests.running import Service
from tests.visitor import EXPORT, MESSAGES, Visitor, call

WORDS = "我家的祖传秘方要不要申请专利"
PHONE, IDENTITY, CARD, POSITION = "13812345678", "110101199003074514", "6222021234567890128", "36.06123"
NUMBERS = (PHONE, IDENTITY, CARD, POSITION)
KEPT = "ZL202310123456.7"


class Heard(Service):
    """A service whose log is kept."""

    log = ""

    def _ended(self) -> int:
        assert self.process and self.process.stderr
        self.log += self.process.stderr.read()
        return super()._ended()


class Trace(NamedTuple):
    """What is left of a service that a visitor used and that was stopped."""

    secret: str
    log: str
    files: dict[str, bytes]


@pytest.fixture(scope="module")
def left(rules: Rules, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trace]:
    """A visitor does everything that there is, also wrongly; then the service stops."""
    folder = tmp_path_factory.mktemp("secrets")
    service = Heard(folder, log_level="debug", visitor_burst="20")
    service.start()
    visitor = Visitor(service.url)
    visitor.says(f"{WORDS}，电话{PHONE}，身份证{IDENTITY}，卡号{CARD}，专利号{KEPT}", id="m1")
    visitor.send(location={"lat": float(POSITION), "lon": 103.8})
    visitor.send(attachment={"name": f"{WORDS}{PHONE}.pdf"})
    visitor.send(choice="h:human")
    visitor.says(f"{WORDS}，补充{PHONE}")
    visitor.send(WORDS, id="m1")
    visitor.send(WORDS, **{PHONE: WORDS})
    visitor.send(5)  # type: ignore[arg-type]
    for _ in range(30):
        visitor.send(WORDS)
    with visitor.stream() as stream:
        assert stream.status == 200
    for path in (MESSAGES, EXPORT, f"{MESSAGES}?after={PHONE}{quote(WORDS)}", f"/{quote(WORDS)}{PHONE}"):
        call(service.url, "GET", path, headers={"X-Visitor": visitor.secret})
    call(service.url, "GET", MESSAGES, headers={"X-Visitor": f"{visitor.secret} "})
    call(service.url, "POST", MESSAGES, f'{{"visitor":"{visitor.secret}","text":"{WORDS}'.encode(), {"Content-Type": "application/json"})
    assert service.stop() == 0
    yield Trace(visitor.secret, service.log, {path.name: path.read_bytes() for path in folder.iterdir()})


def test_the_secret_of_a_visitor_is_nowhere(left: Trace) -> None:
    assert left.secret not in left.log
    assert [name for name, held in left.files.items() if left.secret.encode() in held] == []


def test_the_log_holds_nothing_that_a_citizen_wrote(left: Trace) -> None:
    assert "祖传秘方" not in left.log and not any(number in left.log for number in NUMBERS)
    assert "\\u79d8" not in left.log and "%E7%A7%98" not in left.log


def test_refusing_is_no_error_of_ours(left: Trace) -> None:
    assert "Traceback" not in left.log and "ERROR" not in left.log


def test_numbers_of_persons_and_positions_are_in_no_file_and_filing_numbers_are(left: Trace) -> None:
    whole = b"".join(left.files.values())
    assert [number for number in NUMBERS if number.encode() in whole] == []
    assert KEPT.encode() in whole and WORDS.encode() in whole


def test_what_is_stored_of_a_body_cannot_be_guessed_back(left: Trace) -> None:
    """A plain hash of a message is as good as the message where there are few: all phone numbers can be tried."""
    said = f"{WORDS}，补充{PHONE}"
    plain = (said, f'{{"text":"{said}"}}', f"text\0{said!r}", f"text\0{said}")
    guesses = [hash(text.encode()).hexdigest().encode() for text in plain for hash in (md5, sha1, sha256, partial(blake2b, digest_size=16), blake2b)]
    assert not any(guess in held for guess in guesses for held in left.files.values())


def test_the_key_of_the_service_is_readable_by_its_owner_only(own_service: Service, tmp_path: Path) -> None:
    own_service.start()
    (key,) = [path for path in tmp_path.iterdir() if path.name == "secret.key"]
    assert key.stat().st_mode & 0o077 == 0
    assert re.fullmatch(r"[0-9a-f]{64}", key.read_text().strip())


@pytest.mark.parametrize("broken", ["", "\n", "no key", "abc"])
def test_a_key_that_is_broken_stops_the_start_with_a_word(own_service: Service, tmp_path: Path, broken: str) -> None:
    (tmp_path / "secret.key").write_text(broken)
    with pytest.raises(AssertionError) as refused:
        own_service.start()
    assert own_service.stop() == 1
    assert "secret.key" in str(refused.value) and "Traceback" not in str(refused.value)


def test_an_empty_key_from_the_settings_is_refused(own_service: Service) -> None:
    own_service.environment["ZHIWEN_SECRET"] = ""
    done = own_service.zhiwen("settings")
    assert done.returncode == 2 and "ZHIWEN_SECRET" in done.stderr


def test_the_settings_never_show_the_key(own_service: Service) -> None:
    own_service.environment["ZHIWEN_SECRET"] = "a-very-secret-key-of-the-operator"
    done = own_service.zhiwen("settings")
    assert done.returncode == 0 and "a-very-secret" not in done.stdout + done.stderr


def test_another_key_is_another_citizen(own_service: Service, tmp_path: Path) -> None:
    own_service.start()
    visitor = Visitor(own_service.url)
    visitor.says("商标续展多少钱")
    assert own_service.stop() == 0
    (tmp_path / "secret.key").unlink()
    own_service.start()
    assert visitor.lines() == []
