"""What comes in after hours or on a day off: its limit is whole until its first day, on every page, and no more."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask_sqlalchemy import SQLAlchemy

from tests.journeys.test_joint_meeting import begun
from tests.journeys.test_places import CITY, COUNTY, at
from tests.journeys.test_terms_at_the_start import new_rules
from tests.support import office
from webapp.catalogue import rules_in_force
from webapp.clock import frozen_at
from webapp.models import UserTask
from webapp.queries import desk, supervision, worklist
from webapp.queries.case_clocks import clocks_of
from webapp.queries.due import Due, due
from webapp.queries.meeting_inbox import waiting_meetings
from webapp.queries.meetings import meeting_case, meetings_of
from webapp.queries.supervision import Wanted
from webapp.queries.workspace import workspace
from webapp.unit_of_work import sql, unit_of_work

#: Working days of the promise for the drug licence, for that of devices, and to answer for a joint meeting.
PROMISED, OF_DEVICES, TO_ANSWER = 12, 10, 2
#: Ten in the morning and half past eight in the evening at the office, in UTC.
MORNING, EVENING = 2, 12
MONDAY, AFTER_HOLIDAYS = date(2026, 9, 14), date(2026, 10, 8)
SATURDAY = datetime(2026, 9, 12, MORNING, tzinfo=UTC)
#: When it comes in, and the day on which its limit is begun.
ARRIVALS = [
    pytest.param(datetime(2026, 9, 11, EVENING, 30, tzinfo=UTC), MONDAY, id="friday-evening"),
    pytest.param(datetime(2026, 9, 12, MORNING, tzinfo=UTC), MONDAY, id="saturday"),
    pytest.param(datetime(2026, 9, 13, MORNING, tzinfo=UTC), MONDAY, id="sunday"),
    pytest.param(datetime(2026, 10, 1, MORNING, tzinfo=UTC), AFTER_HOLIDAYS, id="public-holiday"),
    pytest.param(datetime(2026, 9, 14, MORNING, tzinfo=UTC), MONDAY, id="monday"),
]


def accepted() -> int:
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    office.act(case.id, "accept", "P2")
    return case.id


def shown(case_id: int) -> dict[str, Due]:
    """The day of the drug licence's examination, page by page."""
    task, rules = office.open_task(case_id, "examine", "P2"), rules_in_force()
    return {
        **on_lists(task),
        "clocks": next(
            one.due for one in clocks_of(case_id, rules) if one.key == "promised" and one.due.on == task.due_on
        ),
    }


def on_lists(task: UserTask) -> dict[str, Due]:
    """The day of a task in the inbox, on its own page and on the board."""
    reviewer, rules = office.member_of(task.groups[0]), rules_in_force()
    return {
        "inbox": next(row.due for row in worklist.inbox_page(reviewer, rules).rows if row.task_id == task.id),
        "task": workspace(task.id, reviewer).due,
        "board": next(row.due for row in supervision.board(rules, Wanted()).rows if row.task_id == task.id),
    }


def at_the_window(case_id: int) -> Due:
    """The nearest day among all the items of the case."""
    rows = desk.desk_page(office.person(office.CLERK), rules_in_force(), desk.ALL).rows
    return next(row.due for row in rows if row.case_id == case_id)


@pytest.mark.parametrize(("arrives", "first"), ARRIVALS)
def test_no_more_is_left_than_the_limit_has(db: SQLAlchemy, arrives: datetime, first: date) -> None:
    calendar = rules_in_force().calendar
    with frozen_at(arrives):
        case_id = accepted()
        before, nearest = shown(case_id), at_the_window(case_id)
    until = office.open_task(case_id, "examine", "P2").due_on
    assert until == calendar.add_working_days(first, PROMISED).day
    assert {page: (one.on, one.remaining) for page, one in before.items()} == dict.fromkeys(before, (until, PROMISED))
    assert nearest.on is not None
    assert nearest.remaining == calendar.working_days_between(first, nearest.on)
    for later in (0, 1):
        day = calendar.add_working_days(first, later).day
        with frozen_at(datetime(day.year, day.month, day.day, MORNING, tzinfo=UTC)):
            assert {one.remaining for one in shown(case_id).values()} == {PROMISED - later}


