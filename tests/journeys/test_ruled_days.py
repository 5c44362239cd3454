"""Days taken against days promised, per unit: each answers for the days on which the item lay there."""

from __future__ import annotations

from datetime import date

from flask_sqlalchemy import SQLAlchemy

from tests.journeys.test_hand_up import ABOVE, BELOW, COUNTY, DAY, day, handed_up
from tests.support import office
from webapp.clock import frozen_at
from webapp.models.figures import WHOLE_UNIT
from webapp.services import figures
from webapp.unit_of_work import sql

TAKEN = "select unit, items, used, promised, late from ruled_day where person_id = %s order by unit"
PEOPLE = "select distinct u.name from ruled_day r join app_user u on u.id = r.person_id where r.unit = %s"


def accepted() -> int:
    with frozen_at(DAY):
        case = office.received("ordinary", ways={}, place=COUNTY)
        office.act(case.id, "backfill", "P1")
        office.act(case.id, "accept", "P3")
    sql().execute(
        "update item_case set outcome = null, ruled_at = null where case_id = %s and item_key = 'P1'", (case.id,)
    )
    return case.id


def names(unit: str) -> set[str]:
    return {name for (name,) in sql().execute(PEOPLE, (unit,)).fetchall()}


def test_what_was_handed_up_counts_for_each_unit_by_its_own_days(db: SQLAlchemy) -> None:
    """Wednesday the 2nd to Thursday the 10th of September, the first day counted: seven working days."""
    case_id = accepted()
    with frozen_at(day(2)):  # Friday
        handed_up(case_id)
    with frozen_at(day(5)):  # Monday: back to the county
        office.act(case_id, "upper-review", "P3", conclusion="return")
    with frozen_at(day(6)):
        office.act(case_id, "review", "P3")
        office.act(case_id, "hand-up", "P3")
    with frozen_at(day(8)):
        reviewer = office.act(case_id, "upper-review", "P3")
        decider = office.act(case_id, "decide", "P3")
        figures.refresh()
    promised = sql().execute("select value from legal_clock where name = 'promised' and value = 10").fetchone()
    assert promised is not None
    # Below the 2nd, 3rd, 4th, and the 8th after it came back; above the 7th, 9th and 10th.
    assert sql().execute(TAKEN, (WHOLE_UNIT,)).fetchall() == [(ABOVE, 1, 3, 5, 0), (BELOW, 1, 4, 5, 0)]
    assert names(ABOVE) == {reviewer.name, decider.name}
    assert names(ABOVE).isdisjoint(names(BELOW))
    assert names(BELOW) != set()


def test_a_late_hand_up_is_not_the_unit_aboves(db: SQLAlchemy) -> None:
    case_id = accepted()
    with frozen_at(day(13)):  # Tuesday the 15th: the review ended on the 8th
        handed_up(case_id)
        office.act(case_id, "upper-review", "P3")
        office.act(case_id, "decide", "P3")
        figures.refresh()
    above, below = sql().execute(TAKEN, (WHOLE_UNIT,)).fetchall()
    assert (above[2], above[4]) == (0, 0)
    assert (below[2], below[3], below[4]) == (10, 5, 1)


def test_where_the_first_day_counts_a_limit_of_one_day_is_one_day(db: SQLAlchemy) -> None:
    with frozen_at(DAY):
        case = office.received("ordinary", ways={}, place=COUNTY)
        office.act(case.id, "backfill", "P1")
        figures.refresh()
    assert DAY.date() == date(2026, 9, 2)
    assert sql().execute(TAKEN, (WHOLE_UNIT,)).fetchall() == [(BELOW, 1, 1, 1, 0)]
