"""The services that do the thing asked for instead of telling about it; the order is the policy. Pure."""

from collections.abc import Callable
from datetime import date

from bot import classing, computing, gi_lookup, lending, locating
from bot.computing import Computed
from bot.rules import Rules
from intents.meaning import Meaning

Service = Callable[[Rules, Meaning, date, date], Computed | None]
Guess = Callable[[Rules, Meaning, date, date], tuple[Meaning, Computed] | None]

# Each looks whether a question carries enough for it: (rules, meaning, the day asked about, today).
SERVICES: tuple[Service, ...] = (computing.computed, classing.served, lending.served, gi_lookup.served, locating.served)
# The same for a question that was not understood for sure; what was meant comes with the answer.
GUESSES: tuple[Guess, ...] = (computing.certain, lending.likely, gi_lookup.likely, locating.certain)


def served(rules: Rules, meaning: Meaning, on: date, today: date) -> Computed | None:
    """What the first service that can says; None when the catalogue's answer is the right one."""
    return next((done for service in SERVICES if (done := service(rules, meaning, on, today))), None)


def certain(rules: Rules, meaning: Meaning, on: date, today: date) -> tuple[Meaning, Computed] | None:
    """What needs no asking back, though the item is not sure: the question carries enough for one service all the same."""
    if meaning.decision != "clarify" and "ip_kind" not in meaning.slots:
        return None  # not taken for our business, and no right is named: words of ours may stand in any sentence
    return next((found for guess in GUESSES if (found := guess(rules, meaning, on, today))), None)
