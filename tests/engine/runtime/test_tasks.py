"""What each kind of task does."""

from datetime import UTC, datetime

import pytest

from engine.errors import NothingWaits, TaskNotOpen
from engine.runtime import Closing, JobDone, JobError, JobFailed, complete, resolve
from tests.engine.runtime.diagrams import MONDAY, Case, diagram, ext, io, job, script

ASSIGNED = ext(
    '<zeebe:assignmentDefinition candidateGroups="=groups.review" assignee="=who"/>',
    '<zeebe:formDefinition formId="review-form"/>',
    '<zeebe:taskSchedule dueDate="=due" followUpDate="2026-12-01T09:00:00+08:00"/>',
    '<zeebe:priorityDefinition priority="90"/>',
    '<zeebe:properties><zeebe:property name="step" value="review"/>'
    '<zeebe:property name="urgent" value="=urgent"/></zeebe:properties>',
)


def test_a_user_task_opens_with_everything_evaluated() -> None:
    case = Case(
        diagram("start s\nuser t\ns -> t", {"t": ASSIGNED}),
        {"groups": {"review": ["drug.review", "lead"]}, "who": None, "due": MONDAY, "urgent": True},
    )
    (task,) = case.last.opened
    assert task.candidate_groups == ("drug.review", "lead")
    assert (task.assignee, task.form_key, task.priority) == (None, "review-form", 90)
    assert task.due == MONDAY
    assert task.follow_up == datetime(2026, 12, 1, 1, tzinfo=UTC)
    assert task.properties == {"step": "review", "urgent": "true"}


def test_a_task_whose_group_is_null_is_an_incident_and_opens_for_nobody() -> None:
    case = Case(diagram("start s\nuser t\ns -> t", {"t": ASSIGNED}), {"urgent": True})
    assert case.tasks == []
    assert case.view.incidents[0].code == "expression-failed"
    case.retry(groups={"review": "drug.review"})
    assert case.tasks == ["t"]


def test_completing_twice_is_refused_by_type() -> None:
    case = Case(diagram("start s\nuser a\nuser b\ns -> a -> b"))
    task = case.waiting("task", "a")
    step = case.complete("a")
    assert [(each.id, each.how) for each in step.closed] == [(task, Closing.COMPLETED)]
    with pytest.raises(TaskNotOpen):
        complete(case.program, case.state, task, {}, case.context)


def test_a_job_carries_its_inputs_and_headers_and_gives_its_result() -> None:
    inside = ext(
        '<zeebe:taskDefinition type="issue-licence" retries="5"/>',
        '<zeebe:taskHeaders><zeebe:header key="printer" value="3"/></zeebe:taskHeaders>',
        io({"item": "key"}, {"licence": "number"}),
    )
    case = Case(diagram("start s\nservice issue\nuser t\ns -> issue -> t", {"issue": inside}), {"key": "P2"})
    (work,) = case.last.jobs
    assert (work.type, work.inputs, work.retries, work.headers) == (
        "issue-licence",
        {"item": "P2"},
        5,
        {"printer": "3"},
    )
    case.job("issue", number="X-1", noise=1)
    assert case.tasks == ["t"]
    assert case.variables == {"key": "P2", "licence": "X-1"}
    with pytest.raises(NothingWaits):
        resolve(case.program, case.state, work.id, JobDone(), case.context)


def test_a_failed_job_is_an_incident_and_retry_hands_it_out_again() -> None:
    case = Case(diagram("start s\nservice w\nuser t\ns -> w -> t", {"w": ext(job("work"))}))
    step = case.resolve("w", JobFailed("timeout", "no answer"))
    assert step.incidents[0].code == "job-failed"
    assert step.jobs_cancelled == ()
    assert not case.ended
    assert case.tasks == []
    step = case.retry()
    assert [each.type for each in step.jobs] == ["work"]
    assert len(step.incidents_resolved) == 1
    case.job("w")
    assert case.tasks == ["t"]


