"""A lower level that reviews and hands up is data: units, posts, limit with unit and basis; and it is drawn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine import DefinitionInvalid
from engine.bundles import arrange, at_level, bundle_files, check_bundle, guide_for, read_bundle, start_variables
from engine.law import HAND_UP, Profile, read_profile
from tests.support.shipped import TREE

ROOT = Path(__file__).parents[3]
COUNTY_FILE = ROOT / "processes" / "_shared" / "profiles" / "fictional-county.toml"
#: The same in the catalogue, for every place that says nothing else.
IN_CATALOGUE = """
[hand_up]
reviewed_by = "county-market"
groups = { send = "county-market.decide", receive = "device.review" }
may_return = false
basis = "licensing-42"
limit = { value = 8, unit = "working_days", basis = "licensing-42" }

[conditions]"""


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return bundle_files(TREE, "open-pharmacy")


@pytest.fixture(scope="module")
def county() -> Profile:
    return read_profile(COUNTY_FILE.read_bytes())


def changed(files: dict[str, bytes], path: str, old: str, new: str) -> dict[str, bytes]:
    text = files[path].decode()
    assert text.count(old) == 1
    return files | {path: text.replace(old, new).encode()}


def found(files: dict[str, bytes], profile: Profile | None, groups: set[str] | None = None) -> set[tuple[str, str]]:
    findings = check_bundle(files, "open-pharmacy", known_groups=groups, profile=profile)
    return {(one.code, one.element) for one in findings if "hand-up" in one.code or "hand_up" in one.element}


def test_the_county_reviews_and_the_city_decides(files, county):
    bundle = arrange(read_bundle(files, "open-pharmacy"), county)
    devices, drugs = bundle.item("P3"), bundle.item("P2")
    assert (devices.reviewing_department, devices.department) == ("county-market", "approval-bureau")
    assert drugs.hand_up is None
    assert drugs.reviewing_department == drugs.department == "county-market"
    assert devices.hand_up is not None
    assert devices.hand_up.limit.name == HAND_UP
    assert "第四十三条" in devices.hand_up.limit.basis.zh
    guided = {"class_iii": True, "drug_scope": ["otc-b"], "existing_licence": True, "shop_type": "single"}
    told = start_variables(bundle, guide_for(bundle, guided), guided, {})["items"]
    assert isinstance(told, dict)
    assert {key: one["hand_up"] for key, one in told.items()} == {key: key == "P3" for key in told}
    assert (told["P3"]["groups"]["review"], told["P3"]["groups"]["receive"]) == (
        "county-market.review",
        "device.review",
    )
    assert found(files, county) == set()


def test_at_a_task_of_the_upper_level_it_is_an_item_of_that_level(files, county):
    devices = arrange(read_bundle(files, "open-pharmacy"), county).item("P3")
    above = at_level(devices, ["device.review", "device.decide"])
    assert (above.reviewing_department, above.groups["review"]) == ("approval-bureau", "device.review")
    assert at_level(devices, ["county-market.review"]) is devices


def test_an_item_of_the_catalogue_may_say_it_too(files):
    bundle = read_bundle(changed(files, "items/P3.toml", "\n[conditions]", IN_CATALOGUE), "open-pharmacy")
    assert bundle.item("P3").reviewing_department == "county-market"
    assert found(changed(files, "items/P3.toml", "\n[conditions]", IN_CATALOGUE), None) == set()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (
            ', unit = "working_days", basis = "licensing-42" }\n\n[cond',
            ', basis = "licensing-42" }\n\n[cond',
            "limit-without-unit",
        ),
        (', basis = "licensing-42" }\n\n[cond', " }\n\n[cond", "limit-without-basis"),
        ('basis = "licensing-42"\nlimit', "limit", "hand-up-without-basis"),
        ("value = 8", "value = 10", "hand-up-leaves-no-time"),
        ('"county-market"\ngroups', '"approval-bureau"\ngroups', "handed-up-to-itself"),
    ],
)
def test_without_unit_basis_or_time_it_cannot_be_published(files, old, new, code):
    assert old in IN_CATALOGUE
    lame = changed(files, "items/P3.toml", "\n[conditions]", IN_CATALOGUE.replace(old, new))
    findings = check_bundle(lame, "open-pharmacy", known_groups=None)
    assert code in {one.code for one in findings}


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        ('value = 9, unit = "calendar_days"', None),  # nine days end before ten working days do
        ('value = 14, unit = "calendar_days"', "hand-up-in-another-unit"),  # before or after: the calendar says
        ('value = 1, unit = "months"', "hand-up-in-another-unit"),
    ],
)
def test_limits_in_two_units_are_compared_where_every_calendar_says_the_same(files, limit, code):
    said = IN_CATALOGUE.replace('value = 8, unit = "working_days"', limit)
    mixed = changed(files, "items/P3.toml", "\n[conditions]", said)
    codes = {one for one, _ in found(mixed, None)}
    assert codes == ({code} if code else set())


def test_what_is_decided_at_once_is_handed_up_by_nobody(files, county):
    at_once = changed(files, "items/P3.toml", "\nimmediate = false", "\nimmediate = true")
    assert ("hand-up-of-immediate", "immediate") in found(at_once, county)
    assert "hand-up-of-immediate" not in {code for code, _ in found(at_once, None)}


def test_its_posts_must_be_there_and_the_diagram_must_hand_up(files, county):
    posts = {"missing-reference"}
    assert {code for code, element in found(files, county, set()) if element.startswith("hand_up.groups")} == posts
    silent = changed(files, "open-pharmacy.bpmn", '<zeebe:input source="=items.P3.hand_up" target="hand_up" />', "")
    assert found(silent, county) == {("hand-up-not-drawn", "call-P3")}
    filing = arrange(read_bundle(files, "open-pharmacy"), county).item("P3").hand_up
    assert county.arrangement is not None
    items = {**county.arrangement.items, "P4": replace(county.arrangement.items["P4"], hand_up=filing)}
    also = replace(county, arrangement=replace(county.arrangement, items=items))
    assert ("hand-up-not-drawn", "call-P4") in found(files, also)  # a filing's process has no such step


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('limit = { value = 5, unit = "working_days", ', "limit = { value = 5, "),
        ('limit = { value = 5, unit = "working_days", basis', 'limit = { value = 5, unit = "working_days", grounds'),
        ("limit = { value = 5", "limit = { value = 0"),
        ('groups = { send = "county-market.decide", receive', "groups = { receive"),
    ],
)
def test_a_place_says_it_whole(old, new):
    text = COUNTY_FILE.read_text("utf-8")
    assert text.count(old) == 1
    with pytest.raises(DefinitionInvalid):
        read_profile(text.replace(old, new).encode())
