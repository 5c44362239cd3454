"""A commitment in place of one proof: the item goes the ordinary way, the proof is not brought, and is checked."""

from __future__ import annotations

import pytest
from flask_sqlalchemy import SQLAlchemy

from tests.support import credit, office
from webapp.errors import LetterChanged, NotEligible
from webapp.models import Case, Commitment, ItemCase, LegalClock
from webapp.services import commitments, drafts, receipt
from webapp.services.commitments import ChannelNotOpen
from webapp.services.locked_case import on_case
from webapp.services.receipt import MaterialsMissing
from webapp.unit_of_work import sql

PROOF, EQUIPMENT = "P5/health-certificates", "P3/equipment-list"


def draft_without(material: str) -> int:
    """The mixed example at the window with everything but this material handed in."""
    case_id = office.draft("mixed-ways")
    clerk = office.person(office.CLERK)
    office.attach_all(case_id, clerk)
    sql().execute(
        "with gone as (delete from material_file using submitted_material m where m.id = submitted_material_id"
        " and m.case_id = %(case)s and m.material_key = %(material)s)"
        " delete from submitted_material where case_id = %(case)s and material_key = %(material)s",
        {"case": case_id, "material": material},
    )
    return case_id


def received(case_id: int) -> None:
    receipt.receive(case_id, by=office.person(office.CLERK), key=f"receive-{case_id}")


def test_the_committed_proof_is_not_brought_and_the_item_is_verified_after_its_ruling(db: SQLAlchemy) -> None:
    case_id, clerk = draft_without("health-certificates"), office.person(office.CLERK)
    office.sign_letters(case_id, ["P2"], clerk)
    with pytest.raises(MaterialsMissing):
        received(case_id)
    office.sign_letters(case_id, [PROOF], clerk)
    received(case_id)
    db.session.expire_all()
    food = db.session.query(ItemCase).filter_by(case_id=case_id, item_key="P5").one()
    assert food.way == "ordinary"
    office.act(case_id, "immediate", "P5")
    assert ("P5", "verify") in office.open_steps(case_id)
    clock = db.session.query(LegalClock).filter_by(item_case_id=food.id, name="verification").one()
    assert (clock.value, clock.unit) == (60, "working_days")


def test_an_item_without_a_letter_is_not_verified(db: SQLAlchemy) -> None:
    case = office.received("mixed-ways")
    office.act(case.id, "immediate", "P5")
    assert ("P5", "verify") not in office.open_steps(case.id)


def test_some_items_go_by_commitment_and_others_the_ordinary_way_at_the_same_time(db: SQLAlchemy) -> None:
    case = office.received("mixed-ways")
    steps = set(office.open_steps(case.id))
    assert {("P2", "immediate"), ("P3", "accept"), ("P5", "immediate")} <= steps
    office.act(case.id, "accept", "P3")
    office.act(case.id, "examine", "P3", visit_needed=True)
    office.act(case.id, "immediate", "P2")  # decided while the other is under way
    office.act(case.id, "visit")
    office.act(case.id, "review", "P3")
    office.act(case.id, "decide", "P3")
    db.session.expire_all()
    items = db.session.query(ItemCase).filter_by(case_id=case.id)
    outcomes = {item.item_key: (item.way, item.outcome) for item in items}
    assert outcomes["P2"] == ("commitment", "granted")
    assert outcomes["P3"] == ("ordinary", "granted")


def test_a_barred_applicant_brings_the_proof_and_the_try_is_kept(db: SQLAlchemy) -> None:
    case_id, clerk = draft_without("health-certificates"), office.person(office.CLERK)
    credit.bar(office.example("mixed-ways")["answers"]["credit_code"], kind="false-commitment")
    with pytest.raises(NotEligible) as refusal:
        office.sign_letters(case_id, [PROOF], clerk)
    assert refusal.value.rule == "credit-barred"
    assert db.session.query(Commitment).filter_by(case_id=case_id).count() == 0
    lines = sql().execute("select body from case_event where case_id = %s and kind = 'refused-act'", (case_id,))
    assert any("health-certificates" in body for (body,) in lines)


def test_a_bar_after_the_signature_stops_the_receipt(db: SQLAlchemy) -> None:
    case_id, clerk = draft_without("health-certificates"), office.person(office.CLERK)
    office.sign_letters(case_id, ["P2", PROOF], clerk)
    credit.bar(office.example("mixed-ways")["answers"]["credit_code"], kind="false-commitment")
    with pytest.raises(NotEligible):
        received(case_id)
    assert db.session.get(Case, case_id).received_at is None


def test_a_letter_that_changed_since_it_was_read_is_refused(db: SQLAlchemy) -> None:
    case_id, clerk = draft_without("health-certificates"), office.person(office.CLERK)
    office.sign_letters(case_id, ["P2", PROOF], clerk)
    answers = {**office.example("mixed-ways")["answers"], "premises_address": "江城市金村路 99 号"}
    drafts.save_answers(case_id, office.raw_answers(answers), by=clerk)
    with pytest.raises(LetterChanged):
        received(case_id)


def test_the_whole_item_by_commitment_leaves_no_letter_for_one_proof(db: SQLAlchemy) -> None:
    case_id, clerk = draft_without("equipment-list"), office.person(office.CLERK)
    office.sign_letters(case_id, [EQUIPMENT], clerk)
    office.sign_letters(case_id, ["P3"], clerk)
    db.session.expire_all()
    assert {(one.item_key, one.material_key) for one in db.session.query(Commitment)} == {("P3", "")}
    assert EQUIPMENT not in db.session.get(Case, case_id).ways


def test_taking_the_letter_back_asks_for_the_material_again(db: SQLAlchemy) -> None:
    case_id, clerk = draft_without("health-certificates"), office.person(office.CLERK)
    office.sign_letters(case_id, ["P2", PROOF], clerk)
    commitments.take_ordinary_way(case_id, PROOF, by=clerk)
    with pytest.raises(MaterialsMissing):
        received(case_id)


def test_a_channel_that_the_terms_do_not_open_is_refused(db: SQLAlchemy) -> None:
    case_id = draft_without("equipment-list")
    with pytest.raises(ChannelNotOpen), on_case(case_id) as case:
        commitments.signable(case, {"P2": "digest"}, "王建国", "code")
