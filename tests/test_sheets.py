"""A finished guide on paper, on its page and in a calendar: everything is there, nothing of it does harm."""

import re
import unicodedata
from dataclasses import replace
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from bot.ids import secret_token
from bot.model import NewSheet, Reply, Sheet, SheetDay, SheetLine, SheetPart, Turn
from bot.rules import ZONE, Rules
from bot.sheets import card, fonts, qr, wording, wrap
from bot.sheets.ics import calendar_file
from bot.sheets.page import gone, page
from bot.sheets.pdf import SIDE, WIDTH, pdf
from bot.store import sheets
from bot.terminal import shown
from bot.wire import body
from tests import casebook
from tests.sheet_case import HOSTILE, case, large
from tests.works import AT, conversation

WORDS = casebook.read("sheet_words")
NOW = datetime(2026, 11, 24, 10, tzinfo=ZONE)
TOKEN = "t" * 32
BARE = Sheet("商标续展", (), (), (), (), (), date(2026, 11, 24))
# With whatever typeface the machine has, and with none.
FACES = pytest.mark.parametrize("places", [fonts.PLACES, ()], ids=["the system's typeface", "no typeface"])


def close(text: str) -> str:
    """Without white space and markup: lines break where they must."""
    return re.sub(r"\s+", "", text).replace("**", "")


def texts(sheet: Sheet) -> list[str]:
    """Every sentence that a sheet has to say."""
    found = [sheet.title, sheet.office, sheet.code, *(part for pair in sheet.case for part in pair), *sheet.remarks]
    found += [label for label, _ in sheet.links] + [note.title for note in sheet.sources]
    for part in sheet.parts:
        found += [part.title, *(wording.mark(line.text)[1] for line in part.lines), *(line.amount for line in part.lines)]
    for each in sheet.days:
        found += [each.name, each.note, f"{each.day.year}年{each.day.month}月{each.day.day}日"]
    return [text for text in found if text]


def read(made: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(BytesIO(made))


def said(made: bytes) -> str:
    return close("\n".join(page.extract_text() for page in read(made).pages))


@pytest.mark.parametrize("row", WORDS["lines"], ids=lambda row: row["claim"].replace(" ", "-"))
def test_words_become_lines(row: dict[str, Any]) -> None:
    wide = lambda text: sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)  # noqa: E731
    assert wrap.lines(row["text"], row["width"], wide) == row["lines"]


@given(st.text(st.sampled_from("商标注册，。（）《》“”270 元abc/"), max_size=60), st.integers(2, 30))
def test_no_letter_is_lost_and_no_line_is_too_wide(text: str, width: int) -> None:
    lines = wrap.lines(text, width, len)
    assert close("".join(lines)) == close(text)
    assert all(len(line) <= width for line in lines)


@pytest.mark.parametrize("row", WORDS["sums"], ids=lambda row: row["claim"].replace(" ", "-"))
def test_amounts_are_added_only_where_that_is_true(rules: Rules, row: dict[str, Any]) -> None:
    lines = [SheetLine(f"第 {n} 项", amount) for n, amount in enumerate(row["amounts"])]
    lines[-1] = replace(lines[-1], text=row.get("last", lines[-1].text))
    told = wording.fees(lines, rules.phrases)
    assert [line.amount for line in told[len(lines) :]] == ([row["total"]] if row["total"] else [])


@pytest.mark.parametrize("row", WORDS["files"], ids=lambda row: row["name"])
def test_a_file_bears_the_title_that_every_system_can_store(rules: Rules, row: dict[str, str]) -> None:
    assert wording.file_name(replace(BARE, title=row["title"]), row["form"], rules.phrases) == row["name"]


@FACES
def test_the_paper_says_all_that_the_sheet_says(rules: Rules, places: tuple[str, ...]) -> None:
    sheet = large()
    text = said(pdf(sheet, rules.phrases, places))
    missing = [t for t in texts(sheet) if close(t) not in text and close(t) not in _across_pages(text)]
    assert missing == []
    assert "合计810元" in text and "（周一）" in text and "7KQM-4X9A" in text and "2026-08-30核对" in text


def _across_pages(text: str) -> str:
    """The text without what stands at the edge of pages, which may cut a sentence."""
    return re.sub(r"第\d页，共\d页(商标注册申请（个体工商户，网上办理）)?", "", text)


@FACES
def test_a_box_stands_before_every_paper_to_bring(rules: Rules, places: tuple[str, ...]) -> None:
    sheet = large()
    papers = sum(line.tick for part in sheet.parts for line in part.lines)
    streams = [page.get_contents().get_data().decode("latin-1") for page in read(pdf(sheet, rules.phrases, places)).pages]  # type: ignore[union-attr]
    assert sum(len(re.findall(r"8\.5 8\.5 re", stream)) for stream in streams) == papers == 46


