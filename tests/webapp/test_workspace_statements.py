"""What it costs the database to open a task: at most twelve statements with the sign-in, whatever the step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from tests.journeys.test_statements import business, counted
from tests.support import office, tolerances
from tests.support.pages import Browser
from webapp import clock, moments
from webapp.identity import Identity
from webapp.models import UserTask

MOST = 12
Reached = tuple[UserTask, Identity]


def of_an_acceptance() -> Reached:
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    return office.claimed(case.id, "accept", "P2")


def of_an_examination() -> Reached:
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    office.act(case.id, "accept", "P2")
    return office.claimed(case.id, "examine", "P2")


def of_a_visit() -> Reached:
    case = office.received("ordinary", ways={})
    for step, item in (("backfill", "P1"), ("accept", "P2"), ("accept", "P3")):
        office.act(case.id, step, item)
    office.act(case.id, "examine", "P2", visit_needed=True)
    office.act(case.id, "examine", "P3", visit_needed=True)
    task = office.open_task(case.id, "visit")
    return task, office.member_of(next(iter(task.groups)))


def of_a_review() -> Reached:
    case = office.received("refused-item")
    office.act(case.id, "accept", "P6")
    return office.claimed(case.id, "review", "P6")


def of_a_decision() -> Reached:
    case = office.received("refused-item")
    office.act(case.id, "accept", "P6")
    office.act(case.id, "review", "P6")
    return office.claimed(case.id, "decide", "P6")


def of_an_item_decided_at_once() -> Reached:
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    return office.claimed(case.id, "immediate", "P5")


def of_a_backfill() -> Reached:
    case = office.received("ordinary", ways={})
    return office.claimed(case.id, "backfill", "P1")


def of_a_review_with_materials_to_follow() -> Reached:
    case = tolerances.received(clock.today(moments.OFFICE_ZONE) + timedelta(days=3))
    office.act(case.id, "accept", "P2")
    return office.claimed(case.id, "examine", "P2")


def of_a_verification() -> Reached:
    case = office.received("commitment")
    office.act(case.id, "immediate", "P3")
    task = office.open_task(case.id, "verify", "P3")
    return task, office.member_of(next(iter(task.groups)))


@pytest.mark.parametrize(
    "reached",
    [
        of_an_acceptance,
        of_an_examination,
        of_a_visit,
        of_a_review,
        of_a_decision,
        of_an_item_decided_at_once,
        of_a_backfill,
        of_a_review_with_materials_to_follow,
        of_a_verification,
    ],
)
def test_opening_a_task_takes_at_most_twelve_statements(
    db: object, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, reached: Callable[[], Reached]
) -> None:
    task, who = reached()
    address = f"/tasks/{task.id}"
    Browser(client, who.login).open(address)  # releases and rules are kept by the process from here on
    with counted(monkeypatch) as seen:
        assert client.get(address).status_code == 200
    assert len(business(seen)) <= MOST, business(seen)


def test_asking_who_else_is_there_takes_two(db: object, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    task, who = of_a_review()
    address = f"/tasks/{task.id}/others?revision={task.revision}"
    Browser(client, who.login).open("/inbox")
    client.get(address)
    with counted(monkeypatch) as seen:
        assert client.get(address).status_code == 200
    assert len(business(seen)) == 2, business(seen)
