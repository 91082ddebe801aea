"""Coordinates against known pairs, there and back; map links that carry any name unharmed."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import divisions, geo, library, loader
from knowledge.geo import Pair
from tests import casebook
from tests.running import ROOT

CASES = casebook.read("geo")
CLOSE = 1e-6  # degrees, about 0.1 m
PROVINCE = divisions.box(divisions.load(ROOT / "knowledge" / "divisions.csv"))


def near(found: Pair, expected: list[float]) -> bool:
    return abs(found.lat - expected[0]) < CLOSE and abs(found.lon - expected[1]) < CLOSE


def places(name: str) -> Any:
    return pytest.mark.parametrize("case", CASES[name], ids=lambda case: case["place"])


@places("inside")
def test_known_pairs_come_out(case: dict[str, Any]) -> None:
    wgs, gcj = Pair(*case["wgs"]), Pair(*case["gcj"])
    assert near(geo.wgs_to_gcj(wgs), case["gcj"])
    assert near(geo.gcj_to_bd(gcj), case["bd"])
    shift = 1000 * divisions.distance_km(wgs.lat, wgs.lon, gcj.lat, gcj.lon)
    assert abs(shift - case["metres"]) < 3


@places("inside")
def test_the_way_back_gives_the_point_again(case: dict[str, Any]) -> None:
    assert near(geo.to_wgs(Pair(*case["gcj"]), "gcj02"), case["wgs"])
    assert near(geo.to_wgs(Pair(*case["bd"]), "bd09"), case["wgs"])
    assert geo.to_wgs(Pair(*case["wgs"]), "wgs84") == tuple(case["wgs"])


@places("outside")
def test_abroad_nothing_is_shifted(case: dict[str, Any]) -> None:
    assert geo.wgs_to_gcj(Pair(*case["wgs"])) == tuple(case["wgs"])
    assert geo.gcj_to_wgs(Pair(*case["wgs"])) == tuple(case["wgs"])


def test_the_usual_box_would_shift_singapore_and_the_province_s_own_does_not() -> None:
    case = CASES["pitfall"]
    assert near(geo.wgs_to_gcj(Pair(*case["wgs"])), case["wrong"])
    assert geo.wgs_to_gcj(Pair(*case["wgs"]), PROVINCE) == tuple(case["wgs"])


@given(st.floats(20, 50), st.floats(75, 135))
def test_there_and_back_is_the_same_anywhere_in_the_country(lat: float, lon: float) -> None:
    at = Pair(lat, lon)
    assert near(geo.gcj_to_wgs(geo.wgs_to_gcj(at)), [lat, lon])
    assert near(geo.bd_to_gcj(geo.gcj_to_bd(at)), [lat, lon])
    assert divisions.distance_km(lat, lon, *geo.wgs_to_gcj(at)) < 1.2


def test_the_province_s_box_holds_every_county_and_no_foreign_city() -> None:
    counties = divisions.load(ROOT / "knowledge" / "divisions.csv")
    assert all(PROVINCE.holds(Pair(d.lat, d.lon)) for d in counties)
    for lat, lon in ((47.92, 106.92), (1.3521, 103.8198), (21.03, 105.85), (39.907, 116.391)):
        assert not PROVINCE.holds(Pair(lat, lon))


@pytest.mark.parametrize("pair", CASES["refused"], ids=str)
def test_what_is_no_position_is_refused(pair: list[float]) -> None:
    assert not geo.is_position(*pair)


@pytest.mark.parametrize("pair", CASES["swapped"], ids=str)
def test_swapped_degrees_are_found(pair: list[float]) -> None:
    assert geo.is_swapped(*pair) and not geo.is_swapped(*reversed(pair))


NAME = "兰州&代办处|;:“大厅” 1/2层?#%"


@pytest.mark.parametrize("name", ["amap", "tencent", "baidu"])
def test_a_map_link_carries_the_shifted_point_and_any_name(name: str) -> None:
    link = geo.map_links(NAME, "金昌南路279号", Pair(39.907333, 116.391083))[name]
    values = {key: value[0] for key, value in parse_qs(urlsplit(link).query).items()}
    text = " ".join(values.values())
    assert "39.908734" in text and "116.397324" in text
    assert link.isascii() and " " not in link and "#" not in link
    if name == "amap":
        assert values["position"] == "116.397324,39.908734" and values["name"] == NAME and values["coordinate"] == "gaode"
    if name == "tencent":
        assert values["marker"] == "coord:39.908734,116.397324;title:兰州&代办处“大厅” 1/2层?#%;addr:金昌南路279号"
    if name == "baidu":
        assert values["location"] == "39.908734,116.397324" and values["coord_type"] == "gcj02" and values["title"] == NAME


def test_a_long_name_is_cut_and_a_missing_address_is_the_name() -> None:
    links = geo.map_links("站" * 100, "", Pair(36.06, 103.83))
    assert all(len(link) < 1200 for link in links.values())
    assert parse_qs(urlsplit(links["baidu"]).query)["content"][0] == "站" * 40


def test_the_maps_are_allowed_hosts() -> None:
    hosts = loader.load(library.Hosts, Path(ROOT / "knowledge" / "hosts.yaml")).hosts
    for link in geo.map_links("窗口", "路", Pair(36.06, 103.83)).values():
        assert urlsplit(link).hostname in hosts