def test_amounts_end_at_the_right_edge(rules: Rules) -> None:
    ends = []

    def visit(text: str, user: list[float], matrix: list[float], font: Any, size: float) -> None:
        if re.fullmatch(r"\d+ 元", text.strip()):
            x = user[0] * matrix[4] + user[4]
            ends.append(x + fonts.width(text.strip(), fonts.face(), size))

    read(pdf(case(), rules.phrases)).pages[0].extract_text(visitor_text=visit)
    assert len(ends) == 4 and all(abs(end - SIDE - WIDTH) < 1 for end in ends)


@FACES
def test_pages_are_numbered(rules: Rules, places: tuple[str, ...]) -> None:
    pages = read(pdf(large(), rules.phrases, places)).pages
    assert len(pages) >= 3
    assert all(f"第{n}页，共{len(pages)}页" in close(page.extract_text()) for n, page in enumerate(pages, 1))


@FACES
def test_the_same_sheet_makes_the_same_bytes(rules: Rules, places: tuple[str, ...]) -> None:
    first = pdf(large(), rules.phrases, places)
    pdf(case(), rules.phrases, places)
    assert pdf(large(), rules.phrases, places) == first


@FACES
def test_a_sentence_longer_than_a_page_goes_on_over_it(rules: Rules, places: tuple[str, ...]) -> None:
    long = "".join(chr(0x4E00 + n) for n in range(3000))
    parts = (SheetPart("部分", (SheetLine(long, tick=True), SheetLine(long, "1 元"))),)
    sheet = replace(case(), case=(("说明", long),), parts=parts, links=((long, "https://example.gov.cn/"),))
    assert _across_pages(said(pdf(sheet, rules.phrases, places))).count(long[-200:]) == 4


@FACES
@pytest.mark.parametrize("sheet", [BARE, replace(BARE, title="", code="X"), replace(BARE, parts=(SheetPart("空", ()),))], ids=["bare", "no title", "empty part"])
def test_little_is_enough(rules: Rules, places: tuple[str, ...], sheet: Sheet) -> None:
    assert len(read(pdf(sheet, rules.phrases, places)).pages) == 1
    assert "2026年11月24日" in page(sheet, rules.phrases, TOKEN)


@FACES
def test_letters_that_no_typeface_has_do_no_harm(rules: Rules, places: tuple[str, ...]) -> None:
    odd = replace(case(), case=(("店名", "𠮷野家😀\u0007\u202e\ufffd"),))
    assert "〓野家〓" in said(pdf(odd, rules.phrases, places))


def test_only_web_addresses_become_links(rules: Rules) -> None:
    links = (("坏", "javascript:alert(1)"), ("坏二", "data:text/html,x"), ("坏三", "http://["), ("好", "https://uri.amap.com/marker?name=兰州\"><b>"))
    sheet = replace(case(), links=links)
    good = "https://uri.amap.com/marker?name=%E5%85%B0%E5%B7%9E%22%3E%3Cb%3E"
    assert re.findall(r'<a href="(https?[^"]*|java[^"]*|data[^"]*)"', page(sheet, rules.phrases, TOKEN)) == [good]
    annotations = [a.get_object() for p in read(pdf(sheet, rules.phrases)).pages for a in p.get("/Annots", [])]
    assert {a["/A"]["/URI"] for a in annotations} == {good}


def test_the_square_leads_to_the_first_link() -> None:
    assert wording.scanned(case()) == ("商标网上服务系统（全程网上办）", "https://sbj.cnipa.gov.cn/sbj/wssq/")
    modules = qr.square("https://sbj.cnipa.gov.cn/sbj/wssq/")
    assert modules and len(modules) == len(modules[0]) and sum(length for _, _, length in qr.runs(modules)) == sum(map(sum, modules))
    assert qr.square("https://example.gov.cn/" + "x" * 400) is None


def test_the_page_says_all_that_the_sheet_says(rules: Rules) -> None:
    sheet = case()
    text = close(re.sub(r"<[^>]+>", "", page(sheet, rules.phrases, TOKEN)))
    assert [t for t in texts(sheet) if close(t) not in text] == []
    assert "合计810元" in text


def test_nothing_from_outside_is_markup(rules: Rules) -> None:
    evil = replace(
        large(), title=HOSTILE, office=HOSTILE, code=HOSTILE, remarks=(HOSTILE,), links=((HOSTILE, HOSTILE),),
        parts=(SheetPart(HOSTILE, (SheetLine(HOSTILE), SheetLine(HOSTILE, HOSTILE), SheetLine(f"1. **{HOSTILE}**", tick=True))),),
        days=(SheetDay(HOSTILE, date(2027, 1, 1), note=HOSTILE),),
    )  # fmt: skip
    made = page(evil, rules.phrases, TOKEN)
    assert re.findall(r"<script[^>]*>", made) == re.findall(r"<script[^>]*>", page(case(), rules.phrases, TOKEN))
    assert "<img" not in made and not re.search(r"<[^>]*\s(on\w+|style)=", made)
    assert close(HOSTILE) in said(pdf(large(), rules.phrases)), "on paper they are words"


