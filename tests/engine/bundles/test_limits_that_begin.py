"""The limits that begin together: with receipt, acceptance, the order of a procedure. Office and trial ask for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from engine.bundles import arrange, bundle_files, decision_limits, joint_limit, procedure_time, read_bundle
from engine.law import ClockTerms, Profile, intake_limits, read_profile, waiting
from engine.words import Words
from tests.support.shipped import TREE

BUNDLE = read_bundle(bundle_files(TREE, "open-pharmacy"))
CITY, COUNTY = (read_profile(TREE[f"processes/_shared/profiles/fictional-{name}.toml"]) for name in ("city", "county"))
BEGINS = date(2026, 3, 2)


def due_on(terms: ClockTerms) -> date:
    return BEGINS + timedelta(terms.value)


def intake(place: Profile, kind: str) -> list[tuple[str, int]]:
    return [(one.name, one.value) for one in intake_limits(place, kind, due_on)]


def test_what_a_place_promises_within_the_limit_of_the_law_runs_beside_it():
    """行政许可法 art. 32: the law accepts after five working days of silence, whatever a place promises."""
    assert intake(COUNTY, "licence") == [("intake", 5), ("intake-promise", 2)]


def test_a_promise_that_is_no_shorter_is_none():
    assert intake(CITY, "licence") == [("intake", 5)]


def test_where_silence_accepts_nothing_the_office_has_its_own_limit_alone():
    assert intake(CITY, "filing") == [("intake", 5)]
    assert intake(COUNTY, "filing") == [("intake", 2)]


def test_a_place_without_a_limit_to_answer_says_so():
    nothing = replace(CITY, parameters={})
    with pytest.raises(KeyError):
        intake(nothing, "filing")


def test_acceptance_begins_the_limits_of_the_item_and_that_of_the_review_below():
    here = arrange(BUNDLE, COUNTY)
    handed_up = next(item for item in here.items if item.hand_up is not None)
    names = [terms.name for terms in decision_limits(handed_up)]
    assert names == ["promised", "statutory", "hand-up"]
    assert [terms.name for terms in decision_limits(handed_up, reviewed_below=False)] == names[:2]
    assert [terms.name for terms in decision_limits(BUNDLE.item("P2"))] == names[:2]


def test_the_joint_limit_is_the_bundles():
    terms = joint_limit(BUNDLE)
    assert terms is not None
    assert (terms.name, terms.value, terms.unit) == ("joint", 45, "working_days")
    assert joint_limit(replace(BUNDLE, joint_limit=None)) is None


def test_a_procedure_takes_the_time_of_its_order_by_the_rule_of_the_place_or_by_its_notice():
    known = procedure_time("testing", 5, CITY)
    assert (known.name, known.value, known.unit) == ("testing", 5, "working_days")
    assert "第四十五条" in known.basis.zh
    assert procedure_time("testing", 5, replace(CITY, pauses={})).basis.zh == "特别程序告知书"


def test_a_limit_that_waits_stands_still_from_its_issue():
    still = waiting(ClockTerms("correction", 15, "working_days", Words("规定", "rules")), BEGINS)
    assert (still.started, still.ended, still.basis.zh) == (BEGINS, None, "规定")
