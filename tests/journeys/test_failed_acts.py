"""An act from which the process cannot go on: refused in words, nothing of it kept, the case marked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask_sqlalchemy import SQLAlchemy

from engine.runtime import Move, commands, modification
from tests.engine.runtime.diagrams import calls, diagram, ext, io
from tests.support import machines, office
from webapp.queries.notices import notices_of
from webapp.services import engine_border, repair, tasks
from webapp.services.failures import RepairFailed, StepFailed
from webapp.services.notices import mark_all_read
from webapp.unit_of_work import sql

GROUP = '<zeebe:assignmentDefinition candidateGroups="drug.review"/>'


def act(case_id: int) -> None:
    """A reviewer takes the case's only open task and completes it."""
    reviewer = office.member_of("drug.review")
    row = (
        sql().execute("select id, revision from user_task where case_id = %s and state = 'open'", (case_id,)).fetchone()
    )
    assert row is not None
    tasks.claim(row[0], by=reviewer)
    tasks.complete_task(row[0], {}, by=reviewer, revision=row[1] + 1, key="k")


def test_a_call_for_an_item_that_the_case_does_not_have_is_an_incident_on_the_task(db: SQLAlchemy) -> None:
    one = diagram("start s\nuser examine\ns -> examine", process="one-item")
    inside = {"before": ext(GROUP), "ask": ext(calls("one-item"), io({"item": '"P99"'}))}
    drawn = "start s\nuser before\ncall ask\ns -> before -> ask"
    case, _ = machines.run(machines.publish(drawn, inside, more={"one.bpmn": one}))
    with pytest.raises(StepFailed):
        act(case)
    assert [(element, code) for _, element, code in machines.incidents(case)] == [("before", "item-unknown")]
    assert sql().execute("select message_zh from incident").fetchone() == (
        "该办件没有事项“P99”，为它办理的流程无法开始。",
    )
    assert machines.tasks(case) == ["before"]
    assert machines.ledger(case)[-1] == "step-failed"


def test_the_leads_are_told_of_an_incident_once_until_they_have_read_it(db: SQLAlchemy) -> None:
    lead = office.member_of("centre.lead")
    one = diagram("start s\nuser examine\ns -> examine", process="one-item")
    inside = {"before": ext(GROUP), "ask": ext(calls("one-item"), io({"item": '"P99"'}))}
    release = machines.publish("start s\nuser before\ncall ask\ns -> before -> ask", inside, more={"one.bpmn": one})

    def told() -> list[str]:
        lines = notices_of(lead, unread=True).lines
        return [line.text.zh for line in lines if line.opens == "incidents"]

    for _ in range(2):
        case, _ = machines.run(release)
        with pytest.raises(StepFailed):
            act(case)
    (line,) = told()
    assert line.endswith("的流程不能继续：该办件没有事项“P99”，为它办理的流程无法开始。")
    mark_all_read(notices_of(lead, unread=True).lines[0].id, by=lead)
    assert told() == []
    case, _ = machines.run(release)
    with pytest.raises(StepFailed):
        act(case)
    assert len(told()) == 1


@pytest.fixture
def broken_engine(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The engine breaks off at the end of every command, as it would from a bug."""

    def bug(run: object) -> None:
        raise KeyError("no such token")

    monkeypatch.setattr(commands, "settled", bug)
    return monkeypatch


def test_a_bug_of_the_engine_is_an_incident_on_the_task_with_the_traceback(
    db: SQLAlchemy, request: pytest.FixtureRequest
) -> None:
    case, _ = machines.run(machines.publish("start s\nuser before\ns -> before", {"before": ext(GROUP)}))
    request.getfixturevalue("broken_engine")
    with pytest.raises(StepFailed):
        act(case)
    assert [(element, code) for _, element, code in machines.incidents(case)] == [("before", "step-failed")]
    row = sql().execute("select detail from incident").fetchone()
    assert row is not None
    assert "KeyError: 'no such token'" in row[0]
    assert "Traceback" in row[0]
    assert machines.ledger(case)[-1] == "step-failed"


def test_a_bug_of_the_engine_in_a_repair_is_refused_in_words_and_stands_in_the_ledger(
    db: SQLAlchemy, request: pytest.FixtureRequest
) -> None:
    case, instance = machines.run(machines.publish("start s\nuser a\nuser b\ns -> a -> b"))
    [active] = machines.seen(instance).active
    row = sql().execute("select state from process_instance where id = %s", (instance,)).fetchone()
    assert row is not None
    request.getfixturevalue("broken_engine").setattr(modification, "settled", commands.settled)
    lead, seen = office.member_of("centre.lead"), repair.state_mark(bytes(row[0]))
    with pytest.raises(RepairFailed):
        repair.change_tokens(case, instance, [Move(active.token, "b")], by=lead, reason="退回", seen=seen, key="k")
    assert machines.tasks(case) == ["a"]
    assert machines.ledger(case)[-1] == "refused-act"


def test_a_bug_of_the_engine_in_an_addressee_is_an_incident_there(
    db: SQLAlchemy, request: pytest.FixtureRequest
) -> None:
    waiting, _ = machines.run(machines.publish("start s\ncatch m message paid\nuser after\ns -> m -> after"))
    sender = machines.publish("start s\nthrow m message paid\nuser after\ns -> m -> after", instead=False)
    machines.run(sender)
    request.getfixturevalue("broken_engine")
    machines.work()
    assert [(element, code) for _, element, code in machines.incidents(waiting)] == [("m", "message-failed")]
    assert machines.messages() == [("paid", "failed")]


def test_no_command_of_the_engine_is_called_past_its_border() -> None:
    bordered = {name for name, each in vars(engine_border).items() if hasattr(each, "__wrapped__")}
    services = Path(engine_border.__file__).parent
    past = [
        (path.name, name)
        for path in services.glob("*.py")
        for name in re.findall(r"\w+", "".join(re.findall(r"from engine\.runtime import ([^\n]*)", path.read_text())))
        + re.findall(r"\bruntime\.(\w+)\(", path.read_text())
        if path.name != "engine_border.py" and name in bordered
    ]
    assert {"start", "complete", "fire", "resolve"} <= bordered
    assert past == []
