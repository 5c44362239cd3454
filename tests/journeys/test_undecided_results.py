"""What a repair puts past the ruling is not a result: nothing of it is made, issued or handed over."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from engine.runtime import Move
from tests.support import machines, office
from tests.support.pages import Browser
from webapp import clock
from webapp.models import UserTask
from webapp.queries.audit import verify_all
from webapp.services import engine_jobs, incidents, issuing, repair, rulings
from webapp.services.results import NotDecided, NotPrepared, ResultNotMade
from webapp.unit_of_work import sql


def lead_moves(case_id: int, came_from: str, to: str) -> None:
    """The lead puts the first token on the element `came_from` somewhere else."""
    row = sql().execute("select id, state from process_instance where case_id = %s order by id", (case_id,)).fetchone()
    assert row is not None
    token = next(one.token for one in machines.seen(row[0]).active if one.element == came_from)
    repair.change_tokens(
        case_id,
        row[0],
        [Move(token, to)],
        by=office.person("weixiaohong"),
        reason="位置有误",
        seen=repair.state_mark(bytes(row[1])),
        key=f"move-{came_from}-{to}",
    )


def job_fails(case_id: int) -> int:
    """The case's open job is tried until it becomes an incident; its id."""
    row = sql().execute("select id from engine_job where case_id = %s and state = 'open'", (case_id,)).fetchone()
    assert row is not None
    for _ in range(2):
        with pytest.raises(NotDecided):
            engine_jobs.run(row[0])
    engine_jobs.run(row[0])
    [(incident, _, _)] = machines.incidents(case_id)
    return int(incident)


def prepare(task: UserTask, key: str = "prepare") -> None:
    issuing.prepare_result(
        task.id,
        by=office.person(office.ISSUER),
        means="counter",
        preprinted_number="YZ0012345",
        revision=task.revision,
        key=key,
    )


def test_what_nobody_decided_is_neither_issued_nor_handed_over(db: SQLAlchemy) -> None:
    case = office.received("commitment")
    lead_moves(case.id, "call-P2", "deliver-P2")
    task, issuer = office.claimed(case.id, "issue", "P2", by=office.person(office.ISSUER))
    with pytest.raises(NotDecided) as refused:
        prepare(task)
    assert "还没有作出办理决定" in refused.value.words.zh
    assert "No ruling" in refused.value.words.en
    assert refused.value.status == 409
    assert "refused-act" in machines.ledger(case.id)
    lead_moves(case.id, "issue", "deliver")
    task, _ = office.claimed(case.id, "deliver", "P2", by=issuer)
    with pytest.raises(NotDecided):
        issuing.send(task.id, by=issuer, tracking_number="SF1", revision=task.revision, key="send")
    with pytest.raises(NotDecided):
        issuing.hand_over(
            [task.id],
            by=issuer,
            collector=office.legal_representative(case.id),
            signature=office.picture(),
            key="hand-over",
        )
    assert sql().execute("select count(*) from item_case where delivered_at is not null").fetchone() == (0,)
    assert sql().execute("select count(*) from collection").fetchone() == (0,)
    sql().execute(  # prepared before anybody looked whether it was decided
        "insert into collection (item_case_id, means, preprinted_number, printed_at, printed_by)"
        " values (%s, 'electronic', '', %s, %s)",
        (task.item_case_id, clock.now(), issuer.user_id),
    )
    with pytest.raises(NotDecided):
        issuing.send(task.id, by=issuer, tracking_number="", revision=task.revision, key="send-2")
    assert list(verify_all()) == []


def test_the_job_that_makes_the_licence_says_that_nobody_decided(db: SQLAlchemy) -> None:
    case = office.received("commitment")
    lead_moves(case.id, "review-and-decide", "issue-licence")
    incident = job_fails(case.id)
    row = sql().execute("select message_zh, message_en from incident where id = %s", (incident,)).fetchone()
    assert row is not None
    assert row[0].startswith("后台作业“制作证照”没有办成：该事项还没有作出办理决定")
    assert "No ruling has been made" in row[1]
    assert sql().execute("select count(*) from licence").fetchone() == (0,)
    incidents.skip_incident(incident, by=office.person("weixiaohong"), reason="跳过", key="k", results={})
    task, _ = office.claimed(case.id, "issue", by=office.person(office.ISSUER))
    with pytest.raises(NotDecided):
        prepare(task)


def test_what_was_decided_but_not_made_is_not_issued(db: SQLAlchemy) -> None:
    case = office.received("commitment")
    task, decider = office.claimed(case.id, "immediate", "P2")
    rulings.rule(task.id, by=decider, ruling="grant", reasons="", revision=task.revision, key="rule")
    lead_moves(case.id, "issue-licence", "granted")
    issue, _ = office.claimed(case.id, "issue", "P2", by=office.person(office.ISSUER))
    with pytest.raises(ResultNotMade):
        prepare(issue)


def test_what_was_never_issued_is_not_handed_over(db: SQLAlchemy) -> None:
    case = office.received("commitment")
    office.act(case.id, "immediate", "P2")
    lead_moves(case.id, "issue", "deliver")
    task, issuer = office.claimed(case.id, "deliver", "P2", by=office.person(office.ISSUER))
    with pytest.raises(NotPrepared):
        issuing.send(task.id, by=issuer, tracking_number="SF1", revision=task.revision, key="send")


def test_the_window_reads_why(db: SQLAlchemy, client: FlaskClient) -> None:
    case = office.received("commitment")
    lead_moves(case.id, "call-P2", "deliver-P2")
    task = office.open_task(case.id, "issue", "P2")
    screen = Browser(client, office.ISSUER)
    screen.open(f"/window/cases/{case.id}")
    answer = screen.post(
        f"/window/tasks/{task.id}/prepare", means="counter", revision=str(task.revision), key="from-the-page"
    )
    assert answer.status_code == 409
    assert "还没有作出办理决定" in answer.get_data(as_text=True)
