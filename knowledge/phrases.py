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
    "location": frozenset({"place"}),
    "location_far": frozenset({"doors", "phone", "province"}),
    "station_first": frozenset({"detail", "name"}),
    "station_line": frozenset({"detail", "name"}),
    "station_address": frozenset({"value"}),
    "station_phone": frozenset({"value"}),
    "station_hours": frozenset({"value"}),
    "station_now": frozenset({"value"}),
    "station_distance": frozenset({"value"}),
    "station_services": frozenset({"value"}),
    "station_note": frozenset({"value"}),
    "station_checked": frozenset({"as_of", "confidence"}),
    "station_undated": frozenset(),
    "station_unknown": frozenset(),
    "station_pending": frozenset(),
    "station_unverified": frozenset(),
    "station_open": frozenset({"until"}),
    "station_closed": frozenset({"opens"}),
    "station_shut": frozenset(),
    "station_metres": frozenset({"metres"}),
    "station_kilometres": frozenset({"km"}),
    "station_flag": frozenset(),
    "station_flagged": frozenset({"name", "phones"}),
    "stations_some": frozenset({"kind", "phones", "place"}),
    "stations_standing": frozenset({"kind", "phones", "place"}),
    "stations_standing_county": frozenset({"county", "kind", "phones", "place"}),
    "stations_one": frozenset({"name", "phones"}),
    "stations_ask": frozenset({"example", "kind"}),
    "stations_none": frozenset({"kind", "phones", "place"}),
    "stations_place": frozenset({"example"}),
    "stations_elsewhere": frozenset({"doors", "phone", "place", "province"}),
    "stations_elsewhere_known": frozenset(),
    "stations_off": frozenset({"day", "holiday"}),
    "stations_weekend": frozenset({"day"}),
    "stations_weekends": frozenset(),
    "stations_swapped": frozenset({"day"}),
    "stations_statutory": frozenset({"day", "holiday"}),
    "stations_workday": frozenset({"day"}),
    "position": frozenset(),
    "position_how": frozenset(),
    "map_amap": frozenset(),
    "map_tencent": frozenset(),
    "map_baidu": frozenset(),
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
