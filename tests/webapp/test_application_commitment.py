"""Commitment at the window: who may, the letter in full, one signature for all, and back again."""

from __future__ import annotations

import base64

from flask.testing import FlaskClient

from tests.support import credit, office
from tests.support.office import CLERK
from tests.webapp.browsing import Browser
from webapp.extensions import db as database
from webapp.models import Case, Commitment
from webapp.services.files import Upload

ALL = {"way-P2": "commitment", "way-P3": "commitment", "way-P4": "commitment"}


def at_commitment(client: FlaskClient, name: str = "commitment", **who: str) -> tuple[Browser, int]:
    case_id = office.draft(name, **who)
    return Browser.of(client, CLERK).open(f"/application/{case_id}/commitment"), case_id


def drawn() -> str:
    return "data:image/png;base64," + base64.b64encode(office.picture().content).decode()


def signed(case_id: int) -> list[Commitment]:
    database.session.expire_all()
    query = database.session.query(Commitment).filter_by(case_id=case_id)
    return query.order_by(Commitment.item_key).all()


def test_the_letters_are_read_in_full_on_the_page(client: FlaskClient) -> None:
    browser, _ = at_commitment(client)
    assert "一、行政机关告知" in browser.text
    assert "愿意承担未履行承诺、虚假承诺的法律责任" in browser.text
    assert "江城康源大药房连锁有限公司金村二店" in browser.text


def test_the_letter_tells_how_the_place_checks_and_what_follows_from_what_is_found(client: FlaskClient) -> None:
    browser, _ = at_commitment(client)
    assert "核查方式：数据比对（江城市事后核查办法（虚构，示例））" in browser.text
    assert "核查方式：随机抽取人员现场核查（双随机）" in browser.text
    assert "核查发现虚假承诺的，不经整改，取消备案，并记入信用记录（虚假承诺）" in browser.text
    county = office.draft("commitment", place="fictional-county")
    browser.open(f"/application/{county}/commitment")
    assert "核查发现虚假承诺的，责令限期整改，最多1次；仍不符合的，取消备案" in browser.text
    assert "不经整改" not in browser.text


def test_one_signature_signs_every_chosen_letter(client: FlaskClient) -> None:
    browser, case_id = at_commitment(client)
    browser.submit("/commitment", {**ALL, "signature": drawn()})
    assert browser.heading == "核对并收件"
    letters = signed(case_id)
    assert [letter.item_key for letter in letters] == ["P2", "P3", "P4"]
    assert len({letter.signature_file_id for letter in letters}) == 1
    assert {letter.channel for letter in letters} == {"tablet"}


def test_without_a_signature_nothing_is_signed_and_the_choice_is_kept(client: FlaskClient) -> None:
    browser, case_id = at_commitment(client)
    browser.submit("/commitment", ALL)
    assert browser.status == 422
    assert "请签名" in browser.errors()[0]
    assert browser.form("/commitment").fields["way-P2"] == "commitment"
    assert signed(case_id) == []


def test_letters_signed_on_paper_come_as_a_scan(client: FlaskClient) -> None:
    browser, case_id = at_commitment(client)
    browser.open(f"/application/{case_id}/letters")
    assert "药品经营许可（零售）告知承诺书" in browser.text
    browser.open(f"/application/{case_id}/commitment")
    browser.submit("/commitment", {"way-P2": "commitment"}, files={"scan": [office.pdf("承诺书.pdf")]})
    assert [letter.channel for letter in signed(case_id)] == ["scan"]


def test_a_scan_that_is_no_scan_is_refused(client: FlaskClient) -> None:
    browser, case_id = at_commitment(client)
    browser.submit("/commitment", {"way-P2": "commitment"}, files={"scan": [Upload("x.pdf", b"MZ")]})
    assert browser.status == 422
    assert "x.pdf" in browser.errors()[0]
    assert signed(case_id) == []


