"""受理: the five outcomes, silence, and the one correction before acceptance."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from flask_sqlalchemy import SQLAlchemy

from engine import AnswersInvalid
from engine.law import Fault
from tests.support import office, places
from webapp.answers import answers_of
from webapp.catalogue import rules_in_force
from webapp.clock import frozen_at
from webapp.errors import Incomplete
from webapp.models import (
    Answer,
    CaseEvent,
    Correction,
    Document,
    Incident,
    ItemCase,
    LegalClock,
    Review,
    SupervisionSignal,
)
from webapp.moments import local
from webapp.services import correcting, correction_sending, intake, timers
from webapp.services.accepted_by_law import SilenceWithoutText
from webapp.services.corrected_answers import NotAsked
from webapp.services.correcting import AtWindow, ByApplicant, NothingToCorrect
from webapp.services.corrections import AfterAcceptance, CorrectionLate, HandedIn
from webapp.services.intake import AcceptedByLaw
from webapp.services.releases import load_rules
from webapp.settings import PROJECT_FOLDER
from webapp.unit_of_work import sql

#: Monday 21 September 2026, ten in the morning in the office: Mid-Autumn and National Day lie ahead.
BEFORE_THE_HOLIDAYS = datetime(2026, 9, 21, 2, 0, tzinfo=UTC)
#: More than the jobs of three items are tried before each is an incident.
TRIES_OF_ALL = 30
PAPER = HandedIn("copy", 1, "申请人")


@pytest.fixture(autouse=True)
def the_day_after() -> Iterator[None]:
    """Where a story does not say when, it is the day after receipt."""
    with frozen_at(day(22)):
        yield


def day(number: int, month: int = 9, hour: int = 2) -> datetime:
    return datetime(2026, month, number, hour, 0, tzinfo=UTC)


def applied(at: datetime = BEFORE_THE_HOLIDAYS) -> office.Handle:
    """A pharmacy whose registration is done, so that the departments have it before them."""
    with frozen_at(at):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
    return case


def item(db: SQLAlchemy, case_id: int, key: str = "P2") -> ItemCase:
    db.session.expire_all()
    return db.session.query(ItemCase).filter_by(case_id=case_id, item_key=key).one()


def clock_of(db: SQLAlchemy, case_id: int, name: str, key: str = "P2") -> LegalClock:
    return db.session.query(LegalClock).filter_by(item_case_id=item(db, case_id, key).id, name=name).one()


def papers(db: SQLAlchemy, case_id: int, key: str = "P2") -> list[Document]:
    return db.session.query(Document).filter_by(item_case_id=item(db, case_id, key).id).order_by(Document.id).all()


def told(case_id: int) -> list[str]:
    rows = sql().execute("select kind from case_event where case_id = %s order by seq", (case_id,))
    return [kind for (kind,) in rows]


def ask(case_id: int, *faults: Fault, key: str = "P2", again: str = "") -> None:
    """The department asks for correction."""
    task, who = office.claimed(case_id, "accept", key)
    intake.decide_intake(
        task.id,
        by=who,
        outcome="correction",
        note="",
        faults=faults,
        again_reason=again,
        revision=task.revision,
        key=f"ask-{task.id}-{task.revision}",
    )


def decide(case_id: int, outcome: str, key: str = "P2", **more: object) -> None:
    task, who = office.claimed(case_id, "accept", key)
    known = {"note": "", "revision": task.revision, "key": f"{outcome}-{task.id}", **more}
    intake.decide_intake(task.id, by=who, outcome=outcome, **known)


def fire(case_id: int) -> None:
    """What is due fires, and the worker does what follows."""
    while timers.fire_due():
        office.run_jobs(case_id)


FLOOR_PLAN = Fault("material", "floor-plan", "未标注面积。")
AREA = Fault("answer", "premises_area", "与平面图不一致。")


# The five outcomes


def test_accepted_starts_the_decision_clocks_at_acceptance_not_at_receipt(db: SQLAlchemy) -> None:
    case = applied()
    with frozen_at(day(23)):
        decide(case.id, "accepted")
    mine = item(db, case.id)
    assert (mine.received_at, mine.accepted_at) == (BEFORE_THE_HOLIDAYS, day(23))
    assert clock_of(db, case.id, "statutory").started_on == date(2026, 9, 23)
    assert clock_of(db, case.id, "intake").stopped_on == date(2026, 9, 23)


def test_what_is_fixed_on_the_spot_is_kept_with_what_it_was_and_the_item_is_accepted(db: SQLAlchemy) -> None:
    case = applied()
    corrected = {**answers_of(case.id), "premises_area": "123"}
    with frozen_at(day(22)):
        decide(case.id, "fixed-on-spot", note="面积笔误，申请人当场更正。", corrected=corrected)
    mine = item(db, case.id)
    assert (mine.intake_outcome, mine.accepted_at) == ("fixed-on-spot", day(22))
    versions = db.session.query(Answer).filter_by(case_id=case.id, key="premises_area").order_by(Answer.version).all()
    assert [one.source for one in versions] == ["applicant", "on-the-spot"]
    assert answers_of(case.id)["premises_area"] == 123
    assert db.session.query(Review).filter_by(item_case_id=mine.id, conclusion="fixed-on-spot").one().opinion
    assert "fixed-on-spot" in told(case.id)
    assert ("P2", "examine") in office.open_steps(case.id)


def test_what_the_form_does_not_take_is_not_put_right_and_nothing_is_accepted(db: SQLAlchemy) -> None:
    case = applied()
    with pytest.raises(AnswersInvalid):
        decide(case.id, "fixed-on-spot", note="更正", corrected={**answers_of(case.id), "premises_area": "很大"})
    assert item(db, case.id).accepted_at is None
    assert ("P2", "accept") in office.open_steps(case.id)


@pytest.mark.parametrize("outcome", ["wrong-authority", "not-required"])
def test_what_is_not_taken_on_ends_in_writing(db: SQLAlchemy, outcome: str) -> None:
    case = applied()
    decide(case.id, outcome, note="不属于本机关职权范围。", authority="江城市城市管理局")
    mine = item(db, case.id)
    assert (mine.outcome, mine.intake_outcome, mine.accepted_at) == ("not-accepted", outcome, None)
    paper = papers(db, case.id)[-1]
    assert "不属于本机关职权范围" in paper.content_zh
    if outcome == "wrong-authority":
        assert "应当向江城市城市管理局申请" in paper.content_zh
        assert "江城市人民政府申请行政复议" in paper.content_zh
        assert "江城市东城区人民法院" in paper.content_zh


def test_wrong_authority_names_the_right_one_or_is_not_kept(db: SQLAlchemy) -> None:
    case = applied()
    with pytest.raises(Incomplete) as refusal:
        decide(case.id, "wrong-authority", note="不属于本机关职权范围。")
    assert refusal.value.field == "authority"


def test_a_correction_without_a_list_is_no_request(db: SQLAlchemy) -> None:
    case = applied()
    with pytest.raises(Incomplete):
        ask(case.id)
    with pytest.raises(NotAsked):
        ask(case.id, Fault("material", "signboard-rendering", "未标明尺寸。"))  # another item's
    assert db.session.query(Correction).count() == 0


# Silence


def test_silence_past_the_limit_accepts_from_the_day_of_receipt(db: SQLAlchemy) -> None:
    case = applied()
    # Five working days after the 21st: 22, 23, 24, 28, 29 September (the 25th is Mid-Autumn).
    assert clock_of(db, case.id, "intake").due_on == date(2026, 9, 29)
    with frozen_at(day(29, hour=8)):
        fire(case.id)
        assert ("P2", "accept") in office.open_steps(case.id)  # the last day is the department's to its end
    with frozen_at(day(30)):
        fire(case.id)
    mine = item(db, case.id)
    assert (mine.intake_outcome, mine.deemed_accepted) == ("accepted", True)
    assert mine.accepted_at == BEFORE_THE_HOLIDAYS
    assert mine.accepted_by is None
    assert clock_of(db, case.id, "statutory").started_on == date(2026, 9, 21)
    assert "第三十二条" in mine.intake_note
    assert ("P2", "examine") in office.open_steps(case.id)
    assert told(case.id).count("deemed-accepted") == 3  # P2, P3 and P6: nobody said a word
    signal = db.session.query(SupervisionSignal).filter_by(item_case_id=mine.id, kind="deemed-accepted").one()
    assert (signal.unit, signal.colour) == ("approval-bureau", "red")


def test_the_joint_limit_runs_from_the_earliest_acceptance_when_silence_dates_one_back(db: SQLAlchemy) -> None:
    case = applied()
    # Here the registration begins it at the counter; a bundle without one begins it with the first department.
    sql().execute("delete from legal_clock where case_id = %s", (case.id,))
    with frozen_at(day(24)):
        decide(case.id, "accepted", key="P6")

    def joint() -> LegalClock:
        db.session.expire_all()
        return db.session.query(LegalClock).filter_by(case_id=case.id, name="joint").one()

    assert joint().started_on == date(2026, 9, 24)
    length = rules_in_force().calendar.working_days_between(date(2026, 9, 24), joint().due_on)
    with frozen_at(day(30)):
        fire(case.id)
    assert item(db, case.id).deemed_accepted
    assert joint().started_on == date(2026, 9, 21)
    assert rules_in_force().calendar.working_days_between(date(2026, 9, 21), joint().due_on) == length
    assert "clock-moved" in told(case.id)


def test_after_the_limit_no_other_outcome_can_be_given(db: SQLAlchemy) -> None:
    case = applied()
    with frozen_at(day(30)), pytest.raises(AcceptedByLaw) as refusal:
        decide(case.id, "wrong-authority", note="不属于本机关", authority="某机关")
    assert "第三十二条" in refusal.value.words.zh
    assert told(case.id)[-1] == "refused-act"
    with frozen_at(day(30)):  # saying yes late lets the item go on; the day stays that of receipt
        decide(case.id, "accepted")
    mine = item(db, case.id)
    assert (mine.accepted_at, mine.deemed_accepted) == (BEFORE_THE_HOLIDAYS, True)
    assert ("P2", "examine") in office.open_steps(case.id)


def test_silence_accepts_no_filing_since_the_licensing_law_does_not_speak_of_filings(db: SQLAlchemy) -> None:
    with frozen_at(BEFORE_THE_HOLIDAYS):
        case = office.received("commitment", ways={})
    with frozen_at(day(30)):
        fire(case.id)
        assert ("P4", "accept") in office.open_steps(case.id)
        decide(case.id, "wrong-authority", key="P4", note="不属于本机关", authority="某机关")
    filing = item(db, case.id, "P4")
    assert (filing.intake_outcome, filing.accepted_at, filing.deemed_accepted) == ("wrong-authority", None, False)
    assert item(db, case.id, "P2").deemed_accepted


def silence_repealed() -> None:
    """The place's rules without the text by which silence accepts a licence."""
    city = PROJECT_FOLDER / "processes" / "_shared" / "profiles" / "fictional-city.toml"
    before, _, after = city.read_text("utf-8").partition("[kinds.licence.silence]")
    without = before + after[after.index("[kinds.licence.limits") :]
    assert load_rules({("profile", "fictional-city"): without.encode()}) == 1


