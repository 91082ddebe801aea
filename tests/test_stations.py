"""Where to go: places as people write them, positions, days off; a fact that nobody verified is never dressed up."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from bot import locating, station_answers
from bot.ask import Question, as_json, ask
from bot.choices import contact_choice
from bot.dialogue import decide
from bot.handoff import NewTicket
from bot.model import Conversation, Message, OpenTicket, Point
from bot.rules import ZONE, Rules
from knowledge import nearby, opening, station_kinds
from knowledge.catalog_check import official
from knowledge.divisions import Area
from knowledge.geo import Pair
from knowledge.stations import Station
from knowledge.workdays import Workdays
from tests import casebook
from tests.running import ROOT

CASES = casebook.read("stations")
TODAY = date(2026, 11, 24)
POSITION = "x:position"
ENTRY = {"name", "kind", "address", "phone", "confidence", "as_of"}
NEW = NewTicket("t1", "7KQM4X")


def each(name: str) -> Iterable[Any]:
    return [pytest.param(case, id=f"{case.get('ask', case.get('claim'))}-{case.get('date', number)}") for number, case in enumerate(CASES[name])]


def millis(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp() * 1000)


def names(result: dict[str, Any]) -> list[str]:
    assert result["kind"] == "stations"
    assert all(ENTRY <= station.keys() <= {*ENTRY, "distance_km", "open"} for station in result["stations"])
    return [station["name"] for station in result["stations"]]


@pytest.mark.parametrize("case", each("asked"))
def test_a_question_for_a_place_is_answered_from_the_stations(rules: Rules, case: dict[str, Any]) -> None:
    day = case.get("date", TODAY)
    question = Question(1, case["ask"], tuple(case.get("history", ())), day)
    asked = ask(rules, question, day)
    value = json.loads(json.dumps(as_json(rules, question, asked), ensure_ascii=False))
    said = value["reply"]
    assert value["decision"] == "answer" or case.get("none"), said
    assert "item" not in case or value["item"] == case["item"], said
    assert ("result" not in value) == case.get("none", False), said
    if "result" in value:
        found = names(value["result"])
        assert found == case.get("names", found) and found[:1] == [case.get("first", *found[:1] or [None])][: len(found)], found
        assert len(said.encode()) < 1900
    assert [part for part in case.get("says", []) if part not in said] == [], said
    assert [part for part in case.get("never", []) if part in said] == [], said
    if "button" in case:
        assert any(c.id == POSITION for c in asked.turn.replies[-1].choices) == case["button"]


@pytest.mark.parametrize("case", each("located"))
def test_a_position_is_answered_with_what_is_near(rules: Rules, case: dict[str, Any]) -> None:
    done = locating.located(rules, Point(*case["at"]), millis("2026-11-24 10:00"), case.get("item"))
    assert done.reply
    found = names(json.loads(json.dumps(done.result)))
    assert found == case.get("names", found)
    assert [part for part in case["says"] if part not in done.reply.text] == [], done.reply.text
    assert done.reply.choices, "there is a way on"


@pytest.mark.parametrize("case", CASES["hours"], ids=lambda case: f"{case['text']}-{case['at']}")
def test_hours_tell_open_or_when_it_opens(rules: Rules, case: dict[str, Any]) -> None:
    parsed = opening.parse(case["text"])
    assert parsed
    state = parsed.at(datetime.fromisoformat(case["at"]).replace(tzinfo=ZONE), rules.library.workdays)
    if "open" not in case:
        assert state is None, "no schedule of that year is published: nothing is claimed"
        return
    assert state and state.is_open == case["open"]
    assert (f"{state.until:%-H:%M}" if state.until else None) == case.get("until")
    assert (f"{state.opens:%Y-%m-%d %H:%M}" if state.opens else None) == case.get("opens")


@pytest.mark.parametrize("text", CASES["unread"])
def test_hours_that_are_not_plain_are_not_guessed(text: str) -> None:
    assert opening.parse(text) is None


def station(id: str, **more: Any) -> Station:
    """A station for a trial, in the province's first county unless told otherwise."""
    told = {"kind": "tm_window", "name": id, "reach": "县区", "province": "甘肃省", "prefecture": "兰州市", "county": "城关区"}
    return Station(id=id, source="试验资料", as_of="2026-11-20", confidence="已核对", **{**told, **more})


