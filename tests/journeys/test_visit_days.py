"""Days of a joint visit: proposed to the units that take part, answered by them, fixed with or against an answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask_sqlalchemy import SQLAlchemy

from tests.journeys.test_substitutes import named
from tests.journeys.test_withdrawal import at_window
from tests.support import office, visiting
from webapp.catalogue import rules_in_force
from webapp.clock import frozen_at
from webapp.errors import Incomplete, NotFound
from webapp.identity import Identity
from webapp.models import CaseEvent, Notice, VisitAppointment, VisitRound
from webapp.queries.advisory_inbox import asked_of
from webapp.queries.appointments import appointment_of
from webapp.queries.site_visits import site_visit_of
from webapp.queries.visit_days import DayRound, day_question
from webapp.queries.worklist_counts import counts
from webapp.services import appointments, conflicts, visit_day_answers, visit_days
from webapp.services.appointments import AnotherDay, DaysAreAsked, Told, VisitRecorded
from webapp.services.beside import members as people_of
from webapp.services.notice_kinds import kind_words
from webapp.services.separation import InConflict
from webapp.services.visit_day_answers import DayAnswer
from webapp.services.visit_days import Day, Fixed, NothingAsked

NOW = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)  # a Tuesday, 10 o'clock
WEDNESDAY, THURSDAY, SATURDAY = date(2026, 9, 2), date(2026, 9, 3), date(2026, 9, 5)
PROPOSED = [Day(WEDNESDAY, "afternoon"), Day(THURSDAY, "morning"), Day(SATURDAY, "morning")]
TOLD = Told("江城市东城区和顺路88号一层", "0000-8611", "请备好设施设备清单。")


@pytest.fixture
def case_id(db: SQLAlchemy) -> Iterator[int]:
    """A visit of two items is open, of which two posts are asked."""
    with frozen_at(NOW):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        for item in ("P2", "P3"):
            office.act(case.id, "accept", item)
            office.act(case.id, "examine", item, visit_needed=True)
        yield case.id


def arranger() -> Identity:
    return office.member_of("market.visit")


def ask(case_id: int, days: list[Day] = PROPOSED, *, by: Identity | None = None, key: str = "ask") -> int:
    task = visiting.open_visit(case_id)
    return visit_days.ask_days(task.id, days, by=by or arranger(), note="需要半天。", key=key)


def shown(case_id: int) -> DayRound:
    """As who arranges reads it."""
    found = site_visit_of(visiting.open_visit(case_id).id, rules_in_force().calendar).round
    assert found is not None
    return found


def answer(round_id: int, by: Identity, *can: date, note: str = "", key: str = "answer") -> None:
    """Can come on these days, and on no other."""
    days = day_question(round_id, by).round.days
    said = {one.id: DayAnswer(one.on_day in can, "" if one.on_day in can else note) for one in days}
    visit_day_answers.answer_days(round_id, said, by=by, key=f"{key}-{by.user_id}")


def fix(case_id: int, day: date, at: time, reason: str = "", *, key: str = "fix") -> None:
    asked = shown(case_id)
    chosen = next(one.id for one in asked.days if one.on_day == day)
    task = visiting.open_visit(case_id)
    visit_days.fix_day(task.id, asked.id, Fixed(chosen, at, reason), by=arranger(), told=TOLD, key=key)


def told(kind: str) -> set[int]:
    return {one.user_id for one in Notice.query.filter_by(kind=kind)}


def members(*groups: str) -> set[int]:
    return set(people_of(groups))


def test_the_units_answer_and_the_day_that_all_can_is_offered_first(db: SQLAlchemy, case_id: int) -> None:
    drug, device = office.member_of("drug.review"), office.member_of("device.review")
    before = counts(drug).asked
    round_id = ask(case_id)
    assert told("visit-days-asked") == members("drug.review", "device.review")
    assert counts(drug).asked == before + 1
    line = next(one for one in asked_of(drug) if one.kind == "visit-days")
    assert (line.id, line.case_id, line.waits) == (round_id, case_id, False)
    assert line.question == "2026-09-02, 2026-09-03, 2026-09-05"
    assert not [one for one in asked_of(office.member_of("sign.review")) if one.kind == "visit-days"]

    answer(round_id, drug, THURSDAY, SATURDAY, note="当天有培训")
    assert counts(drug).asked == before
    assert not told("visit-days-answered")  # the device side is still silent
    assert [unit.zh for unit in shown(case_id).waiting] == ["医疗器械审查岗"]
    answer(round_id, device, WEDNESDAY, THURSDAY)
    assert told("visit-days-answered") == {arranger().user_id}

    asked = shown(case_id)
    assert [one.on_day for one in asked.days] == [THURSDAY, WEDNESDAY, SATURDAY]
    assert asked.days[0].all_can
    assert not asked.days[2].works
    assert {one.note for one in asked.days[1].answers} == {"当天有培训", ""}

    fix(case_id, THURSDAY, time(9, 30))
    holds = appointment_of(visiting.open_visit(case_id).id)
    assert holds is not None
    assert holds.at == datetime(2026, 9, 3, 1, 30, tzinfo=UTC)
    assert told("visit-fixed") == members("drug.review", "device.review")
    read = day_question(round_id, drug)
    assert read.fixed is not None
    assert (read.is_open, read.fixed.place) == (False, TOLD.place)
    kinds = [one.kind for one in CaseEvent.query.filter_by(case_id=case_id).order_by(CaseEvent.seq)]
    assert kinds[-4:] == ["visit-days-asked", "visit-days-answered", "visit-days-answered", "visit-appointed"]
    bodies = "".join(one.body for one in CaseEvent.query.filter_by(case_id=case_id))
    assert "当天有培训" not in bodies  # the ledger keeps digests, not words
    with pytest.raises(NothingAsked):
        answer(round_id, device, WEDNESDAY, key="late")


def test_against_an_answer_or_without_one_a_day_is_fixed_with_a_reason(db: SQLAlchemy, case_id: int) -> None:
    round_id = ask(case_id)
    answer(round_id, office.member_of("drug.review"), THURSDAY)
    with pytest.raises(Incomplete) as refused:
        fix(case_id, THURSDAY, time(9, 30))  # silence is no consent
    assert "fix_reason" in refused.value.faults
    answer(round_id, office.member_of("device.review"), WEDNESDAY)
    with pytest.raises(Incomplete):
        fix(case_id, THURSDAY, time(9, 30), key="b")
    fix(case_id, THURSDAY, time(9, 30), "申请人只有这一天在店。", key="c")
    kept = VisitRound.query.one()
    assert (kept.outcome, kept.reason) == ("fixed", "申请人只有这一天在店。")
    line = CaseEvent.query.filter_by(case_id=case_id, kind="visit-appointed").one()
    assert '"against":["device.review"]' in line.body


def test_an_answer_may_change_until_a_day_is_fixed_and_who_asked_is_told(db: SQLAlchemy, case_id: int) -> None:
    round_id = ask(case_id, [Day(THURSDAY, "morning")])
    drug, device = office.member_of("drug.review"), office.member_of("device.review")
    answer(round_id, drug, THURSDAY)
    answer(round_id, device, THURSDAY)
    assert shown(case_id).days[0].all_can
    answer(round_id, device, note="临时有任务", key="again")
    assert [one.can for one in shown(case_id).days[0].answers] == [True, False]
    assert Notice.query.filter_by(kind="visit-days-answered").count() == 2


def test_another_day_is_a_new_round_and_the_appointment_holds_until_then(db: SQLAlchemy, case_id: int) -> None:
    drug, device = office.member_of("drug.review"), office.member_of("device.review")
    first = ask(case_id)
    for one in (drug, device):
        answer(first, one, THURSDAY)
    fix(case_id, THURSDAY, time(9, 30))
    task = visiting.open_visit(case_id)

    def move(at: datetime, key: str) -> None:
        appointments.appoint_visit(task.id, by=arranger(), at=at, told=TOLD, key=key)

    with pytest.raises(AnotherDay) as refused:
        move(datetime(2026, 9, 4, 1, 30, tzinfo=UTC), "friday")
    assert "2026年9月3日上午" in refused.value.words.zh
    move(datetime(2026, 9, 3, 2, 0, tzinfo=UTC), "half an hour later")  # what they agreed to is the half-day
    second = ask(case_id, [Day(date(2026, 9, 7), "afternoon")], key="anew")
    assert shown(case_id).number == 2
    holds = appointment_of(task.id)
    assert holds is not None
    assert holds.at == datetime(2026, 9, 3, 2, 0, tzinfo=UTC)
    with pytest.raises(DaysAreAsked):
        move(datetime(2026, 9, 3, 3, 0, tzinfo=UTC), "meanwhile")
    for one in (drug, device):
        answer(second, one, date(2026, 9, 7), key="second")
    fix(case_id, date(2026, 9, 7), time(14, 0), key="fix-2")
    assert VisitAppointment.query.count() == 3  # what the applicant read before stays
    assert [one.outcome for one in VisitRound.query.order_by(VisitRound.id)] == ["fixed", "fixed"]


def test_a_round_that_is_replaced_or_called_off_is_asked_of_nobody(db: SQLAlchemy, case_id: int) -> None:
    drug = office.member_of("drug.review")
    first, second = ask(case_id), ask(case_id, [Day(THURSDAY, "afternoon")], key="anew")
    assert [one.id for one in asked_of(drug) if one.kind == "visit-days"] == [second]
    with pytest.raises(NothingAsked):
        answer(first, drug, THURSDAY)
    task = visiting.open_visit(case_id)
    with pytest.raises(NothingAsked):
        visit_days.call_off_days(task.id, first, by=arranger(), reason="换人", key="old")
    with pytest.raises(Incomplete):
        visit_days.call_off_days(task.id, second, by=arranger(), reason=" ", key="silent")
    visit_days.call_off_days(task.id, second, by=arranger(), reason="改由一个科室核查。", key="off")
    assert not [one for one in asked_of(drug) if one.kind == "visit-days"]
    assert told("visit-days-off") == members("drug.review", "device.review")
    assert "改由一个科室核查" in str(Notice.query.filter_by(kind="visit-days-off").first().facts)
    assert [one.outcome for one in VisitRound.query.order_by(VisitRound.id)] == ["replaced", "called-off"]


def test_days_that_are_none_and_answers_that_say_nothing_are_refused(db: SQLAlchemy, case_id: int) -> None:
    many = [Day(WEDNESDAY + timedelta(days=ahead), "morning") for ahead in range(11)]
    for days in (
        [],
        many,
        [Day(date(2026, 8, 31), "morning")],
        [Day(THURSDAY, "night")],
        [Day(date(2028, 1, 3), "morning")],
    ):
        with pytest.raises(Incomplete) as refused:
            ask(case_id, days, key=f"ask-{len(days)}-{days[:1]}")
        assert "visit_days" in refused.value.faults
    today = NOW.date()
    round_id = ask(case_id, [Day(today, "afternoon"), Day(THURSDAY, "morning"), Day(THURSDAY, "morning")])
    assert len(shown(case_id).days) == 2
    drug = office.member_of("drug.review")
    first, second = (one.id for one in day_question(round_id, drug).round.in_order)
    with pytest.raises(Incomplete) as refused:
        visit_day_answers.answer_days(round_id, {first: DayAnswer(True)}, by=drug, key="half")
    assert set(refused.value.faults) == {f"day.{second}"}
    long = {first: DayAnswer(True, "很" * 201), second: DayAnswer(False)}
    with pytest.raises(Incomplete) as refused:
        visit_day_answers.answer_days(round_id, long, by=drug, key="long")
    assert set(refused.value.faults) == {f"note.{first}"}
    with pytest.raises(NotFound):
        visit_day_answers.answer_days(round_id, {}, by=office.member_of("sign.review"), key="not-asked")
    with pytest.raises(NotFound):
        day_question(round_id, arranger())
    task = visiting.open_visit(case_id)
    for fixed, field in (
        (Fixed(0, time(9), "急"), "visit_day"),
        (Fixed(second, None, "急"), "visit_time"),
        (Fixed(second, time(14), "急"), "visit_time"),
        (Fixed(second, time(9), ""), "fix_reason"),
    ):
        with pytest.raises(Incomplete) as refused:
            visit_days.fix_day(task.id, round_id, fixed, by=arranger(), told=TOLD, key=f"{fixed}")
        assert field in refused.value.faults
    with pytest.raises(NotFound):
        visit_days.fix_day(task.id, round_id, Fixed(2**70, time(9), "急"), by=arranger(), told=TOLD, key="far")
    with pytest.raises(NotFound):
        ask(case_id, by=drug, key="not-theirs")


def test_a_unit_whose_item_leaves_is_waited_for_no_longer(db: SQLAlchemy, case_id: int) -> None:
    round_id = ask(case_id, [Day(THURSDAY, "morning")])
    answer(round_id, office.member_of("drug.review"), THURSDAY)
    assert shown(case_id).waiting
    at_window(case_id, "P3")
    db.session.expire_all()
    assert not shown(case_id).waiting
    assert shown(case_id).days[0].all_can
    fix(case_id, THURSDAY, time(9, 30))
    assert told("visit-fixed") == members("drug.review")


def test_who_stands_in_answers_for_the_post_and_who_is_in_conflict_does_not(db: SQLAlchemy, case_id: int) -> None:
    round_id = ask(case_id, [Day(THURSDAY, "morning")])
    absent, stand_in = office.member_of("device.review"), office.member_of("food.review")
    named(absent.login, stand_in.login)
    answer(round_id, office.person(stand_in.login), THURSDAY)
    said = next(one for one in shown(case_id).days[0].answers if one.can)
    assert absent.name in said.by
    line = CaseEvent.query.filter_by(case_id=case_id, kind="visit-days-answered").one()
    assert f'"for":{absent.user_id}' in line.body
    conflicts.declare_conflict(
        visiting.open_visit(case_id).id,
        by=arranger(),
        kind="kinship",
        reason="店主是表兄",
        whole_case=True,
        key="conflict",
    )
    with pytest.raises((InConflict, NotFound)):
        ask(case_id, key="in-conflict")


def test_a_visit_that_is_recorded_is_put_to_nobody(db: SQLAlchemy, case_id: int) -> None:
    visiting.sign(case_id, arranger(), "pass")
    with pytest.raises(VisitRecorded):
        ask(case_id)


def test_who_asked_is_told_when_the_last_silent_unit_leaves_the_visit(db: SQLAlchemy, case_id: int) -> None:
    drug, device = office.member_of("drug.review"), office.member_of("device.review")
    before = counts(device).asked
    round_id = ask(case_id, [Day(THURSDAY, "morning")])
    answer(round_id, drug, THURSDAY)
    assert not told("visit-days-answered")
    at_window(case_id, "P3")
    assert told("visit-days-answered") == {arranger().user_id}
    notice = Notice.query.filter_by(kind="visit-days-answered").one()
    assert notice.task_id == visiting.open_visit(case_id).id
    assert "各单位均已答复" in kind_words("visit-days-answered").said(notice.facts).zh
    assert not [one for one in asked_of(device) if one.kind == "visit-days"]  # nobody waits for their word
    assert counts(device).asked == before


def test_a_silent_unit_that_leaves_while_another_is_silent_is_no_news(db: SQLAlchemy, case_id: int) -> None:
    round_id = ask(case_id, [Day(THURSDAY, "morning")])
    at_window(case_id, "P3")
    assert not told("visit-days-answered")
    answer(round_id, office.member_of("drug.review"), THURSDAY)
    assert Notice.query.filter_by(kind="visit-days-answered").count() == 1


def test_a_unit_that_has_answered_leaves_without_a_word(db: SQLAlchemy, case_id: int) -> None:
    round_id = ask(case_id, [Day(THURSDAY, "morning")])
    answer(round_id, office.member_of("device.review"), THURSDAY)
    at_window(case_id, "P3")
    assert not told("visit-days-answered")  # the drug side is still silent


def test_nobody_is_told_of_days_where_the_visit_ends_with_its_items(db: SQLAlchemy, case_id: int) -> None:
    round_id = ask(case_id, [Day(THURSDAY, "morning")])
    answer(round_id, office.member_of("drug.review"), THURSDAY)
    at_window(case_id)
    assert not told("visit-days-answered")
