"""Replies and history lines as JSON, the same for HTTP, events and the store."""

from dataclasses import asdict
from functools import lru_cache
from typing import Any

import orjson

from bot.model import Action, Card, Choice, Flow, Line, Parked, Reply, SourceNote, Topic


@lru_cache(maxsize=8192)
def body(reply: Reply) -> str:
    """`{"text","choices","cards","sources"}`; the same reply is written once."""
    return dumps(
        {
            "text": reply.text,
            "choices": [{"id": c.id, "label": c.label} for c in reply.choices],
            "cards": [_card(card) for card in reply.cards],
            "sources": [_present(asdict(s)) for s in reply.sources],
        }
    )


def plain_body(text: str) -> str:
    """The body of a line that is only words."""
    return dumps({"text": text, "choices": [], "cards": [], "sources": []})


EMPTY = '{"text":"","choices":[],"cards":[],"sources":[]}'


def reply_json(id: str, seq: int, body_json: str) -> str:
    """A reply as sent: its id (which needs no escaping) and number before the stored body, without parsing that."""
    return f'{{"id":"{id}","seq":{seq},{body_json[1:]}'


def dumps(value: object) -> str:
    """Compact JSON in readable Chinese."""
    return orjson.dumps(value).decode()


def _present(value: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in value.items() if v is not None}


def _card(card: Card) -> dict[str, Any]:
    actions = [_present({"label": a.label, "url": a.url, "choice": a.choice}) for a in card.actions]
    return {"kind": card.kind, "title": card.title, "lines": list(card.lines), "actions": actions}


def line(seq: int, id: str, sender: Any, at: int, body_json: str | None) -> Line:
    """A stored row as a line; an emptied body has no words."""
    value = orjson.loads(body_json or EMPTY)
    return Line(
        seq, id, sender, at, value["text"],
        tuple(Choice(**c) for c in value["choices"]),
        tuple(Card(c["kind"], c["title"], tuple(c["lines"]), tuple(Action(**a) for a in c["actions"])) for c in value["cards"]),
        tuple(SourceNote(**s) for s in value["sources"]),
    )  # fmt: skip


def fields_in(text: str | None) -> dict[str, str]:
    """A ticket's fields from the store."""
    return {str(k): str(v) for k, v in orjson.loads(text or "{}").items()}


def topic_out(topic: Topic) -> str:
    """The topic for the store."""
    offered = [[c.id, c.label] for c in topic.offered]
    flow = topic.flow
    guided = [flow.guide, flow.values, flow.step, flow.misses, flow.paused] if flow else None
    return dumps([topic.item, topic.facet, topic.earlier, offered, topic.misses, topic.noticed, topic.at, guided, topic.wrong_codes, topic.sorry])


def topic_in(text: str | None) -> Topic:
    """The topic from the store; an emptied one is new. Shorter ones were written by earlier versions."""
    if not text:
        return Topic(noticed=True)
    item, facet, earlier, offered, misses, noticed, at, *later = orjson.loads(text)
    unwritten: list[Any] = [None, 0, 0]
    guided, wrong_codes, sorry = later + unwritten[len(later) :]
    flow = Flow(guided[0], _pairs(guided[1]), *guided[2:]) if guided else None
    return Topic(item, facet, earlier, tuple(Choice(i, label) for i, label in offered), misses, noticed, at, flow, wrong_codes, sorry)


def _pairs(value: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, text) for name, text in value)


def parked_out(parked: Parked) -> str:
    """A guide put aside, for the store."""
    return dumps([parked.guide, parked.values, parked.facts])


def parked_in(text: str) -> Parked:
    """A guide put aside, from the store."""
    guide, values, facts = orjson.loads(text)
    return Parked(guide, _pairs(values), _pairs(facts))