def test_where_no_text_speaks_of_silence_an_older_diagram_accepts_nothing_and_it_is_seen(db: SQLAlchemy) -> None:
    silence_repealed()
    case = applied()
    with frozen_at(day(30)):
        for _ in range(TRIES_OF_ALL):
            with suppress(SilenceWithoutText):
                fire(case.id)
                office.run_jobs(case.id)
    assert (item(db, case.id).intake_outcome, item(db, case.id).accepted_at) == (None, None)
    stuck = db.session.query(Incident).filter_by(item_case_id=item(db, case.id).id).one()
    assert "应当由受理岗位审查决定" in stuck.message_zh
    assert "deemed-accepted" not in told(case.id)


def test_a_limit_that_began_under_the_text_ends_under_it(db: SQLAlchemy) -> None:
    case = applied()
    with frozen_at(day(22)):
        silence_repealed()
    with frozen_at(day(30)):
        with pytest.raises(AcceptedByLaw) as late:
            decide(case.id, "wrong-authority", note="不属于本机关", authority="某机关")
        assert "第三十二条" in late.value.words.zh
        fire(case.id)
    assert item(db, case.id).deemed_accepted
    assert "第三十二条" in item(db, case.id).intake_note


# Correction


def test_before_acceptance_the_statutory_clock_waits_over_the_holidays_for_the_corrected_application(
    db: SQLAlchemy,
) -> None:
    case = applied()
    with frozen_at(day(22)):
        ask(case.id, FLOOR_PLAN)
    assert "未标注面积" in papers(db, case.id)[-1].content_zh
    assert db.session.query(LegalClock).filter_by(item_case_id=item(db, case.id).id, name="statutory").count() == 0
    with frozen_at(day(9, month=10)):
        task = office.open_task(case.id, "correct", "P2")
        clerk = office.person(office.CLERK)
        office.tasks.claim(task.id, by=clerk)
        window = AtWindow(task.id, clerk)
        with pytest.raises(Incomplete) as nothing:
            correcting.answer(window, "")
        assert "平面图" in nothing.value.words.zh
        correcting.add_files(window, "floor-plan", [office.pdf("平面图.pdf")], PAPER)
        correcting.answer(window, "")
    # Saturday 10 October is a make-up day and counts: 10, 12, 13, 14, 15.
    assert clock_of(db, case.id, "intake").due_on == date(2026, 10, 15)
    with frozen_at(day(12, month=10)):
        decide(case.id, "accepted")
    statutory = clock_of(db, case.id, "statutory")
    assert (local(item(db, case.id).received_at).date(), statutory.started_on) == (
        date(2026, 9, 21),
        date(2026, 10, 12),
    )
    assert clock_of(db, case.id, "promised").due_on == date(2026, 10, 28)


