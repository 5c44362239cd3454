"""Limits run from the delivery of the paper that tells of them: nothing lapses that nobody was told of (art. 47)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from engine import Words
from tests.journeys import test_revocation as revoking
from tests.journeys.test_procedures import answered, day, order, under_review
from tests.support import office
from webapp.clock import frozen_at
from webapp.models import Correction, Document, SpecialProcedure
from webapp.services import document_acts, revocations, timers
from webapp.services.delivery_limits import NotDeliveredYet
from webapp.services.hearing_applications import Application, HearingAppliedLate
from webapp.services.seals import set_seal
from webapp.unit_of_work import sql


def sealed_by_hand(*units: str) -> None:
    for unit in units:
        for use in ("acceptance", "licence"):
            set_seal(unit, use, Words("行政审批专用章", "Official seal"), way="hand")


def paper(db: SQLAlchemy, case_id: int, kind: str) -> Document:
    return db.session.query(Document).filter_by(case_id=case_id, kind=kind).order_by(Document.id.desc()).first()


def deliver(document: Document, *, means: str = "counter") -> None:
    """Sealed where it is by hand, and handed over."""
    clerk = office.person(office.CLERK)
    if document.seal_way == "hand":
        document_acts.confirm_sealed(document.id, by=clerk, key=f"s{document.id}")
    facts = {"recipient": "林秀英", "reference": "" if means == "counter" else "EM100200300CN"}
    document_acts.record_delivery(document.id, by=clerk, means=means, key=f"d{document.id}{means}", **facts)


def moved(case_id: int) -> list[tuple[str, str, str, str]]:
    """(clock, why, before, after) of every due day that moved, from the ledger."""
    rows = sql().execute(
        "select body::json ->> 'clock', body::json ->> 'why', body::json ->> 'before', body::json ->> 'due'"
        " from case_event where case_id = %s and kind = 'clock-moved' order by seq",
        (case_id,),
    )
    return [(clock, why, before, due) for clock, why, before, due in rows if why == "delivered"]


def pass_time() -> None:
    while timers.fire_due():
        pass


def clock_page(client: FlaskClient, case_id: int) -> str:
    """The page that explains every due day, as the department reads it."""
    office.sign_in(client, "hanlei")
    return client.get(f"/cases/{case_id}/clocks").get_data(as_text=True)


def test_the_right_to_a_hearing_does_not_lapse_before_its_notice_is_delivered(
    db: SQLAlchemy, client: FlaskClient
) -> None:
    case_id = under_review()
    sealed_by_hand("urban-management")
    with frozen_at(day(2)):
        order(case_id, "hearing", on_application=True)
    notice = paper(db, case_id, "hearing-right-notice")
    # No last day can be named on it: it would be one that nobody could keep.
    assert "以本文书送达之日起算的期限届满日为准" in notice.content_zh
    assert "2026年9月9日" not in notice.content_zh
    assert "counted from delivery" in notice.content_en
    with frozen_at(day(15)):
        pass_time()
        office.run_jobs(case_id)
        assert ("P6", "hearing-application") in office.open_steps(case_id)
        assert "等待告知文书送达" in clock_page(client, case_id)
        deliver(notice)
    # Five working days after the 15th: 16, 17, 18, 20 (a Sunday that is worked), 21 September.
    assert office.open_task(case_id, "hearing-application", "P6").due_on == date(2026, 9, 21)
    assert moved(case_id) == [("hearing-application", "delivered", "2026-09-09", "2026-09-21")]
    with frozen_at(day(21)):
        assert "等待告知文书送达" not in clock_page(client, case_id)
        pass_time()
        answered(case_id, Application("相邻住户程立", date(2026, 9, 21)))
    assert ("P6", "hearing-notice") in office.open_steps(case_id)


def test_once_delivered_the_right_lapses_when_its_days_are_over(db: SQLAlchemy) -> None:
    case_id = under_review()
    sealed_by_hand("urban-management")
    with frozen_at(day(2)):
        order(case_id, "hearing", on_application=True)
    with frozen_at(day(15)):
        deliver(paper(db, case_id, "hearing-right-notice"), means="post")
    with frozen_at(day(22)):
        with pytest.raises(HearingAppliedLate) as late:
            answered(case_id, Application("相邻住户程立", date(2026, 9, 22)))
        assert "2026-09-21" in late.value.words.zh
        pass_time()
        office.run_jobs(case_id)
    assert db.session.query(SpecialProcedure).one().outcome == "forgone"


def test_who_applies_before_the_notice_came_is_heard_and_nothing_waits_any_more(db: SQLAlchemy) -> None:
    case_id = under_review()
    sealed_by_hand("urban-management")
    with frozen_at(day(2)):
        order(case_id, "hearing", on_application=True)
    with frozen_at(day(16)):
        answered(case_id, Application("相邻住户程立", date(2026, 9, 16)))
        deliver(paper(db, case_id, "hearing-right-notice"))
    assert sql().execute("select count(*) from clock_pause where kind = 'delivery'").fetchone() == (0,)
    assert moved(case_id) == []


def test_a_notice_that_is_there_at_once_counts_from_its_issue_and_anew_where_it_is_handed_over_later(
    db: SQLAlchemy,
) -> None:
    case_id = under_review()
    with frozen_at(day(2)):
        order(case_id, "hearing", on_application=True)
    notice = paper(db, case_id, "hearing-right-notice")
    assert "2026年9月9日" in notice.content_zh
    with frozen_at(day(4)):
        deliver(notice, means="post")
    assert office.open_task(case_id, "hearing-application", "P6").due_on == date(2026, 9, 11)
    with frozen_at(day(8)):  # a second record of the same paper gives no days again
        deliver(notice, means="counter")
    assert office.open_task(case_id, "hearing-application", "P6").due_on == date(2026, 9, 11)
    assert [line[3] for line in moved(case_id)] == ["2026-09-11"]


def test_an_electronic_delivery_that_is_recorded_later_changes_nothing(db: SQLAlchemy) -> None:
    case_id = under_review()
    with frozen_at(day(2)):
        order(case_id, "hearing", on_application=True)
    with frozen_at(day(4)):
        deliver(paper(db, case_id, "hearing-right-notice"), means="electronic")
    assert office.open_task(case_id, "hearing-application", "P6").due_on == date(2026, 9, 9)
    assert moved(case_id) == []


def test_silence_of_the_holder_counts_only_after_the_notice_before_revocation_was_delivered(db: SQLAlchemy) -> None:
    case_id = revoking.not_rectified()
    sealed_by_hand("approval-bureau", "market-supervision")
    revoking.told(case_id)
    silent = {"statement": "", "nothing_said": True}
    with frozen_at(revoking.day(21)):
        with pytest.raises(NotDeliveredYet):
            revoking.do(case_id, "statement", revocations.hear_holder, **silent)
        deliver(paper(db, case_id, "revocation-notice"))
    with frozen_at(revoking.day(22)), pytest.raises(revocations.StillToBeHeard):
        revoking.do(case_id, "statement", revocations.hear_holder, **silent)
    (line,) = moved(case_id)
    assert line[0] == "statement"
    with frozen_at(datetime(2026, 10, 20, 2, 0, tzinfo=UTC)):
        revoking.do(case_id, "statement", revocations.hear_holder, **silent)
    assert ("P2", "revoke") in office.open_steps(case_id)


def test_the_time_to_correct_begins_with_the_delivery_and_never_lapses_before_it(db: SQLAlchemy) -> None:
    with frozen_at(day(1)):
        case = office.received("ordinary", ways={})
        sealed_by_hand("urban-management")
        office.act(case.id, "backfill", "P1")
        office.act(case.id, "accept", "P6", intake_outcome="correction")
    notice = paper(db, case.id, "correction-notice")
    assert "以本文书送达之日起算的期限届满日为准" in notice.content_zh
    with frozen_at(datetime(2026, 11, 20, 2, 0, tzinfo=UTC)):
        pass_time()
        office.run_jobs(case.id)
        assert ("P6", "correct") in office.open_steps(case.id)
        deliver(notice)
    assert [line[:2] for line in moved(case.id)] == [("correction", "delivered")]
    with frozen_at(datetime(2026, 11, 23, 2, 0, tzinfo=UTC)):
        office.act(case.id, "correct", "P6")
    assert db.session.query(Correction).one().late is False
