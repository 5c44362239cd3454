"""Which limit a clock of an item runs by."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from engine.bundles import bundle_files, check_bundle, clocks_of, limit_of, read_bundle
from engine.findings import Severity
from engine.law import read_profile
from tests.support.shipped import TREE

FILES = bundle_files(TREE, "open-pharmacy")
BUNDLE = read_bundle(FILES)
CITY = read_profile(TREE["processes/_shared/profiles/fictional-city.toml"])
#: Limits that somebody orders, or that run from the end of another: no data says when they end for an item.
ORDERED = {"testing", "expert-review", "public-notice", "recheck"}


def clocks_of_diagrams() -> set[str]:
    named = re.compile(rb'name="clock" value="([^"]+)"|clock\((?:&quot;|")([^"&]+)')
    found = (match for path, content in TREE.items() if path.endswith(".bpmn") for match in named.finditer(content))
    return {name for one in found for name in (one[1] or one[2]).decode().split()}


def terms(clock: str, item: str = "P2") -> tuple[int, str] | None:
    found = limit_of(clock, BUNDLE.item(item), BUNDLE, CITY)
    return (found.value, found.unit) if found else None


@pytest.mark.parametrize("clock", sorted(clocks_of_diagrams() - ORDERED - {"hand-up"}))
def test_every_clock_that_a_shipped_diagram_waits_for_has_a_limit(clock):
    found = limit_of(clock, BUNDLE.item("P2"), BUNDLE, CITY)
    assert found is not None
    assert found.basis.zh


@pytest.mark.parametrize("clock", sorted(ORDERED))
def test_what_a_person_orders_or_another_limit_begins_has_none(clock):
    assert terms(clock) is None


def test_an_items_own_limits_come_first():
    assert terms("promised") == (BUNDLE.item("P2").limits["promised"].value, "working_days")


def test_silence_accepts_a_licence_by_law_and_the_rest_goes_by_the_limit_of_the_place():
    """行政许可法 art. 32."""
    silence = CITY.silence("licence")
    assert silence is not None
    assert limit_of("intake", BUNDLE.item("P2"), BUNDLE, CITY) == silence
    assert CITY.silence(BUNDLE.item("P5").kind) is None
    assert terms("intake", "P5") == (CITY.parameters["intake-limit"].value, CITY.parameters["intake-limit"].unit)


def test_a_commitment_names_the_limit_of_its_verification():
    committed = BUNDLE.item("P2").commitment
    assert committed is not None
    assert terms("verification") == (CITY.parameters[committed.verification_parameter].value, "working_days")


def test_the_kind_of_an_item_may_have_a_limit_of_its_own():
    """行政许可法 art. 44."""
    assert terms("delivery", "P2") == (10, "working_days")


@pytest.mark.parametrize("parameter", sorted(CITY.parameters))
def test_the_clocks_of_a_parameter_are_those_that_run_by_it(parameter):
    """Of the clocks of shipped diagrams those that have no limit without it."""
    other = replace(CITY, parameters={key: one for key, one in CITY.parameters.items() if key != parameter}, kinds={})
    whole, item = replace(CITY, kinds={}), BUNDLE.item("P2")
    waited = clocks_of_diagrams() - ORDERED - {"promised"}
    run = {one for one in waited if limit_of(one, item, BUNDLE, whole) and not limit_of(one, item, BUNDLE, other)}
    assert clocks_of(parameter) & waited == run


def test_a_timer_that_waits_for_a_mark_that_no_clock_has_is_an_error():
    diagram = "_shared/item-licence.bpmn"
    text = FILES[diagram].replace(b'clock("promised").mark("80%")', b'clock("promised").mark("50%")')
    found = [one for one in check_bundle({**FILES, diagram: text}) if one.code == "unknown-mark"]
    assert [(one.file, one.element, one.severity) for one in found] == [(diagram, "promise-mark", Severity.ERROR)]
    assert "50%" in found[0].message.zh
    assert not [one for one in check_bundle(FILES) if one.code == "unknown-mark"]