CITY = (
    station("far_here", phone="0000-1", lat=36.10, lon=103.90, datum="wgs84"),
    station("near_here", phone="0000-2", lat=36.062, lon=103.835, datum="wgs84"),
    station("no_position", phone="0000-3"),
    station("other_county", phone="0000-4", county="七里河区"),
    station("only_known", address=""),
    station("over_the_border", phone="0000-5", prefecture="白银市", county="白银区", lat=36.20, lon=103.95, datum="wgs84"),
    station("far_away", phone="0000-6", prefecture="酒泉市", county="敦煌市", lat=40.14, lon=94.66, datum="wgs84"),
    station("whole", phone="0000-7", reach="全省", prefecture="兰州市", county=""),
)
HERE = Pair(36.0611, 103.8343)


def order(found: Iterable[nearby.Found]) -> list[str]:
    return [f.station.id for f in found]


def test_distance_comes_first_then_the_same_county_then_the_rest() -> None:
    found = nearby.nearest(CITY, ["tm_window"], "甘肃省", Area("兰州市", "城关区"), HERE, limit=9)
    assert order(found) == ["near_here", "far_here", "over_the_border", "no_position", "other_county", "whole", "only_known"]
    assert [f.km is None for f in found] == [False, False, False, True, True, True, True]


def test_without_a_position_no_distance_is_told_and_only_the_area_counts() -> None:
    found = nearby.nearest(CITY, ["tm_window"], "甘肃省", Area("兰州市", "七里河区"), limit=9)
    assert found[0].station.id == "other_county" and all(f.km is None for f in found)
    assert "over_the_border" not in order(found) and "far_away" not in order(found)


@pytest.fixture
def city(rules: Rules) -> Rules:
    """The shipped data with stations of a trial in place of the shipped ones."""
    return replace(rules, library=replace(rules.library, stations=CITY))


def test_the_nearest_is_told_first_with_phone_distance_maps_and_a_button_for_what_is_wrong(city: Rules) -> None:
    done = locating.located(city, Point(*HERE), millis("2026-11-24 10:00"), "trademark.window")
    assert done.reply
    first = done.reply.cards[0]
    assert first.title == "near_here" and "电话：0000-2" in done.reply.text and "约 120 米" in done.reply.text
    assert [a.label for a in first.actions] == ["高德地图", "腾讯地图", "百度地图", "电话或地址不对"]
    assert all(official(a.url, city.library.hosts) for a in first.actions if a.url)
    assert first.actions[-1].choice == contact_choice("near_here")
    entry = done.result["stations"][0]  # type: ignore[index]
    assert entry["distance_km"] == 0.1 and "open" not in entry
    assert "only_known" not in done.reply.text, "that there is one everywhere is no news beside others"


@pytest.mark.parametrize(("at", "is_open", "says"), [("2026-11-24 10:00", True, "正在办公，到12:00"), ("2026-11-24 12:30", False, "11月24日14:00开门")])
def test_open_now_is_told_where_place_and_hours_are_known(city: Rules, at: str, is_open: bool, says: str) -> None:
    hours = "工作日9:00-12:00；14:00-17:00"
    there = (station("one_here", phone="0000-1", hours=hours, lat=36.06, lon=103.83, datum="wgs84"), station("two_here", phone="0000-2", hours=hours))
    done = locating.located(replace(city, library=replace(city.library, stations=there)), Point(*HERE), millis(at), "trademark.window")
    first, second = done.result["stations"]  # type: ignore[misc]
    assert first["open"] is is_open and "open" not in second
    assert done.reply and says in done.reply.text and says in "".join(done.reply.cards[0].lines)


def test_once_stations_are_verified_the_catalogue_s_unknowns_are_not_told(city: Rules) -> None:
    question = Question(1, "商标窗口在哪", (), TODAY)
    said = as_json(city, question, ask(city, question, TODAY))["reply"]
    assert "0000-7" in said and "没有核实到" not in said and "告诉我您在哪个市州" in said


def conversation(rules: Rules, *messages: Message) -> list[Any]:
    talk, turns = Conversation("c", "web", "a"), []
    for message in messages:
        turns.append(decide(talk, message, rules, NEW))
        talk = turns[-1].conversation
    return turns


