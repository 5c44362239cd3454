"""A letter in place of one proof is taken back after receipt: the proof is brought, the item goes on, nothing twice."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask_sqlalchemy import SQLAlchemy

from engine.law import Fault
from tests.journeys.test_proof_commitments import EQUIPMENT, PROOF, draft_without
from tests.support import office
from webapp.clock import frozen_at
from webapp.errors import Incomplete
from webapp.models import Case, Commitment, Correction, ItemCase, LegalClock, SubmittedMaterial, WithdrawnCommitment
from webapp.queries.commitment_withdrawing import commitments_page
from webapp.services import commitment_withdrawal, receipt
from webapp.services.brought import Brought
from webapp.services.commitment_withdrawal import Asked, NoCommitment, RuledAlready
from webapp.services.files import Upload
from webapp.unit_of_work import sql

ANSWERS = office.example("mixed-ways")["answers"]
MONDAY = datetime(2026, 9, 7, 2, 0, tzinfo=UTC)
THURSDAY = datetime(2026, 9, 10, 2, 0, tzinfo=UTC)


def received(letter: str) -> int:
    """Received with this proof replaced by a letter, and the drug licence by commitment."""
    case_id, clerk = draft_without(letter.partition("/")[2]), office.person(office.CLERK)
    office.sign_letters(case_id, ["P2", letter], clerk)
    receipt.receive(case_id, by=clerk, key=f"receive-{case_id}")
    return case_id


def asked(letter: str) -> Asked:
    return Asked(letter, ANSWERS["legal_representative"], ANSWERS["legal_representative_id"], "")


def brought(letter: str) -> list[Brought]:
    return [Brought(letter.partition("/")[2], (office.pdf("证明.pdf"),))]


def item(db: SQLAlchemy, case_id: int, key: str) -> ItemCase:
    db.session.expire_all()
    return db.session.query(ItemCase).filter_by(case_id=case_id, item_key=key).one()


def steps(case_id: int, key: str) -> set[str]:
    return {step for of, step in office.open_steps(case_id) if of == key}


def notice(case_id: int) -> str:
    row = sql().execute(
        "select content_zh from document where case_id = %s and kind = 'proof-brought-notice'", (case_id,)
    )
    (text,) = row.fetchone() or ("",)
    return str(text)


def test_before_acceptance_it_may_come_later_and_the_department_asks_for_it_once(db: SQLAlchemy) -> None:
    with frozen_at(MONDAY):
        case_id = received(EQUIPMENT)
    with frozen_at(THURSDAY):
        commitment_withdrawal.withdraw_by_applicant(case_id, asked(EQUIPMENT))
        assert steps(case_id, "P3") == {"accept"}
        clock = db.session.query(LegalClock).filter_by(item_case_id=item(db, case_id, "P3").id, name="intake").one()
        assert clock.started_on == date(2026, 9, 10)
        assert office.open_task(case_id, "accept", "P3").due_on == clock.due_on
        assert db.session.query(Commitment).filter_by(case_id=case_id, item_key="P3").count() == 0
        letter = db.session.query(WithdrawnCommitment).filter_by(case_id=case_id).one()
        assert (letter.item_key, letter.material_key, letter.withdrawn_channel) == ("P3", "equipment-list", "tracking")
        assert "承诺" in letter.letter
        assert "尚未提交" in notice(case_id)
        assert db.session.get(Case, case_id).ways[EQUIPMENT] == "ordinary"
        assert item(db, case_id, "P2").way == "commitment"  # the other letter stands
        office.act(case_id, "accept", "P3", intake_outcome="correction")
    assert steps(case_id, "P3") == {"correct"}
    assert db.session.query(Correction).filter_by(item_case_id=item(db, case_id, "P3").id).count() == 1


def test_what_is_withdrawn_after_a_first_correction_is_no_fault_told_late(db: SQLAlchemy) -> None:
    case_id = received(EQUIPMENT)
    office.act(case_id, "accept", "P3", intake_outcome="correction")
    commitment_withdrawal.withdraw_by_applicant(case_id, asked(EQUIPMENT))
    assert steps(case_id, "P3") == {"correct"}  # what was asked for is still answered
    office.act(case_id, "correct", "P3")
    again = [Fault("material", "equipment-list", "请提交经营设施、设备目录。")]
    office.act(case_id, "accept", "P3", intake_outcome="correction", faults=again)
    row = sql().execute("select count(*) from supervision_signal where kind = 'second-correction'").fetchone()
    assert row == (0,)
    assert db.session.query(Correction).filter_by(item_case_id=item(db, case_id, "P3").id).count() == 2


def test_after_acceptance_both_come_in_one_act_or_the_letter_stands(db: SQLAlchemy) -> None:
    case_id = received(EQUIPMENT)
    office.act(case_id, "accept", "P3")
    accepted = item(db, case_id, "P3").accepted_at
    with pytest.raises(Incomplete) as refused:
        commitment_withdrawal.withdraw_by_applicant(case_id, asked(EQUIPMENT))
    assert refused.value.field == "files-equipment-list"
    assert "受理后不再要求补正" in refused.value.words.zh
    assert db.session.query(Commitment).filter_by(case_id=case_id, item_key="P3").count() == 1
    assert not notice(case_id)
    bad = [Brought("equipment-list", (Upload("清单.pdf", b"<script>"),))]
    with pytest.raises(Incomplete):
        commitment_withdrawal.withdraw_by_applicant(case_id, asked(EQUIPMENT), bad)
    commitment_withdrawal.withdraw_by_applicant(case_id, asked(EQUIPMENT), brought(EQUIPMENT))
    assert steps(case_id, "P3") == {"examine"}  # where it was
    assert item(db, case_id, "P3").accepted_at == accepted
    row = db.session.query(SubmittedMaterial).filter_by(case_id=case_id, material_key="equipment-list").one()
    assert (row.form, row.provided_by, row.by_id) == ("copy", ANSWERS["legal_representative"], None)
    assert "已经提交" in notice(case_id)
    told = sql().execute("select text_zh from reminder where case_id = %s", (case_id,)).fetchall()
    assert any("改为提交" in text for (text,) in told)
    with pytest.raises(NoCommitment):
        commitment_withdrawal.withdraw_by_applicant(case_id, asked(EQUIPMENT), brought(EQUIPMENT))


def test_where_the_window_accepts_it_is_brought_at_the_window_and_nothing_is_verified(db: SQLAlchemy) -> None:
    case_id = received(PROOF)
    clerk = office.person(office.CLERK)
    (letter,) = [one for one in commitments_page(case_id).letters if one.key == PROOF]
    assert (letter.at_once, [one.key for one in letter.missing]) == (True, ["health-certificates"])
    with pytest.raises(Incomplete):
        commitment_withdrawal.withdraw_at_window(case_id, asked(PROOF), by=clerk, signature=office.picture(), key="w1")
    commitment_withdrawal.withdraw_at_window(
        case_id, asked(PROOF), by=clerk, signature=office.picture(), key="w2", brought=brought(PROOF)
    )
    assert steps(case_id, "P5") == {"immediate"}
    office.act(case_id, "immediate", "P5")
    assert item(db, case_id, "P5").outcome == "granted"
    assert "verify" not in steps(case_id, "P5")


def test_after_the_ruling_it_is_too_late(db: SQLAlchemy) -> None:
    case_id = received(PROOF)
    office.act(case_id, "immediate", "P5")
    with pytest.raises(RuledAlready):
        commitment_withdrawal.withdraw_by_applicant(case_id, asked(PROOF), brought(PROOF))
    assert "verify" in steps(case_id, "P5")


def test_of_a_whole_item_too_the_materials_may_come_along(db: SQLAlchemy) -> None:
    case = office.received("commitment")
    sql().execute(
        "with gone as (delete from material_file using submitted_material m where m.id = submitted_material_id"
        " and m.case_id = %(case)s and m.material_key = 'quality-rules')"
        " delete from submitted_material where case_id = %(case)s and material_key = 'quality-rules'",
        {"case": case.id},
    )
    answers = office.example("commitment")["answers"]
    whole = Asked("P2", answers["legal_representative"], answers["legal_representative_id"])
    commitment_withdrawal.withdraw_by_applicant(case.id, whole, [Brought("quality-rules", (office.pdf("制度.pdf"),))])
    assert steps(case.id, "P2") == {"accept"}
    assert db.session.query(SubmittedMaterial).filter_by(case_id=case.id, material_key="quality-rules").count() == 1
