"""What comes in after hours or on a day off: its limit is whole until its first day, on every page, and no more."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask_sqlalchemy import SQLAlchemy

from tests.support import office
from webapp.catalogue import rules_in_force
from webapp.clock import frozen_at
from webapp.queries import desk, supervision, worklist
from webapp.queries.case_clocks import clocks_of
from webapp.queries.due import Due, due
from webapp.queries.supervision import Wanted
from webapp.queries.workspace import workspace

#: Working days of the promise for the drug licence.
PROMISED = 12
#: Ten in the morning and half past eight in the evening at the office, in UTC.
MORNING, EVENING = 2, 12
MONDAY, AFTER_HOLIDAYS = date(2026, 9, 14), date(2026, 10, 8)
#: When it comes in, and the day from which its limit is counted, which is not of the limit.
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
    reviewer = office.member_of("drug.review")
    return {
        "inbox": next(row.due for row in worklist.inbox_page(reviewer, rules).rows if row.task_id == task.id),
        "task": workspace(task.id, reviewer).due,
        "board": next(row.due for row in supervision.board(rules, Wanted()).rows if row.task_id == task.id),
        "clocks": next(
            one.due for one in clocks_of(case_id, rules) if one.key == "promised" and one.due.on == task.due_on
        ),
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


def test_nothing_else_moves_with_it(db: SQLAlchemy) -> None:
    calendar = rules_in_force().calendar
    saturday, wednesday = date(2026, 9, 12), date(2026, 9, 16)
    plain, whole = due(wednesday, saturday, calendar), due(wednesday, saturday, calendar, counted_from=MONDAY)
    assert (plain.remaining, whole.remaining) == (3, 2)
    assert whole.state == plain.state  # as the lists of what is near have it
    for today in (MONDAY, wednesday, wednesday + timedelta(1), wednesday + timedelta(20)):
        assert due(wednesday, today, calendar, counted_from=MONDAY) == due(wednesday, today, calendar)
