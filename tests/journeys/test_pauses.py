"""Pauses of the clocks: only of a legal kind, only with an issued notice, begun and ended."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from flask_sqlalchemy import SQLAlchemy

from tests.support import office
from webapp import clock
from webapp.clock import frozen_at
from webapp.models import CaseEvent, ClockPause, Document, ItemCase, LegalClock, Timer
from webapp.services import pauses
from webapp.services.locked_case import on_case

ACCEPTED = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)  # Tuesday, ten in the morning in the office


def day(number: int, month: int = 9) -> datetime:
    return datetime(2026, month, number, 2, 0, tzinfo=UTC)


def item_case(db: SQLAlchemy, case_id: int, key: str = "P2") -> ItemCase:
    return db.session.query(ItemCase).filter_by(case_id=case_id, item_key=key).one()


def clocks(db: SQLAlchemy, case_id: int) -> dict[str, LegalClock]:
    db.session.expire_all()
    mine = db.session.query(LegalClock).filter_by(item_case_id=item_case(db, case_id).id).all()
    return {one.name: one for one in [*mine, *db.session.query(LegalClock).filter_by(case_id=case_id)]}


def notice(db: SQLAlchemy, case_id: int, key: str = "P2", kind: str = "special-procedure-notice") -> int:
    """A notice as issued to the applicant."""
    row = Document(
        case_id=case_id,
        item_case_id=item_case(db, case_id, key).id,
        kind=kind,
        number="江特〔2026〕1号",
        title_zh="特别程序告知书",
        title_en="Notice of a special procedure",
        content_zh="",
        content_en="",
        digest="",
        issued_at=clock.now(),
    )
    db.session.add(row)
    db.session.commit()
    return row.id


def ledger(db: SQLAlchemy, case_id: int) -> list[tuple[str, dict]]:
    rows = db.session.query(CaseEvent).filter_by(case_id=case_id).order_by(CaseEvent.seq)
    return [(row.kind, json.loads(row.body)) for row in rows]


def accepted(db: SQLAlchemy) -> int:
    with frozen_at(ACCEPTED):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        office.act(case.id, "accept", "P2")
    return case.id


def pause(db: SQLAlchemy, case_id: int, kind: str = "testing", *, document: int | None = None, key: str = "P2", **more):
    by = office.member_of("drug.review")
    with on_case(case_id) as case:
        more = {"expected_days": 10, **more}
        return pauses.pause_clocks(case, item_case(db, case_id, key).id, kind, document_id=document, by=by, **more)


def resume(db: SQLAlchemy, case_id: int, kind: str = "testing", **more):
    by = office.member_of("drug.review")
    with on_case(case_id) as case:
        return pauses.end_pause(case, item_case(db, case_id).id, kind, by=by, **more)


def test_a_pause_moves_due_days_marks_timers_and_tasks_in_one_act(db: SQLAlchemy) -> None:
    case_id = accepted(db)
    before = clocks(db, case_id)
    assert before["promised"].due_on == date(2026, 9, 17)
    assert before["joint"].started_on == date(2026, 9, 1)
    joint_before, statutory_before = before["joint"].due_on, before["statutory"].due_on
    with frozen_at(day(7)):
        pause(db, case_id, document=notice(db, case_id))
        mine = {"item_case_id": item_case(db, case_id).id, "clock": "promised", "mark": "80%"}
        timer = db.session.query(Timer).filter_by(**mine).one()
        assert timer.due_at is None  # nothing fires on a day that nobody knows yet
        # The examination that opens now, or was open: its due day is that of the paused clock.
        assert clocks(db, case_id)["promised"].provisional
    with frozen_at(day(11)):
        resume(db, case_id)
    after = clocks(db, case_id)
    # Four working days (8 to 11 September) do not count: from Thursday 17 to Tuesday 22; Sunday 20 is worked.
    assert after["promised"].due_on == date(2026, 9, 22)
    assert after["statutory"].due_on > statutory_before
    assert after["joint"].due_on > joint_before
    assert not after["promised"].provisional
    db.session.refresh(timer)
    assert timer.due_at is not None
    assert office.open_task(case_id, "examine", "P2").due_on == date(2026, 9, 22)
    lines = ledger(db, case_id)
    at = [kind for kind, _ in lines].index("clock-paused")
    assert [kind for kind, _ in lines[at:]] == ["clock-paused", "clock-resumed"] + ["clock-moved"] * 3
    told = {facts["clock"]: facts for kind, facts in lines[at:] if kind == "clock-moved"}
    assert set(told) == {"promised", "statutory", "joint"}
    assert [told["promised"][key] for key in ("before", "due", "why", "pause")] == [
        "2026-09-17",
        "2026-09-22",
        "resumed",
        "testing",
    ]
    assert not told["promised"]["other_rules"]
    kept = db.session.query(ClockPause).filter_by(item_case_id=item_case(db, case_id).id).all()
    assert len(kept) == 3
    assert {one.document_id for one in kept} != {None}
    assert {one.ended_on for one in kept} == {date(2026, 9, 11)}


def test_the_intake_clock_and_another_item_run_on(db: SQLAlchemy) -> None:
    case_id = accepted(db)
    other = item_case(db, case_id, "P3").id
    before = {one.name: one.due_on for one in db.session.query(LegalClock).filter_by(item_case_id=other)}
    with frozen_at(day(2)):
        pause(db, case_id, document=notice(db, case_id))
    with frozen_at(day(4)):
        resume(db, case_id)
    db.session.expire_all()
    assert before == {one.name: one.due_on for one in db.session.query(LegalClock).filter_by(item_case_id=other)}


@pytest.mark.parametrize("which", ["none", "another item's", "another kind's"])
def test_no_pause_without_the_notice(db: SQLAlchemy, which: str) -> None:
    case_id = accepted(db)
    with frozen_at(day(7)):
        given = {
            "none": lambda: None,
            "another item's": lambda: notice(db, case_id, "P3"),
            "another kind's": lambda: notice(db, case_id, kind="acceptance-notice"),
        }[which]()
        with pytest.raises(pauses.PauseWithoutNotice) as refused:
            pause(db, case_id, document=given)
    assert "第四十五条" in refused.value.words.zh
    assert db.session.query(ClockPause).count() == 0


def test_only_kinds_that_the_place_knows_pause_and_only_for_the_items_they_are_for(db: SQLAlchemy) -> None:
    case_id = accepted(db)
    with frozen_at(day(7)):
        told = notice(db, case_id)
        with pytest.raises(pauses.PauseNotLegal):
            pause(db, case_id, "lunch", document=told)
        # Time to rectify is left out for devices alone: that is what the special basis says.
        with pytest.raises(pauses.PauseNotLegal) as refused:
            pause(db, case_id, "rectification", document=told)
    assert "第54号" in refused.value.words.zh


def test_pauses_of_a_kind_do_not_overlap_but_kinds_may(db: SQLAlchemy) -> None:
    case_id = accepted(db)
    with frozen_at(day(7)):
        told = notice(db, case_id)
        pause(db, case_id, document=told)
    with frozen_at(day(8)):
        with pytest.raises(pauses.PauseOverlaps):
            pause(db, case_id, document=told)
        pause(db, case_id, "expert-review", document=told)
    with frozen_at(day(10)):
        resume(db, case_id)
        with pytest.raises(pauses.PauseOverlaps):
            pause(db, case_id, document=told, since=date(2026, 9, 9))
        assert clocks(db, case_id)["promised"].provisional  # the expert review still runs
    with frozen_at(day(11)):
        resume(db, case_id, "expert-review")
    # Both together took out 8 to 11 September, once.
    assert clocks(db, case_id)["promised"].due_on == date(2026, 9, 22)


def test_a_pause_begins_with_its_notice_and_ends_after_its_beginning(db: SQLAlchemy) -> None:
    case_id = accepted(db)
    with frozen_at(day(7)):
        told = notice(db, case_id)
    with frozen_at(day(9)):
        for wrong in (date(2026, 9, 4), date(2026, 9, 10)):
            with pytest.raises(pauses.PauseStartsWrong):
                pause(db, case_id, document=told, since=wrong)
        with pytest.raises(pauses.PauseNotRunning):
            resume(db, case_id)
        pause(db, case_id, document=told, since=date(2026, 9, 8))
        for wrong in (date(2026, 9, 7), date(2026, 9, 10)):
            with pytest.raises(pauses.PauseEndsBeforeStart):
                resume(db, case_id, on=wrong)
        resume(db, case_id, on=date(2026, 9, 8))
    assert clocks(db, case_id)["promised"].due_on == date(2026, 9, 17)


def test_nothing_pauses_before_acceptance_or_without_its_length(db: SQLAlchemy) -> None:
    with frozen_at(ACCEPTED):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        told = notice(db, case.id)
        with pytest.raises(pauses.ExpectedDaysMissing):
            pause(db, case.id, document=told, expected_days=None)
    row = db.session.query(LegalClock).filter_by(case_id=case.id).one()
    row.stopped_on = date(2026, 9, 1)  # P1's handling had started the joint clock
    db.session.commit()
    with frozen_at(day(2)), pytest.raises(pauses.NoClockRuns):
        pause(db, case.id, document=told)


def test_the_joint_clock_runs_until_the_last_item_has_its_outcome(db: SQLAlchemy) -> None:
    with frozen_at(ACCEPTED):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        open_items = ["P2", "P3", "P6"]
        for key in open_items:
            assert clocks_of_case(db, case.id).stopped_on is None, key
            office.act(case.id, "accept", key, intake_outcome="wrong-authority")
        office.act(case.id, "immediate", "P5")
    assert clocks_of_case(db, case.id).stopped_on == date(2026, 9, 1)


def clocks_of_case(db: SQLAlchemy, case_id: int) -> LegalClock:
    db.session.expire_all()
    return db.session.query(LegalClock).filter_by(case_id=case_id, name="joint").one()
