"""Letters are read and signed on the signer's own phone while the clerk's page waits; later one is taken back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.person import PHONE, Person
from tests.browser.site import Site
from tests.journeys.test_proof_commitments import PROOF, draft_without
from tests.support import office, places
from tests.support.local_service import Answer, Asked, served
from tests.support.office import CLERK
from webapp.services import receipt

Somebody = Callable[..., Person]
ANSWERS = office.example("mixed-ways")["answers"]
SIGNER = ANSWERS["legal_representative"]


def prepared(site: Site) -> int:
    """The mixed example with its materials, at the step of commitment."""
    with site.app.app_context():
        case_id = office.draft("mixed-ways")
        office.attach_all(case_id, office.person(CLERK))
    return case_id


def address_in_code(site: Site, clerk: Person) -> str:
    """What the QR code on the clerk's screen says: the token is in that browser alone."""
    cookie = next(one for one in clerk.page.context.cookies() if one["name"] == site.app.config["SESSION_COOKIE_NAME"])
    serializer = site.app.session_interface.get_signing_serializer(site.app)
    return "/sign/" + serializer.loads(cookie["value"])["signing"][1]


def test_the_signer_reads_on_the_phone_and_the_clerks_page_learns_of_it(site: Site, somebody: Somebody) -> None:
    case_id = prepared(site)
    clerk, signer = somebody(CLERK), somebody()
    clerk.open(f"/application/{case_id}/commitment", "选择办理方式")
    page = clerk.page
    page.locator('input[name="way-P2"][value="commitment"]').check()
    page.locator('input[name="way-P5/health-certificates"][value="commitment"]').check()
    clerk.picture("commitment-proof", at=".form-section:has(#way-P5-health-certificates-title)")
    clerk.press("由本人手机扫码签署")
    clerk.arrives("本人手机签署")
    clerk.picture("signing-window")
    expect(page.locator("#signing-state")).to_contain_text("等待扫码")
    address = address_in_code(site, clerk)
    signer.open(address, "阅读承诺书（1 / 2）")
    signer.picture("signing-phone-letter", size=PHONE)
    expect(page.locator("#signing-state")).to_contain_text("正在阅读")
    signer.press("已读完全文，继续")
    signer.arrives("阅读承诺书（2 / 2）")
    signer.press("已读完全文，继续")
    signer.arrives("签署承诺书")
    signer.draw_signature(signer.page.locator("[data-signature]"))
    signer.picture("signing-phone-sign", size=PHONE)
    signer.press("签署全部承诺书")
    signer.arrives("已签署")
    signer.picture("signing-phone-done", size=PHONE)
    expect(page.locator("#signing-state")).to_contain_text("已签署 2 份承诺书")  # without a reload
    clerk.picture("signing-window-done")
    clerk.follow("继续核对")
    clerk.arrives("核对并收件")
    expect(page.locator("main")).to_contain_text("以承诺替代材料")
    clerk.picture("check-with-proof")


def test_the_applicant_takes_a_commitment_back_at_the_window(site: Site, somebody: Somebody) -> None:
    case = site.received("commitment")
    clerk = somebody(CLERK)
    clerk.open(f"/window/cases/{case.id}", office.example("commitment")["answers"]["shop_name"])
    clerk.follow("撤回承诺")
    clerk.arrives("撤回承诺：" + office.example("commitment")["answers"]["shop_name"])
    page = clerk.page
    page.locator('input[name="item"][value="P2"]').check()
    page.get_by_label("申请人（经办人）姓名").fill(office.example("commitment")["answers"]["legal_representative"])
    page.get_by_label("身份证号码").fill(office.example("commitment")["answers"]["legal_representative_id"])
    clerk.draw_signature(page.locator("[data-signature]"))
    clerk.picture("commitment-withdrawal")
    clerk.press("撤回这项承诺")
    clerk.arrives(office.example("commitment")["answers"]["shop_name"])
    expect(page.locator(".flash")).to_contain_text("已撤回承诺")


def test_whose_number_it_is_is_confirmed_on_the_phone_first(site: Site, somebody: Somebody) -> None:
    case_id = prepared(site)
    sent: list[str] = []

    def take(asked: Asked) -> Answer:
        sent.append(json.loads(asked.body)["values"]["code"])
        return Answer(200, json.dumps({"accepted": True, "id": "M-1"}).encode())

    with served(take) as address, site.app.app_context():
        places.number_confirmed_on_the_phone()
        before = site.app.extensions["onewindow_settings"]
        site.app.extensions["onewindow_settings"] = replace(before, sms_url=address, sms_token="secret")
        clerk, signer = somebody(CLERK), somebody()
        clerk.open(f"/application/{case_id}/commitment", "选择办理方式")
        clerk.page.locator('input[name="way-P5/health-certificates"][value="commitment"]').check()
        clerk.press("由本人手机扫码签署")
        clerk.arrives("本人手机签署")
        signer.open(address_in_code(site, clerk), "阅读承诺书（1 / 1）")
        signer.press("已读完全文，继续")
        signer.arrives("确认手机号码")
        signer.press("发送验证码")
        signer.page.get_by_label("验证码").fill("000000" if sent[-1] != "000000" else "111111")
        signer.press("确认号码")
        expect(signer.page.locator(".field-error")).to_contain_text("验证码不正确")
        signer.look_over()
        signer.page.get_by_label("验证码").fill(sent[-1])
        signer.picture("signing-phone-number", size=PHONE)
        signer.press("确认号码")
        signer.arrives("签署承诺书")
        expect(clerk.page.locator("#signing-state")).to_contain_text("已在该手机上确认签署人的号码")
        signer.draw_signature(signer.page.locator("[data-signature]"))
        signer.press("签署全部承诺书")
        signer.arrives("已签署")
        site.app.extensions["onewindow_settings"] = before


def test_a_proof_comes_with_the_letter_that_is_taken_back(site: Site, somebody: Somebody, tmp_path: Path) -> None:
    with site.app.app_context():
        case_id = draft_without("health-certificates")
        office.sign_letters(case_id, ["P2", PROOF], office.person(CLERK))
        got = receipt.receive(case_id, by=office.person(CLERK), key="r1")
    site.work_off()
    clerk, applicant = somebody(CLERK), somebody()
    clerk.open(f"/window/cases/{case_id}/commitment", f"撤回承诺：{ANSWERS['shop_name']}")
    page = applicant.page
    applicant.open("/track", "查询办理进度")
    page.get_by_label("申请编号").fill(got.number)
    page.get_by_label("查询码").fill(got.code)
    applicant.press("查询进度")
    applicant.follow("撤回承诺")
    applicant.arrives("开办药店：撤回承诺")
    page.locator(f'input[name="item"][value="{PROOF}"]').check()
    page.get_by_label("申请人（经办人）姓名").fill(SIGNER)
    page.get_by_label("身份证号码").fill(ANSWERS["legal_representative_id"])
    applicant.press("撤回这项承诺")
    expect(page.locator(".error-summary")).to_contain_text("受理后不再要求补正")
    applicant.look_over()
    applicant.picture("proof-brought", size=PHONE)
    proof = tmp_path / "健康证明.pdf"
    proof.write_bytes(office.pdf().content)
    page.get_by_label("直接接触药品、食品人员健康证明", exact=True).set_input_files(proof)
    applicant.press("撤回这项承诺")
    expect(page.locator(".flash-success")).to_contain_text("已撤回承诺")
    expect(page.locator("main")).to_contain_text("改为提交证明材料告知书")
    applicant.look_over()