def test_a_business_error_of_a_job_takes_the_boundary_event_that_names_it() -> None:
    text = """
        start s
        service w
        error no-stock on w no-stock
        error other on w
        user order
        user repair
        user t
        s -> w -> t
        no-stock -> order
        other -> repair
    """
    inside = {"w": ext(job("work"))}
    named = Case(diagram(text, inside))
    named.resolve("w", JobError("no-stock", {"missing": 3}))
    assert (named.tasks, named.variables) == (["order"], {"missing": 3})
    general = Case(diagram(text, inside))
    general.resolve("w", JobError("fire"))
    assert general.tasks == ["repair"]


def test_a_business_error_that_nothing_catches_is_an_incident() -> None:
    case = Case(diagram("start s\nservice w\ns -> w", {"w": ext(job("work"))}))
    step = case.resolve("w", JobError("fire"))
    assert step.incidents[0].code == "uncaught-error"
    assert not step.ended


def test_script_and_plain_tasks_pass_in_the_same_step() -> None:
    case = Case(
        diagram(
            "start s\nscript c\nmanual m\ntask t\nuser u\ns -> c -> m -> t -> u",
            {"c": ext(script("a + 1", "b"))},
        ),
        {"a": 1},
    )
    assert case.tasks == ["u"]
    assert case.variables == {"a": 1, "b": 2}


def test_a_decision_of_the_files_gives_its_value() -> None:
    table = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d"
      namespace="u">
      <decision id="way" name="way"><variable name="way"/>
        <literalExpression><text>if scope = "otc" then "commitment" else "ordinary"</text></literalExpression>
      </decision></definitions>"""
    called = ext('<zeebe:calledDecision decisionId="way" resultVariable="chosen"/>')
    files = {"p.bpmn": diagram("start s\nrule r\nuser t\ns -> r -> t", {"r": called}), "way.dmn": table}
    case = Case(files, {"scope": "otc"})
    assert case.variables["chosen"] == "commitment"
    (made,) = case.last.decisions
    assert (made.element, made.process, made.file, made.decision) == ("r", "p", "way.dmn", "way")
    assert made.outcome.value == "commitment"
    assert [(each.name, each.value) for each in made.outcome.steps[0].reads] == [("scope", "otc")]


def test_a_decision_whose_result_has_no_place_is_told_with_the_incident() -> None:
    table = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d"
      namespace="u">
      <decision id="all" name="all"><decisionTable hitPolicy="COLLECT"><input id="i"><inputExpression>
        <text>scope</text></inputExpression></input><output id="o" name="o"/>
        <rule id="one"><inputEntry><text>-</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>
        <rule id="two"><inputEntry><text>"otc"</text></inputEntry><outputEntry><text>2</text></outputEntry></rule>
      </decisionTable></decision></definitions>"""
    asked = 'camunda:decisionRef="all" camunda:resultVariable="one" camunda:mapDecisionResult="singleEntry"'
    drawn = diagram("start s\nrule r\nuser t\ns -> r -> t", attributes={"r": asked})
    named = drawn.replace(b'id="defs"', b'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="defs"')
    case = Case({"p.bpmn": named, "all.dmn": table}, {"scope": "otc"})
    assert [incident.element for incident in case.last.incidents] == ["r"]
    assert [rule.id for rule in case.last.decisions[0].outcome.matched] == ["one", "two"]


def test_a_step_without_a_decision_tells_of_none() -> None:
    assert Case(diagram("start s\nuser t\ns -> t")).last.decisions == ()


def test_a_receive_task_waits_for_its_message_and_a_send_task_gives_one() -> None:
    case = Case(
        diagram(
            "start s\nsend tell news\nreceive hear reply\nuser t\ns -> tell -> hear -> t",
            {"tell": ext(io({"text": '"hello"'}))},
        )
    )
    (thrown,) = case.last.thrown
    assert (thrown.kind, thrown.name, thrown.payload) == ("message", "news", {"text": "hello"})
    case.message("reply", answer=1)
    assert (case.tasks, case.variables) == (["t"], {"answer": 1})