def test_a_wrong_phone_becomes_work_for_staff_and_the_talk_goes_on(rules: Rules) -> None:
    at = millis("2026-11-24 10:00")
    first, flagged, later = conversation(
        rules, Message("m1", at, "兰州代办处电话"), Message("m2", at, choice=contact_choice("lanzhou_patent_office")), Message("m3", at, "商标续展多少钱")
    )
    assert first.replies[0].cards[0].actions[-1].choice == contact_choice("lanzhou_patent_office")
    assert isinstance(flagged.ticket, OpenTicket) and flagged.ticket.kind == "contact_flag"
    assert flagged.ticket.fields["contact"] == "lanzhou_patent_office"
    assert flagged.conversation.owner == "bot" and flagged.conversation.ticket is None and "已记下" in flagged.replies[0].text
    assert "450 元" in later.replies[0].text


def test_a_stale_station_and_the_button_for_a_position_do_no_harm(rules: Rules) -> None:
    at = millis("2026-11-24 10:00")
    gone, asked = conversation(rules, Message("m1", at, choice=contact_choice("was_here")), Message("m2", at, choice=POSITION))
    assert gone.ticket is None and "失效" in gone.replies[0].text
    assert "定位按钮" in asked.replies[0].text and asked.consent is None


def test_a_position_is_consented_to_and_not_kept_in_the_talk(rules: Rules) -> None:
    (turn,) = conversation(rules, Message("m1", millis("2026-11-24 10:00"), location=Point(36.061234, 103.831234)))
    assert turn.consent == "location"
    assert "36.06" not in repr(turn.conversation) + "".join(r.text for r in turn.replies)


def test_a_button_for_contact_is_answered_from_the_stations_too(city: Rules) -> None:
    (turn,) = conversation(city, Message("m1", millis("2026-11-24 10:00"), choice="i:trademark.window:contact"))
    assert turn.result and "0000-7" in turn.replies[0].text


def test_a_sheet_is_told_where_to_go_with_a_map_where_the_place_is_known(city: Rules, rules: Rules) -> None:
    (line,) = station_answers.offices(rules, ["tm_window"], "定西市陇西县", TODAY)
    assert "定西市已设商标业务受理窗口" in line[0] and "**" not in line[0] and line[1] is None
    lines = list(station_answers.offices(city, ["tm_window"], "兰州市城关区", TODAY))
    assert any("0000-2" in text and link and link[1].startswith("https://uri.amap.com/") for text, link in lines)
    ((text, link),) = station_answers.offices(rules, ["tm_window"], "浙江省杭州市", TODAY)
    assert "请问当地" in text and link is None
    assert not list(station_answers.offices(rules, ["tm_window"], "", TODAY))


def test_every_shipped_station_is_sound_and_shows_no_link_that_is_not_official(rules: Rules) -> None:
    library = rules.library
    known = station_kinds.Known(library.station_kinds.kinds, library.catalog.catalog.province, library.counties, TODAY)
    assert station_kinds.check(library.stations, known) == []
    assert len(library.stations) == 58
    for case in CASES["asked"]:
        for reply in ask(rules, Question(1, case["ask"], tuple(case.get("history", ())), TODAY), TODAY).turn.replies:
            assert all(official(note.url, library.hosts) for note in reply.sources if note.url)


def test_every_choice_id_of_a_station_fits(rules: Rules) -> None:
    assert all(len(contact_choice(s.id)) <= 48 for s in rules.library.stations)


def test_no_code_of_stations_names_a_place_or_a_phone() -> None:
    for path in [*(ROOT / "bot").glob("station*.py"), *(ROOT / "bot").glob("locating.py"), *(ROOT / "knowledge").glob("*.py")]:
        text = path.read_text(encoding="utf-8")
        assert not any(word in text for word in ("甘肃", "兰州", "嘉峪关", "0931")), path.name


def test_holidays_are_found_by_how_people_call_them() -> None:
    days = Workdays.load(ROOT / "knowledge" / "calendar_days.csv", ROOT / "knowledge" / "statutory_days.csv")
    assert days.next_holiday("国庆上班吗", date(2026, 9, 1)) == date(2026, 10, 1)
    assert days.next_holiday("中秋开门吗", date(2025, 9, 1)) == date(2025, 10, 6)
    assert days.next_holiday("春节办公吗", TODAY) == date(2027, 2, 5)
    assert days.next_holiday("哪天办公", TODAY) is None
