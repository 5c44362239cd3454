"""A commitment is taken back after receipt and before the ruling: the ordinary way, nothing typed twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask_sqlalchemy import SQLAlchemy

from tests.support import office
from webapp import clock
from webapp.errors import Incomplete
from webapp.models import ItemCase, LegalClock, WithdrawnCommitment
from webapp.services import cleaning, commitment_withdrawal
from webapp.services.applicants import NotTheApplicant
from webapp.services.commitment_withdrawal import Asked, NoCommitment, RuledAlready
from webapp.unit_of_work import sql

ANSWERS = office.example("commitment")["answers"]


def asked(item: str, name: str = "") -> Asked:
    return Asked(item, name or ANSWERS["legal_representative"], ANSWERS["legal_representative_id"], "想现场说明情况")


def item_case(db: SQLAlchemy, case_id: int, item: str) -> ItemCase:
    db.session.expire_all()
    return db.session.query(ItemCase).filter_by(case_id=case_id, item_key=item).one()


def clocks(db: SQLAlchemy, item_case_id: int) -> set[str]:
    rows = db.session.query(LegalClock).filter_by(item_case_id=item_case_id, stopped_on=None)
    return {clock.name for clock in rows}


def test_the_immediate_task_ends_and_the_ordinary_tasks_open(db: SQLAlchemy) -> None:
    case = office.received("commitment")
    commitment_withdrawal.withdraw_by_applicant(case.id, asked("P2"))
    db.session.expire_all()
    assert set(office.open_steps(case.id)) == {("P2", "accept"), ("P3", "immediate"), ("P4", "immediate")}
    drug = item_case(db, case.id, "P2")
    assert drug.way == "ordinary"
    assert "intake" in clocks(db, drug.id)
    assert not clocks(db, drug.id) & {"promised", "statutory"}


def test_the_letter_stays_as_it_was_signed_with_who_took_it_back(db: SQLAlchemy) -> None:
    case = office.received("commitment")
    commitment_withdrawal.withdraw_by_applicant(case.id, asked("P2"))
    letter = db.session.query(WithdrawnCommitment).filter_by(case_id=case.id).one()
    assert (letter.item_key, letter.withdrawn_channel, letter.by_id) == ("P2", "tracking", None)
    assert letter.asked_by == ANSWERS["legal_representative"]
    assert "承诺" in letter.letter
    lines = sql().execute("select kind from case_event where case_id = %s", (case.id,)).fetchall()
    assert ("commitment-withdrawn",) in lines


def test_the_notice_names_what_the_commitment_had_replaced(db: SQLAlchemy) -> None:
    case = office.received("commitment")
    sql().execute(
        "with gone as (delete from material_file using submitted_material m where m.id = submitted_material_id"
        " and m.case_id = %(case)s and m.material_key = 'quality-rules')"
        " delete from submitted_material where case_id = %(case)s and material_key = 'quality-rules'",
        {"case": case.id},
    )
    commitment_withdrawal.withdraw_by_applicant(case.id, asked("P2"))
    row = (
        sql()
        .execute("select content_zh from document where case_id = %s and kind = 'ordinary-way-notice'", (case.id,))
        .fetchone()
    )
    assert row is not None
    assert "质量管理制度" in row[0]


def test_afterwards_the_item_goes_through_the_joint_visit_to_its_ruling_and_is_not_verified(db: SQLAlchemy) -> None:
    case = office.received("commitment")
    commitment_withdrawal.withdraw_by_applicant(case.id, asked("P2"))
    for item in ("P3", "P4"):
        office.act(case.id, "immediate", item)
    office.act(case.id, "accept", "P2")
    office.act(case.id, "examine", "P2", visit_needed=True)
    office.act(case.id, "visit")
    office.act(case.id, "review", "P2")
    office.act(case.id, "decide", "P2")
    assert item_case(db, case.id, "P2").outcome == "granted"
    assert "P2" not in {item for item, step in office.open_steps(case.id) if step == "verify"}


def test_an_item_that_still_waits_for_another_opens_the_ordinary_way(db: SQLAlchemy) -> None:
    case = office.received("pre-review")
    commitment_withdrawal.withdraw_by_applicant(case.id, asked_of("pre-review", "P2"))
    office.act(case.id, "backfill", "P1")
    assert ("P2", "accept") in office.open_steps(case.id)
    assert ("P2", "immediate") not in office.open_steps(case.id)


def asked_of(example: str, item: str) -> Asked:
    answers = office.example(example)["answers"]
    return Asked(item, answers["legal_representative"], answers["legal_representative_id"])


def test_after_the_ruling_it_is_too_late_and_the_rule_is_named(db: SQLAlchemy) -> None:
    case = office.received("commitment")
    office.act(case.id, "immediate", "P2")
    with pytest.raises(RuledAlready) as refusal:
        commitment_withdrawal.withdraw_by_applicant(case.id, asked("P2"))
    assert "示例" in refusal.value.words.zh
    assert item_case(db, case.id, "P2").way == "commitment"
    refused = sql().execute("select body from case_event where case_id = %s and kind = 'refused-act'", (case.id,))
    assert any("RuledAlready" in body for (body,) in refused)


def test_nobody_else_takes_it_back_and_nothing_is_done_twice(db: SQLAlchemy) -> None:
    case = office.received("commitment")
    with pytest.raises(NotTheApplicant):
        commitment_withdrawal.withdraw_by_applicant(case.id, asked("P2", "李四"))
    commitment_withdrawal.withdraw_by_applicant(case.id, asked("P2"))
    with pytest.raises(NoCommitment):
        commitment_withdrawal.withdraw_by_applicant(case.id, asked("P2"))
    assert db.session.query(WithdrawnCommitment).count() == 1


def test_at_the_window_the_applicant_signs(db: SQLAlchemy) -> None:
    case = office.received("commitment")
    clerk = office.person(office.CLERK)
    with pytest.raises(Incomplete):
        commitment_withdrawal.withdraw_at_window(case.id, asked("P3"), by=clerk, signature=None, key="one")
    commitment_withdrawal.withdraw_at_window(case.id, asked("P3"), by=clerk, signature=office.picture(), key="two")
    letter = db.session.query(WithdrawnCommitment).one()
    assert (letter.item_key, letter.withdrawn_channel, letter.by_id) == ("P3", "window", clerk.user_id)
    kept = {letter.signature_file_id, letter.asked_file_id}
    with clock.frozen_at(clock.now() + timedelta(days=60)):
        cleaning.clean()
    assert {id_ for (id_,) in sql().execute("select id from stored_file")} >= kept
    db.session.expire_all()
    assert ("P3", "accept") in office.open_steps(case.id)
