"""Supervision: what is late or at fault is marked once, by rule and basis; the unit is heard; someone above decides."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask_sqlalchemy import SQLAlchemy

from tests.journeys.test_pauses import notice
from tests.support import office, places
from webapp.catalogue import forget, rules_in_force
from webapp.clock import frozen_at
from webapp.errors import ActRefused, Incomplete, NotYours, SamePerson
from webapp.jobs import worker
from webapp.models import Counter, ItemCase, LegalClock, Reminder, SignalWord, SupervisionSignal, Timer
from webapp.queries import signals
from webapp.queries.audit import verify_all
from webapp.services import pauses, rulings, signal_answers, signal_watch, suspension, tasks, timers
from webapp.services.locked_case import on_case
from webapp.services.signals import raise_signal
from webapp.unit_of_work import sql, unit_of_work

#: Monday 7 September 2026, ten in the morning in the office. No holiday lies before the 25th.
MONDAY = datetime(2026, 9, 7, 2, 0, tzinfo=UTC)


def day(number: int) -> datetime:
    """Ten in the morning, so many days after the Monday."""
    return MONDAY + timedelta(days=number)


@pytest.fixture
def drug_case(db: SQLAlchemy) -> int:
    """Received and accepted on the Monday: 12 working days promised (until the 23rd), 20 by law; P6 5 (the 14th)."""
    with frozen_at(MONDAY):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        office.act(case.id, "accept", "P2")
        office.act(case.id, "accept", "P6")
    return case.id


def swept(at: datetime) -> int:
    with frozen_at(at):
        return signal_watch.sweep()


def signals_of(case_id: int, item: str | None = None) -> list[SupervisionSignal]:
    query = SupervisionSignal.query.filter_by(case_id=case_id)
    if item:
        query = query.join(ItemCase, ItemCase.id == SupervisionSignal.item_case_id).filter(ItemCase.item_key == item)
    return query.order_by(SupervisionSignal.id).all()


def kinds(case_id: int, item: str) -> list[tuple[str, str]]:
    return [(one.kind, one.colour) for one in signals_of(case_id, item)]


def item_case(case_id: int, item: str) -> int:
    return ItemCase.query.filter_by(case_id=case_id, item_key=item).one().id


def ledger(case_id: int) -> list[str]:
    rows = sql().execute("select kind from case_event where case_id = %s order by seq", (case_id,))
    return [kind for (kind,) in rows]


def test_the_day_before_the_end_is_yellow_once_and_names_who_holds_the_work(drug_case: int) -> None:
    with frozen_at(day(1)):
        _, who = office.claimed(drug_case, "review", "P6")
    swept(day(3))  # Thursday: two days are left
    assert ("due-tomorrow", "yellow") not in kinds(drug_case, "P6")
    assert swept(day(4)) > 0
    assert swept(day(4) + timedelta(hours=3)) == 0
    warned = [one for one in signals_of(drug_case, "P6") if one.kind == "due-tomorrow"]
    assert [(one.unit, one.person_id, one.ref["clock"]) for one in warned] == [
        ("urban-management", who.user_id, "promised")
    ]
    assert "电子监察办法" in warned[0].basis_zh
    told = Reminder.query.filter_by(case_id=drug_case, group_key="sign.review").all()
    assert [one.text_zh for one in told if "明日到期" in one.text_zh] == [
        "黄牌：明日到期。办理时限只剩最后一个工作日。"
    ]
    assert ledger(drug_case).count("signal-raised") == len(signals_of(drug_case))
    assert not list(verify_all())


def test_the_promise_passes_yellow_and_the_law_red(drug_case: int) -> None:
    swept(day(17))  # 24 September, the day after the promised one
    assert ("promise-overdue", "yellow") in kinds(drug_case, "P2")
    assert ("total-overdue", "red") not in kinds(drug_case, "P2")
    with frozen_at(day(60)):
        signal_watch.sweep()
    assert ("total-overdue", "red") in kinds(drug_case, "P2")


def test_a_step_is_late_although_the_whole_is_not(drug_case: int) -> None:
    swept(day(7))  # the fifth working day of the examination
    assert kinds(drug_case, "P2") == []
    swept(day(8))
    assert kinds(drug_case, "P2") == [("step-overdue", "yellow")]
    assert "环节时限" in signals_of(drug_case, "P2")[0].basis_zh
    assert swept(day(9)) == 0


def test_what_is_done_in_time_raises_nothing(drug_case: int) -> None:
    with frozen_at(day(1)):
        office.act(drug_case, "review", "P6")
    with frozen_at(day(2)):
        office.act(drug_case, "decide", "P6")
    swept(day(8))
    assert kinds(drug_case, "P6") == []


def pause(case_id: int, item: str, since: datetime, until: datetime | None) -> None:
    """A legal pause of the item's clocks, as it stands in the tables."""
    with unit_of_work():
        sql().execute(
            "insert into clock_pause (clock_id, kind, basis_zh, basis_en, started_on, ended_on)"
            " select l.id, 'testing', '第四十五条', 'art. 45', %s, %s from legal_clock l"
            " where l.item_case_id = %s and l.name in ('promised', 'statutory')",
            (since.date(), until and until.date(), item_case(case_id, item)),
        )


