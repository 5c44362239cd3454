"""撤回申请: the applicant takes a case back, whole or item by item, and nothing can be done to it afterwards."""

from __future__ import annotations

import pytest
from flask_sqlalchemy import SQLAlchemy

from tests.support import office
from webapp.errors import FileRefused
from webapp.models import Case as CaseRow
from webapp.models import CaseEvent, Document, ItemCase, LegalClock, ProcessInstance, Termination, Timer, UserTask
from webapp.services import reviews, withdrawal
from webapp.services.applicants import NotTheApplicant
from webapp.services.files import Upload
from webapp.services.terminated import ItemTerminated
from webapp.services.withdrawal import Asked, NothingToWithdraw, WithdrawnTooLate

SIGNATORY = office.example("ordinary")["answers"]["legal_representative"]
SIGNATORY_ID = office.example("ordinary")["answers"]["legal_representative_id"]


def asked(*items: str, name: str = SIGNATORY, id_number: str = SIGNATORY_ID, reason: str = "店面租约未续签。") -> Asked:
    return Asked(items, name, id_number, reason)


def at_window(case_id: int, *items: str, key: str = "withdraw-1") -> list[str]:
    by = office.person(office.CLERK)
    return withdrawal.withdraw_at_window(case_id, asked(*items), by=by, signature=office.picture(), key=key)


def outcomes(db: SQLAlchemy, case_id: int) -> dict[str, str | None]:
    db.session.expire_all()
    return {one.item_key: one.outcome for one in db.session.query(ItemCase).filter_by(case_id=case_id)}


def in_ledger(db: SQLAlchemy, case_id: int) -> list[str]:
    return [line.kind for line in db.session.query(CaseEvent).filter_by(case_id=case_id).order_by(CaseEvent.seq)]


def registered() -> int:
    """Registered as a business; the other items are with their departments."""
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    return case.id


def test_a_picture_that_is_a_script_too_signs_no_withdrawal(db: SQLAlchemy) -> None:
    case_id, drawn = registered(), office.picture()
    script = Upload(drawn.name, drawn.content + b"<script>alert(1)</script>")
    with pytest.raises(FileRefused):
        withdrawal.withdraw_at_window(
            case_id, asked(), by=office.person(office.CLERK), signature=script, key="withdraw-script"
        )
    assert "withdrawn" not in outcomes(db, case_id).values()


def test_the_whole_case_taken_back_ends_everything(db: SQLAlchemy) -> None:
    case = office.received("ordinary", ways={})
    assert at_window(case.id) == ["P1", "P2", "P3", "P5", "P6"]
    assert set(outcomes(db, case.id).values()) == {"withdrawn"}
    assert office.open_steps(case.id) == []
    assert db.session.query(Timer).filter_by(case_id=case.id).count() == 0
    running = (
        db.session.query(LegalClock)
        .join(ItemCase, ItemCase.id == LegalClock.item_case_id, isouter=True)
        .filter((ItemCase.case_id == case.id) | (LegalClock.case_id == case.id), LegalClock.stopped_on.is_(None))
    )
    assert running.count() == 0
    notices = db.session.query(Document).filter_by(case_id=case.id, kind="termination-notice").all()
    assert len(notices) == 5
    assert "店面租约未续签" in notices[0].content_zh
    assert "撤回" in notices[0].content_zh
    assert db.session.get(CaseRow, case.id).closed_at is not None
    assert db.session.query(ProcessInstance).filter_by(case_id=case.id, ended_at=None).count() == 0
    assert in_ledger(db, case.id).count("item-withdrawn") == 5


def test_one_item_taken_back_leaves_the_others_alone(db: SQLAlchemy) -> None:
    case_id = registered()
    assert at_window(case_id, "P6") == ["P6"]
    assert outcomes(db, case_id)["P6"] == "withdrawn"
    assert not [step for item, step in office.open_steps(case_id) if item == "P6"]
    office.act(case_id, "immediate", "P5")
    assert outcomes(db, case_id)["P5"] == "granted"


def test_what_needs_the_item_ends_with_it(db: SQLAlchemy) -> None:
    case = office.received("ordinary", ways={})
    ended = at_window(case.id, "P1")
    assert ended[0] == "P1"
    causes = {one.cause for one in db.session.query(Termination)}
    assert causes == {"withdrawn", "needed-withdrawn"}
    assert set(outcomes(db, case.id).values()) == {"withdrawn"}