@pytest.mark.parametrize(("arrives", "first"), ARRIVALS[1:4])
def test_where_the_day_begun_on_counts_it_is_the_first_of_the_limit(
    db: SQLAlchemy, arrives: datetime, first: date
) -> None:
    new_rules()
    calendar = rules_in_force().calendar
    with frozen_at(arrives):
        case_id = accepted()
        before, nearest = shown(case_id), at_the_window(case_id)
    until = office.open_task(case_id, "examine", "P2").due_on
    assert until == calendar.add_working_days(first, PROMISED - 1).day
    assert {page: (one.on, one.remaining) for page, one in before.items()} == dict.fromkeys(before, (until, PROMISED))
    assert nearest.on is not None
    assert nearest.remaining == calendar.working_days_between(first, nearest.on) + 1
    with frozen_at(datetime(first.year, first.month, first.day, MORNING, tzinfo=UTC)):
        assert {one.remaining for one in shown(case_id).values()} == {PROMISED - 1}


def test_another_limit_that_ends_on_the_same_day_is_not_that_of_the_task(db: SQLAlchemy) -> None:
    with frozen_at(SATURDAY):
        case_id = accepted()
        task = office.open_task(case_id, "examine", "P2")
        with unit_of_work():  # the limit of the law was begun a week before, and ends with the promise
            sql().execute(
                "update legal_clock set started_on = started_on - 7, due_on = %s"
                " where item_case_id = %s and name = 'statutory'",
                (task.due_on, task.item_case_id),
            )
        assert {page: one.remaining for page, one in on_lists(task).items()} == dict.fromkeys(on_lists(task), PROMISED)


def test_what_is_promised_within_a_limit_of_the_law_is_whole_too(db: SQLAlchemy) -> None:
    """The county promises two days to take an application on, within the five of the law."""
    at(db, COUNTY)
    with frozen_at(SATURDAY):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        assert {one.remaining for one in on_lists(office.open_task(case.id, "accept", "P2")).values()} == {2}


def test_a_joint_visit_has_the_whole_limit_of_the_item_that_gives_its_day(db: SQLAlchemy) -> None:
    with frozen_at(SATURDAY):
        case_id = accepted()
        office.act(case_id, "accept", "P3")
        for item in ("P2", "P3"):
            office.act(case_id, "examine", item, visit_needed=True)
        days = on_lists(office.open_task(case_id, "visit"))
        assert {page: one.remaining for page, one in days.items()} == dict.fromkeys(days, OF_DEVICES)


def test_who_is_asked_to_a_joint_meeting_has_the_whole_time_to_answer(db: SQLAlchemy) -> None:
    story = begun(db, CITY)
    story.call(SATURDAY + timedelta(days=9), on=SATURDAY)
    with frozen_at(SATURDAY):
        case = meeting_case(story.id)
        [meeting] = meetings_of(case.id, case.bundle, case.rules)
        [waiting] = waiting_meetings(story.sign, rules_in_force())
        assert {one.due.on for one in meeting.invitations} == {waiting.due.on} == {date(2026, 9, 16)}
        assert [one.due.remaining for one in (*meeting.invitations, waiting)] == [TO_ANSWER] * 4


def test_nothing_else_moves_with_it(db: SQLAlchemy) -> None:
    calendar = rules_in_force().calendar
    saturday, wednesday = date(2026, 9, 12), date(2026, 9, 16)
    plain, whole = due(wednesday, saturday, calendar), due(wednesday, saturday, calendar, counted_from=MONDAY)
    assert (plain.remaining, whole.remaining) == (3, 2)
    assert whole.state == plain.state  # as the lists of what is near have it
    for today in (MONDAY, wednesday, wednesday + timedelta(1), wednesday + timedelta(20)):
        assert due(wednesday, today, calendar, counted_from=MONDAY) == due(wednesday, today, calendar)
