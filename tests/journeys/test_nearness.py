"""How near a due day is: inbox, workspace, window and board say the same, by the closures of the case's own place."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask_sqlalchemy import SQLAlchemy

from tests.journeys.test_calendars import closures, run_jobs
from tests.journeys.test_pauses import notice, pause
from tests.journeys.test_places import COUNTY, at
from tests.support import office
from webapp.catalogue import rules_in_force
from webapp.clock import frozen_at
from webapp.models.figures import WHOLE_UNIT
from webapp.queries import supervision, supervision_figures, worklist
from webapp.queries.supervision import Wanted
from webapp.queries.workspace import workspace
from webapp.services import calendars, figures
from webapp.services.place_calendars import near_days
from webapp.unit_of_work import sql

WEDNESDAY = datetime(2026, 9, 2, 2, 0, tzinfo=UTC)
POST = "county-market.review"


def in_the_county(db: SQLAlchemy) -> int:
    """A county whose office is closed on Thursday and Friday, and an application that waits there for acceptance."""
    with frozen_at(WEDNESDAY):
        content = closures("2026-09-03", "2026-09-04", place=COUNTY)
        calendars.import_calendar(content, "closures.toml", by=office.person("jiangwen"))
        run_jobs()
        at(db, COUNTY)
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
    return case.id


def test_every_page_counts_by_the_closures_of_the_place(db: SQLAlchemy) -> None:
    case_id = in_the_county(db)
    task = office.open_task(case_id, "accept", "P2")
    reviewer = office.member_of(POST)
    assert task.due_on is not None
    with frozen_at(WEDNESDAY):
        own = rules_in_force(COUNTY).calendar.working_days_between(WEDNESDAY.date(), task.due_on)
        assert own == rules_in_force().calendar.working_days_between(WEDNESDAY.date(), task.due_on) - 2
        shown = next(row.due for row in worklist.inbox_page(reviewer, rules_in_force()).rows if row.task_id == task.id)
        assert (shown.on, shown.remaining) == (task.due_on, own)
        assert workspace(task.id, reviewer).due == shown
        board = supervision.board(rules_in_force(), Wanted()).rows
        assert next(row.due for row in board if row.task_id == task.id) == shown


def test_near_is_near_on_the_board_too(db: SQLAlchemy) -> None:
    case_id = in_the_county(db)
    task = office.open_task(case_id, "accept", "P2")
    assert task.due_on is not None
    with frozen_at(WEDNESDAY):
        # Tuesday: two working days of the county away, and four of the office's own calendar.
        sql().execute("update user_task set due_on = '2026-09-08' where id = %s", (task.id,))
        sql().execute("update task_candidate set due_on = '2026-09-08' where task_id = %s", (task.id,))
        db.session.commit()
        days = near_days(rules_in_force(), WEDNESDAY.date())
        assert (days.near, days.elsewhere) == (date(2026, 9, 6), {COUNTY: date(2026, 9, 8)})
        row = next(r for r in supervision.board(rules_in_force(), Wanted()).rows if r.task_id == task.id)
        assert row.due.state == "soon"
        near = supervision.board(rules_in_force(), Wanted(state="near")).rows
        assert task.id in [one.task_id for one in near]
        unit = (
            sql()
            .execute(
                "select d.key from candidate_group g join department d on d.id = g.department_id where g.key = %s",
                (POST,),
            )
            .fetchone()[0]
        )
        listed = [one for one in near if one.unit == row.unit]
        counted = supervision_figures.count(rules_in_force()).by[unit, WHOLE_UNIT].near
        assert counted == len(listed)
        figures.refresh()
        kept = sql().execute("select near from unit_figure where unit = %s and person_id = 0", (unit,)).fetchone()
        assert kept == (counted,)


def test_the_joint_visit_is_due_when_the_first_of_its_own_items_is_on_every_page(db: SQLAlchemy) -> None:
    with frozen_at(WEDNESDAY):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        office.act(case.id, "accept", "P6")  # five days, and nothing of it is visited
        for item in ("P2", "P3"):
            office.act(case.id, "accept", item)
            office.act(case.id, "examine", item, visit_needed=True)
        officer = office.member_of("market.visit")
        (row,) = worklist.inbox_page(officer, rules_in_force()).rows
        visited = (
            sql()
            .execute(
                "select min(l.due_on) from legal_clock l join item_case i on i.id = l.item_case_id"
                " where i.case_id = %s and l.name = 'promised' and i.item_key in ('P2', 'P3')",
                (case.id,),
            )
            .fetchone()[0]
        )
        assert row.due.on == visited
        page = workspace(row.task_id, officer)
        assert page.due == row.due
        assert page.clock is not None
        assert page.clock.due.on == visited
        board = supervision.board(rules_in_force(), Wanted()).rows
        assert next(one.due for one in board if one.task_id == row.task_id) == row.due


@pytest.mark.parametrize("order", [("P2", "P3"), ("P3", "P2")])
def test_an_item_whose_examination_wants_no_visit_does_not_give_its_day(db: SQLAlchemy, order: tuple[str, str]) -> None:
    """The devices have ten days and no visit, the drugs twelve and one: the visit is the drugs'."""
    with frozen_at(WEDNESDAY):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        for item in order:
            office.act(case.id, "accept", item)
        for item in order:
            office.act(case.id, "examine", item, visit_needed=item == "P2")
        task = office.open_task(case.id, "visit")
        due: dict[str, date] = dict(
            sql()
            .execute(
                "select i.item_key, l.due_on from legal_clock l join item_case i on i.id = l.item_case_id"
                " where i.case_id = %s and l.name = 'promised' and l.stopped_on is null",
                (case.id,),
            )
            .fetchall()
        )
        assert due["P3"] < due["P2"]
        assert task.due_on == due["P2"]
        pause(db, case.id, document=notice(db, case.id, "P3"), key="P3")
        officer = office.member_of("market.visit")
        (row,) = worklist.inbox_page(officer, rules_in_force()).rows
        assert row.due.state != "paused"
        assert row.due.on == due["P2"]
        assert workspace(task.id, officer).due == row.due


def test_a_joint_visit_stands_still_with_the_item_that_gives_its_day(db: SQLAlchemy) -> None:
    with frozen_at(WEDNESDAY):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        for item in ("P2", "P3"):
            office.act(case.id, "accept", item)
            office.act(case.id, "examine", item, visit_needed=True)
        task = office.open_task(case.id, "visit")
        nearest = (
            sql()
            .execute(
                "select i.item_key from legal_clock l join item_case i on i.id = l.item_case_id"
                " where i.case_id = %s and l.name = 'promised' and l.due_on = %s",
                (case.id, task.due_on),
            )
            .fetchone()[0]
        )
        pause(db, case.id, document=notice(db, case.id, nearest), key=nearest)
        officer = office.member_of("market.visit")
        (row,) = worklist.inbox_page(officer, rules_in_force()).rows
        assert row.due.state == "paused"
        assert workspace(task.id, officer).due == row.due
        paused = supervision.board(rules_in_force(), Wanted(state="paused")).rows
        assert [one.due for one in paused if one.task_id == task.id] == [row.due]
        unit = (
            sql()
            .execute(
                "select d.key from candidate_group g join department d on d.id = g.department_id where g.key = %s",
                ("market.visit",),
            )
            .fetchone()[0]
        )
        assert supervision_figures.count(rules_in_force()).by[unit, WHOLE_UNIT].paused == 1