def test_after_acceptance_a_correction_is_refused_with_the_rule(db: SQLAlchemy) -> None:
    case = applied()
    task, who = office.claimed(case.id, "accept", "P2")
    late = {"outcome": "correction", "note": "", "faults": [FLOOR_PLAN], "by": who}
    intake.decide_intake(task.id, by=who, outcome="accepted", note="", revision=task.revision, key="a")
    with pytest.raises(AfterAcceptance) as closed:
        intake.decide_intake(task.id, revision=task.revision, key="b", **late)
    assert "第三十二条" in closed.value.words.zh
    examining, _ = office.claimed(case.id, "examine", "P2", by=who)
    with pytest.raises(AfterAcceptance):
        intake.decide_intake(examining.id, revision=examining.revision, key="c", **late)
    with pytest.raises(AfterAcceptance):
        correcting.add_files(ByApplicant(case.id, "P2"), "floor-plan", [office.pdf()], PAPER)
    tries = db.session.query(CaseEvent).filter_by(case_id=case.id, kind="refused-act").order_by(CaseEvent.seq).all()
    assert [one.actor_id for one in tries] == [who.user_id, who.user_id, None]
    assert db.session.query(Correction).count() == 0


def test_only_what_was_asked_can_be_corrected_at_the_window_and_by_the_applicant(db: SQLAlchemy) -> None:
    case = applied()
    ask(case.id, AREA)
    task = office.open_task(case.id, "correct", "P2")
    clerk = office.person(office.CLERK)
    office.tasks.claim(task.id, by=clerk)
    for who in (AtWindow(task.id, clerk), ByApplicant(case.id, "P2")):
        with pytest.raises(NotAsked):
            correcting.add_files(who, "floor-plan", [office.pdf()], PAPER)
        with pytest.raises(NotAsked):
            correcting.save_answers(who, {**answers_of(case.id), "premises_address": "江城市东城区别处1号"})
        with pytest.raises(AnswersInvalid):
            correcting.save_answers(who, {**answers_of(case.id), "premises_area": "-3"})
    assert answers_of(case.id)["premises_area"] == 132


