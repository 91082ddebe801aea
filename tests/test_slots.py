"""What a text says besides its question: cases in cases/slots.yaml, and what holds for any text."""

import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.slots.extract import SlotReader

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "intents" / "data"
CASES: list[dict[str, Any]] = yaml.load((ROOT / "tests" / "cases" / "slots.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
TODAY = date(2026, 11, 24)
LISTS = {"goods", "nice_classes"}
SINGLE = {"place", "place_norm", "place_code", "amount_cny", "count", "date", "ip_kind", "applicant", "number", "channel"}
KEYS = LISTS | SINGLE | {f"{key}_all" for key in SINGLE}
READER = SlotReader.load(DATA)
# Pieces that readers look for, so that generated texts reach their inner parts.
PIECES = [
    *"年月日号第类、万w亿元￥一百来多几点个件市区县果前后天周底A.-,卖做给哪的到“”\0５²٣",
    *("2017", "30", "12345678", "ZL", "商标", "专利", "兰州", "合作", "天水", "注册", "属于", "归到", "是不是"),
]


def expected(case: dict[str, Any]) -> dict[str, object]:
    slots = {key: value for key, value in case.items() if key not in ("text", "today", "place", "places")}
    places = case.get("places") or ([case["place"]] if "place" in case else [])
    for at, key in enumerate(("place", "place_norm", "place_code")):
        if places:
            slots[key] = places[0][at]
        if len(places) > 1:
            slots[f"{key}_all"] = [place[at] for place in places]
    return slots


@pytest.mark.parametrize("case", CASES, ids=[case["text"][:24] for case in CASES])
def test_text_says_what_the_case_lists(case: dict[str, Any]) -> None:
    assert READER.read(case["text"], case.get("today", TODAY)) == expected(case)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=40).map("".join), st.dates(date(1999, 1, 1), date(2090, 1, 1)))
def test_any_text_gives_contract_keys_only(text: str, today: date) -> None:
    slots = READER.read(text, today)
    assert slots.keys() <= KEYS
    assert all(isinstance(slots[key], list) for key in slots.keys() & LISTS)
    assert all(len(value) > 1 and value[0] == slots[key[:-4]] for key, value in slots.items() if key.endswith("_all") and isinstance(value, list))


@given(st.text(max_size=60))
def test_reading_twice_says_the_same(text: str) -> None:
    assert READER.read(text, TODAY) == READER.read(text, TODAY)


def test_every_division_is_read_by_its_full_name() -> None:
    rows = [line.split(",") for line in (DATA / "places.csv").read_text(encoding="utf-8").splitlines() if line[:2].isdigit()]
    missed = [row[4] for row in rows if row[4] not in str(READER.read(f"{row[4]}有窗口吗", TODAY).get("place_norm"))]
    assert missed == []


@pytest.mark.parametrize("piece", ["归到", "一", "1,", "卖", "1、", "兰州", "贷", "是不是", "3月", "第", "，", "个", "¥", "商标有", "(", "12345678 "])
def test_long_monotonous_text_is_read_in_time(piece: str) -> None:
    started = time.perf_counter()
    READER.read(piece * 4000, TODAY)
    assert time.perf_counter() - started < 2
