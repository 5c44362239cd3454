"""Letters are read and signed on the signer's own phone while the clerk's page waits; later one is taken back."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.person import PHONE, Person
from tests.browser.site import Site
from tests.support import office
from tests.support.office import CLERK

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