def test_an_item_not_opened_yet_never_opens(db: SQLAlchemy) -> None:
    case = office.received("ordinary", ways={})
    at_window(case.id, "P2")
    office.act(case.id, "backfill", "P1")
    assert "P2" not in {item for item, _ in office.open_steps(case.id)}
    assert "P3" in {item for item, _ in office.open_steps(case.id)}


def test_nothing_can_be_done_to_it_afterwards_and_the_words_say_why(db: SQLAlchemy) -> None:
    case_id = registered()
    office.act(case_id, "accept", "P2")
    task, reviewer = office.claimed(case_id, "examine", "P2")
    at_window(case_id, "P2")
    with pytest.raises(ItemTerminated) as refused:
        reviews.examine(
            task.id, by=reviewer, visit_needed=True, opinion="", checklist={}, revision=task.revision, key="late"
        )
    assert "申请人撤回申请" in refused.value.words.zh
    assert "撤回与终止办理规定" in refused.value.words.zh
    lines = db.session.query(CaseEvent).filter_by(case_id=case_id, kind="refused-act").all()
    assert any("ItemTerminated" in str(line.body) for line in lines)
    with pytest.raises(ItemTerminated):
        at_window(case_id, "P2", key="again")


def test_after_the_ruling_it_is_too_late(db: SQLAlchemy) -> None:
    case_id = registered()
    with pytest.raises(WithdrawnTooLate) as refused:
        at_window(case_id, "P1")
    assert "作出决定之前" in refused.value.words.zh
    assert outcomes(db, case_id)["P1"] == "granted"
    assert "refused-act" in in_ledger(db, case_id)


def test_only_who_may_act_for_the_applicant(db: SQLAlchemy) -> None:
    case = office.received("ordinary", ways={})
    with pytest.raises(NotTheApplicant):
        withdrawal.withdraw_by_applicant(case.id, asked(name="路人甲", id_number="110105199502144463"))
    assert set(outcomes(db, case.id).values()) == {None}
    assert "refused-act" in in_ledger(db, case.id)
    withdrawal.withdraw_by_applicant(case.id, asked())
    assert set(outcomes(db, case.id).values()) == {"withdrawn"}
    assert {one.channel for one in db.session.query(Termination)} == {"tracking"}


def test_the_joint_visit_goes_on_for_who_still_needs_it(db: SQLAlchemy) -> None:
    case_id = registered()
    for item in ("P2", "P3"):
        office.act(case_id, "accept", item)
    office.act(case_id, "examine", "P3", visit_needed=True)
    assert not [step for _, step in office.open_steps(case_id) if step == "visit"]
    at_window(case_id, "P2")  # its examination is not awaited any more
    assert [step for _, step in office.open_steps(case_id) if step == "visit"] == ["visit"]
    office.act(case_id, "visit")
    office.act(case_id, "review", "P3")
    office.act(case_id, "decide", "P3")
    assert outcomes(db, case_id)["P3"] == "granted"


def test_a_visit_that_nobody_needs_any_more_is_off(db: SQLAlchemy) -> None:
    case_id = registered()
    for item in ("P2", "P3"):
        office.act(case_id, "accept", item)
    office.act(case_id, "examine", "P2", visit_needed=True)
    office.act(case_id, "examine", "P3", visit_needed=True)
    at_window(case_id, "P2")
    assert [step for _, step in office.open_steps(case_id) if step == "visit"] == ["visit"]
    at_window(case_id, "P3", key="withdraw-2")
    assert not [step for _, step in office.open_steps(case_id) if step == "visit"]
    assert db.session.query(UserTask).filter_by(case_id=case_id, step="visit").one().state == "cancelled"


def test_a_correction_that_is_open_ends_too(db: SQLAlchemy) -> None:
    case_id = registered()
    office.act(case_id, "accept", "P6", intake_outcome="correction")
    at_window(case_id, "P6")
    assert not [step for item, step in office.open_steps(case_id) if item == "P6"]
    item = db.session.query(ItemCase).filter_by(case_id=case_id, item_key="P6").one()
    assert item.intake_outcome == "withdrawn"
    assert db.session.query(LegalClock).filter_by(item_case_id=item.id, stopped_on=None).count() == 0


def test_a_case_with_nothing_open_says_so(db: SQLAlchemy) -> None:
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1", ruling="refuse")
    office.act(case.id, "issue", "P1")
    office.act(case.id, "deliver", "P1")  # the case ends, and what needs the registration with it
    with pytest.raises(NothingToWithdraw):
        at_window(case.id)
