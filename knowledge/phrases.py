"""The sentences that the program needs, and the blanks that it fills in each."""

import string
from collections.abc import Iterator, Mapping

# name → blanks
NEEDED: Mapping[str, frozenset[str]] = {
    "more": frozenset(),
    "human": frozenset(),
    "none": frozenset(),
    "cancel_human": frozenset(),
    "clarify": frozenset(),
    "clarify_facet": frozenset({"facet"}),
    "no_facet": frozenset({"facet", "item"}),
    "no_answer": frozenset({"item", "phone"}),
    "handoff_open": frozenset({"hours", "phone", "ticket"}),
    "handoff_closed": frozenset({"hours", "opening", "phone", "ticket"}),
    "handoff_again": frozenset({"ticket"}),
    "provisional": frozenset(),
    "hours_line": frozenset({"hours", "provisional"}),
    "handoff_cancelled": frozenset({"ticket"}),
    "closed_back": frozenset(),
    "reject": frozenset({"phone"}),
    "reject_offer": frozenset({"phone"}),
    "misunderstood": frozenset(),
    "empty": frozenset(),
    "too_long": frozenset({"length", "limit"}),
    "attachment": frozenset(),
    "location": frozenset({"phone", "place"}),
    "location_far": frozenset({"phone", "place", "province"}),
    "stale_choice": frozenset(),
    "deleted": frozenset(),
    "delete_confirm": frozenset(),
    "delete_yes": frozenset(),
    "delete_no": frozenset(),
    "delete_kept": frozenset(),
    "exported": frozenset({"count"}),
    "export_label": frozenset(),
    "fee_next": frozenset(),
    "deadline_next": frozenset(),
    "flow_step": frozenset({"count", "number"}),
    "flow_back": frozenset(),
    "flow_cancel": frozenset(),
    "flow_later": frozenset(),
    "flow_skip": frozenset(),
    "flow_done": frozenset(),
    "flow_check": frozenset(),
    "flow_go_on": frozenset({"guide"}),
    "flow_back_to": frozenset(),
    "flow_stop": frozenset(),
    "flow_no_item": frozenset(),
    "flow_first": frozenset(),
    "flow_too_long": frozenset(),
    "flow_number_range": frozenset({"least", "most"}),
    "flow_date_whole": frozenset(),
    "flow_date_future": frozenset(),
    "flow_date_past": frozenset(),
    "flow_cancelled": frozenset({"guide"}),
    "flow_parked": frozenset({"code", "days"}),
    "flow_resumed": frozenset({"guide"}),
    "flow_unchanged": frozenset(),
    "flow_changed": frozenset({"changes"}),
    "code_unknown": frozenset(),
    "code_locked": frozenset(),
    "sheet_ready": frozenset({"guide"}),
    "sheet_fee_total": frozenset(),
    "sheet_no_fee": frozenset(),
    "sheet_assumed": frozenset({"assumed"}),
    "sheet_today": frozenset(),
    "sheet_over": frozenset(),
    "sheet_from": frozenset(),
    "sheet_grace": frozenset(),
    "sheet_counted": frozenset({"day", "notes"}),
    "sheet_unpublished": frozenset({"day", "year"}),
    "sheet_classes": frozenset(),
    "sheet_overdue": frozenset({"day"}),
    "class_named": frozenset({"number"}),
    "sheet": frozenset(),
    "sheet_case": frozenset(),
    "sheet_days": frozenset(),
    "sheet_remarks": frozenset(),
    "sheet_where": frozenset(),
    "sheet_sources": frozenset(),
    "sheet_item": frozenset(),
    "sheet_amount": frozenset(),
    "sheet_total": frozenset(),
    "sheet_yuan": frozenset({"amount"}),
    "sheet_date": frozenset({"year", "month", "day", "weekday"}),
    "sheet_weekdays": frozenset(),
    "sheet_made": frozenset({"date"}),
    "sheet_foot": frozenset(),
    "sheet_code": frozenset({"code"}),
    "sheet_scan": frozenset({"label"}),
    "sheet_page": frozenset({"page", "pages"}),
    "sheet_pdf": frozenset(),
    "sheet_html": frozenset(),
    "sheet_ics": frozenset(),
    "sheet_print": frozenset(),
    "sheet_keep": frozenset({"days"}),
    "sheet_gone_title": frozenset(),
    "sheet_gone": frozenset({"days"}),
    "sheet_back": frozenset(),
}


def faults(phrases: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """(key, what is wrong): a sentence missing, unknown, empty, or with a blank that nobody fills."""
    for name in NEEDED.keys() - phrases.keys():
        yield name, "缺少这句话"
    for name, text in phrases.items():
        if name not in NEEDED:
            yield name, "没有用到这句话，是不是写错了名字"
        elif not isinstance(text, str) or not text:
            yield name, "应为一句话"
        else:
            yield from ((name, message) for message in _blanks(text, NEEDED[name]))


def _blanks(text: str, filled: frozenset[str]) -> Iterator[str]:
    try:
        found = {blank for _, blank, _, _ in string.Formatter().parse(text) if blank is not None}
    except ValueError:
        yield "花括号没有成对"
        return
    for blank in sorted(found - filled):
        yield f"没有这个空格：{{{blank}}}"