def test_a_justified_pause_blames_nobody(drug_case: int) -> None:
    pause(drug_case, "P2", day(2), None)
    for number in (8, 15, 17, 60):
        swept(day(number))
    assert kinds(drug_case, "P2") == []
    with frozen_at(day(60)), on_case(drug_case) as case:
        assert signal_watch.look_at(case) == 0


def test_a_clock_that_runs_again_warns_before_its_new_end(db: SQLAlchemy, drug_case: int) -> None:
    """Testing from the 9th to the 16th: the signboard's promise, the 14th at first, moves to the 21st."""
    reviewer = office.member_of("sign.review")
    with frozen_at(day(2)):
        told = notice(db, drug_case, "P6")
        with on_case(drug_case) as case:
            subject = item_case(drug_case, "P6")
            pauses.pause_clocks(case, subject, "testing", document_id=told, by=reviewer, expected_days=5)
    for number in (4, 8):
        swept(day(number))
        assert kinds(drug_case, "P6") == []
    with frozen_at(day(9)), on_case(drug_case) as case:
        pauses.end_pause(case, item_case(drug_case, "P6"), "testing", by=reviewer)
    promised = LegalClock.query.filter_by(item_case_id=item_case(drug_case, "P6"), name="promised").one()
    before = rules_in_force().calendar.add_working_days(promised.due_on, -1).day
    assert promised.due_on > day(9).date()
    swept(day((before - MONDAY.date()).days - 1))
    assert "due-tomorrow" not in dict(kinds(drug_case, "P6"))
    swept(day((before - MONDAY.date()).days))
    warned = [one for one in signals_of(drug_case, "P6") if one.kind == "due-tomorrow"]
    assert [one.ref["due"] for one in warned] == [promised.due_on.isoformat()]


def test_the_joint_limit_is_for_who_leads(drug_case: int) -> None:
    swept(day(100))
    joint = [one for one in signals_of(drug_case) if one.item_case_id is None]
    assert [(one.kind, one.colour, one.unit, one.ref["clock"]) for one in joint] == [
        ("total-overdue", "red", "approval-bureau", "joint")
    ]


def test_days_of_a_past_pause_do_not_count_against_a_step(drug_case: int) -> None:
    pause(drug_case, "P2", day(2), day(4))  # the 10th and the 11th are not counted
    swept(day(9))
    assert kinds(drug_case, "P2") == []
    swept(day(10))
    assert kinds(drug_case, "P2") == [("step-overdue", "yellow")]


def test_a_signal_about_a_step_names_it(drug_case: int) -> None:
    swept(day(10))
    late = next(one for one in signals_of(drug_case, "P2") if one.kind == "step-overdue")
    named = signals.signal(late.id).step
    assert named is not None
    assert named.zh == "资料审查"


