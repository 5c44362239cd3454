"""What may follow acceptance, as the catalogue and the place's rules state it."""

from __future__ import annotations

from datetime import date

import pytest

from engine.bundles import bundle_files, check_bundle, guide_for, notification_sheet, read_bundle
from engine.errors import DefinitionInvalid
from engine.law import read_profile
from webapp.services.bundle_folders import read_tree
from webapp.settings import PROJECT_FOLDER, Settings

SHARED = PROJECT_FOLDER / "processes" / "_shared" / "profiles"
P2 = (
    b'P2 = { basis = "drug-materials", main = false,'
    b' tolerance = { value = 8, unit = "working_days", basis = "tolerance-list" } }'
)


def findings(files: dict[str, bytes]) -> set[tuple[str, str]]:
    return {(one.code, one.element) for one in check_bundle(files)}


@pytest.fixture
def files() -> dict[str, bytes]:
    """The pharmacy as it is shipped."""
    return bundle_files(read_tree(Settings.from_environment({"ONEWINDOW_ENV": "test"})), "open-pharmacy")


def test_a_secondary_material_has_its_own_time(files) -> None:
    chart = read_bundle(files).material("organisation-chart")
    terms = {one.item: one.tolerance for one in chart.requirements}
    assert terms["P2"] is not None
    assert (terms["P2"].value, terms["P2"].unit) == (8, "working_days")
    assert terms["P4"] is None


def test_a_main_material_is_not_tolerated(files) -> None:
    main = {**files, "bundle.toml": files["bundle.toml"].replace(P2, P2.replace(b"main = false, ", b""))}
    assert ("main-material-tolerated", "materials.organisation-chart.required.P2.tolerance") in findings(main)


def test_nor_is_one_of_an_item_that_another_system_decides(files) -> None:
    external = files["items/P2.toml"].replace(b'decided_in = "here"', b'decided_in = "external"')
    changed = {**files, "items/P2.toml": external}
    assert ("tolerance-decided-elsewhere", "materials.organisation-chart.required.P2.tolerance") in findings(changed)


def test_a_time_without_basis_is_refused(files) -> None:
    bare = P2.replace(b', basis = "tolerance-list"', b"")
    with pytest.raises(DefinitionInvalid) as invalid:
        read_bundle({**files, "bundle.toml": files["bundle.toml"].replace(P2, bare)})
    assert "limit-without-basis" in {one.code for one in invalid.value.findings}


@pytest.mark.parametrize(
    ("old", "new", "code", "element"),
    [
        ('consequence = "withdrawn"', 'consequence = "forgotten"', "wrong-value", "tolerance.late.consequence"),
        ('reminders = ["80%", "-1"]', 'reminders = ["50%"]', "wrong-value", "tolerance.reminders"),
        ("[tolerance.limit]\nvalue = 10\nunit", "[tolerance.limit]\nvalue = 10\nkind", "limit-without-unit", ""),
        (
            '[tolerance.force_majeure]\nvalue = 5\nunit = "working_days"',
            '[tolerance.force_majeure]\nvalue = 5\nunit = "calendar_days"',
            "wrong-value",
            "tolerance.force_majeure",
        ),
    ],
)
def test_rules_of_a_place_that_do_not_hold_are_named(old: str, new: str, code: str, element: str) -> None:
    content = (SHARED / "fictional-city.toml").read_text("utf-8")
    assert old in content
    with pytest.raises(DefinitionInvalid) as invalid:
        read_profile(content.replace(old, new).encode())
    assert [one for one in invalid.value.findings if one.code == code and element in one.element]


def test_two_shipped_places_make_different_things_of_a_missed_day() -> None:
    city = read_profile((SHARED / "fictional-city.toml").read_bytes()).tolerance
    county = read_profile((SHARED / "fictional-county.toml").read_bytes()).tolerance
    assert city is not None
    assert county is not None
    assert (city.late, county.late) == ("withdrawn", "acceptance-revoked")
    assert (city.force_majeure is not None, county.force_majeure) == (True, None)


def test_the_sheet_tells_what_may_follow_where_the_place_lists_the_item(files) -> None:
    bundle = read_bundle(files)
    answers = {
        "shop_type": "single",
        "drug_scope": ["otc-b"],
        "class_iii": True,
        "class_ii": False,
        "food": False,
        "signboard": False,
        "existing_licence": True,
    }
    told = {}
    for place in ("fictional-city", "fictional-county"):
        profile = read_profile((SHARED / f"{place}.toml").read_bytes())
        sheet = notification_sheet(bundle, guide_for(bundle, answers), profile, answers, made_on=date(2026, 9, 7))
        told[place] = [line.strip() for line in sheet.text().splitlines() if "可以容缺受理" in line]
    assert len(told["fictional-city"]) == 3
    assert len(told["fictional-county"]) == 2  # the drug licence alone
    assert any("书面承诺后最长8个工作日内补齐" in line for line in told["fictional-city"])
