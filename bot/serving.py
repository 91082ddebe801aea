"""The services that do the thing asked for instead of telling about it; the order is the policy. Pure."""

from collections.abc import Callable
from datetime import date

from bot import computing
from bot.computing import Computed
from bot.rules import Rules
from intents.meaning import Meaning

Service = Callable[[Rules, Meaning, date, date], Computed | None]

# Each looks whether a question carries enough for it: (rules, meaning, the day asked about, today).
SERVICES: tuple[Service, ...] = (computing.computed,)


def served(rules: Rules, meaning: Meaning, on: date, today: date) -> Computed | None:
    """What the first service that can says; None when the catalogue's answer is the right one."""
    return next((done for service in SERVICES if (done := service(rules, meaning, on, today))), None)
