"""What an act costs the database: statements and commits, counted on the connection itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.support import office
from webapp.services import intake, issuing, reviews, rulings

MOST_STATEMENTS = 9
MOST_OF_A_DEPARTMENT = 8


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every statement that a cursor executes inside the block, in order."""
    seen: list[str] = []
    execute = psycopg.Cursor.execute

    def spying(cursor, query, *args, **kwargs):
        seen.append(" ".join(str(query).split())[:90])
        return execute(cursor, query, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", spying)
        yield seen


def business(seen: list[str]) -> list[str]:
    """Without the savepoints that stand for BEGIN and COMMIT in a test's transaction."""
    return [text for text in seen if not text.lower().startswith(("savepoint", "release", "begin", "commit"))]


def test_completing_a_task_takes_at_most_nine_statements(db, monkeypatch):
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    costs = {}
    for step, item, act in (
        ("accept", "P2", lambda t, c: intake.decide_intake(t.id, outcome="accepted", note="", **c)),
        (
            "examine",
            "P2",
            lambda t, c: reviews.examine(t.id, visit_needed=True, opinion="齐全", checklist={}, **c),
        ),
        ("accept", "P6", lambda t, c: intake.decide_intake(t.id, outcome="accepted", note="", **c)),
        (
            "review",
            "P6",
            lambda t, c: reviews.propose(t.id, proposal="grant", opinion="符合", checklist={}, **c),
        ),
        ("decide", "P6", lambda t, c: rulings.rule(t.id, ruling="grant", reasons="", **c)),
        ("issue", "P1", lambda t, c: issuing.prepare_result(t.id, means="post", preprinted_number="A1", **c)),
        ("deliver", "P1", lambda t, c: issuing.send(t.id, tracking_number="SF1", **c)),
        ("immediate", "P5", lambda t, c: rulings.rule(t.id, ruling="grant", reasons="", **c)),
    ):
        task, who = office.claimed(case.id, step, item)
        revision, _ = task.revision, task.id  # read before counting starts
        with counted(monkeypatch) as seen:
            act(task, {"by": who, "revision": revision, "key": f"{step}{item}"})
        db.session.expire_all()
        costs[step, item] = business(seen)
    # The page's own sign-in is one statement more.
    assert {act: len(seen) for act, seen in costs.items() if len(seen) > MOST_STATEMENTS - 1} == {}, costs


def test_the_act_that_opens_the_joint_visit_asks_nothing_for_the_day_when_it_is_due(
    db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = office.received("ordinary", ways={})
    for step, item in (("backfill", "P1"), ("accept", "P2"), ("accept", "P3"), ("examine", "P2")):
        office.act(case.id, step, item)
    task, who = office.claimed(case.id, "examine", "P3")
    task_id, revision = task.id, task.revision
    with counted(monkeypatch) as seen:
        reviews.examine(
            task_id, visit_needed=True, opinion="齐全", checklist={}, by=who, revision=revision, key="examine-P3"
        )
    assert office.open_task(case.id, "visit").due_on is not None
    assert len(business(seen)) <= 4, business(seen)  # the lock, the task, the names of messages, all rows


def test_a_completion_over_http_with_its_sign_in_takes_at_most_eight(
    db: SQLAlchemy, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    task, who = office.claimed(case.id, "accept", "P6")
    values = {"key": "k", "revision": str(task.revision), "outcome": "accepted", "note": ""}
    address = f"/tasks/{task.id}/act"
    office.sign_in(client, who.login)
    values["csrf_token"] = office.csrf_token(client)
    with counted(monkeypatch) as seen:
        response = client.post(address, data=values)
    assert response.status_code == 302
    assert len(business(seen)) <= MOST_OF_A_DEPARTMENT, business(seen)
