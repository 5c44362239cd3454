"""A variable that a bundle's diagrams read is given by something; else a condition on it never holds."""

import json
from pathlib import Path

import pytest

from engine.bundles import bundle_files, bundle_keys, check_bundle
from engine.findings import Severity

GROUPS = {"stall.review", "stall.decide", "stall.verify"}
CODE = "variable-never-written"
FIELD = {"type": "checkbox", "key": "market_ok", "label": "好"}


def found(files):
    return [one for one in check_bundle(files, "open-stall", known_groups=GROUPS) if one.code == CODE]


@pytest.fixture
def asks(change):
    """The stall, with another condition on the way to item C."""
    return lambda condition: change("stall.bpmn", "items.C.applies", condition)


def test_a_condition_on_what_nothing_writes_is_a_warning_at_its_flow(asks):
    (told,) = found(asks("market_ok"))
    assert (told.severity, told.file, told.element) == (Severity.WARNING, "stall.bpmn", "split-call-C")
    assert "market_ok" in told.message.zh
    assert "market_ok" in told.message.en


def test_so_is_one_in_a_mapping_and_in_a_timer(files, change):
    change("stall.bpmn", "=items.C.groups", "=posts.C")
    files["stall.bpmn"] = files["stall.bpmn"].replace(
        b'<conditionalEventDefinition id="ended-C-when"><condition xsi:type="tFormalExpression">=terminated_C = true'
        b"</condition></conditionalEventDefinition>",
        b'<timerEventDefinition id="ended-C-when"><timeDuration xsi:type="tFormalExpression">=patience'
        b"</timeDuration></timerEventDefinition>",
    )
    assert {(one.element, "posts" in one.message.zh, "patience" in one.message.zh) for one in found(files)} == {
        ("call-C", True, False),
        ("ended-C", False, True),
    }


def test_an_answer_that_is_no_variable_of_the_case_is_told_where_to_list_it(asks):
    (told,) = found(asks("fire = true"))  # a guided question that bundle.toml does not list
    assert "case_variables" in told.remedy.zh
    assert "case_variables" in told.remedy.en


@pytest.mark.parametrize("given", ["sign = true", "count(kinds) > 0", 'outcome = "granted"', 'ruling = "grant"'])
def test_what_a_start_a_mapping_or_known_work_gives_is_known(asks, given):
    assert found(asks(given)) == []


def test_what_the_form_of_a_task_gives_is_known(files, asks):
    asks("market_ok")
    files["forms/market.form"] = json.dumps(
        {
            "type": "default",
            "schemaVersion": 19,
            "components": [{"type": "checkbox", "key": "market_ok", "label": "好"}],
        }
    ).encode()
    assert found(files) == []


def test_a_name_that_is_only_misspelt_is_told_once(asks):
    files = asks("outcoms = 1")
    codes = [one.code for one in check_bundle(files, "open-stall", known_groups=GROUPS) if "outcoms" in one.message.zh]
    assert codes == ["misspelt-name"]


def test_where_a_job_is_worked_out_anything_may_be_given(asks, change):
    asks("market_ok")
    assert found(change("stall.bpmn", 'type="issue-licence"', 'type="=kind_of_work"')) == []


def test_no_alarm_on_the_bundles_that_come_along():
    root = Path(__file__).parents[3]
    tree = {
        path.relative_to(root).as_posix(): path.read_bytes()
        for folder in ("processes", "forms")
        for path in (root / folder).rglob("*")
        if path.is_file()
    }
    new = (CODE, "missing-step", "unknown-step", "unknown-job", "node-not-drawn", "flow-not-drawn")
    for key in bundle_keys(tree):
        assert [one for one in check_bundle(bundle_files(tree, key), key) if one.code in new] == []