def test_who_made_a_case_stand_still_answers_for_what_passes_meanwhile(drug_case: int) -> None:
    lead = office.person("weixiaohong")
    with frozen_at(day(1)):
        suspension.suspend(drug_case, by=lead, reason="等待核实", key="stand-still")
    swept(day(60))
    late = next(one for one in signals_of(drug_case, "P2") if one.kind == "total-overdue")
    assert (late.unit, late.person_id) == ("service-centre", lead.user_id)


def test_a_mark_of_a_clock_that_fires_looks_at_its_case_at_once(drug_case: int) -> None:
    subject = item_case(drug_case, "P2")
    timer = Timer.query.filter_by(item_case_id=subject, mark="80%").order_by(Timer.id.desc()).first()
    assert timer is not None
    assert timer.due_at is not None
    with frozen_at(timer.due_at + timedelta(hours=9)):
        assert timers.fire_due() >= 1
    assert ("step-overdue", "yellow") in kinds(drug_case, "P2")


def test_a_late_verification_is_red_for_the_unit_that_verifies(db: SQLAlchemy) -> None:
    with frozen_at(MONDAY):
        case = office.received("commitment")
        office.act(case.id, "immediate", "P2")
        office.act(case.id, "issue", "P2")
        office.act(case.id, "deliver", "P2")
    assert LegalClock.query.filter_by(item_case_id=item_case(case.id, "P2"), name="verification").count() == 1
    swept(day(150))
    late = next(one for one in signals_of(case.id, "P2") if one.kind == "late-verification")
    assert (late.colour, late.unit) == ("red", "market-supervision")


def test_a_signal_is_raised_once_in_the_transaction_of_the_act(drug_case: int) -> None:
    subject = item_case(drug_case, "P2")
    with frozen_at(day(1)), on_case(drug_case) as case:
        assert raise_signal(case, "second-correction", item_case_id=subject, ref={"document": 7})
        assert not raise_signal(case, "second-correction", item_case_id=subject, ref={"document": 7})
        assert raise_signal(case, "second-correction", item_case_id=subject, ref={"document": 8})
    with on_case(drug_case) as case:
        assert not raise_signal(case, "second-correction", item_case_id=subject, ref={"document": 7})
        assert raise_signal(case, "second-correction", unit="service-centre")
        assert not raise_signal(case, "not-a-rule-of-this-place", item_case_id=subject)
    kept = signals_of(drug_case, "P2")
    assert [(one.unit, one.colour, one.state) for one in kept] == [("approval-bureau", "yellow", "open")] * 2
    assert kept[0].answer_due_on is not None
    assert kept[0].answer_due_on.isoformat() == "2026-09-10"
    assert not list(verify_all())


@pytest.fixture
def signal(drug_case: int) -> SupervisionSignal:
    """A step was late; raised on Tuesday the 15th."""
    swept(day(8))
    return signals_of(drug_case, "P2")[0]


def test_the_unit_answers_and_appeals_and_the_supervisor_withdraws(signal: SupervisionSignal) -> None:
    case_id, id_ = signal.case_id, signal.id
    reviewer, supervisor = office.person("zhaolin"), office.person("xieguang")
    with frozen_at(day(9)):
        signal_answers.answer(id_, by=reviewer, text="申请人当日到场说明，已记录。", key="a")
        signal_answers.appeal(id_, by=reviewer, text="迟延系系统停机所致。", key="b")
    with frozen_at(day(10)):
        signal_answers.settle(id_, by=supervisor, withdraw=True, text="停机属实，予以撤销。", key="c")
    settled = SupervisionSignal.query.filter_by(id=id_).one()
    assert (settled.state, settled.settled_at) == ("withdrawn", day(10))
    said = SignalWord.query.filter_by(signal_id=id_).order_by(SignalWord.id).all()
    assert [(one.act, one.by_id) for one in said] == [
        ("answered", reviewer.user_id),
        ("appealed", reviewer.user_id),
        ("withdrawn", supervisor.user_id),
    ]
    assert ledger(case_id)[-3:] == ["signal-answered", "signal-appealed", "signal-withdrawn"]
    bodies = sql().execute("select body from case_event where case_id = %s", (case_id,)).fetchall()
    assert not any("停机" in body for (body,) in bodies)  # words stay out of the chain
    assert not list(verify_all())
    with pytest.raises(signal_answers.AlreadySettled):
        signal_answers.answer(id_, by=reviewer, text="再说一次。", key="d")
    assert ledger(case_id)[-1] == "refused-act"


