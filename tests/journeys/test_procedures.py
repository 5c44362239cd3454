"""特别程序: hearing, testing, expert review and public notice within an item; who may do what in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import orjson
import pytest
from flask_sqlalchemy import SQLAlchemy

from tests.support import office
from webapp.catalogue import rules_in_force
from webapp.clock import frozen_at
from webapp.errors import ActRefused, Incomplete, SamePerson
from webapp.identity import Identity
from webapp.models import (
    CaseEvent,
    ClockPause,
    Document,
    ItemCase,
    LegalClock,
    Objection,
    Review,
    Ruling,
    SpecialProcedure,
)
from webapp.queries.procedures import hosts_for
from webapp.services import hearings, procedures, reviews, rulings, timers
from webapp.services.hearing_applications import (
    Application,
    HearingAppliedLate,
    NothingForgone,
    take_missed_application,
)
from webapp.services.hearings import HearingNotYet, HearingTooSoon, NotTheHost
from webapp.services.procedures import NoticeStillRuns
from webapp.services.separation import HostReviewed
from webapp.unit_of_work import sql

ACCEPTED = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)  # Tuesday, ten in the morning in the office


def day(number: int, month: int = 9, hour: int = 2) -> datetime:
    return datetime(2026, month, number, hour, 0, tzinfo=UTC)


def under_review(key: str = "P6") -> int:
    """The signboard before its reviewer: no visit, twelve or so working days."""
    with frozen_at(ACCEPTED):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        office.act(case.id, "accept", key)
    return case.id


def item(db: SQLAlchemy, case_id: int) -> ItemCase:
    db.session.expire_all()
    return db.session.query(ItemCase).filter_by(case_id=case_id, item_key="P6").one()


def clock(db: SQLAlchemy, case_id: int, name: str) -> LegalClock:
    return db.session.query(LegalClock).filter_by(item_case_id=item(db, case_id).id, name=name).one()


def pauses(db: SQLAlchemy, case_id: int) -> dict[str, tuple[date, date | None]]:
    """Clock -> from when to when it stood still."""
    mine = item(db, case_id).id
    rows = db.session.query(ClockPause, LegalClock.name).join(LegalClock, LegalClock.id == ClockPause.clock_id)
    return {name: (one.started_on, one.ended_on) for one, name in rows.filter(ClockPause.item_case_id == mine)}


def order(case_id: int, kind: str, *, days: int = 10, on_application: bool = False) -> Identity:
    task, who = office.claimed(case_id, "review", "P6")
    procedures.order_procedure(
        task.id,
        by=who,
        kind=kind,
        reason="招牌与相邻住户的采光有重大利益关系。",
        expected_days=days,
        on_application=on_application,
        revision=task.revision,
        key=f"order-{task.id}",
    )
    return who


def do(case_id: int, step: str, act: object, *, by: Identity | None = None, **facts: object) -> Identity:
    """An act of the procedure, by whoever holds or may take its task."""
    task = office.open_task(case_id, step, "P6")
    who = by or office.member_of(task.groups[0])
    if task.assignee_id is None:
        office.tasks.claim(task.id, by=who)
        task = office.open_task(case_id, step, "P6")
    act(task.id, by=who, revision=task.revision, key=f"{step}-{task.id}-{task.revision}", **facts)  # type: ignore[operator]
    office.run_jobs(case_id)
    return who


def answered(case_id: int, application: Application) -> Identity:
    return do(case_id, "hearing-application", hearings.answer_hearing_right, applied=True, application=application)


def entered(case_id: int, application: Application, *, days: int = 10) -> Identity:
    """The application is entered at the review, after the limit."""
    return do(case_id, "review", take_missed_application, application=application, expected_days=days)


def join(who: Identity, group: str) -> None:
    """One more post for the same person."""
    sql().execute(
        "insert into membership select %s, id from candidate_group where key = %s on conflict do nothing",
        (who.user_id, group),
    )


def rule_as(case_id: int, who: Identity) -> None:
    task = office.open_task(case_id, "decide", "P6")
    sql().execute("update user_task set assignee_id = %s where id = %s", (who.user_id, task.id))
    rulings.rule(
        task.id, by=who, ruling="grant", facts="", reasons="", revision=task.revision, key=f"rule-{who.user_id}"
    )


def kinds(db: SQLAlchemy, case_id: int) -> list[str]:
    rows = db.session.query(Document).filter_by(item_case_id=item(db, case_id).id).order_by(Document.id)
    return [one.kind for one in rows]


def rule(case_id: int) -> None:
    office.act(case_id, "review", "P6", proposal="refuse")
    office.act(case_id, "decide", "P6", ruling="refuse")


def test_a_hearing_from_application_to_a_ruling_on_its_record(db: SQLAlchemy) -> None:
    case_id = under_review()
    due = clock(db, case_id, "promised").due_on
    with frozen_at(day(2)):
        order(case_id, "hearing", on_application=True)
    assert kinds(db, case_id)[-2:] == ["special-procedure-notice", "hearing-right-notice"]
    assert pauses(db, case_id) == dict.fromkeys(("joint", "promised", "statutory"), (date(2026, 9, 2), None))
    # Five working days after the 2nd: 3, 4, 7, 8, 9 September.
    assert office.open_task(case_id, "hearing-application", "P6").due_on == date(2026, 9, 9)
    with frozen_at(day(9)):
        do(
            case_id,
            "hearing-application",
            hearings.answer_hearing_right,
            applied=True,
            application=Application("相邻住户程立", date(2026, 9, 9)),
        )
    host = office.member_of("sign.decide")
    with frozen_at(day(10)):
        # Seven working days ahead: 11, 14, 15, 16, 17, 18 and (a make-up Sunday) 20 September at the earliest.
        with pytest.raises(HearingTooSoon) as soon:
            do(
                case_id,
                "hearing-notice",
                hearings.notify_hearing,
                held_at=day(18),
                place="政务服务中心 302",
                host_id=host.user_id,
            )
        assert "第四十八条" in soon.value.words.zh
        do(
            case_id,
            "hearing-notice",
            hearings.notify_hearing,
            held_at=day(22),
            place="政务服务中心 302",
            host_id=host.user_id,
        )
    assert kinds(db, case_id)[-1] == "hearing-notice"
    assert office.open_task(case_id, "hearing", "P6").assignee_id == host.user_id
    held = {"attended": "申请人\n相邻住户程立", "record": "双方对采光测算报告质证。"}
    with frozen_at(day(21)), pytest.raises(HearingNotYet):
        do(case_id, "hearing", hearings.record_hearing, by=host, **held)
    with frozen_at(day(22, hour=6)):
        do(case_id, "hearing", hearings.record_hearing, by=host, **held)
    assert kinds(db, case_id)[-1] == "hearing-record"
    assert pauses(db, case_id)["statutory"] == (date(2026, 9, 2), date(2026, 9, 22))
    assert clock(db, case_id, "promised").due_on > due
    with frozen_at(day(23)):
        rule(case_id)
    ruling = db.session.query(Ruling).filter_by(item_case_id=item(db, case_id).id).one()
    assert "听证笔录" in ruling.basis_zh
    assert "行政复议" in ruling.remedy_zh


def test_the_days_to_hold_a_hearing_run_from_the_application_not_from_its_entry(db: SQLAlchemy) -> None:
    case_id = under_review()
    with frozen_at(day(2)):
        order(case_id, "hearing", on_application=True)
    with frozen_at(day(9)):
        for wrong, field in (
            (Application("相邻住户程立", date(2026, 9, 1)), "applied_on"),  # before the right was told
            (Application("相邻住户程立", date(2026, 9, 10)), "applied_on"),  # a day to come
            (Application("相邻住户程立", date(2026, 9, 3)), "evidence"),  # nothing proves the day
            (Application("相邻住户程立", date(2026, 9, 3), "postmark"), "evidence_note"),
        ):
            with pytest.raises(Incomplete) as refused:
                answered(case_id, wrong)
            assert refused.value.field == field
        answered(case_id, Application("相邻住户程立", date(2026, 9, 3), "postmark", "挂号信 XA123，存卷"))
    kept = db.session.query(SpecialProcedure).one()
    assert (kept.evidence, kept.evidence_note, kept.late_reason) == ("postmark", "挂号信 XA123，存卷", "")
    held = clock(db, case_id, "hearing")
    assert held.started_on == date(2026, 9, 3)
    # Twenty working days after the 3rd, over the make-up Sunday 20 September and the days of Mid-Autumn and October.
    assert rules_in_force().calendar.working_days_between(date(2026, 9, 3), held.due_on) == 20


def test_what_was_applied_for_in_time_and_entered_after_the_limit_is_heard_all_the_same(db: SQLAlchemy) -> None:
    """The letter was posted on the last day and came two days later: the right was kept; the entry says why late."""
    case_id = under_review()
    with frozen_at(day(2)):
        order(case_id, "hearing", on_application=True)
    with frozen_at(day(10)):
        while timers.fire_due():
            office.run_jobs(case_id)
    letter = Application("相邻住户程立", date(2026, 9, 9), "postmark", "挂号信 XA124，存卷")
    with frozen_at(day(11)):
        for wrong, field in ((letter, "late_reason"), (replace(letter, late_reason="信件在途"), "hearing_days")):
            with pytest.raises(Incomplete) as refused:
                entered(case_id, wrong, days=0)
            assert refused.value.field == field
        with pytest.raises(HearingAppliedLate):
            entered(case_id, replace(letter, made_on=date(2026, 9, 10), late_reason="信件在途"))
        reviewer = entered(case_id, replace(letter, late_reason="信件在途，11日收到。"))
    first, second = db.session.query(SpecialProcedure).order_by(SpecialProcedure.id).all()
    assert (first.outcome, second.outcome) == ("forgone", "")
    assert (second.applied_on, second.late_reason) == (date(2026, 9, 9), "信件在途，11日收到。")
    assert clock(db, case_id, "hearing").started_on == date(2026, 9, 9)
    assert ("P6", "hearing-notice") in office.open_steps(case_id)
    assert kinds(db, case_id)[-1] == "special-procedure-notice"
    still = db.session.query(ClockPause).filter_by(ended_on=None, item_case_id=item(db, case_id).id)
    assert [one.started_on for one in still] == [date(2026, 9, 11)] * 3  # the statutory, promised and joint limits
    told = {"held_at": day(23), "place": "302", "host_id": reviewer.user_id}
    with frozen_at(day(11)), pytest.raises(HostReviewed):
        do(case_id, "hearing-notice", hearings.notify_hearing, **told)


@pytest.mark.parametrize(("place", "hour"), [("fictional-city", 12), ("fictional-county", 2)])
def test_the_letter_names_the_day_on_which_the_limit_ends(db: SQLAlchemy, place: str, hour: int) -> None:
    """In the city what is told in the evening is told on the next working day; in the county the day of it counts."""
    for kind, paper, name in (
        ("hearing", "hearing-right-notice", "hearing-application"),
        ("public-notice", "public-notice", "public-notice"),
    ):
        with frozen_at(ACCEPTED):
            case_id = office.received("ordinary", ways={}, place=place).id
            office.act(case_id, "backfill", "P1")
            office.act(case_id, "accept", "P6")
        with frozen_at(day(2, hour=hour)):
            order(case_id, kind, days=7, on_application=True)
        until = clock(db, case_id, name).due_on
        told = db.session.query(Document).filter_by(item_case_id=item(db, case_id).id, kind=paper).one()
        assert f"{until.year}年{until.month}月{until.day}日" in told.content_zh


def test_an_application_on_its_way_is_entered_also_after_another_procedure(db: SQLAlchemy) -> None:
    case_id = under_review()
    with frozen_at(day(2)):
        order(case_id, "hearing", on_application=True)
    with frozen_at(day(10)):
        while timers.fire_due():
            office.run_jobs(case_id)
        order(case_id, "testing", days=3)
        facts = {"outcome": "conform", "conducted_by": "江城市质检院", "record": "合格。"}
        do(case_id, "testing", procedures.record_result, **facts)
        letter = Application("相邻住户程立", date(2026, 9, 9), "postmark", "挂号信 XA124，存卷", "信件在途")
        entered(case_id, letter)
    assert ("P6", "hearing-notice") in office.open_steps(case_id)


def test_nothing_is_entered_late_where_no_hearing_lapsed(db: SQLAlchemy) -> None:
    case_id = under_review()
    with frozen_at(day(2)):
        order(case_id, "hearing", on_application=True)
        do(
            case_id,
            "hearing-application",
            hearings.answer_hearing_right,
            applied=False,
            application=Application("相邻住户程立", None),
        )
    with frozen_at(day(3)), pytest.raises(NothingForgone):  # waived in so many words
        entered(case_id, Application("相邻住户程立", date(2026, 9, 2), "paper", "收件登记 7 号"))


@pytest.mark.parametrize("kind", ["testing", "public-notice"])
def test_who_ordered_a_procedure_or_kept_its_result_reviewed_the_item_and_does_not_rule(
    db: SQLAlchemy, kind: str
) -> None:
    """Both leave a row of the review: the separation is checked on what was done."""
    case_id = under_review()
    with frozen_at(day(2)):
        orderer = order(case_id, kind, days=3)
    keeper = office.member_of("sign.review", but=[orderer.user_id])
    with frozen_at(day(12)):
        if kind == "testing":
            facts = {"outcome": "conform", "conducted_by": "江城市质检院", "record": "合格。"}
            do(case_id, kind, procedures.record_result, by=keeper, **facts)
        else:
            do(case_id, kind, procedures.close_notice, by=keeper, record="无异议。")
        third = office.member_of("sign.decide")
        join(third, "sign.review")
        office.act(case_id, "review", "P6", by=office.person(third.login), proposal="grant")
    rows = db.session.query(Review).filter_by(item_case_id=item(db, case_id).id).order_by(Review.id).all()
    assert [(one.step, one.by_id) for one in rows] == [
        ("review", orderer.user_id),
        (kind, keeper.user_id),
        ("review", third.user_id),
    ]
    assert rows[0].conclusion == "procedure"
    for who in (orderer, keeper):
        sql().execute(
            "update app_user set authorisation_number = '试授〔2026〕1号', active = true where id = %s", (who.user_id,)
        )
        join(who, "sign.decide")
        with frozen_at(day(12)), pytest.raises(SamePerson):
            rule_as(case_id, office.person(who.login))


def test_who_pre_reviewed_the_item_does_not_host_its_hearing(db: SQLAlchemy) -> None:
    with frozen_at(ACCEPTED):
        case_id = office.received("ordinary", ways={}).id
        office.act(case_id, "pre-review", "P6", conclusion="not-ready")
        office.act(case_id, "backfill", "P1")
        office.act(case_id, "accept", "P6")
    host = office.member_of("sign.decide")
    looked = db.session.query(Review).filter_by(item_case_id=item(db, case_id).id, step="pre-review").one()
    looked.by_id = host.user_id
    db.session.commit()
    with frozen_at(day(2)):
        order(case_id, "hearing")
        assert host.user_id not in dict(hosts_for(item(db, case_id).id, host.department_key, ["sign.decide"]))
        with pytest.raises(HostReviewed):
            do(
                case_id,
                "hearing-notice",
                hearings.notify_hearing,
                held_at=day(22),
                place="政务服务中心 302",
                host_id=host.user_id,
            )


def test_a_hearing_not_applied_for_in_time_is_forgone_and_the_clocks_run_on(db: SQLAlchemy) -> None:
    case_id = under_review()
    with frozen_at(day(2)):
        order(case_id, "hearing", on_application=True)
    with frozen_at(day(10)):
        with pytest.raises(HearingAppliedLate) as late:
            do(
                case_id,
                "hearing-application",
                hearings.answer_hearing_right,
                applied=True,
                application=Application("相邻住户程立", date(2026, 9, 10)),
            )
        assert "第四十七条" in late.value.words.zh
        while timers.fire_due():
            office.run_jobs(case_id)
    gone = db.session.query(SpecialProcedure).one()
    assert (gone.outcome, gone.ended_by) == ("forgone", None)
    assert pauses(db, case_id)["promised"][1] == date(2026, 9, 10)
    assert ("P6", "review") in office.open_steps(case_id)
    tries = sql().execute("select count(*) from case_event where case_id = %s and kind = 'refused-act'", (case_id,))
    assert tries.fetchone() == (1,)


def test_who_reviewed_does_not_host_and_who_hosts_neither_reviews_nor_is_replaced(db: SQLAlchemy) -> None:
    case_id = under_review()
    with frozen_at(day(2)):
        reviewer = order(case_id, "hearing")
        told = {"held_at": day(22), "place": "302"}
        with pytest.raises(HostReviewed):
            do(case_id, "hearing-notice", hearings.notify_hearing, host_id=reviewer.user_id, **told)
        other = office.member_of("sign.review", but=[reviewer.user_id])
        accepter = (
            sql()
            .execute(
                "select closed_by from user_task where case_id = %s and step = 'accept'"
                " and item_case_id = %s and closed_by is not null",
                (case_id, item(db, case_id).id),
            )
            .fetchone()
        )
        host = other if accepter and accepter[0] != other.user_id else office.member_of("sign.decide")
        do(case_id, "hearing-notice", hearings.notify_hearing, host_id=host.user_id, **told)
    assert kinds(db, case_id)[-2:] == ["hearing-notice", "hearing-announcement"]
    stranger = office.member_of("sign.decide", but=[host.user_id])
    with frozen_at(day(22, hour=6)):
        task = office.open_task(case_id, "hearing", "P6")
        sql().execute("update user_task set assignee_id = %s where id = %s", (stranger.user_id, task.id))
        with pytest.raises(NotTheHost):
            do(case_id, "hearing", hearings.record_hearing, by=stranger, attended="申请人", record="记录")
        sql().execute("update user_task set assignee_id = %s where id = %s", (host.user_id, task.id))
        db.session.expire_all()
        do(case_id, "hearing", hearings.record_hearing, by=host, attended="申请人", record="记录")
        sql().execute(
            "insert into membership select %s, id from candidate_group where key = 'sign.review'"
            " on conflict do nothing",
            (host.user_id,),
        )
        with pytest.raises(HostReviewed):
            office.act(case_id, "review", "P6", by=office.person(host.login), proposal="grant")


@pytest.mark.parametrize(("kind", "outcome"), [("testing", "not-conform"), ("expert-review", "supported")])
def test_testing_and_expert_review_stop_the_clocks_until_their_result(db: SQLAlchemy, kind: str, outcome: str) -> None:
    case_id = under_review()
    with frozen_at(day(2)):
        order(case_id, kind, days=5)
    assert set(pauses(db, case_id)) == {"joint", "promised", "statutory"}
    with frozen_at(day(8)):
        with pytest.raises(Incomplete):
            do(case_id, kind, procedures.record_result, outcome=outcome, conducted_by="", record="报告")
        do(case_id, kind, procedures.record_result, outcome=outcome, conducted_by="江城检测所", record="报告一份。")
    assert set(pauses(db, case_id).values()) == {(date(2026, 9, 2), date(2026, 9, 8))}
    assert db.session.query(SpecialProcedure).one().outcome == outcome
    assert ("P6", "review") in office.open_steps(case_id)


def test_a_public_notice_stops_what_the_place_lets_it_and_ends_after_its_days(db: SQLAlchemy) -> None:
    case_id = under_review()
    with frozen_at(day(2)):
        order(case_id, "public-notice", days=5)
    assert set(pauses(db, case_id)) == {"promised"}  # the law's list (art. 45) does not know it
    assert clock(db, case_id, "statutory").stopped_on is None
    assert kinds(db, case_id)[-2:] == ["special-procedure-notice", "public-notice"]
    with frozen_at(day(4)):
        task, who = office.claimed(case_id, "public-notice", "P6")
        procedures.take_objection(task.id, by=who, by_name="程立", content="遮挡采光。", handling="", key="o1")
        with pytest.raises(NoticeStillRuns):
            do(case_id, "public-notice", procedures.close_notice, by=who, record="已核实。")
    with frozen_at(day(10)):
        with pytest.raises(Incomplete):
            do(case_id, "public-notice", procedures.close_notice, by=who, record="")
        do(case_id, "public-notice", procedures.close_notice, by=who, record="经核实不影响采光，已书面答复。")
    assert db.session.query(Objection).one().by_name == "程立"
    assert db.session.query(SpecialProcedure).one().outcome == "objected"
    assert pauses(db, case_id) == {"promised": (date(2026, 9, 2), date(2026, 9, 10))}
    with frozen_at(day(11)):
        rule(case_id)


def test_a_procedure_is_ordered_with_reason_and_time_or_not_at_all(db: SQLAlchemy) -> None:
    case_id = under_review()
    task, who = office.claimed(case_id, "review", "P6")
    common = {"by": who, "on_application": False, "revision": task.revision}
    for key, wrong in (
        ("a", {"kind": "divination", "reason": "x", "expected_days": 3}),
        ("b", {"kind": "testing", "reason": " ", "expected_days": 3}),
        ("c", {"kind": "testing", "reason": "x", "expected_days": 0}),
    ):
        with pytest.raises(Incomplete):
            procedures.order_procedure(task.id, key=key, **wrong, **common)
    assert db.session.query(SpecialProcedure).count() == 0
    reviews.propose(task.id, by=who, proposal="grant", opinion="", checklist={}, revision=task.revision, key="d")
    assert ("P6", "decide") in office.open_steps(case_id)


def test_where_the_place_says_nothing_of_a_public_notice_it_stops_no_clock(db: SQLAlchemy) -> None:
    case_id = under_review()
    sql().execute("update cases set profile_key = 'fictional-county' where id = %s", (case_id,))
    with frozen_at(day(2)):
        order(case_id, "public-notice", days=5)
    assert pauses(db, case_id) == {}
    assert kinds(db, case_id)[-1] == "public-notice"
    assert "special-procedure-notice" not in kinds(db, case_id)
    with frozen_at(day(10)):
        do(case_id, "public-notice", procedures.close_notice, record="")
    assert db.session.query(SpecialProcedure).one().outcome == "unopposed"


def test_a_pause_that_the_rules_refuse_leaves_its_try_in_the_ledger_and_nothing_else(db: SQLAlchemy) -> None:
    case_id = under_review()
    with frozen_at(day(2)), pytest.raises(ActRefused) as refused:
        order(case_id, "testing", days=0)
    lines = db.session.query(CaseEvent).filter_by(case_id=case_id, kind="refused-act").all()
    assert [orjson.loads(line.body)["refusal"] for line in lines] == [type(refused.value).__name__]
    assert pauses(db, case_id) == {}
    assert ("P6", "review") in office.open_steps(case_id)
