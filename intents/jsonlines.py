"""Labelled sentences and questions, one JSON object a line: what can be read, and what is wrong with the rest, line by line."""

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from intents.model import Example

_BOM = b"\xef\xbb\xbf"


class Question(NamedTuple):
    """A sentence to be ranked; the id is given back as it came."""

    id: str | int
    text: str


class Fault(NamedTuple):
    """What is wrong in one line, counted from 1."""

    line: int
    reason: str


def examples(lines: Iterable[bytes]) -> Iterator[Example | Fault]:
    """Lines `{"intent", "text"}`; other keys are ignored, empty lines too."""
    for number, value in _objects(lines):
        if isinstance(value, str):
            yield Fault(number, value)
            continue
        wrong = next((_unfit(value, key) for key in ("intent", "text") if _unfit(value, key)), None)
        yield Fault(number, wrong) if wrong else Example(str(value["text"]), str(value["intent"]))


def questions(lines: Iterable[bytes]) -> Iterator[Question | Fault]:
    """Lines `{"id", "text"}`; other keys are ignored, empty lines too. A text may be empty."""
    for number, value in _objects(lines):
        if isinstance(value, str):
            yield Fault(number, value)
            continue
        name, text = value.get("id"), value.get("text")
        if isinstance(name, bool) or not isinstance(name, str | int):
            yield Fault(number, '"id" must be a string or a whole number' if "id" in value else 'no "id"')
        elif not isinstance(text, str):
            yield Fault(number, '"text" must be a string' if "text" in value else 'no "text"')
        else:
            yield Question(name, text)


def _unfit(value: dict[str, object], key: str) -> str | None:
    if key not in value:
        return f'no "{key}"'
    given = value[key]
    return None if isinstance(given, str) and given.strip() else f'"{key}" must be a string that is not empty'


def _objects(lines: Iterable[bytes]) -> Iterator[tuple[int, dict[str, object] | str]]:
    """(line, object), or (line, why there is none)."""
    for number, line in enumerate(lines, 1):
        bare = line.removeprefix(_BOM).strip() if number == 1 else line.strip()
        if bare:
            yield number, _object(bare)


def _object(line: bytes) -> dict[str, object] | str:
    try:
        value = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        return f"not UTF-8 (byte {error.start + 1})"
    except json.JSONDecodeError as error:
        return f"not JSON: {error.msg} (column {error.colno})"
    except (ValueError, RecursionError):
        return "not JSON: a number too long, or nested too deeply"
    return value if isinstance(value, dict) else "not a JSON object"