def test_the_applicant_corrects_by_number_and_code_and_the_department_goes_on(db: SQLAlchemy) -> None:
    case = applied()
    ask(case.id, AREA, FLOOR_PLAN)
    me = ByApplicant(case.id, "P2")
    assert correcting.save_answers(me, {**answers_of(case.id), "premises_area": "123.5"}) == ("premises_area",)
    correcting.add_files(me, "floor-plan", [office.pdf("平面图（新）.pdf")], PAPER)
    correcting.answer(me, "")
    kept = db.session.query(Correction).one()
    assert (kept.channel, kept.answered_by, kept.late) == ("tracking", None, False)
    assert str(answers_of(case.id)["premises_area"]) == "123.5"
    assert ("P2", "accept") in office.open_steps(case.id)
    with pytest.raises(NothingToCorrect):
        correcting.answer(me, "再补一次")


def test_a_corrected_name_is_the_name_by_which_the_case_is_found(db: SQLAlchemy) -> None:
    case = applied()
    ask(case.id, Fault("answer", "shop_name", "与招牌不一致。"))
    correcting.save_answers(ByApplicant(case.id, "P2"), {**answers_of(case.id), "shop_name": "安济堂大药房"})
    row = sql().execute("select subject_name from cases where id = %s", (case.id,)).fetchone()
    assert row == ("安济堂大药房",)


