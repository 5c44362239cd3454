"""What a command writes goes out together: seen by whatever it asks next, gone with it when it fails."""

from __future__ import annotations

from contextlib import nullcontext

import orjson
import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from engine.runtime import LogLine
from tests.support import office
from tests.support.database import superuser
from webapp.errors import AlreadyDone, NotFound
from webapp.models import UserTask
from webapp.queries.audit import verify_all
from webapp.queries.diagram import lines_of
from webapp.services import intake, rulings, tasks
from webapp.services.activity import decode_lines, encode_lines, keep_process
from webapp.services.events import Event
from webapp.services.licences import NumberTaken
from webapp.services.locked_case import link, on_case
from webapp.services.page_keys import AlreadyCarriedOut, KeyReused
from webapp.unit_of_work import sql

REMINDER = """
insert into reminder (case_id, group_key, text_zh, text_en, at) values (%(case)s, 'drug.review', %(text)s, '', %(now)s)
"""


def reminders_of(case_id: int) -> list[str]:
    rows = sql().execute("select text_zh from reminder where case_id = %s order by id", (case_id,)).fetchall()
    return [text for (text,) in rows]


def test_rows_that_wait_are_there_for_the_next_question(db: SQLAlchemy) -> None:
    with on_case(office.received().id) as case:
        case.writing.add("reminder", REMINDER, case=case.id, now=case.now, text="一")
        assert reminders_of(case.id) == ["一"]
        case.writing.add("reminder", REMINDER, case=case.id, now=case.now, text="二")
        case.writing.add("reminder", REMINDER, case=case.id, now=case.now, text="三")
    assert reminders_of(case.id) == ["一", "二", "三"]


def test_rows_that_wait_go_with_a_command_that_fails(db: SQLAlchemy) -> None:
    case_id = office.received().id

    def command() -> None:
        with on_case(case_id) as case:
            case.writing.add("reminder", REMINDER, case=case.id, now=case.now, text="没有发生")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        command()
    assert reminders_of(case_id) == []


def test_a_key_used_for_another_task_is_refused_and_nothing_of_the_act_is_kept(db: SQLAlchemy) -> None:
    first, second = office.received("ordinary", ways={}), office.received("ordinary", ways={})
    for case in (first, second):
        office.act(case.id, "backfill", "P1")
    one, who = office.claimed(first.id, "accept", "P2")
    other, _ = office.claimed(second.id, "accept", "P2", by=who)
    common = {"by": who, "outcome": "accepted", "note": "", "key": "same-page"}
    intake.decide_intake(one.id, revision=one.revision, **common)
    with pytest.raises(KeyReused):
        intake.decide_intake(other.id, revision=other.revision, **common)
    with pytest.raises(AlreadyCarriedOut):
        intake.decide_intake(one.id, revision=one.revision, **common)
    db.session.expire_all()
    assert office.open_task(second.id, "accept", "P2").id == other.id


def test_a_number_that_stands_on_another_licence_is_refused_and_nothing_of_the_act_is_kept(db: SQLAlchemy) -> None:
    first, second = office.received("ordinary", ways={}), office.received("ordinary", ways={})
    number = office.credit_code(first.id)
    tasks_there = [office.claimed(case.id, "backfill", "P1") for case in (first, second)]
    for (task, who), refused in zip(tasks_there, (False, True), strict=True):
        entered = {"ruling": "grant", "reasons": "", "number": number, "number_again": number}
        common = {"by": who, "issued_on": task.opened_at.date(), "revision": task.revision, "key": f"of-{task.id}"}
        with pytest.raises(NumberTaken, match=number) if refused else nullcontext():
            rulings.enter_outside_result(task.id, **entered, **common)
    db.session.expire_all()
    kept = sql().execute("select item_case_id from ruling").fetchall()
    assert kept == [(tasks_there[0][0].item_case_id,)]
    assert db.session.get(UserTask, tasks_there[1][0].id).state == "open"
    assert list(verify_all()) == []


def test_who_comes_too_late_reads_who_was_first(db: SQLAlchemy) -> None:
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    task, who = office.claimed(case.id, "accept", "P6")
    late = {"by": who, "outcome": "accepted", "note": "", "revision": task.revision}
    intake.decide_intake(task.id, key="first", **late)
    with pytest.raises(AlreadyDone, match=who.name):
        intake.decide_intake(task.id, key="second", **late)


def test_a_task_with_an_act_of_its_own_is_completed_by_nothing_else(db: SQLAlchemy) -> None:
    case = office.received("ordinary", ways={})
    task, who = office.claimed(case.id, "backfill", "P1")
    with pytest.raises(NotFound):
        tasks.complete_task(task.id, {"ruling": "grant"}, by=who, revision=task.revision, key="k")
    db.session.expire_all()
    assert db.session.get(UserTask, task.id).state == "open"


def test_history_keeps_every_line_in_one_row_a_step() -> None:
    log = [
        LogLine("completed", 1, "accept", "userTask", "parent"),
        LogLine("taken", 1, "flow-1", "sequenceFlow", "parent"),
        LogLine("entered", 7, "start", "startEvent", "item"),
        LogLine("completed", 7, "start", "startEvent", "item"),
        LogLine("cancelled", 1, "a b", "userTask", "parent"),
    ]
    kept = encode_lines(log, "parent")
    assert kept == '["c accept","t flow-1",[7,"item"],"e start","c start",[1,"parent"],"x a b"]'
    told = [(line.scope, line.process, line.element, line.what) for line in log]
    assert list(decode_lines(kept, "parent")) == told


def test_history_says_its_process_once_the_instance_goes_on_in_another(db: SQLAlchemy) -> None:
    case = office.received()
    before = lines_of(case.id)
    instance, process = before[0].instance, before[0].process
    keep_process(instance, process)
    sql().execute("update process_instance set process = 'renamed' where id = %s", (instance,))
    assert lines_of(case.id) == before


def test_lines_of_the_ledger_as_the_first_releases_wrote_them_still_verify(db: SQLAlchemy) -> None:
    """They kept the whole text; the chain goes on from them."""
    case_id = office.draft()
    with on_case(case_id) as case:
        case.ledger_seq += 1
        text = orjson.dumps(
            {
                "actor": None,
                "at": case.now.isoformat(),
                "case": case.id,
                "kind": "reminded",
                "release": case.release_id,
                "seq": case.ledger_seq,
            },
            option=orjson.OPT_SORT_KEYS,
        )
        case.ledger_hash = link(case.ledger_hash, text)
        case.lines.append((case.ledger_seq, "reminded", None, text.decode(), case.ledger_hash))
        case.record(Event.REMINDED, None)
    assert list(verify_all()) == []


@pytest.mark.parametrize(
    "change", ["actor_id = actor_id + 1", "at = at + interval '1 second'", "kind = 'closed'", "body = '{}'"]
)
def test_a_changed_column_of_the_ledger_is_told(committed_app: Flask, database_server: str, change: str) -> None:
    """What stands in the columns is hashed with the body."""
    with committed_app.app_context():
        case_id = office.draft()
        assert list(verify_all()) == []
        row = sql().execute("select current_database()").fetchone()
        assert row is not None
        with superuser(database_server, row[0]) as connection:
            connection.execute("set session_replication_role = replica")
            connection.execute(f"update case_event set {change} where case_id = %s and seq = 2", (case_id,))
        assert [broken.seq for broken in verify_all()] == [2]
