"""What a bundle's table on commitment is told of the applicant's credit; tables that read less go on as before."""

from __future__ import annotations

import pytest

from engine.bundles import eligibility, read_bundle
from engine.dmn import read_decisions
from engine.law import read_profile
from tests.engine.bundles.conftest import DECISION
from tests.engine.bundles.test_guided_questions import PROFILE

ANSWERS = {"kinds": ["hot"], "sign": True, "fire": False}


@pytest.fixture
def bundle(files):
    return read_bundle(files)


@pytest.fixture
def profile():
    return read_profile(PROFILE.encode())


@pytest.fixture
def decisions(files):
    return read_decisions(files["commitment.dmn"], "commitment.dmn")[0]


@pytest.mark.parametrize(("name", "many"), [("false_commitments", 2), ("unrepaired_records", 3)])
def test_a_table_may_ask_how_many_records_there_are(bundle, profile, name, many):
    asked = DECISION.replace('typeRef="string"><text>credit</text>', f"><text>{name}</text>")
    text = asked.replace('<text>"barred"</text>', f"<text>&gt;= {many}</text>")
    decisions, findings = read_decisions(text.encode(), "t.dmn", None)
    assert [finding for finding in findings if finding.severity == "error"] == []
    told = {name: many}
    barred = eligibility(bundle, decisions, profile, "B", ANSWERS, credit="good", **told)
    assert (barred.eligible, barred.rule) == (False, "credit")
    one_less = eligibility(bundle, decisions, profile, "B", ANSWERS, credit="good", **{name: many - 1})
    assert one_less.eligible


def test_a_table_that_reads_credit_alone_is_told_nothing_else_it_needs(bundle, decisions, profile):
    found = eligibility(bundle, decisions, profile, "B", ANSWERS, credit="good", false_commitments=5)
    assert found.eligible
    assert not eligibility(bundle, decisions, profile, "B", ANSWERS, credit="barred").eligible
