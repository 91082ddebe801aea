"""A geographical indication asked for by name, by goods or by place: what the list says, and how a producer may use the mark. Pure."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot import telling
from bot.computing import Computed, all_of
from bot.model import Reply, SourceNote
from bot.rules import Rules
from intents.meaning import OVERVIEW, Meaning
from knowledge import gi
from knowledge.answers import CHECKED, fill
from knowledge.catalog import DOUBT
from knowledge.gi import Gi, Lookup

LIST, USE, APPLY = "gi.list", "gi.mark_use", "gi.product"
# Facets of which the list knows something; a name that is found answers more of them than a place does.
_OF_NAME = {
    LIST: (OVERVIEW, "eligibility", "basis", "deadline", "duration"),
    USE: (OVERVIEW, "eligibility", "steps", "materials", "channel"),
    APPLY: (OVERVIEW, "eligibility"),
}
_OF_PLACE = (OVERVIEW, "eligibility")
_LIKELY = 0.2  # of an item of the list, where an indication is named and nobody speaks of a wrong
_BOTH = 3  # so many found by name are told in full
_ROWS = 14
_OLD = ("农产品地理标志", "原产地标志认证")
# What stands before the question in “会宁胡麻油是不是地标”, and what people put before a product's name.
_IS = re.compile(
    "是不是|算不算|是否|属不?属?于|有没有(?!地标|地理标志)|进没进|在不在|上没上|能查到|在册吗|(?:是|算).{0,8}(?:地标|地理标志)|有.{0,4}(?:身份|名号)"
)
_HEAD = re.compile(
    r"^(.*?)(?:到底|究竟)?(?:是不是|算不算|是否|属不属于|有没有|能不能|可不可以|进没进|在不在|上没上"
    r"|是|算|属于|能|可以|有|在|进|上过|怎么|够|要|这|，|,|的?地理?标)"
)
_LEAD = re.compile(
    r"^(?:请问|请核实|麻烦|查一?下|我?想问一?下?|问一?下|听说|人家说|那|我们?|咱们?|俺们?|店里?|社里?|公司|家里?|县里?|这里|这边|当地"
    r"|卖|种|产|养|做|收|买|是|个|的)+"
)
_WRONGED = re.compile("冒用|假冒|冒充|侵权|打假|举报|仿|山寨|被告|起诉|维权")
_EMPTY = re.compile(r"除了|东西|特产|产品|名录|地标|什么|哪|几|多少|土特产|牌子|商标|农户|谁|省|作业")
_PRODUCES = re.compile("种|养|自产|我家|我们?家|家里|咱|合作社|基地|果园|果库|工厂")


def served(rules: Rules, meaning: Meaning, on: date, today: date) -> Computed | None:
    """What the list says; None when the question names nothing to be looked up, or asks something else about it."""
    item, facets = meaning.item or "", meaning.facets or (OVERVIEW,)
    if item not in _OF_NAME or item not in rules.library.catalog.items:
        return None
    codes = _codes(rules, meaning)
    found = gi.lookup(rules.library.gis, meaning.text, codes)
    named = found.way in ("name", "near")
    facet = next((f for f in facets if f in (_OF_NAME[item] if named else _OF_PLACE)), None)
    if facet is None or (item == APPLY and not named):
        return None
    text = _of_name(rules, found, item) if named else _of_others(rules, meaning, found, codes, item)
    if not text:
        return None
    text += "\n" + fill(rules.library.catalog, _check_line(rules, on), on)
    return Computed(_reply(rules, text, found.found, item, facet, on, today), _result(found), item, facet)


def _codes(rules: Rules, meaning: Meaning) -> tuple[str, ...]:
    """The divisions of ours that are named; the province itself only says that it is ours."""
    return tuple(code for code in all_of(meaning.slots, "place_code") if code in rules.library.places and not code.endswith("0000"))


def likely(rules: Rules, meaning: Meaning, on: date, today: date) -> tuple[Meaning, Computed] | None:
    """The same where the item was not sure: an indication that is named, or goods of a place, say enough."""
    ours = next((c for c in meaning.candidates if c.item in _OF_NAME and c.confidence >= _LIKELY), None)
    if ours is None or _WRONGED.search(meaning.text):
        return None
    found = gi.lookup(rules.library.gis, meaning.text, _codes(rules, meaning))
    if found.way not in ("name", "near") and (meaning.item != ours.item or found.way not in ("goods", "elsewhere")):
        return None
    facets = meaning.facets if meaning.item == ours.item else (ours.facet,)
    meant = replace(meaning, item=ours.item, facet=facets[0], facets=facets, confidence=ours.confidence)
    done = served(rules, meant, on, today)
    return (meant, done) if done else None


def _check_line(rules: Rules, on: date) -> str:
    """Where the official lists are searched: the list's own answer says it."""
    items = rules.library.catalog.items
    answer = items[LIST].answer(OVERVIEW, on) if LIST in items else None
    return answer.next if answer else ""