def test_a_damaged_signature_is_refused(client: FlaskClient) -> None:
    browser, case_id = at_commitment(client)
    browser.submit("/commitment", {**ALL, "signature": "data:image/png;base64,%%%"})
    assert browser.status == 422
    assert signed(case_id) == []


def test_a_letter_that_changed_since_it_was_read_is_not_signed(client: FlaskClient) -> None:
    browser, case_id = at_commitment(client)
    answers = {**office.example("commitment")["answers"], "premises_address": "江城市西城区望江路1号"}
    office.drafts.save_answers(case_id, office.raw_answers(answers), by=office.person(CLERK))
    browser.submit("/commitment", {**ALL, "signature": drawn()})
    assert browser.status == 422
    assert "承诺书内容已变化" in browser.errors()[0]
    assert signed(case_id) == []


def test_a_change_after_signing_asks_for_a_new_signature(client: FlaskClient) -> None:
    browser, case_id = at_commitment(client)
    browser.submit("/commitment", {**ALL, "signature": drawn()})
    answers = {**office.example("commitment")["answers"], "premises_address": "江城市西城区望江路1号"}
    office.drafts.save_answers(case_id, office.raw_answers(answers), by=office.person(CLERK))
    browser.open(f"/application/{case_id}/check")
    assert any("重新签署" in error for error in browser.errors())
    browser.open(f"/application/{case_id}/commitment")
    assert "承诺书有变化" in browser.text


def test_whoever_is_not_eligible_reads_rule_and_basis(client: FlaskClient) -> None:
    case_id = office.draft("commitment")
    credit.bar()
    browser = Browser.of(client, CLERK).open(f"/application/{case_id}/commitment")
    assert "不适用告知承诺" in browser.text
    assert "规则 " in browser.text
    assert not browser.page.xpath("//input[@type='radio'][@value='commitment']")


def test_who_is_barred_after_signing_goes_the_ordinary_way(client: FlaskClient) -> None:
    browser, case_id = at_commitment(client)
    browser.submit("/commitment", {**ALL, "signature": drawn()})
    credit.bar()
    browser.open(f"/application/{case_id}/check")
    assert any("请改按一般程序" in error for error in browser.errors())
    assert browser.submit("/check").status == 422
    browser.open(f"/application/{case_id}/commitment").submit("/commitment")
    assert browser.errors() == []
    assert signed(case_id) == []


def test_a_representative_cannot_sign_for_the_legal_representative(client: FlaskClient) -> None:
    browser, case_id = at_commitment(client, present="representative")
    assert "本人到场签署" in browser.text
    values = {"way-P2": "commitment", "signature": drawn(), "signer_name": "周国富"}
    browser.submit("/commitment", values)
    assert browser.status == 422
    assert "不得由他人代签" in browser.errors()[0]
    assert signed(case_id) == []


def test_the_ordinary_way_takes_the_letter_back_and_loses_nothing(client: FlaskClient) -> None:
    browser, case_id = at_commitment(client)
    browser.submit("/commitment", {**ALL, "signature": drawn()})
    browser.open(f"/application/{case_id}/commitment")
    browser.submit("/commitment", {"way-P3": "ordinary"})
    assert [letter.item_key for letter in signed(case_id)] == ["P2", "P4"]
    assert database.session.get(Case, case_id).ways["P3"] == "ordinary"
    assert browser.errors() == []


def test_a_commitment_replaces_its_materials(client: FlaskClient) -> None:
    browser, case_id = at_commitment(client)
    row = "//li[@id='material-organisation-chart']"
    browser.open(f"/application/{case_id}/materials")
    browser.page.xpath(row)[0]
    action = browser.page.xpath(f"string({row}//form[contains(@action, '/remove')]/@action)")
    browser.submit(action)
    browser.open(f"/application/{case_id}/check")
    assert any("组织机构" in error for error in browser.errors())
    browser.open(f"/application/{case_id}/commitment").submit("/commitment", {**ALL, "signature": drawn()})
    assert browser.errors() == []