def test_a_signal_is_upheld_only_after_the_unit_was_heard(signal: SupervisionSignal) -> None:
    supervisor = office.person("xieguang")
    with frozen_at(day(9)), pytest.raises(signal_answers.NotHeardYet):
        signal_answers.settle(signal.id, by=supervisor, withdraw=False, text="维持。", key="a")
    with frozen_at(day(11)):  # Friday: the time to answer ended on Thursday the 17th
        signal_answers.settle(signal.id, by=supervisor, withdraw=False, text="未答复，维持。", key="b")
    assert SupervisionSignal.query.filter_by(id=signal.id).one().state == "upheld"
    assert ledger(signal.case_id)[-2:] == ["refused-act", "signal-upheld"]


def test_each_is_said_once_in_time_and_by_whom_it_concerns(signal: SupervisionSignal) -> None:
    reviewer, elsewhere = office.person("zhaolin"), office.person("hanlei")
    supervisor = office.person("xieguang")
    with frozen_at(day(9)):
        with pytest.raises(Incomplete):
            signal_answers.answer(signal.id, by=reviewer, text="  ", key="a")
        with pytest.raises(NotYours):
            signal_answers.answer(signal.id, by=elsewhere, text="不是我们。", key="b")
        with pytest.raises(NotYours):
            signal_answers.answer(signal.id, by=supervisor, text="代为答复。", key="c")
        with pytest.raises(NotYours):
            signal_answers.settle(signal.id, by=reviewer, withdraw=True, text="自行撤销。", key="d")
        signal_answers.answer(signal.id, by=reviewer, text="已说明。", key="e")
        with pytest.raises(signal_answers.AlreadySaid):
            signal_answers.answer(signal.id, by=reviewer, text="补充。", key="f")
    with frozen_at(day(30)), pytest.raises(signal_answers.AppealTooLate, match="2026-09-21"):
        signal_answers.appeal(signal.id, by=reviewer, text="迟来的申诉。", key="g")
    assert ledger(signal.case_id).count("refused-act") >= 6
    assert not list(verify_all())


def test_a_place_without_rules_of_supervision_raises_nothing(drug_case: int) -> None:
    with unit_of_work():
        sql().execute("delete from rule_table where kind = 'supervision'")
    forget()
    assert rules_in_force().signals is None
    assert swept(day(60)) == 0
    with on_case(drug_case) as case:
        assert not raise_signal(case, "no-reasons", item_case_id=item_case(drug_case, "P2"))
        assert raise_signal(
            case, "no-reasons", item_case_id=item_case(drug_case, "P2"), colour="red", rule="行政许可法第七十二条"
        )
    assert signals_of(drug_case)[-1].basis_zh == "行政许可法第七十二条"
    forget()


def test_a_refusal_whose_reasons_are_none_is_red_for_who_decided(drug_case: int) -> None:
    """Where the place does not refuse such reasons in the first place."""
    places.short_grounds_are_enough()
    with frozen_at(day(1)):
        office.act(drug_case, "review", "P6", proposal="refuse")
    with frozen_at(day(2)):
        task, who = office.claimed(drug_case, "decide", "P6")
        told = {"facts": "设置位置遮挡消防登高面。", "reasons": "不行。"}
        rulings.rule(task.id, ruling="refuse", **told, by=who, revision=task.revision, key="short")
        signal_watch.sweep()
    blamed = [one for one in signals_of(drug_case, "P6") if one.kind == "no-reasons"]
    assert [(one.colour, one.unit, one.person_id) for one in blamed] == [("red", "urban-management", who.user_id)]
    assert "第七十二条第五项" in blamed[0].basis_zh
    assert swept(day(3)) == 0