def _of_name(rules: Rules, found: Lookup, item: str) -> str:
    said = [rules.phrase("gi_near", typed=found.typed, name=found.found[0].name)] if found.way == "near" else []
    if len(found.found) > _BOTH:
        return "\n".join([*said, rules.phrase("gi_several", count=str(len(found.found))), _rows(rules, found.found)])
    return "\n".join([*_use_first(rules, found.found, item), *said, *(_one(rules, each) for each in found.found), *_uses(rules, found.found)])


def _use_first(rules: Rules, found: Sequence[Gi], item: str) -> list[str]:
    """Asked how to use the mark, that comes first."""
    return [rules.phrases["gi_use_head"]] if item == USE and any(each.status == "在册" for each in found) else []


def _one(rules: Rules, each: Gi) -> str:
    lines = [_head(rules, each)]
    if each.number:
        lines.append(rules.phrase("gi_number", number=each.number))
    if each.eu:
        lines.append(rules.phrases["gi_eu"])
    if each.note:
        lines.append(rules.phrase("gi_note", note=each.note))
    return "\n".join(lines)


def _head(rules: Rules, each: Gi) -> str:
    if each.status != "在册":
        return rules.phrase("gi_unknown" if each.status == "未核实" else "gi_unsourced", name=each.name, place=each.place)
    if not each.kinds:
        return rules.phrase("gi_listed_open", name=each.name, place=each.place)
    since = rules.phrase("gi_since", year=each.year[:4]) if each.year else ""
    old = all(kind in _OLD for kind in each.kinds)
    return rules.phrase("gi_listed_old" if old else "gi_listed", name=each.name, kinds="、".join(each.kinds), place=each.place, since=since)


def _uses(rules: Rules, found: Sequence[Gi]) -> list[str]:
    """How the mark may be used, by what kinds are there: product, mark, or only the old register."""
    listed = [each for each in found if each.status == "在册"]
    kinds = {kind for each in listed for kind in each.kinds}
    lines = [rules.phrases[name] for name, kind in (("gi_use_product", "地理标志产品"), ("gi_use_mark", "地理标志商标")) if kind in kinds]
    if not lines and kinds:
        lines = [rules.phrases["gi_use_old"]]
    return lines or [rules.phrases["gi_use_ask"]] if listed else []


def _of_others(rules: Rules, meaning: Meaning, found: Lookup, codes: Sequence[str], item: str) -> str:
    """By goods and by place; that a product is not found is told only where somebody asks whether it is listed."""
    place = "、".join(rules.library.places[code] for code in dict.fromkeys(codes))
    if item == USE and (found.way == "place" or not (codes or _PRODUCES.search(meaning.text))):
        return ""
    if found.way == "goods":
        return _of_goods(rules, found, place, item)
    if found.way == "elsewhere":
        told = rules.phrase("gi_elsewhere", place=place, goods=found.typed)
        return "\n".join([told, _rows(rules, found.found), rules.phrases["gi_elsewhere_use"]])
    if item == USE:
        return ""
    asked = asked_name(meaning.text, all_of(meaning.slots, "place"))
    if asked and not any(asked in name for name in rules.library.places.values()):
        here = "、".join(each.name for each in found.found)
        return "\n".join([rules.phrase("gi_none", name=asked), *([rules.phrase("gi_none_here", place=place, names=here)] if here else [])])
    if not place:
        return ""
    count = _listed(found.found)
    head = rules.phrase("gi_place", place=place, count=str(count)) if count else rules.phrase("gi_place_none", place=place)
    return "\n".join(part for part in (head, _rows(rules, found.found)) if part)


