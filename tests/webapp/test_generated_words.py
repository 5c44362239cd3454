"""What a rule words is read in the reader's language; what a person typed stays as it was written, and is marked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.journeys import test_intake as taking
from tests.journeys import test_tolerance as tolerating
from tests.support import office, places
from tests.webapp.screen import Screen
from webapp.clock import frozen_at
from webapp.models import Ruling


@pytest.fixture
def english(client: FlaskClient) -> Screen:
    client.set_cookie("language", "en")
    return Screen(client)


def followed(screen: Screen, case: office.Handle) -> str:
    screen.post("/track", {"number": case.number, "code": case.code})
    return screen.text("/track/progress")


def test_a_correction_that_did_not_come_is_told_in_english_too(db: SQLAlchemy, english: Screen) -> None:
    case = taking.applied()
    with frozen_at(taking.day(22)):
        taking.ask(case.id, taking.FLOOR_PLAN)
        asked = followed(english, case)
    assert "Material “" in asked
    assert "未标注面积。 [original in Chinese]" in asked  # the officer's own words
    due = taking.clock_of(db, case.id, "correction").due_on
    with frozen_at(datetime(due.year, due.month, due.day + 1, 2, tzinfo=UTC)):
        taking.fire(case.id)
        page = followed(english, case)
    assert "Not corrected within the time given" in page
    assert "未在补正期限内补正" not in page


def test_a_refusal_by_the_places_rule_is_read_in_english_by_officer_and_applicant(
    db: SQLAlchemy, english: Screen
) -> None:
    places.tolerance_late("refused")
    case = tolerating.accepted()
    with frozen_at(tolerating.day(8)):
        office.act(case.id, "examine", "P2")
    tolerating.over(case.id, tolerating.day(17))
    mine = db.session.query(Ruling).filter_by(item_case_id=tolerating.item(db, case.id).id).one()
    assert mine.reasons_en
    page = followed(english, case)
    assert mine.reasons_en in page
    assert mine.reasons not in page
    office.sign_in(english.client, office.member_of("drug.review").login)
    page = english.text(f"/cases/{case.id}")
    assert mine.reasons_en in page
    assert mine.reasons not in page


def test_what_a_decider_typed_stays_as_written_and_is_marked(db: SQLAlchemy, english: Screen) -> None:
    case = taking.applied()
    taking.decide(case.id, "accepted", key="P6")
    office.act(case.id, "review", "P6", proposal="refuse")
    office.act(case.id, "decide", "P6", ruling="refuse")
    page = followed(english, case)
    assert "[original in Chinese]" in page
