"""By how much a limit may be made longer is data with unit, basis, level and post: else nothing is published."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.bundles import arrange, bundle_files, check_bundle, read_bundle
from engine.law import read_profile
from tests.support.shipped import TREE

ROOT = Path(__file__).parents[3]
PROFILES = {
    key: read_profile((ROOT / "processes" / "_shared" / "profiles" / f"{key}.toml").read_bytes())
    for key in ("fictional-city", "fictional-county")
}


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return bundle_files(TREE, "open-pharmacy")


def faults(files: dict[str, bytes], path: str, old: str, new: str) -> set[tuple[str, str]]:
    """What stands against publishing once this text is another, of what an extension says."""
    text = files[path].decode()
    part = "[joint_extension]" if path == "bundle.toml" else "[extension]"
    head, tail = text.split(part, 1)
    assert old in tail
    changed = files | {path: (head + part + tail.replace(old, new, 1)).encode()}
    found = check_bundle(changed, "open-pharmacy", known_groups=None, profile=PROFILES["fictional-city"])
    return {(one.code, one.element) for one in found if "extension" in one.element}


@pytest.mark.parametrize(("path", "part"), [("items/P2.toml", "extension"), ("bundle.toml", "joint_extension")])
def test_an_extension_without_unit_basis_or_level_cannot_be_published(files, path, part):
    basis = "licensing-42-joint" if path == "bundle.toml" else "licensing-42"
    level = "government" if path == "bundle.toml" else "head"
    assert ("limit-without-unit", part) in faults(files, path, 'unit = "working_days"\n', "")
    assert {code for code, _ in faults(files, path, f'basis = "{basis}"\n', "")} == {"limit-without-basis"}
    assert ("missing-reference", f"{part}.level") in faults(files, path, f'"{level}"', '"nobody"')
    other = faults(files, path, 'unit = "working_days"', 'unit = "calendar_days"')
    assert ("extension-in-other-days", f"{part}.unit") in other


def test_the_post_must_be_there(files):
    found = check_bundle(files, "open-pharmacy", known_groups=set(), profile=PROFILES["fictional-city"])
    missing = {one.element for one in found if one.code == "missing-reference" and "extension" in one.element}
    assert missing == {"extension.group", "joint_extension.group"}


def test_a_place_without_a_bureau_names_its_own_posts(files):
    bundle = read_bundle(files, "open-pharmacy")
    assert arrange(bundle, PROFILES["fictional-city"]) is bundle
    county = arrange(bundle, PROFILES["fictional-county"])
    drugs = county.item("P2")
    assert (drugs.department, drugs.supervised_by) == ("county-market", "county-market")
    assert drugs.extension is not None
    assert drugs.extension.group == "county-market.head"
    assert county.lead_department == "county-market"
    assert county.joint_extension is None  # nobody there may extend the joint limit
    assert county.item("P6") == bundle.item("P6")
