"""容缺受理: promised, accepted with it, brought and checked, or missed, under the rules of two places."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask_sqlalchemy import SQLAlchemy

from tests.support import credit, office, places, tolerances
from tests.support.policies import under
from tests.support.tolerances import CERTIFICATES, CHART
from webapp.clock import frozen_at
from webapp.errors import FileRefused, Incomplete, LetterChanged
from webapp.models import CaseEvent, Document, ItemCase, LegalClock, Reminder, Ruling, Termination, Tolerance
from webapp.services import (
    intake,
    receipt,
    rulings,
    timers,
    tolerance,
    tolerance_offers,
    tolerance_promises,
    withdrawal,
)
from webapp.services.files import Upload
from webapp.services.receipt import MaterialsMissing
from webapp.services.terminated import ItemTerminated
from webapp.services.tolerance import NotMovable
from webapp.services.tolerance_letters import Signed
from webapp.services.tolerance_offers import OfferGone
from webapp.services.tolerance_terms import (
    AwaitsMaterial,
    BarredFromTolerance,
    NothingAwaited,
    NotPromised,
    NotTolerable,
    OfferUnanswered,
    Promise,
    PromisePastLimit,
    ToleranceLate,
)
from webapp.unit_of_work import sql

#: Monday 7 September 2026, ten in the morning in the office.
MONDAY = datetime(2026, 9, 7, 2, 0, tzinfo=UTC)
#: Eight working days after it: the time that the catalogue gives the organisation chart.
LATEST = date(2026, 9, 17)
COUNTY = "fictional-county"


def day(number: int, month: int = 9, hour: int = 2) -> datetime:
    return datetime(2026, month, number, hour, 0, tzinfo=UTC)


def item(db: SQLAlchemy, case_id: int, key: str = "P2") -> ItemCase:
    db.session.expire_all()
    return db.session.query(ItemCase).filter_by(case_id=case_id, item_key=key).one()


def kept(db: SQLAlchemy, case_id: int, key: str = "P2") -> Tolerance:
    db.session.expire_all()
    return db.session.query(Tolerance).filter_by(case_id=case_id, item_key=key).one()


def clock_of(db: SQLAlchemy, case_id: int, name: str = "tolerance", key: str = "P2") -> LegalClock:
    return db.session.query(LegalClock).filter_by(item_case_id=item(db, case_id, key).id, name=name).one()


def papers(db: SQLAlchemy, case_id: int, key: str = "P2") -> dict[str, Document]:
    rows = db.session.query(Document).filter_by(item_case_id=item(db, case_id, key).id)
    return {one.kind: one for one in rows}


def told(case_id: int) -> list[str]:
    rows = sql().execute("select kind from case_event where case_id = %s order by seq", (case_id,))
    return [kind for (kind,) in rows]


def refusals(db: SQLAlchemy, case_id: int) -> list[str]:
    lines = db.session.query(CaseEvent).filter_by(case_id=case_id, kind="refused-act").order_by(CaseEvent.seq)
    return [one.body for one in lines]


def steps(case_id: int, key: str = "P2") -> set[str]:
    return {step for of, step in office.open_steps(case_id) if of == key}


def accepted(
    until: date = date(2026, 9, 15), *, place: str = "", material: str = CHART, key: str = "P2"
) -> office.Handle:
    """Received on Monday and accepted on Tuesday, what was promised being awaited."""
    with frozen_at(MONDAY):
        case = tolerances.received(until, place=place, material=material)
    with frozen_at(day(8)):
        office.act(case.id, "accept", key)
    return case


def over(case_id: int, at: datetime) -> None:
    """The timers that are due by then fire, and what follows is done."""
    with frozen_at(at):
        timers.fire_due()
        office.run_jobs(case_id)


# Promised


def test_a_secondary_material_is_promised_in_writing_and_the_application_received(db: SQLAlchemy) -> None:
    with frozen_at(MONDAY):
        case_id = tolerances.draft()
        with pytest.raises(MaterialsMissing):
            receipt.receive(case_id, by=office.person(office.CLERK), key="r0")
        tolerances.promise(case_id, date(2026, 9, 15))
        got = receipt.receive(case_id, by=office.person(office.CLERK), key="r1")
    row = kept(db, got.case_id)
    assert (row.state, row.promised_until, row.days, row.unit) == ("promised", date(2026, 9, 15), 6, "working_days")
    assert row.item_case_id == item(db, got.case_id).id
    assert "组织机构与部门设置说明" in row.letter
    assert "视为撤回申请" in row.letter
    assert "tolerance-promised" in told(got.case_id)


def test_a_promise_without_a_date_or_past_the_limit_is_refused(db: SQLAlchemy) -> None:
    with frozen_at(MONDAY):
        case_id = tolerances.draft()
        with pytest.raises(Incomplete) as without:
            tolerances.promise(case_id, None)
        assert without.value.field == "until"
        with pytest.raises(PromisePastLimit) as past:
            tolerances.promise(case_id, date(2026, 9, 18))
        assert "2026年9月17日" in past.value.words.zh
        assert "容缺受理清单" in past.value.words.zh  # the limit that says so: the material's own
        tolerances.promise(case_id, LATEST)
    assert kept(db, case_id).days == 8


def test_nor_past_what_the_item_promises(db: SQLAlchemy) -> None:
    """The filing of food promises one working day."""
    with frozen_at(MONDAY):
        case_id = tolerances.draft(missing=())
        tolerances.leave_out(case_id, CERTIFICATES)
        promised = {CERTIFICATES: "window"}
        with pytest.raises(PromisePastLimit) as past:
            tolerances.promise(case_id, date(2026, 9, 9), items=("P5",), materials=promised, digest="-")
        assert "承诺办结时限" in past.value.words.zh
        tolerances.promise(case_id, date(2026, 9, 8), items=("P5",), materials=promised)


def test_a_main_material_may_not_follow(db: SQLAlchemy) -> None:
    with frozen_at(MONDAY):
        case_id = tolerances.draft(missing=("equipment-list",))
        with pytest.raises(NotTolerable) as refused:
            tolerances.promise(case_id, date(2026, 9, 10), materials={"equipment-list": "window"}, digest="-")
        assert "主要材料" in refused.value.words.zh
        with pytest.raises(NotTolerable) as unlisted:
            tolerances.promise(case_id, date(2026, 9, 10), items=("P6",), materials={CHART: "window"}, digest="-")
        assert "不在本地容缺受理事项清单内" in unlisted.value.words.zh
        with pytest.raises(MaterialsMissing):
            receipt.receive(case_id, by=office.person(office.CLERK), key="r0")


def test_what_one_item_alone_promises_is_still_missing_for_the_other(db: SQLAlchemy) -> None:
    with frozen_at(MONDAY):
        case_id = tolerances.draft()
        tolerances.promise(case_id, date(2026, 9, 10), items=("P2",))
        with pytest.raises(MaterialsMissing):
            receipt.receive(case_id, by=office.person(office.CLERK), key="r0")


def test_a_barred_applicant_is_not_tolerated_nor_received_on_a_promise(db: SQLAlchemy) -> None:
    number = office.example("ordinary")["answers"]["legal_representative_id"]
    with frozen_at(MONDAY):
        case_id = tolerances.draft()
        tolerances.promise(case_id, date(2026, 9, 10))
        credit.bar(number)
        with pytest.raises(BarredFromTolerance) as barred:
            tolerances.promise(case_id, date(2026, 9, 10), digest="-")
        assert "credit-serious-dishonesty" in barred.value.words.zh
        with pytest.raises(BarredFromTolerance):
            receipt.receive(case_id, by=office.person(office.CLERK), key="r0")
    assert any("BarredFromTolerance" in line for line in refusals(db, case_id))


def test_a_letter_that_changed_between_reading_and_signing_is_not_signed(db: SQLAlchemy) -> None:
    with frozen_at(MONDAY):
        case_id = tolerances.draft()
        read = tolerances.letter(case_id, Promise("P2", {CHART: "window"}, date(2026, 9, 10)))
        with pytest.raises(LetterChanged):
            tolerances.promise(case_id, date(2026, 9, 11), items=("P2",), digest=read)


@pytest.mark.parametrize("channel", ["tablet", "scan"])
def test_a_picture_that_is_a_script_too_signs_no_promise(db: SQLAlchemy, channel: str) -> None:
    with frozen_at(MONDAY):
        case_id = tolerances.draft()
        promise = Promise("P2", {CHART: "window"}, date(2026, 9, 10))
        drawn = office.picture()
        script = Upload(drawn.name, drawn.content + b"<script>alert(1)</script>")
        signed = Signed("", tolerances.signer(case_id), channel, script)
        digests = {"P2": tolerances.letter(case_id, promise)}
        with pytest.raises(FileRefused):
            tolerance_promises.promise_in_draft(
                case_id, [promise], digests, by=office.person(office.CLERK), signed=signed
            )
    assert db.session.query(Tolerance).filter_by(case_id=case_id).count() == 0


# Accepted with it, and met


def test_accepted_with_it_the_review_goes_on_and_the_ruling_waits(db: SQLAlchemy) -> None:
    case = accepted(key="P3")
    with frozen_at(day(8)):
        clock = clock_of(db, case.id, key="P3")
        # six working days were promised; they count from acceptance, which was a day later
        assert (clock.started_on, clock.value, clock.due_on) == (date(2026, 9, 8), 6, date(2026, 9, 16))
        assert clock_of(db, case.id, "statutory", "P3").started_on == date(2026, 9, 8)
        notice = papers(db, case.id, "P3")["tolerance-notice"]
        assert "2026年9月16日" in notice.content_zh
        assert "视为撤回申请" in notice.content_zh
        assert steps(case.id, "P3") == {"examine", "hand-in"}
        office.act(case.id, "examine", "P3")
        office.act(case.id, "review", "P3")
        task, by = office.claimed(case.id, "decide", "P3")
        with pytest.raises(AwaitsMaterial) as waits:
            rulings.rule(task.id, by=by, ruling="grant", reasons="", revision=task.revision, key="grant-1")
        assert "组织机构与部门设置说明" in waits.value.words.zh
        assert "容缺受理规定" in waits.value.words.zh
    assert any("AwaitsMaterial" in line for line in refusals(db, case.id))
    with frozen_at(day(10)):
        with pytest.raises(NotPromised):
            tolerance.add_files(tolerance.ByApplicant(case.id, "P3"), "quality-rules", [office.pdf()], tolerances.PAPER)
        with pytest.raises(Incomplete):
            tolerance.hand_in(tolerance.ByApplicant(case.id, "P3"))
        tolerances.bring(case.id, "P3")
        assert kept(db, case.id, "P3").state == "handed-in"
        with pytest.raises(NothingAwaited):
            tolerance.hand_in(tolerance.ByApplicant(case.id, "P3"))
        tolerances.checked(case.id, "P3", adequate=True)
        assert kept(db, case.id, "P3").state == "complete"
        assert clock_of(db, case.id, key="P3").stopped_on == date(2026, 9, 10)
        office.act(case.id, "decide", "P3")
    assert item(db, case.id, "P3").outcome == "granted"
    assert {"tolerated", "tolerance-handed-in", "tolerance-met", "ruled"} <= set(told(case.id))
    over(case.id, day(20))  # nothing is left to lapse
    assert item(db, case.id, "P3").outcome == "granted"


def test_inadequate_is_told_once_within_the_date(db: SQLAlchemy) -> None:
    case = accepted()
    with frozen_at(day(9)):
        tolerances.bring(case.id, "P2")
        with pytest.raises(Incomplete):
            tolerances.checked(case.id, "P2", adequate=False)
        tolerances.checked(case.id, "P2", adequate=False, told="未写明质量管理部门。")
        assert (kept(db, case.id).state, kept(db, case.id).told) == ("told", "未写明质量管理部门。")
    with frozen_at(day(11)):
        tolerances.bring(case.id, "P2")
        tolerances.checked(case.id, "P2", adequate=False, told="还缺一项。")
        assert kept(db, case.id).told == "未写明质量管理部门。"  # what was told first holds
        tolerances.bring(case.id, "P2")
        tolerances.checked(case.id, "P2", adequate=True)
    assert kept(db, case.id).state == "complete"


def test_the_place_reminds_before_the_day(db: SQLAlchemy) -> None:
    case = accepted()
    over(case.id, day(14))
    over(case.id, day(15))
    window = [one for one in db.session.query(Reminder).filter_by(case_id=case.id) if "容缺材料将于" in one.text_zh]
    assert [one.group_key for one in window] == ["window.clerk", "window.clerk"]
    assert kept(db, case.id).reminded == ["80%", "-1"]


def test_what_came_before_acceptance_is_not_awaited(db: SQLAlchemy) -> None:
    with frozen_at(MONDAY):
        case_id = tolerances.draft()
        tolerances.promise(case_id, date(2026, 9, 15))
        office.attach_all(case_id, office.person(office.CLERK))
        receipt.receive(case_id, by=office.person(office.CLERK), key="r1")
        office.act(case_id, "backfill", "P1")
        office.act(case_id, "accept", "P2")
    assert db.session.query(Tolerance).filter_by(case_id=case_id).count() == 0
    assert steps(case_id) == {"examine"}


def test_silence_accepts_with_the_promise_too(db: SQLAlchemy) -> None:
    with frozen_at(MONDAY):
        case = tolerances.received(date(2026, 9, 15))
    over(case.id, day(15))
    assert item(db, case.id).deemed_accepted
    assert kept(db, case.id).state == "waiting"
    assert "hand-in" in steps(case.id)


# Missed


def test_missed_in_the_city_it_counts_as_withdrawn(db: SQLAlchemy) -> None:
    case = accepted()
    over(case.id, day(17))
    one, termination = item(db, case.id), db.session.query(Termination).filter_by(because_of=None).one()
    assert one.outcome == "tolerance-withdrawn"
    assert (termination.cause, termination.channel) == ("tolerance-withdrawn", "rule")
    assert "安阳市政务服务条例" in termination.basis_zh
    assert "组织机构与部门设置说明" in papers(db, case.id)["termination-notice"].content_zh
    assert steps(case.id) == set()
    with frozen_at(day(17)), pytest.raises((ToleranceLate, ItemTerminated)):
        tolerance.add_files(tolerance.ByApplicant(case.id, "P2"), CHART, [office.pdf()], tolerances.PAPER)
    assert item(db, case.id, "P3").outcome is None  # the bundle goes on


def test_missed_in_the_county_the_acceptance_is_revoked_in_writing(db: SQLAlchemy) -> None:
    case = accepted(date(2026, 9, 10), place=COUNTY, material=CERTIFICATES)
    assert clock_of(db, case.id).due_on == date(2026, 9, 11)
    over(case.id, day(12))
    one = item(db, case.id)
    assert one.outcome == "acceptance-revoked"
    paper = papers(db, case.id)["acceptance-revocation"]
    assert "澜溪县容缺受理规定" in paper.content_zh
    assert "行政复议" in paper.content_zh  # with the remedy
    assert kept(db, case.id).state == "lapsed"


def test_missed_where_the_place_refuses_it_is_refused_with_facts_basis_and_remedy(db: SQLAlchemy) -> None:
    places.tolerance_late("refused")
    case = accepted()
    with frozen_at(day(8)):
        office.act(case.id, "examine", "P2")
    over(case.id, day(17))
    assert item(db, case.id).outcome == "refused"
    ruling = db.session.query(Ruling).filter_by(item_case_id=item(db, case.id).id).one()
    assert (ruling.by_id, ruling.outcome, ruling.words_zh) == (None, "refused", "不予许可")
    assert "未补齐" in ruling.facts
    assert "容缺受理规定" in ruling.basis_zh
    assert "行政复议" in ruling.remedy_zh
    assert "refusal" in papers(db, case.id)
    assert steps(case.id) == {"issue"}  # the decision goes out as every other one


def test_a_missed_promise_lets_the_bundles_policy_act(db: SQLAlchemy) -> None:
    under("stop")
    case = accepted()
    over(case.id, day(17))
    assert item(db, case.id).outcome == "tolerance-withdrawn"
    assert item(db, case.id, "P3").outcome == "terminated"


def test_on_the_day_after_nothing_is_taken_in_though_no_timer_has_fired(db: SQLAlchemy) -> None:
    case = accepted()
    with frozen_at(day(17)):
        with pytest.raises(ToleranceLate) as late:
            tolerance.add_files(tolerance.ByApplicant(case.id, "P2"), CHART, [office.pdf()], tolerances.PAPER)
        task, by = office.claimed(case.id, "hand-in", "P2")
        with pytest.raises(ToleranceLate):
            tolerance.add_files(tolerance.AtWindow(task.id, by), CHART, [office.pdf()], tolerances.PAPER)
    assert "视为撤回申请" in late.value.words.zh
    assert "安阳市政务服务条例" in late.value.words.zh


def test_handed_in_in_time_it_does_not_lapse_while_it_is_checked(db: SQLAlchemy) -> None:
    case = accepted()
    with frozen_at(day(16)):
        tolerances.bring(case.id, "P2")
    over(case.id, day(18))
    assert item(db, case.id).outcome is None
    with frozen_at(day(18)):
        tolerances.checked(case.id, "P2", adequate=True)
    assert kept(db, case.id).state == "complete"


# Force majeure


def test_force_majeure_moves_the_date_once_with_reason_and_evidence(db: SQLAlchemy) -> None:
    case = accepted()
    with frozen_at(day(14)):
        task, by = office.claimed(case.id, "examine", "P2")
        with pytest.raises(Incomplete):
            tolerance.move_date(task.id, by=by, reason="暴雨停工。", evidence=None, key="m0")
        tolerance.move_date(task.id, by=by, reason="暴雨停工。", evidence=office.pdf("证明.pdf"), key="m1")
        assert clock_of(db, case.id).due_on == date(2026, 9, 22)  # the Sunday before the holidays is worked
        with pytest.raises(NotMovable):
            tolerance.move_date(task.id, by=by, reason="再延。", evidence=office.pdf("证明.pdf"), key="m2")
    over(case.id, day(17))
    assert item(db, case.id).outcome is None
    over(case.id, day(24))
    assert item(db, case.id).outcome == "tolerance-withdrawn"


def test_a_place_without_the_rule_moves_no_date(db: SQLAlchemy) -> None:
    case = accepted(date(2026, 9, 10), place=COUNTY, material=CERTIFICATES)
    with frozen_at(day(9)):
        task, by = office.claimed(case.id, "examine", "P2")
        with pytest.raises(NotMovable):
            tolerance.move_date(task.id, by=by, reason="暴雨停工。", evidence=office.pdf("证明.pdf"), key="m1")


# Ended otherwise


def test_withdrawn_meanwhile_nothing_is_awaited(db: SQLAlchemy) -> None:
    case = accepted()
    answers = office.example("ordinary")["answers"]
    with frozen_at(day(9)):
        asked = withdrawal.Asked(("P2",), answers["legal_representative"], answers["legal_representative_id"])
        withdrawal.withdraw_by_applicant(case.id, asked)
        with pytest.raises(ItemTerminated):
            tolerance.hand_in(tolerance.ByApplicant(case.id, "P2"))
    assert steps(case.id) == set()
    over(case.id, day(17))
    assert item(db, case.id).outcome == "withdrawn"


def test_refused_on_other_grounds_nothing_is_awaited(db: SQLAlchemy) -> None:
    case = accepted(key="P3")
    with frozen_at(day(9)):
        office.act(case.id, "examine", "P3")
        office.act(case.id, "review", "P3", proposal="refuse")
        office.act(case.id, "decide", "P3", ruling="refuse")
    assert kept(db, case.id, "P3").state == "moot"
    assert steps(case.id, "P3") == {"issue"}
    over(case.id, day(17))
    assert item(db, case.id, "P3").outcome == "refused"


# Offered by the department


def test_the_department_offers_and_the_applicant_promises_on_the_tracking_page(db: SQLAlchemy) -> None:
    answers = office.example("ordinary")["answers"]
    who = (answers["legal_representative"], answers["legal_representative_id"])
    with frozen_at(MONDAY):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        task, by = office.claimed(case.id, "accept", "P2")
        with pytest.raises(NotTolerable):
            tolerance_offers.offer(task.id, ["quality-rules"], note="", by=by, key="o0")
        tolerance_offers.offer(task.id, [CHART], note="缺盖章页。", by=by, key="o1")
        with pytest.raises(OfferUnanswered):
            intake.decide_intake(task.id, by=by, outcome="accepted", note="", revision=task.revision, key="a0")
        promise = Promise("P2", {CHART: "tracking"}, date(2026, 9, 10))
        signed = Signed(tolerances.letter(case.id, promise), who[0], "code", None, who[1])
        tolerance_offers.promise_by_applicant(case.id, promise, signed=signed)
        with pytest.raises(OfferGone):
            tolerance_offers.promise_by_applicant(case.id, promise, signed=signed)
        office.act(case.id, "accept", "P2", by=by)
    assert kept(db, case.id).state == "waiting"
    assert (kept(db, case.id).channel, kept(db, case.id).signature_file_id) == ("code", None)


def test_declined_the_ordinary_way_stays_open(db: SQLAlchemy) -> None:
    answers = office.example("ordinary")["answers"]
    with frozen_at(MONDAY):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        task, by = office.claimed(case.id, "accept", "P2")
        tolerance_offers.offer(task.id, [CHART], note="", by=by, key="o1")
        tolerance_offers.decline(
            case.id, "P2", name=answers["legal_representative"], id_number=answers["legal_representative_id"], by=None
        )
        office.act(case.id, "accept", "P2", by=by, intake_outcome="correction")
    assert kept(db, case.id).state == "declined"
    assert item(db, case.id).intake_outcome == "correction"
