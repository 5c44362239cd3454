"""A licence of another system: what that system does with it is noted with source and day, and counts from then on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.journeys.test_licence_reuse import holder_applies_again, receive
from tests.support import office
from webapp import clock, moments
from webapp.errors import Incomplete, NotYours
from webapp.extensions import db as database
from webapp.models import Licence, LicenceEvent
from webapp.queries.audit import verify_all
from webapp.queries.licences import public_licence
from webapp.services import outside_licences
from webapp.services.held_licence import IssuedHere, NotInThatState
from webapp.services.licence_reuse import LicenceNotReusable
from webapp.services.outside_licences import Noted

REGISTRY = "江城市市场监督管理局"


@pytest.fixture
def business(db: SQLAlchemy) -> Licence:
    """A business licence, entered from the provincial system."""
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    return Licence.query.filter_by(type_key="business-licence").one()


def today() -> date:
    return clock.today(moments.OFFICE_ZONE)


def officer() -> str:
    return office.member_of("registration.review").login


def noted(licence: Licence, kind: str, *, by: str = "", since: date | None = None, **more: object) -> None:
    given = {"source": REGISTRY, "source_number": f"江市监〔2026〕{kind}号", "since": since or today(), **more}
    who = office.person(by or officer())
    key = f"{kind}-{LicenceEvent.query.count()}"
    outside_licences.note(licence.id, Noted(kind, **given), by=who, key=key)  # type: ignore[arg-type]
    database.session.expire_all()


def test_suspended_resumed_and_cancelled_outside_it_stands_here_with_source_and_day(business: Licence) -> None:
    for kind, state in (("suspended", "suspended"), ("resumed", "valid"), ("cancelled", "cancelled")):
        noted(business, kind)
        assert business.status == state
        shown = public_licence(business.public_code)
        assert shown is not None
        assert (shown.status, shown.since) == (state, None if state == "valid" else today())
    lines = LicenceEvent.query.filter_by(licence_id=business.id).order_by(LicenceEvent.id).all()
    assert [(line.kind, line.source, line.happened_on) for line in lines[1:]] == [
        (kind, REGISTRY, today()) for kind in ("suspended", "resumed", "cancelled")
    ]
    assert list(verify_all()) == []


def test_the_public_sees_since_when_it_holds_by_the_source_not_by_the_day_of_the_note(business: Licence) -> None:
    issued = business.issued_on
    with clock.frozen_at(clock.now() + timedelta(days=30)):
        noted(business, "revoked", since=issued + timedelta(days=10))
        shown = public_licence(business.public_code)
    assert shown is not None
    assert (shown.status, shown.since) == ("revoked", issued + timedelta(days=10))


def test_a_change_is_a_version_and_a_renewal_moves_the_end(business: Licence) -> None:
    name = "江城市安康大药房有限公司（更名）"
    noted(business, "changed", printed={"applicant_name": name})
    assert (business.version, business.holder) == (2, name)
    noted(business, "expired")
    assert business.status == "expired"
    noted(business, "renewed", valid_to=today() + timedelta(days=3650))
    assert (business.status, business.valid_to) == ("valid", today() + timedelta(days=3650))


def test_without_source_number_or_a_day_that_can_be_nothing_is_noted(business: Licence) -> None:
    with pytest.raises(Incomplete) as refused:
        noted(business, "suspended", source=" ", source_number="", since=today() + timedelta(days=1))
    assert set(refused.value.faults) == {"source", "source_number", "since"}
    noted(business, "suspended")
    with pytest.raises(Incomplete) as earlier:  # before what happened last
        noted(business, "resumed", since=business.issued_on - timedelta(days=1))
    assert set(earlier.value.faults) == {"since"}
    with pytest.raises(NotInThatState):
        noted(business, "suspended")
    with pytest.raises(Incomplete):
        noted(business, "renewed")
    assert business.status == "suspended"


def test_only_the_unit_that_has_it_notes_and_only_of_what_came_from_outside(business: Licence) -> None:
    for stranger in (office.CLERK, "huaqiang"):
        with pytest.raises(NotYours):
            noted(business, "suspended", by=stranger)
    case = office.received("commitment")
    office.act(case.id, "immediate", "P2")
    own = Licence.query.filter_by(type_key="drug-retail").one()
    with pytest.raises(IssuedHere):
        noted(own, "suspended", by=office.member_of("drug.decide").login)
    assert own.status == "valid"


def test_one_that_was_suspended_outside_stands_for_no_material(business: Licence) -> None:
    noted(business, "suspended")
    case_id = holder_applies_again(business)
    with pytest.raises(LicenceNotReusable):
        receive(case_id)
    noted(business, "resumed")
    receive(case_id, "again")


def test_on_the_page(client: FlaskClient, business: Licence) -> None:
    office.sign_in(client, officer())
    page = client.get(f"/licence-registry/{business.id}").get_data(as_text=True)
    assert "登记核发系统的处理" in page
    address = f"/licence-registry/{business.id}/notes"
    form = client.get(address).get_data(as_text=True)
    assert "本系统不作出决定" in form
    typed = {"csrf_token": office.csrf_token(client), "key": "note", "kind": "suspended", "source": REGISTRY}
    missing = client.post(address, data=typed)
    assert missing.status_code == 422
    assert f'value="{REGISTRY}"' in missing.get_data(as_text=True)
    done = client.post(address, data={**typed, "source_number": "江市监〔2026〕9号", "since": today().isoformat()})
    assert done.status_code == 302
    shown = client.get(f"/licence-registry/{business.id}").get_data(as_text=True)
    assert f"{REGISTRY} 江市监〔2026〕9号，自 {today().isoformat()} 起" in shown
    assert "已暂停" in shown
