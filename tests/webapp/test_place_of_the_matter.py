"""A case of a county: its own words on commitment, and a doubt where the premises lie elsewhere."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.support import office
from tests.webapp.browsing import Browser
from webapp.services import drafts

COUNTY = "fictional-county"


def test_premises_outside_the_place_of_the_case_are_doubted_before_receipt(client: FlaskClient) -> None:
    case_id = office.draft("ordinary", place=COUNTY)
    browser = Browser.of(client, office.CLERK).open(f"/application/{case_id}/check")
    assert "东城区，不在本件办理地澜溪县" in browser.text
    answers = {**office.example("ordinary")["answers"], "district": "lanxi"}
    drafts.save_answers(case_id, office.raw_answers(answers), by=office.person(office.CLERK))
    assert "不在本件办理地" not in browser.open(f"/application/{case_id}/check").text


def test_what_a_county_does_not_list_is_refused_in_its_own_words(client: FlaskClient) -> None:
    case_id = office.draft("commitment", place=COUNTY)
    browser = Browser.of(client, office.CLERK).open(f"/application/{case_id}/commitment")
    assert "未列入：澜溪县告知承诺事项清单" in browser.text
    assert "江城市告知承诺" not in browser.text
