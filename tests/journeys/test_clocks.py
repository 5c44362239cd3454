"""The promise clock: due days, the 80 % mark that reaches the diagram, and what is shown of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from flask_sqlalchemy import SQLAlchemy

from tests.support import office
from webapp.clock import frozen_at
from webapp.models import LegalClock, Reminder, Timer
from webapp.services import timers

#: Monday 21 September 2026, ten in the morning in the office: Mid-Autumn and National Day lie ahead.
BEFORE_THE_HOLIDAYS = datetime(2026, 9, 21, 2, 0, tzinfo=UTC)


def clock_of(case_id: int, item: str, name: str) -> LegalClock:
    from webapp.models import ItemCase

    return (
        LegalClock.query.join(ItemCase, ItemCase.id == LegalClock.item_case_id)
        .filter(ItemCase.case_id == case_id, ItemCase.item_key == item, LegalClock.name == name)
        .one()
    )


def accepted_drug_case() -> int:
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    office.act(case.id, "accept", "P2")
    return case.id


def test_the_promised_limit_runs_in_working_days_over_the_october_holiday(db: SQLAlchemy) -> None:
    with frozen_at(BEFORE_THE_HOLIDAYS):
        case_id = accepted_drug_case()
    # Twelve working days: 22-24 Sep, 28-30 Sep (25 is Mid-Autumn), then from 8 Oct; Saturday 10 Oct is worked.
    assert clock_of(case_id, "P2", "promised").due_on == date(2026, 10, 14)
    assert office.open_task(case_id, "examine", "P2").due_on == date(2026, 10, 14)


def test_what_arrives_after_hours_starts_on_the_next_working_day(db: SQLAlchemy) -> None:
    evening = datetime(2026, 9, 21, 12, 30, tzinfo=UTC)  # half past eight in the evening
    with frozen_at(evening):
        case_id = accepted_drug_case()
    assert clock_of(case_id, "P2", "promised").started_on == date(2026, 9, 22)


def test_the_eighty_percent_mark_reaches_the_diagram_and_reminds_the_group(db: SQLAlchemy) -> None:
    with frozen_at(BEFORE_THE_HOLIDAYS):
        case_id = accepted_drug_case()
        timer = (
            db.session.query(Timer)
            .filter_by(case_id=case_id, mark="80%", clock="promised")
            .order_by(Timer.id)
            .all()[-1]
        )
        assert timer.due_at is not None
        assert timers.fire_due() == 0
    with frozen_at(timer.due_at + timedelta(minutes=1)):
        assert timers.fire_due() >= 1  # among them what nobody took on: it is accepted by law, and late from the start
        office.run_jobs(case_id)
        while timers.fire_due():
            office.run_jobs(case_id)
    reminded = db.session.query(Reminder).filter_by(case_id=case_id, group_key="drug.review").all()
    assert len([one for one in reminded if "80%" in one.text_zh]) == 1
    assert ("P2", "examine") in office.open_steps(case_id)  # a reminder interrupts nothing


def test_a_deadline_into_a_year_without_published_table_is_provisional(db: SQLAlchemy) -> None:
    with frozen_at(datetime(2026, 11, 23, 2, 0, tzinfo=UTC)):
        case = office.received("commitment")
        office.act(case.id, "immediate", "P2")
    clock = clock_of(case.id, "P2", "verification")
    assert clock.due_on.year == 2027
    assert clock.provisional


def test_a_decided_item_has_stopped_clocks(db: SQLAlchemy) -> None:
    with frozen_at(BEFORE_THE_HOLIDAYS):
        case = office.received("commitment")
        office.act(case.id, "immediate", "P2")
    assert clock_of(case.id, "P2", "promised").stopped_on == date(2026, 9, 21)
    assert clock_of(case.id, "P2", "delivery").stopped_on is None
