"""How long the one thing takes, computed from its baseline, its promises, their order and its commitments."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.bundles import Bundle, bundle_files, read_bundle, savings
from engine.bundles.model import Limit, Unit
from engine.words import Words

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def pharmacy() -> Bundle:
    paths = [path for folder in ("processes", "forms") for path in (ROOT / folder).rglob("*") if path.is_file()]
    tree = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in paths}
    return read_bundle(bundle_files(tree, "open-pharmacy"), "open-pharmacy")


def test_the_pharmacy_from_45_to_12_to_none(pharmacy: Bundle) -> None:
    found = savings(pharmacy)
    assert found is not None
    assert (found.before, found.side_by_side, found.at_once) == (45, 12, 0)
    assert found.longest.key == "P2"
    assert [item.key for item in found.committed] == ["P2", "P3", "P4", "P5"]
    assert [item.key for item in found.elsewhere] == ["P1"]
    assert [item.key for item in found.apart] == ["P6"]


def test_items_that_need_each_other_add_up(pharmacy: Bundle) -> None:
    items = [replace(item, needs_result_of=("P2",)) if item.key == "P3" else item for item in pharmacy.items]
    found = savings(replace(pharmacy, items=tuple(items)))
    assert found is not None
    assert (found.side_by_side, found.longest.key, found.at_once) == (22, "P3", 0)


def test_other_days_are_not_added_to_working_days(pharmacy: Bundle) -> None:
    months = {"promised": Limit(1, Unit("months"), Words("依据", "basis"))}
    items = [replace(item, limits=months) if item.key == "P3" else item for item in pharmacy.items]
    assert savings(replace(pharmacy, items=tuple(items))) is None


def test_without_commitment_there_is_no_third_bar(pharmacy: Bundle) -> None:
    items = tuple(replace(item, commitment=None, immediate=False) for item in pharmacy.items)
    found = savings(replace(pharmacy, items=items))
    assert found is not None
    assert found.at_once is None