def _of_goods(rules: Rules, found: Lookup, place: str, item: str) -> str:
    first, uses = _use_first(rules, found.found, item), _uses(rules, found.found)
    if len(found.found) == 1:
        return "\n".join([*first, _one(rules, found.found[0]), *uses])
    name = "gi_goods_here" if place else "gi_goods"
    told = rules.phrase(name, place=place, goods=found.typed, count=str(_listed(found.found)))
    return "\n".join([*first, told, _rows(rules, found.found), *(uses if item == USE else [])])


def _listed(found: Sequence[Gi]) -> int:
    return sum(each.status == "在册" for each in found)


def _rows(rules: Rules, found: Sequence[Gi]) -> str:
    listed = [each for each in found if each.status == "在册"]
    lines = [rules.phrase("gi_row", name=each.name, details="，".join(_details(rules, each))) for each in listed[:_ROWS]]
    others = [each.name for each in found if each.status != "在册"]
    return "\n".join([*lines, *([rules.phrase("gi_open_rows", names="、".join(others))] if others else [])])


def _details(rules: Rules, each: Gi) -> list[str]:
    return [part for part in (each.place, "、".join(each.kinds) or rules.phrases["gi_kind_open"], each.year[:4]) if part]


def asked_name(text: str, places: Sequence[str] = ()) -> str:
    """The product of which a question asks whether it is listed; empty when it names none, only a place or things in general."""
    match = _HEAD.match(text) if _IS.search(text) else None
    last = re.split(r"[，,。；;、\s：:]", match.group(1))[-1] if match else ""
    name = _LEAD.sub("", last.strip("“”\"' ")).removesuffix("的").removesuffix("这个")
    rest = name
    for place in places:
        rest = rest.replace(place, "")
    return name if 2 <= len(rest.strip("的省市县区州")) <= 10 and not _EMPTY.search(name) else ""


def _reply(rules: Rules, text: str, found: Sequence[Gi], item: str, facet: str, on: date, today: date) -> Reply:
    catalog = rules.library.catalog
    notes: dict[str, SourceNote] = {}
    for each in found:
        source = catalog.sources[each.source]
        old = notes.get(source.title)
        as_of = min(each.as_of.isoformat(), old.as_of if old else "9999")
        sure = max((each.confidence, old.confidence if old else "已核对"), key=DOUBT.__getitem__)
        notes[source.title] = SourceNote(source.title, as_of, sure, source.number, source.url)
    ruled = telling.answer(rules, USE, OVERVIEW, on, today) if item == USE else None
    told = (*notes.values(), *(ruled.sources if ruled else ()))
    buttons = telling.item_buttons(rules, [(USE, "steps"), (LIST, "steps")] if found else [(LIST, "steps"), (APPLY, "eligibility")])
    return Reply(text, buttons, (), told, _line(told), item, facet)


def _line(notes: Sequence[SourceNote]) -> str:
    """依据：…, with the oldest day and the least certainty."""
    if not notes:
        return ""
    weakest = max((note.confidence for note in notes), key=DOUBT.__getitem__)
    return f"依据：{'；'.join(note.title for note in notes)}，{min(note.as_of for note in notes)} {CHECKED[weakest]}"


def _result(found: Lookup) -> dict[str, object]:
    return {"kind": "gi", "match": found.way, "items": [_item(each) for each in found.found]}


def _item(each: Gi) -> dict[str, object]:
    value: dict[str, object] = {"name": each.name, "place": each.place, "place_code": each.code, "kinds": list(each.kinds), "status": each.status}
    if each.year:
        value["year"] = each.year
    if each.number:
        value["number"] = each.number
    return value | {"eu": each.eu, "as_of": each.as_of.isoformat(), "confidence": each.confidence, "source": each.source}
