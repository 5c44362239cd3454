"""Two officers: a verification is signed by two, of whom none examined or decided the item."""

from __future__ import annotations

import pytest
from flask_sqlalchemy import SQLAlchemy

from tests.support import office
from webapp.errors import Incomplete, SecondOfficerNeeded, Stale
from webapp.identity import Identity
from webapp.models import CaseEvent, Participant, Review
from webapp.services import verification
from webapp.services.two_officers import VerifierTookPart
from webapp.unit_of_work import sql


def decided() -> tuple[int, Identity]:
    """A drug licence by commitment, to be verified; and who decided it."""
    case = office.received("commitment")
    return case.id, office.act(case.id, "immediate", "P2")


def sign(case_id: int, by: Identity, result: str = "", *, step: str = "verify", revision: int | None = None) -> bool:
    task = office.open_task(case_id, step, "P2")
    return verification.verify(
        task.id,
        by=by,
        result=result,
        record="药品专柜未与非药品分开。" if result else "",
        checklist={},
        revision=task.revision if revision is None else revision,
        key=f"{step}-{by.user_id}-{result}-{task.revision}",
    )


def join(by: Identity, group: str) -> Identity:
    """The same person, with one more post."""
    sql().execute(
        "insert into membership select %s, id from candidate_group where key = %s on conflict do nothing",
        (by.user_id, group),
    )
    return office.person(by.login)


def test_one_officer_records_and_a_second_one_confirms(db: SQLAlchemy) -> None:
    case_id, _ = decided()
    first, second = office.verifiers(office.open_task(case_id, "verify", "P2"))
    with pytest.raises(Incomplete):
        sign(case_id, first)  # nothing is signed that is not written down
    before = office.open_task(case_id, "verify", "P2").revision
    assert not sign(case_id, first, "rectify")
    with pytest.raises(SecondOfficerNeeded):
        sign(case_id, first, "rectify")
    with pytest.raises(Stale):  # a page from before the first signature
        sign(case_id, second, revision=before)
    with pytest.raises(Incomplete):  # another conclusion than the signed one
        sign(case_id, second, "pass")
    assert sign(case_id, second)
    db.session.expire_all()
    found = db.session.query(Review).filter_by(step="verify").one()
    assert (found.by_id, found.conclusion) == (first.user_id, "rectify")
    signed = db.session.query(Participant).filter_by(task_id=found.task_id).order_by(Participant.at)
    assert [(one.user_id, one.role) for one in signed] == [
        (first.user_id, "lead-officer"),
        (second.user_id, "second-officer"),
    ]
    assert ("P2", "recheck") in office.open_steps(case_id)


def test_who_decided_or_examined_the_item_does_not_verify_it(db: SQLAlchemy) -> None:
    case_id, decider = decided()
    decider = join(decider, "market.verify")
    with pytest.raises(VerifierTookPart):
        sign(case_id, decider, "pass")
    examiner = join(office.member_of("drug.review"), "market.verify")
    task = office.open_task(case_id, "verify", "P2")
    sql().execute(
        "insert into review (case_id, item_case_id, task_id, step, conclusion, opinion, checklist, by_id, at)"
        " values (%s, %s, %s, 'examine', 'no-visit', '', '{}', %s, now())",
        (case_id, task.item_case_id, task.id, examiner.user_id),
    )
    with pytest.raises(VerifierTookPart):
        sign(case_id, examiner, "pass")
    tries = db.session.query(CaseEvent).filter_by(case_id=case_id, kind="refused-act").all()
    assert [one.actor_id for one in tries] == [decider.user_id, examiner.user_id]
