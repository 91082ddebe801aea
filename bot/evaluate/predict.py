"""Ask each question through the same core as a citizen's message, and time the understanding. Nothing is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from time import perf_counter_ns
from typing import NamedTuple

from bot.ask import Question, as_json, ask
from bot.evaluate.cases import Case
from bot.rules import Read, Rules
from intents.meaning import Context, Meaning


class Named(NamedTuple):
    """A candidate: an item, a facet, and the probability that the item is right."""

    item: str
    facet: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """What was understood and done. `micros`: time of understanding, µs."""

    decision: str
    item: str | None
    facet: str | None
    confidence: float
    candidates: tuple[Named, ...] = ()
    micros: float = 0.0


class Stopwatch:
    """Understanding, timed: the first reading of a text counts, a second one may find things remembered."""

    def __init__(self, read: Read):
        self._read = read
        self._times: dict[str, int] = {}

    def read(self, text: str, context: Context, day: date) -> Meaning:
        """The same meaning, with the time kept."""
        start = perf_counter_ns()
        meaning = self._read(text, context, day)
        self._times.setdefault(text, perf_counter_ns() - start)
        return meaning

    def taken(self, text: str) -> float:
        """µs for a text; then everything is forgotten."""
        taken = self._times.get(text, 0) / 1000
        self._times.clear()
        return taken


def predictions(rules: Rules, cases: Sequence[Case], today: date) -> tuple[Prediction, ...]:
    """One prediction a case, in order."""
    watch = Stopwatch(rules.read)
    timed = replace(rules, read=watch.read)
    if cases:
        rules.read(cases[0].text, Context(), today)  # what is set up at the first question is no question's time
    return tuple(_prediction(timed, case, today, watch) for case in cases)


def _prediction(rules: Rules, case: Case, today: date, watch: Stopwatch) -> Prediction:
    question = Question(case.id, case.text, case.history, case.day)
    try:
        value = as_json(rules, question, ask(rules, question, today))
    except Exception as error:
        error.add_note(f"{case.group} {case.id}")
        raise
    return of_json({**value, "micros": round(watch.taken(case.text), 1)})


def of_json(value: Mapping[str, object]) -> Prediction:
    """From the keys of `ask --jsonl`. Raises KeyError, TypeError or ValueError when they are not that."""
    listed = value["candidates"]
    if not isinstance(listed, list):
        raise TypeError("candidates")
    named = tuple(Named(str(c["item"]), str(c["facet"]), float(c["confidence"])) for c in listed)
    return Prediction(
        str(value["decision"]), _text(value["item"]), _text(value["facet"]), _number(value["confidence"]), named, _number(value.get("micros", 0.0))
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _number(value: object) -> float:
    if not isinstance(value, int | float):
        raise TypeError(f"{value!r}")
    return float(value)
