"""One immutable, checked set of all data, with a revision id: what `decide` answers from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from intents.meaning import Context, Goods, Meaning
from knowledge.answers import fill
from knowledge.library import Door, Library
from knowledge.nice_finding import Found

ZONE = ZoneInfo("Asia/Shanghai")
Read = Callable[[str, Context, date], Meaning]
Ranked = Callable[[str, int], Sequence[tuple[str, float]]]  # a text, how many → (label, confidence), best first
Examples = tuple[tuple[str, str], ...]  # (text, label)
TEXT_LIMIT = 2000


@dataclass(frozen=True)
class Rules:
    """The snapshot: facts, the reader of words, and its revision."""

    library: Library
    read: Read
    revision: str
    retention_days: int = 365
    quantities: Callable[[str], Mapping[str, object]] = lambda _: {}  # numbers of a question that a fee depends on
    why: Callable[[str], Sequence[str]] = lambda _: ()  # what was seen in a text, and where decisions turn, line by line
    sheet_days: int = 14  # how long the link of a sheet holds
    classes: Callable[[str], Sequence[int]] = lambda _: ()  # the likeliest class of each good named
    goods: Callable[[str], Goods] = lambda _: Goods()  # what a question names to learn its class
    classed: Callable[[str], tuple[Found, ...]] = lambda _: ()  # classes for a good, best first, with why

    public_url: str = ""  # where citizens find the web page; empty while nobody said
    learn: Callable[[Examples], Ranked] = lambda _: lambda *_: ()  # a ranker of labels

    @cached_property
    def patents_like(self) -> Ranked:
        """The patents of the list that a text is like. Learnt at first use: seconds for thousands of patents."""
        return self.learn(tuple((text, p.number) for p in self.library.patents for text in (p.title, p.abstract)))

    def class_line(self, number: int) -> str:
        """A class as a line: its number and what it is about."""
        return self.phrase("class_full", number=str(number), title=self.library.nice[number].title)

    def phrase(self, name: str, /, **values: str) -> str:
        """A sentence of the bot with its blanks filled in."""
        return self.library.phrases[name].format(**values)

    @property
    def phrases(self) -> Mapping[str, str]:
        """All sentences of the bot."""
        return self.library.phrases

    def fact(self, name: str, on: date) -> str:
        """A fact's value as shown, on a day."""
        return fill(self.library.catalog, "{" + name + "}", on)

    def phone(self, on: date) -> str:
        """The hotline that always helps."""
        return self.fact("tel.12345", on)

    def hours_line(self) -> str:
        """When people are there, with a remark while the operator has not confirmed it."""
        desk = self.library.desk
        provisional = "" if desk.confirmed else self.phrases["provisional"]
        return self.phrase("hours_line", hours=str(desk.opening_hours()), provisional=provisional)

    def notice(self, channel: str = "") -> str:
        """The privacy notice of first contact, with what a channel adds to it."""
        text = self.library.desk.notice.text.format(days=self.retention_days)
        more = self.phrases.get(f"{channel}_notice", "").format(web=f"：{self.public_url}" if self.public_url else "")
        return f"{text}\n{more}" if more else text

    def door(self, text: str) -> Door | None:
        """The right door for business that is not ours: the one most of whose words are in the text."""
        best, most = None, 0
        for door in self.library.doors:
            count = sum(len(word) for word in door.words if word in text)
            if count > most:
                best, most = door, count
        return best

    def danger(self, text: str) -> Door | None:
        """The door that comes before everything else: somebody's life may be in danger."""
        found = self.library.danger_words.search(text)
        return next((d for d in self.library.doors if d.danger and found.group() in d.words), None) if found else None


def local(at: int) -> datetime:
    """UTC ms as local time of the province."""
    return datetime.fromtimestamp(at / 1000, ZONE)


def day_named(day: date) -> str:
    """A day as citizens read it: 2026-11-24（周二）."""
    return f"{day.isoformat()}（周{'一二三四五六日'[day.weekday()]}）"
