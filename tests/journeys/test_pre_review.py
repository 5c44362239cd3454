"""An item that needs another's result: examined while that is undecided, waiting, decided at once when it comes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.support import office
from tests.webapp.screen import Screen
from webapp.clock import frozen_at
from webapp.errors import Incomplete, SamePerson
from webapp.models import ItemCase, LegalClock, Review
from webapp.services import pre_reviews, tasks, withdrawal
from webapp.services.withdrawal import Asked

TUESDAY = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
THURSDAY = datetime(2026, 9, 3, 2, 0, tzinfo=UTC)


def signboard(db: SQLAlchemy, case_id: int) -> ItemCase:
    db.session.expire_all()
    return db.session.query(ItemCase).filter_by(case_id=case_id, item_key="P6").one()


def test_found_ready_it_waits_and_is_decided_at_once_when_the_result_comes(db: SQLAlchemy) -> None:
    with frozen_at(TUESDAY):
        case = office.received("ordinary", ways={})
        assert {("P1", "backfill"), ("P6", "pre-review")} <= set(office.open_steps(case.id))
        reviewer = office.act(case.id, "pre-review", "P6")
        assert "P6" not in {item for item, _ in office.open_steps(case.id)}  # it waits
        waiting = signboard(db, case.id)
        assert waiting.accepted_at is None  # nothing is accepted, and no limit runs
        assert db.session.query(LegalClock).filter_by(item_case_id=waiting.id).count() == 0
    with frozen_at(THURSDAY):
        office.act(case.id, "backfill", "P1")
        assert ("P6", "immediate") in office.open_steps(case.id)
        assert ("P6", "accept") not in office.open_steps(case.id)
        started = db.session.query(LegalClock).filter_by(item_case_id=waiting.id, name="promised").one()
        assert started.started_on.isoformat() == "2026-09-03"  # from the result, not from the pre-review
        decider = office.act(case.id, "immediate", "P6")
        assert decider.user_id != reviewer.user_id
    decided = signboard(db, case.id)
    assert decided.outcome == "granted"
    assert decided.accepted_at == THURSDAY
    assert decided.accepted_by == decider.user_id


def test_who_examined_it_before_does_not_decide_it(db: SQLAlchemy) -> None:
    case = office.received("ordinary", ways={})
    office.act(case.id, "pre-review", "P6")
    office.act(case.id, "backfill", "P1")
    task = office.open_task(case.id, "immediate", "P6")
    reviews = db.session.query(Review).filter_by(item_case_id=task.item_case_id).one()
    decider = office.member_of(task.groups[0])
    reviews.by_id = decider.user_id
    db.session.commit()
    with pytest.raises(SamePerson):
        tasks.claim(task.id, by=decider)


@pytest.mark.parametrize("found", ["unfinished", "not ready"])
def test_otherwise_it_goes_the_ordinary_way(db: SQLAlchemy, found: str) -> None:
    case = office.received("ordinary", ways={})
    if found == "not ready":
        office.act(case.id, "pre-review", "P6", conclusion="not-ready")
    office.act(case.id, "backfill", "P1")
    assert ("P6", "accept") in office.open_steps(case.id)
    assert ("P6", "pre-review") not in office.open_steps(case.id)
    office.act(case.id, "accept", "P6")
    office.act(case.id, "review", "P6")
    office.act(case.id, "decide", "P6")
    assert signboard(db, case.id).outcome == "granted"


def test_where_the_result_is_a_refusal_the_pre_review_comes_to_nothing(db: SQLAlchemy) -> None:
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1", ruling="refuse")
    assert "P6" not in {item for item, _ in office.open_steps(case.id)}
    office.act(case.id, "issue", "P1")
    office.act(case.id, "deliver", "P1")
    assert signboard(db, case.id).intake_outcome == "predecessor-refused"


def test_taken_back_before_the_result_nothing_is_pre_reviewed_any_more(db: SQLAlchemy) -> None:
    case = office.received("ordinary", ways={})
    answers = office.example("ordinary")["answers"]
    asked = Asked(("P6",), answers["legal_representative"], answers["legal_representative_id"])
    withdrawal.withdraw_by_applicant(case.id, asked)
    assert "P6" not in {item for item, _ in office.open_steps(case.id)}


def test_not_ready_needs_its_reasons(db: SQLAlchemy) -> None:
    case = office.received("ordinary", ways={})
    task, by = office.claimed(case.id, "pre-review", "P6")
    with pytest.raises(Incomplete):
        pre_reviews.pre_review(
            task.id, by=by, conclusion="not-ready", opinion="", checklist={}, revision=task.revision, key="empty"
        )


def test_the_workspace_says_in_one_line_what_it_waits_for(db: SQLAlchemy, client: FlaskClient) -> None:
    case = office.received("ordinary", ways={})
    task, by = office.claimed(case.id, "pre-review", "P6")
    screen = Screen(client)
    office.sign_in(client, by.login)
    html = screen.text(f"/tasks/{task.id}")
    assert "前置事项“市场主体设立登记”" in html
    assert "结果一到即由决定人当场决定" in html


def filing(db: SQLAlchemy, case_id: int) -> ItemCase:
    db.session.expire_all()
    return db.session.query(ItemCase).filter_by(case_id=case_id, item_key="P4").one()


def test_a_filing_is_pre_reviewed_too_and_filed_at_once(db: SQLAlchemy) -> None:
    """Of the pharmacy's items that need the registration, those that need no visit and are no matter of one act."""
    with frozen_at(TUESDAY):
        case = office.received("pre-review")
        assert [item for item, step in office.open_steps(case.id) if step == "pre-review"] == ["P4"]
        reviewer = office.act(case.id, "pre-review", "P4")
    with frozen_at(THURSDAY):
        office.act(case.id, "backfill", "P1")
        assert ("P4", "immediate") in office.open_steps(case.id)
        decider = office.act(case.id, "immediate", "P4")
    decided = filing(db, case.id)
    assert (decided.outcome, decided.accepted_at) == ("granted", THURSDAY)
    assert decider.user_id != reviewer.user_id


def test_by_commitment_nothing_of_it_is_pre_reviewed(db: SQLAlchemy) -> None:
    case = office.received("pre-review", ways={"P2": "commitment", "P4": "commitment"})
    assert ("P4", "pre-review") not in office.open_steps(case.id)
