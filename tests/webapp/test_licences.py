"""The public page of a licence."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from tests.support import office
from webapp import clock, moments
from webapp.models import Licence
from webapp.pages import public
from webapp.unit_of_work import sql


@pytest.fixture
def licence(db) -> Licence:
    case = office.received("commitment")
    office.act(case.id, "immediate", "P2")
    return Licence.query.filter_by(type_key="drug-retail").one()


def test_anyone_can_check_a_licence(licence, client):
    response = client.get(f"/licences/{licence.public_code}")
    html = response.get_data(as_text=True)
    assert response.status_code == 200
    for words in (
        licence.name_zh,
        licence.number,
        licence.holder,
        licence.issuer_zh,
        "有效",
        licence.valid_to.isoformat(),
    ):
        assert words in html
    assert "核验时间" in html


def test_the_code_is_taken_as_people_type_it(licence, client):
    code = licence.public_code
    assert client.get(f"/licences/{code[:5].lower()}-{code[5:].lower()}").status_code == 200


def test_an_unknown_code_gets_the_same_page_that_says_so(db, client):
    response = client.get("/licences/0000000000")
    html = response.get_data(as_text=True)
    assert response.status_code == 404
    assert "没有找到这份证照" in html
    assert "证照核验" in html


def test_a_licence_past_its_end_is_not_valid(licence, client):
    code, end = licence.public_code, licence.valid_to
    with clock.frozen_at(clock.now() + timedelta(days=(end - clock.today(moments.OFFICE_ZONE)).days + 2)):
        assert "已过有效期" in client.get(f"/licences/{code}").get_data(as_text=True)


def test_identity_numbers_and_mobiles_never_show(licence, client):
    person = office.example("commitment")["answers"]["legal_representative_id"]
    facts = [["证件号码", "ID number", person, person], *licence.facts]
    sql().execute("update licence set facts = %s::jsonb where id = %s", (orjson.dumps(facts).decode(), licence.id))
    html = client.get(f"/licences/{licence.public_code}").get_data(as_text=True)
    assert person not in html
    assert person[:3] in html


def test_the_digest_changes_with_what_is_printed(licence, client):
    def digest() -> str:
        html = client.get(f"/licences/{licence.public_code}").get_data(as_text=True)
        return html.split('digest">')[1][:64]

    before = digest()
    assert digest() == before
    sql().execute("update licence set holder = holder || '（改）' where id = %s", (licence.id,))
    assert digest() != before


def test_checks_are_limited_per_address(db, client, monkeypatch):
    monkeypatch.setattr(public, "LICENCE_CHECKS_PER_HOUR", 2)
    codes = [client.get("/licences/0000000000").status_code for _ in range(3)]
    assert codes == [404, 404, 429]