def test_a_refusal_with_its_reasons_raises_nothing(drug_case: int) -> None:
    with frozen_at(day(1)):
        office.act(drug_case, "review", "P6", proposal="refuse")
        office.act(drug_case, "decide", "P6", ruling="refuse")
        signal_watch.sweep()
    assert kinds(drug_case, "P6") == []


def test_an_unlawful_try_is_refused_kept_and_marked_once(drug_case: int) -> None:
    with frozen_at(day(1)):
        reviewer = office.act(drug_case, "review", "P6")
        with unit_of_work():  # the reviewer is given the decider's post and authorisation as well
            sql().execute(
                "insert into membership (user_id, group_id)"
                " select %s, id from candidate_group where key = 'sign.decide'",
                (reviewer.user_id,),
            )
            sql().execute("update app_user set authorisation_number = 'x' where id = %s", (reviewer.user_id,))
        both = office.person(reviewer.login)
        task = office.open_task(drug_case, "decide", "P6")
        for _ in range(2):
            with pytest.raises(SamePerson):
                tasks.claim(task.id, by=both)
    tries = [one for one in signals_of(drug_case, "P6") if one.kind == "refused-try"]
    assert [(one.colour, one.unit, one.person_id) for one in tries] == [
        ("yellow", "urban-management", reviewer.user_id)
    ]
    assert ledger(drug_case).count("refused-act") == 2
    assert not list(verify_all())


def test_the_shipped_rules_name_refusals_that_there_are(db: SQLAlchemy) -> None:
    def below(kind: type[ActRefused]) -> set[str]:
        return {kind.__name__}.union(*(below(one) for one in kind.__subclasses__()))

    rules = rules_in_force().signals
    assert rules is not None
    named = {name for rule in rules.watching("refusal") for name in rule.refusals}
    assert pauses.PauseRefused.__name__ in below(ActRefused)
    assert named <= below(ActRefused)


@pytest.mark.parametrize(
    ("place", "colour", "judge", "other"),
    [
        ("fictional-city", "yellow", "supervision.view", "drug.decide"),
        ("fictional-county", "red", "county-market.decide", "supervision.view"),
    ],
)
def test_two_places_mark_the_same_delay_and_judge_it_each_in_its_way(
    db: SQLAlchemy, place: str, colour: str, judge: str, other: str
) -> None:
    """The city warns and is watched from above; the county marks a broken promise red and judges itself."""
    counter = db.session.query(Counter).order_by(Counter.id).first()
    assert counter is not None
    counter.profile_key = place
    db.session.commit()
    with frozen_at(MONDAY):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        office.act(case.id, "accept", "P2")
    for number in (15, 17, 21):
        swept(day(number))
    found = dict(kinds(case.id, "P2"))
    assert found["promise-overdue"] == colour
    assert ("due-tomorrow" in found) == (place == "fictional-city")
    late = next(one for one in signals_of(case.id, "P2") if one.kind == "promise-overdue")
    who = office.member_of(judge)
    with frozen_at(day(40)):
        with pytest.raises(NotYours):
            signal_answers.settle(late.id, by=office.member_of(other), withdraw=True, text="撤销。", key="a")
        signal_answers.settle(late.id, by=who, withdraw=False, text="未答复，维持。", key="b")
    assert SupervisionSignal.query.filter_by(id=late.id).one().state == "upheld"


def test_workers_take_turns_in_looking(drug_case: int) -> None:
    with frozen_at(day(17)):
        worker.supervise()
        assert ("promise-overdue", "yellow") in kinds(drug_case, "P2")
        sql().execute("delete from supervision_signal")
    with frozen_at(day(17) + timedelta(seconds=60)):
        worker.supervise()  # another has just looked
        assert kinds(drug_case, "P2") == []
    with frozen_at(day(17) + timedelta(seconds=worker.SUPERVISION_SECONDS)):
        worker.supervise()
        assert ("promise-overdue", "yellow") in kinds(drug_case, "P2")