def test_a_fault_of_what_came_with_the_correction_needs_no_reason_and_one_seen_before_signals(db: SQLAlchemy) -> None:
    case = applied()
    ask(case.id, FLOOR_PLAN)
    me = ByApplicant(case.id, "P2")
    correcting.add_files(me, "floor-plan", [office.pdf()], PAPER)
    correcting.answer(me, "")
    ask(case.id, Fault("material", "floor-plan", "新图缺少比例尺。"))
    assert db.session.query(SupervisionSignal).filter_by(kind="second-correction").count() == 0
    correcting.answer(me, "图上已有比例尺。")
    seen_before = Fault("material", "health-certificates", "缺一人的健康证明。")
    with pytest.raises(Incomplete) as once:
        ask(case.id, seen_before)
    assert once.value.field == "again_reason"
    assert "一次性告知" in once.value.words.zh
    ask(case.id, seen_before, again="首次审查遗漏")
    signal = db.session.query(SupervisionSignal).filter_by(kind="second-correction").one()
    assert signal.item_case_id == item(db, case.id).id
    assert db.session.query(Correction).filter_by(round=3).one().again_reason == "首次审查遗漏"


@pytest.mark.parametrize(
    ("consequence", "outcome"), [("not-accepted", "correction-lapsed"), ("withdrawn", "deemed-withdrawn")]
)
def test_a_correction_past_its_limit_has_the_consequence_of_the_place(
    db: SQLAlchemy, consequence: str, outcome: str
) -> None:
    places.rule("late-correction", consequence, basis="江城市补正规定第九条（虚构，示例）")
    case = applied()
    with frozen_at(day(22)):
        ask(case.id, FLOOR_PLAN)
    due = clock_of(db, case.id, "correction").due_on
    with frozen_at(datetime(due.year, due.month, due.day + 1, 2, tzinfo=UTC)):
        task, clerk = office.claimed(case.id, "correct", "P2")
        with pytest.raises(CorrectionLate) as early:  # the timer has not fired yet: the rule holds all the same
            correcting.answer(AtWindow(task.id, clerk), "补来了")
        fire(case.id)
        for who in (AtWindow(task.id, clerk), ByApplicant(case.id, "P2")):
            with pytest.raises(CorrectionLate) as late:
                correcting.answer(who, "补来了")
            assert "江城市补正规定第九条" in late.value.words.zh
    assert early.value.consequence == consequence
    mine = item(db, case.id)
    assert (mine.intake_outcome, mine.outcome) == (outcome, "not-accepted")
    assert papers(db, case.id)[-1].kind in ("not-accepted", "termination-notice")
    assert "江城市补正规定第九条" in papers(db, case.id)[-1].content_zh
    assert told(case.id).count("refused-act") == 3


