"""The notification sheet is for exactly this applicant: who applies, which ways are open, what nobody brings."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.support import office
from tests.webapp.browsing import Browser
from webapp.services import drafts, visits
from webapp.unit_of_work import sql

PRESCRIPTION = office.example("ordinary")["guided"]


def sheet_before_the_form(present: str, guided: dict) -> str:
    """The sheet as handed over when nothing but the guided questions is answered."""
    clerk = office.person(office.CLERK)
    case_id = drafts.start_draft(by=clerk, visit_id=office.visit(present=present), bundle_key=office.BUNDLE)
    drafts.answer_guided(case_id, guided, by=clerk)
    sheet_id = drafts.hand_sheet(case_id, by=clerk, language="zh")
    row = sql().execute("select content from notification_sheet where id = %s", (sheet_id,)).fetchone()
    assert row is not None
    return str(row[0])


def test_a_representative_is_told_of_the_mandate_before_the_form_is_filled_in(client: FlaskClient) -> None:
    assert "授权委托书" in sheet_before_the_form(visits.REPRESENTATIVE, PRESCRIPTION)
    assert "授权委托书" not in sheet_before_the_form(visits.LEGAL_REPRESENTATIVE, PRESCRIPTION)


def test_no_material_is_said_to_be_replaced_by_a_commitment_that_is_closed(client: FlaskClient) -> None:
    closed = sheet_before_the_form(visits.LEGAL_REPRESENTATIVE, PRESCRIPTION)
    assert "不适用告知承诺：经营处方药" in closed
    replaced = [line for line in closed.splitlines() if "选择告知承诺的免交" in line]
    assert not [line for line in replaced if "药品经营" in line]
    open_way = sheet_before_the_form(visits.LEGAL_REPRESENTATIVE, office.example("commitment")["guided"])
    assert [line for line in open_way.splitlines() if "选择告知承诺的免交" in line and "药品经营" in line]


def test_what_the_form_becomes_is_not_among_what_is_to_be_brought(client: FlaskClient) -> None:
    content = sheet_before_the_form(visits.LEGAL_REPRESENTATIVE, PRESCRIPTION)
    brought, made = content.split("== 四、")
    assert "经营范围、经营方式说明" in made
    assert "经营范围、经营方式说明" not in brought
    assert made.startswith("由申请表生成的材料（2种，不用另交）")
    assert "== 五、免提交的材料" in content


def test_the_pages_say_the_same_and_the_form_begins_with_who_is_here(client: FlaskClient) -> None:
    clerk = office.person(office.CLERK)
    visit_id = office.visit(present=visits.REPRESENTATIVE)
    case_id = drafts.start_draft(by=clerk, visit_id=visit_id, bundle_key=office.BUNDLE)
    drafts.answer_guided(case_id, PRESCRIPTION, by=clerk)
    browser = Browser.of(client, office.CLERK).open(f"/application/{case_id}/sheet")
    assert "授权委托书" in browser.text
    for page in ("sheet", "materials"):
        replaced = browser.open(f"/application/{case_id}/{page}").page.xpath(
            "//*[contains(text(), '选告知承诺可免交')]"
        )
        assert not [one for one in replaced if "药品经营" in one.text_content()]
    browser.open(f"/application/{case_id}/form")
    assert browser.page.xpath("//input[@name='handled_by'][@value='representative'][@checked]")
