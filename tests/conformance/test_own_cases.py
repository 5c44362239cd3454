"""Small cases of our own in each of the forms: they pass, and a case that expects something else does not."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.cases import Case
from tests.conformance.finding import find_cases
from tests.conformance.workers import judge

OWN = Path(__file__).parent / "own"
CASES = {f"{case.suite} {case.name}": case for case in find_cases(OWN)}
PLAIN = [name for name, case in CASES.items() if case.kind != "hostile"]


@pytest.mark.parametrize("name", PLAIN)
def test_it_passes(name: str) -> None:
    verdict = judge(CASES[name])
    assert verdict.passed, verdict.detail


def changed(name: str, **data: Any) -> Case:
    return replace(CASES[name], data={**CASES[name].data, **data})


def one_run(**said: Any) -> list[Mapping[str, Any]]:
    return [{"start": ["Fees"], "variables": {"amount": 150, "poor": False}, "wait_ms": 0, **said}]


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        (one_run(expected=["FEE_waived"]), "expected ['FEE_waived'], found ['FEE_charged']"),
        (one_run(expected=["FEE_charged", "FEE_charged"]), "found ['FEE_charged']"),
        (one_run(expected=["FEE_charged", "ERROR_runtime"]), "found ['FEE_charged']"),
        (one_run(expected=["FEE_charged"], variables={}), "ERROR_runtime"),
        (one_run(expected=["FEE_charged"], start=["Nothing"]), "Nothing"),
        (one_run(expected=["FEE_charged"], compare="tea leaves"), "tea leaves"),
    ],
)
def test_a_trace_that_differs_fails_and_says_how(runs: list[Mapping[str, Any]], said: str) -> None:
    verdict = judge(changed("processes Fees", runs=runs))
    assert not verdict.passed
    assert said in verdict.detail


def test_a_script_that_logs_another_token_than_its_element_stands_for_is_noticed() -> None:
    verdict = judge(
        changed("processes Fees", token_by_element={"charge": "FEE_paid"}, runs=one_run(expected=["FEE_paid"]))
    )
    assert not verdict.passed
    assert "FEE_charged" in verdict.detail


def test_a_marker_counts_once_and_only_where_it_is_asked_for() -> None:
    letters = CASES["processes Letters"].data["runs"][0]
    assert judge(changed("processes Letters", runs=[{**letters, "expected": ["LETTERS_sent"]}])).passed
    without = {"sent": "LETTERS_sent"}
    verdict = judge(
        changed("processes Letters", token_by_element=without, runs=[{**letters, "expected": ["ERROR_runtime"]}])
    )
    assert not verdict.passed


VOTING = [{"start": "rounds", "vars": {"voters": 2}}]


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([{"tasks": ["vote"]}], "open are ['vote', 'vote']"),
        ([{"task_count": 3}], "open are"),
        ([{"complete": "count"}], "no such task"),
        ([{"ended": True}], "ended: False"),
        ([{"complete_all": True}, {"not_ended": True}], "ended: True"),
        ([{"message": "vote"}], "nobody waits"),
        ([{"start_by_message": "vote"}], "nobody waits"),
        ([{"expect_error": "runtime"}], "nothing went wrong"),
        ([{"set": {"voters": 1}}, {"sing": "loudly"}], "not understood: sing loudly"),
        ([{"complete": "vote", "ended": True}], "not understood"),
        ([{"start": "nowhere"}], "nowhere"),
    ],
)
def test_a_scenario_that_differs_fails_and_says_where(steps: list[Mapping[str, Any]], said: str) -> None:
    verdict = judge(changed("behaviour own-03 as many votes as voters", scenarios=[[*VOTING, *steps]]))
    assert not verdict.passed
    assert said in verdict.detail


def test_an_error_that_is_not_expected_or_another_one_fails() -> None:
    begun = [{"start_by_message": "request"}, {"complete": "look", "vars": {"verdict": "unheard of"}}]
    for ending, said in (
        ([], "no-flow"),
        ([{"ended": False}], "no-flow"),
        ([{"expect_error": "uncaught-bpmn-error"}], "another error"),
        ([{"expect_error": "weather"}], "weather"),
    ):
        verdict = judge(changed("behaviour own-02 a start by message and two ends", scenarios=[begun + ending]))
        assert not verdict.passed
        assert said in verdict.detail


def test_a_missing_file_is_the_cases_own_fault() -> None:
    verdict = judge(changed("behaviour own-03 as many votes as voters", files=["gone.bpmn"]))
    assert verdict.detail.endswith("the file gone.bpmn is missing")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("23.333333333", "23.3333"),
        ("2026-02-04", "2026-02-05"),
        ("P30D", "P31D"),
        ("2026-01-05T09:30:00", "2026-01-05T09:30:00Z"),
        (">two<", ">three<"),
        ('<component name="term">', '<component name="time">'),
        (' errorResult="true"', ""),
        (">50.0<", ">51<"),
        (">8<", ">9<"),
    ],
)
def test_another_value_of_a_decision_is_noticed(tmp_path: Path, old: str, new: str) -> None:
    fees = OWN / "decisions" / "fees"
    (tmp_path / "fees.dmn").write_bytes((fees / "fees.dmn").read_bytes())
    text = (fees / "fees-test-01.xml").read_text()
    assert old in text
    (tmp_path / "fees-test-01.xml").write_text(text.replace(old, new))
    failing = [case.name for case in find_cases(tmp_path) if not judge(case).passed]
    assert len(failing) == 1
