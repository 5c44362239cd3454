"""One item refused under each policy: go on, end the rest, ask the applicant. The policy is a line of the bundle."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask_sqlalchemy import SQLAlchemy

from tests.support import office
from tests.support.policies import refused_signboard, under
from webapp.clock import frozen_at
from webapp.models import CaseEvent, Document, ItemCase, LegalClock, RefusedItemQuestion, Termination, UserTask
from webapp.services import refused_items, tasks, timers
from webapp.services.applicants import NotTheApplicant
from webapp.services.refused_items import NothingAsked
from webapp.services.terminated import ItemTerminated

SIGNATORY = office.example("ordinary")["answers"]["legal_representative"]
SIGNATORY_ID = office.example("ordinary")["answers"]["legal_representative_id"]
MONDAY = datetime(2026, 9, 7, 2, 0, tzinfo=UTC)


def outcomes(db: SQLAlchemy, case_id: int) -> dict[str, str | None]:
    db.session.expire_all()
    return {one.item_key: one.outcome for one in db.session.query(ItemCase).filter_by(case_id=case_id)}


def kinds(db: SQLAlchemy, case_id: int) -> list[str]:
    return [line.kind for line in db.session.query(CaseEvent).filter_by(case_id=case_id).order_by(CaseEvent.seq)]


def answer(case_id: int, said: str, key: str = "answer-1") -> None:
    task, by = office.claimed(case_id, "ask-applicant", "P6")
    refused_items.answer_at_window(
        task.id, by=by, answer=said, name=SIGNATORY, id_number=SIGNATORY_ID, revision=task.revision, key=key
    )
    office.run_jobs(case_id)


def test_continue_the_others_go_on(db: SQLAlchemy) -> None:
    case = refused_signboard()
    assert outcomes(db, case.id) == {"P1": "granted", "P2": None, "P3": None, "P5": None, "P6": "refused"}
    assert "ask-applicant" not in {step for _, step in office.open_steps(case.id)}
    office.act(case.id, "immediate", "P5")
    assert outcomes(db, case.id)["P5"] == "granted"


def test_stop_the_others_end_on_the_bundles_basis_and_are_told(db: SQLAlchemy) -> None:
    under("stop")
    case = refused_signboard()
    assert outcomes(db, case.id) == {
        "P1": "granted", "P2": "terminated", "P3": "terminated", "P5": "terminated", "P6": "refused",
    }  # fmt: skip
    left = {item for item, _ in office.open_steps(case.id)}
    assert left == {"P1", "P6"}  # what was decided is still handed out
    notices = db.session.query(Document).filter_by(case_id=case.id, kind="termination-notice").all()
    assert len(notices) == 3
    assert "户外招牌设置许可”未获准" in notices[0].content_zh
    assert "was not granted." in notices[0].content_en
    assert "江城市承诺办结时限（虚构，示例）" in notices[0].content_zh  # the basis that the bundle names
    ended = db.session.query(Termination).all()
    refused = db.session.query(ItemCase).filter_by(case_id=case.id, item_key="P6").one()
    assert {(one.cause, one.because_of, one.channel) for one in ended} == {("refused-item", refused.id, "rule")}
    assert kinds(db, case.id).count("item-terminated") == 3
    task = db.session.query(UserTask).filter_by(case_id=case.id, step="immediate").one()
    with pytest.raises(ItemTerminated) as told:
        tasks.claim(task.id, by=office.member_of(task.groups[0]))
    assert "其他事项未获准" in told.value.words.zh


def test_ask_the_applicant_says_that_the_others_end(db: SQLAlchemy) -> None:
    under("ask")
    case = refused_signboard()
    assert outcomes(db, case.id)["P2"] is None  # while the question is open the others are handled
    assert ("P6", "ask-applicant") in office.open_steps(case.id)
    answer(case.id, "stop")
    assert outcomes(db, case.id)["P2"] == "terminated"
    said = db.session.query(RefusedItemQuestion).one()
    assert (said.answer, said.channel, said.answered_by) == ("stop", "window", SIGNATORY)
    assert {(one.channel, one.asked_by) for one in db.session.query(Termination)} == {("window", SIGNATORY)}
    assert kinds(db, case.id).count("rest-asked") == 1
    assert "申请人选择不再办理其余事项" in (
        db.session.query(Document).filter_by(case_id=case.id, kind="termination-notice").first().content_zh
    )


def test_ask_the_applicant_goes_on_with_the_others_by_the_tracking_page(db: SQLAlchemy) -> None:
    under("ask")
    case = refused_signboard()
    with pytest.raises(NotTheApplicant):
        refused_items.answer_by_applicant(
            case.id, "P6", answer="continue", name="路人甲", id_number="110105199502144463"
        )
    refused_items.answer_by_applicant(case.id, "P6", answer="continue", name=SIGNATORY, id_number=SIGNATORY_ID)
    office.run_jobs(case.id)
    assert outcomes(db, case.id)["P2"] is None
    office.act(case.id, "immediate", "P5")
    assert outcomes(db, case.id)["P5"] == "granted"
    with pytest.raises(NothingAsked):
        refused_items.answer_by_applicant(case.id, "P6", answer="stop", name=SIGNATORY, id_number=SIGNATORY_ID)
    assert outcomes(db, case.id)["P2"] is None


def test_ask_nobody_answers_in_time_and_the_others_go_on(db: SQLAlchemy) -> None:
    under("ask")
    with frozen_at(MONDAY):
        case = refused_signboard()
    refused = db.session.query(ItemCase).filter_by(case_id=case.id, item_key="P6").one()
    clock = db.session.query(LegalClock).filter_by(item_case_id=refused.id, name="refused-answer").one()
    assert (clock.value, clock.unit) == (5, "working_days")
    with frozen_at(MONDAY + timedelta(days=8)):
        timers.fire_due()
        office.run_jobs(case.id)
    db.session.expire_all()
    said = db.session.query(RefusedItemQuestion).one()
    assert (said.answer, said.channel) == ("continue", "rule")
    assert outcomes(db, case.id)["P2"] is None
    assert "ask-applicant" not in {step for _, step in office.open_steps(case.id)}
    assert clock.stopped_on is not None


def test_a_second_refusal_puts_no_second_question(db: SQLAlchemy) -> None:
    under("ask")
    case = refused_signboard()
    office.act(case.id, "immediate", "P5", ruling="refuse")
    assert [step for _, step in office.open_steps(case.id)].count("ask-applicant") == 1


def test_nobody_is_asked_where_nothing_else_is_open(db: SQLAlchemy) -> None:
    under("ask")
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1", ruling="refuse")  # all the others need it
    assert "ask-applicant" not in {step for _, step in office.open_steps(case.id)}
