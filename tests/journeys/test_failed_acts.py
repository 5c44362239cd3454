"""An act from which the process cannot go on: refused in words, nothing of it kept, the case marked."""

from __future__ import annotations

import pytest
from flask_sqlalchemy import SQLAlchemy

from tests.engine.runtime.diagrams import calls, diagram, ext, io
from tests.support import machines, office
from webapp.services import tasks
from webapp.services.failures import StepFailed
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