def test_where_the_place_lets_it_a_late_correction_is_taken_and_marked(db: SQLAlchemy) -> None:
    places.rule("late-correction", "open")
    case = applied()
    with frozen_at(day(22)):
        ask(case.id, FLOOR_PLAN)
    with frozen_at(day(2, month=11)):
        fire(case.id)
        assert ("P2", "correct") in office.open_steps(case.id)
        correcting.answer(ByApplicant(case.id, "P2"), "因故迟交。")
    assert db.session.query(Correction).one().late
    assert ("P2", "accept") in office.open_steps(case.id)


def test_items_of_one_case_stand_accepted_in_correction_and_refused_side_by_side(db: SQLAlchemy) -> None:
    case = applied()
    decide(case.id, "accepted", "P2")
    ask(case.id, FLOOR_PLAN, key="P3")
    decide(case.id, "wrong-authority", "P6", note="招牌位于公园内。", authority="江城市园林管理局")
    assert {key: item(db, case.id, key).intake_outcome for key in ("P2", "P3", "P6")} == {
        "P2": "accepted",
        "P3": "correction",
        "P6": "wrong-authority",
    }
    assert {("P2", "examine"), ("P3", "correct"), ("P5", "immediate")} <= set(office.open_steps(case.id))
    assert item(db, case.id, "P6").outcome == "not-accepted"
    assert item(db, case.id, "P3").outcome is None


@pytest.mark.parametrize(
    ("place", "outcome", "paper"),
    [
        ("fictional-city", "deemed-withdrawn", "termination-notice"),
        ("fictional-county", "correction-lapsed", "not-accepted"),
    ],
)
def test_the_same_silence_of_an_applicant_ends_as_each_place_says(
    db: SQLAlchemy, place: str, outcome: str, paper: str
) -> None:
    case = applied()
    sql().execute("update cases set profile_key = %s where id = %s", (place, case.id))
    with frozen_at(day(22)):
        ask(case.id, FLOOR_PLAN)
    with frozen_at(day(25)):
        correction_sending.sweep()  # the county merges: what nobody merged in time goes out on its own
    with frozen_at(day(20, month=11)):
        fire(case.id)
    assert item(db, case.id).intake_outcome == outcome
    assert papers(db, case.id)[-1].kind == paper


def test_what_waits_for_another_result_is_received_when_that_is_there(db: SQLAlchemy) -> None:
    with frozen_at(BEFORE_THE_HOLIDAYS):
        case = office.received("ordinary", ways={})
    with frozen_at(day(23)):
        office.act(case.id, "backfill", "P1")
    with frozen_at(day(9, month=10)):
        fire(case.id)
    assert item(db, case.id).accepted_at == day(23)
    assert clock_of(db, case.id, "statutory").started_on == date(2026, 9, 23)


def test_silence_after_a_correction_accepts_from_the_day_it_was_answered(db: SQLAlchemy) -> None:
    case = applied()
    with frozen_at(day(22)):
        ask(case.id, FLOOR_PLAN)
    with frozen_at(day(28)):
        correcting.answer(ByApplicant(case.id, "P2"), "平面图已标注面积，见右下角。")
    with frozen_at(day(20, month=10)):
        fire(case.id)
    mine = item(db, case.id)
    assert (mine.deemed_accepted, mine.accepted_at) == (True, day(28))


def test_a_correction_that_makes_another_field_appear_opens_that_one_too(db: SQLAlchemy) -> None:
    case = applied()
    ask(case.id, Fault("answer", "tenure", "合同显示为租赁。"))
    me = ByApplicant(case.id, "P2")
    leased = {**answers_of(case.id), "tenure": "lease"}
    with pytest.raises(AnswersInvalid) as missing:
        correcting.save_answers(me, leased)
    assert set(missing.value.errors) == {"lease_from", "lease_to"}
    dates = {"lease_from": "2026-01-01", "lease_to": "2029-12-31"}
    assert set(correcting.save_answers(me, {**leased, **dates})) == {"tenure", "lease_from", "lease_to"}
    with pytest.raises(NotAsked):
        correcting.save_answers(me, {**answers_of(case.id), "shop_name": "别的药店"})
