"""外部认定: what one officer enters from a document bars nobody before a second officer has confirmed it."""

from __future__ import annotations

import pytest
from flask_sqlalchemy import SQLAlchemy
from psycopg.errors import CheckViolation
from sqlalchemy.exc import IntegrityError

from tests.support import credit, office
from tests.support.credit import SECOND
from webapp.errors import Incomplete, NotEligible, NotYours
from webapp.models import CreditRecord
from webapp.queries.audit import verify_all
from webapp.queries.credit import subject
from webapp.queries.credit_requests import unconfirmed
from webapp.services.credit_confirmation import EnteredIt, NothingToConfirm, confirm, turn_down
from webapp.services.credit_requests import NotConfirmedYet
from webapp.unit_of_work import sql


def lines(record: int) -> list[str]:
    rows = sql().execute("select kind from credit_event where record_id = %s order by seq", (record,))
    return [kind for (kind,) in rows]


def test_it_bars_from_the_confirmation_on_and_not_before(db: SQLAlchemy) -> None:
    record = credit.enter()
    assert office.received("commitment").number  # by commitment, although it was entered
    assert subject(credit.applicant()).records[0].state == "pending"
    confirm(record, by=office.person(SECOND), key="c1")
    with pytest.raises(NotEligible) as refusal:
        office.received("commitment")
    assert refusal.value.rule == "credit-barred"
    kept = subject(credit.applicant()).records[0]
    assert (kept.state, kept.recorded_by, kept.confirmed_by) == ("counts", "吴建华", "沈平")
    assert lines(record) == ["entered", "confirmed"]
    assert list(verify_all()) == []


def test_who_entered_it_does_not_confirm_it_and_the_database_holds_to_that(db: SQLAlchemy) -> None:
    record = credit.enter(by=credit.DECIDER)
    with pytest.raises(EnteredIt):
        confirm(record, by=office.person(credit.DECIDER), key="c1")
    assert lines(record) == ["entered", "refused-act"]
    with pytest.raises((CheckViolation, IntegrityError)):
        sql().execute("update credit_record set confirmed_by = recorded_by where id = %s", (record,))


def test_a_decider_of_the_unit_confirms_or_of_the_place_where_the_unit_has_none(db: SQLAlchemy) -> None:
    own = credit.enter()
    for stranger in ("zhaolin", "zhudefu", "heyongyi"):  # a reviewer; deciders of another unit and another place
        with pytest.raises(NotYours):
            confirm(own, by=office.person(stranger), key=f"c-{stranger}")
    supervised = credit.enter(by=credit.VERIFIER, source_number="江监〔2026〕3号")  # a unit that verifies alone
    with pytest.raises(NotYours):
        confirm(supervised, by=office.person("heyongyi"), key="c-county")
    assert len(unconfirmed(office.person(SECOND))) == 2
    confirm(supervised, by=office.person("zhudefu"), key="c-place")
    assert len(unconfirmed(office.person(SECOND))) == 1


def test_what_is_turned_down_never_counted_and_says_why(db: SQLAlchemy) -> None:
    record = credit.enter()
    with pytest.raises(Incomplete):
        turn_down(record, by=office.person(SECOND), reasons=" ", key="t0")
    turn_down(record, by=office.person(SECOND), reasons="文书所列号码与录入的不一致。", key="t1")
    assert office.received("commitment").number
    kept = subject(credit.applicant()).records[0]
    assert (kept.state, kept.turned_down) == ("turned-down", "文书所列号码与录入的不一致。")
    assert not any(bar.in_force for bar in kept.bars)
    with pytest.raises(NothingToConfirm):
        confirm(record, by=office.person(SECOND), key="t2")
    assert lines(record)[:2] == ["entered", "refused-act"]


def test_nothing_is_repaired_or_objected_to_before_it_counts(db: SQLAlchemy) -> None:
    record = credit.enter()
    with pytest.raises(NotConfirmedYet):
        credit.request(record)
    db.session.expire_all()
    assert db.session.query(CreditRecord).one().repaired_at is None