def test_the_page_of_a_link_that_is_over_says_what_to_do(rules: Rules) -> None:
    made = gone(rules.phrases, 14)
    assert "14 天" in made and 'href="/"' in made


def test_the_calendar_has_a_whole_day_for_every_day(rules: Rules) -> None:
    made = calendar_file(case(), NOW)
    events = Calendar.from_ical(made).walk("VEVENT")
    assert [e.decoded("dtstart") for e in events] == sorted(each.day for each in case().days)
    assert all(e.decoded("dtend") - e.decoded("dtstart") == timedelta(days=1) for e in events)
    assert "补正截止" in str(events[0]["summary"]) and "商标注册申请" in str(events[0]["summary"])
    assert made.count(b"\n") == made.count(b"\r\n") and all(len(line) <= 75 for line in made.split(b"\r\n"))


def test_reminders_ring_at_nine_in_the_morning_and_not_before_now() -> None:
    days = (SheetDay("甲", date(2026, 12, 1), (30, 7, 1, 0)),)
    (event,) = Calendar.from_ical(calendar_file(replace(case(), days=days), NOW)).walk("VEVENT")
    start = datetime(2026, 12, 1)
    rings = [start + alarm.decoded("trigger") for alarm in event.walk("VALARM")]
    assert rings == [datetime(2026, 11, 30, 9), datetime(2026, 12, 1, 9)], "those of 1 and 24 November, nine o'clock, are over"


def test_a_day_taken_in_twice_is_one_entry_and_others_are_their_own() -> None:
    def ids(sheet: Sheet, now: datetime) -> list[str]:
        return [str(event["uid"]) for event in Calendar.from_ical(calendar_file(sheet, now)).walk("VEVENT")]

    assert ids(case(), NOW) == ids(case(), NOW + timedelta(days=3))
    assert len({*ids(case(), NOW), *ids(replace(case(), title="另一件"), NOW)}) == 6


def test_the_calendar_tells_nothing_of_the_person() -> None:
    made = Calendar.from_ical(calendar_file(large(), NOW)).to_ical().replace(b"\r\n ", b"").decode()
    assert not any(value in made for _, value in case().case) and "7KQM" not in made


def test_marks_in_a_title_do_not_break_the_calendar() -> None:
    title = "一\r\nBEGIN:VALARM;二,三\\n" + "长" * 200
    (event, *_) = Calendar.from_ical(calendar_file(replace(case(), title=title), NOW)).walk("VEVENT")
    assert close(title) in close(str(event["summary"])) and len(event.walk("VALARM")) == 2


def test_the_card_leads_to_all_forms(rules: Rules) -> None:
    made = card.sheet_card(case(), rules, TOKEN)
    assert made.kind == "file" and [a.url for a in made.actions] == [f"/api/v1/sheets/{TOKEN}.{form}" for form in ("pdf", "html", "ics")]
    assert all(len(a.label) <= 10 for a in made.actions) and "14 天" in made.lines[1]
    assert len(card.sheet_card(BARE, rules, TOKEN).actions) == 2, "no days, no calendar"


def test_a_turn_takes_its_sheet_along_without_numbers_of_a_person(rules: Rules) -> None:
    turn = Turn(conversation(), (Reply("一"), Reply("二")))
    sheet = replace(case(), case=(("电话", "13812345678"), ("申请号", "87654321")))
    new = card.with_sheet(turn, sheet, rules, TOKEN, AT)
    assert [len(reply.cards) for reply in new.replies] == [0, 1]
    assert isinstance(new.sheet, NewSheet) and new.sheet.expires == AT + 14 * card.DAY_MS
    assert "13812345678" not in str(new.sheet) and "87654321" in str(new.sheet)


def test_a_sheet_names_the_office_that_gives_it_out(rules: Rules) -> None:
    turn = Turn(conversation(), (Reply("一"),))
    made = [card.with_sheet(turn, replace(case(), office=name), rules, TOKEN, AT).sheet for name in ("", "某窗口")]
    assert [new.sheet.office for new in made if new] == [rules.library.desk.office, "某窗口"]


def test_a_terminal_names_where_the_forms_lie(rules: Rules) -> None:
    text = shown(body(Reply("好了", cards=(card.sheet_card(case(), rules, TOKEN),))))
    assert [line for line in text.splitlines() if f"/api/v1/sheets/{TOKEN}" in line] == text.splitlines()[1:] and "保存 PDF" in text


def test_no_two_sheets_have_one_token_and_none_can_be_guessed() -> None:
    made = {secret_token() for _ in range(1000)}
    assert len(made) == 1000 and all(re.fullmatch(r"[A-Za-z0-9_-]{32}", token) for token in made)


def test_where_nothing_is_stored_there_is_no_link(rules: Rules) -> None:
    turn = Turn(conversation(), (Reply("一"),))
    assert card.with_sheet(turn, case(), rules, "", AT) is turn


def test_a_sheet_is_read_as_it_was_written() -> None:
    assert sheets.read(sheets.written(large())) == large()
    assert sheets.read(sheets.written(BARE)) == BARE
