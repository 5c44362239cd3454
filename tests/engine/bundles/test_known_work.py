"""Tasks of a bundle's diagrams ask for work that the application knows: steps of people, jobs of machines."""

import pytest

from engine.bundles import check_bundle, known_jobs, known_steps
from engine.findings import Severity

GROUPS = {"stall.review", "stall.decide", "stall.verify"}
STEP = '<zeebe:properties><zeebe:property name="step" value="record"/></zeebe:properties>'
JOB = '<zeebe:taskDefinition type="issue-licence"/>'


def found(files):
    return [
        one
        for one in check_bundle(files, "open-stall", known_groups=GROUPS)
        if one.code in ("missing-step", "unknown-step", "unknown-job")
    ]


def test_a_user_task_without_a_step_is_an_error_that_names_the_templates(change):
    (told,) = found(change("stall.bpmn", STEP, ""))
    assert (told.severity, told.code, told.file, told.element) == (
        Severity.ERROR,
        "missing-step",
        "stall.bpmn",
        "hand-out",
    )
    assert "记录办理情况" in told.remedy.zh
    assert "Record what was done" in told.remedy.en


@pytest.mark.parametrize("step", ["notify-it", "Record", "recrod"])
def test_a_step_that_nobody_knows_is_an_error(change, step):
    (told,) = found(change("stall.bpmn", STEP, STEP.replace("record", step)))
    assert (told.severity, told.code, told.element) == (Severity.ERROR, "unknown-step", "hand-out")
    assert step in told.message.zh
    assert step in told.message.en


def test_every_step_that_the_application_knows_will_do(change):
    for step in known_steps():
        files = change("stall.bpmn", 'value="record"', f'value="{step}"')
        assert found(files) == []
        change("stall.bpmn", f'value="{step}"', 'value="record"') if step != "decide" else files.update(
            {"stall.bpmn": files["stall.bpmn"].replace(b'value="decide"', b'value="record"', 1)}
        )


def test_a_job_that_nothing_handles_is_an_error_that_names_those_that_are(change):
    (told,) = found(change("stall.bpmn", JOB, '<zeebe:taskDefinition type="push-market"/>'))
    assert (told.severity, told.code, told.element) == (Severity.ERROR, "unknown-job", "write")
    assert "push-market" in told.message.zh
    for key in known_jobs():
        assert key in told.remedy.zh
        assert key in told.remedy.en


def test_a_type_that_is_worked_out_is_left_to_the_case(change):
    assert found(change("stall.bpmn", JOB, '<zeebe:taskDefinition type="=kind_of_work"/>')) == []


def nameless(files):
    return [one for one in check_bundle(files, "open-stall", known_groups=GROUPS) if one.code == "task-without-name"]


@pytest.mark.parametrize("name", ["", ' name=""', ' name=" "'])
def test_a_user_task_without_a_name_is_told_with_what_it_will_be_called(change, name):
    (told,) = nameless(change("stall.bpmn", ' name="发证"', name))
    assert (told.severity, told.file, told.element) == (Severity.WARNING, "stall.bpmn", "hand-out")
    assert "“记录办理情况”" in told.message.zh
    assert "“Record what was done”" in told.message.en
    assert "双击" in told.remedy.zh
    assert "Double-click" in told.remedy.en


def test_without_a_step_it_is_called_by_where_it_stands(change):
    change("stall.bpmn", STEP, "")
    (told,) = nameless(change("stall.bpmn", ' name="发证"', ""))
    assert "人工任务”" in told.message.zh
    assert "the user task after" in told.message.en


def test_named_tasks_are_not_told(change):
    assert nameless(change("stall.bpmn", STEP, STEP)) == []
