"""The one form: who reads it, what comes and goes, nothing typed is lost."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.support import office
from tests.support.office import CLERK
from tests.webapp.browsing import Browser
from webapp.answers import answers_of


def at_form(client: FlaskClient, name: str = "commitment") -> tuple[Browser, int]:
    """A browser at the form of a draft that has its guided answers and nothing else."""
    by = office.person(CLERK)
    case_id = office.drafts.start_draft(by=by, visit_id=office.visit(), bundle_key=office.BUNDLE)
    office.drafts.answer_guided(case_id, office.example(name)["guided"], by=by)
    return Browser.of(client, CLERK).open(f"/application/{case_id}/form"), case_id


def test_every_error_stands_beside_its_field_and_on_top_and_nothing_is_lost(client: FlaskClient) -> None:
    browser, _ = at_form(client)
    typed = {"applicant_name": "江城康源大药房", "legal_representative_id": "123", "premises_area": "八十"}
    browser.submit("/form", typed, press=("act", "next"))
    assert browser.status == 422
    assert any("身份证" in error for error in browser.errors())
    assert any("“经营场所使用面积（平方米）”应为数字。" in error for error in browser.errors())
    form = browser.form("/form")
    assert {key: form.fields[key] for key in typed} == typed
    for link in browser.page.xpath("//section[contains(@class, 'error-summary')]//a/@href"):
        control = browser.page.get_element_by_id(link.removeprefix("#"))
        field = control.xpath("ancestor::*[contains(@class, 'has-error')]")
        assert field, link
        assert field[0].xpath(".//*[contains(@class, 'field-error')]"), link


def test_a_draft_keeps_what_is_not_right_yet(client: FlaskClient) -> None:
    browser, case_id = at_form(client)
    browser.submit("/form", {"shop_name": "康源", "premises_area": "八十"}, press=("act", "save"))
    assert browser.form("/form").fields["premises_area"] == "八十"
    assert answers_of(case_id)["shop_name"] == "康源"


def test_the_form_saves_itself(client: FlaskClient) -> None:
    browser, case_id = at_form(client)
    page = browser.page.get_element_by_id("application-form")
    browser.send(
        page.get("data-autosave-url"),
        {"csrf_token": browser.token(), "shop_name": "康源", "_shown": page.fields["_shown"]},
        headers={"X-Autosave": "1"},
    )
    assert set(browser.response.get_json()) == {"saved_at"}
    assert answers_of(case_id)["shop_name"] == "康源"


def test_a_draft_that_saves_itself_says_which_messages_of_the_page_are_settled(client: FlaskClient) -> None:
    browser, _ = at_form(client)
    browser.submit(
        "/form", {"applicant_name": "江城康源大药房", "legal_representative_id": "123"}, press=("act", "next")
    )
    page = browser.page.get_element_by_id("application-form")
    told = page.fields["_told"]
    assert {"legal_representative_id", "shop_name"} <= set(told.split())
    put_right = {"csrf_token": browser.token(), "_shown": page.fields["_shown"], "_told": told, "shop_name": "康源"}
    browser.send(page.get("data-autosave-url"), put_right, headers={"X-Autosave": "1"})
    answer = browser.response.get_json()
    assert "f-shop_name" in answer["put_right"]
    assert "f-legal_representative_id" not in answer["put_right"]
    assert answer["left"] == f"有 {len(told.split()) - len(answer['put_right'])} 处需要改正"


def test_sections_and_fields_say_who_reads_them(client: FlaskClient) -> None:
    browser, _ = at_form(client, "mixed-ways")
    food = browser.page.get_element_by_id("section-group-food").text_content()
    assert "仅销售预包装食品" in food
    premises = browser.page.get_element_by_id("section-group-premises").text_content()
    assert "江城市行政审批服务管理局" in premises
    assert "第三类医疗器械经营许可" in premises


def test_only_what_this_applicant_needs_is_asked(client: FlaskClient) -> None:
    browser, _ = at_form(client)
    assert "credit_code" in browser.form("/form").fields
    assert "sign_text" not in browser.form("/form").fields
    assert browser.page.get_element_by_id("section-group-signboard").get("hidden") is not None


def test_an_answer_brings_its_fields_and_only_the_section_concerned_is_sent(client: FlaskClient) -> None:
    browser, case_id = at_form(client)
    form = browser.form("/form")
    marks = {name: form.fields[name] for name in ("_shown", "_seen")}
    values = {"csrf_token": browser.token(), **marks, "handled_by": "representative"}
    browser.send(f"/application/{case_id}/form/sections", values, headers={"HX-Request": "true"})
    swapped = browser.page.xpath("//section[@hx-swap-oob]/@id")
    assert swapped == ["section-group-applicant"]
    assert browser.page.xpath("//input[@name='representative_name']")
    assert "representative_name" in browser.page.get_element_by_id("form-shown").get("value")


def test_without_script_saving_brings_the_fields(client: FlaskClient) -> None:
    browser, _ = at_form(client)
    assert "representative_name" not in browser.form("/form").fields
    browser.submit("/form", {"handled_by": "representative"}, press=("act", "save"))
    assert "representative_name" in browser.form("/form").fields


def test_what_was_typed_into_a_field_survives_its_being_hidden(client: FlaskClient) -> None:
    browser, case_id = at_form(client)
    browser.submit("/form", {"tenure": "lease"}, press=("act", "save"))
    browser.submit("/form", {"lease_from": "2026-01-01"}, press=("act", "save"))
    browser.submit("/form", {"tenure": "own"}, press=("act", "save"))
    assert "lease_from" not in browser.form("/form").fields
    browser.submit("/form", {"tenure": "lease"}, press=("act", "save"))
    assert browser.form("/form").fields["lease_from"] == "2026-01-01"
    assert str(answers_of(case_id)["lease_from"]) == "2026-01-01"
