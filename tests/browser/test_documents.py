"""What an applicant was told: a seal set by hand, deliveries, the public check, paper that moves."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from engine import Words
from tests.browser.person import PHONE, Person
from tests.browser.site import Site
from tests.support import office
from webapp.extensions import db
from webapp.models import Document, SubmittedMaterial
from webapp.services.seals import set_seal

UNTIL_CORRECTION = [
    {"step": "backfill", "item": "P1", "variables": {"ruling": "grant"}},
    {"step": "accept", "item": "P6", "variables": {"intake_outcome": "correction"}},
]
SEAL = Words("江城市城市管理局受理专用章", "Acceptance seal of the Jiangcheng Urban Management Bureau")
SHOPS_NAME = office.example("ordinary")["answers"]["shop_name"]

Somebody = Callable[..., Person]


def test_a_clerk_seals_delivers_and_hands_on(site: Site, somebody: Somebody) -> None:
    with site.app.app_context():
        set_seal("urban-management", "acceptance", SEAL, way="hand")
        db.session.commit()
    case = site.received("ordinary", ways={})
    keep_on_paper(site, case.id)
    site.play(case.id, UNTIL_CORRECTION)
    clerk = somebody(office.CLERK)
    seal_and_deliver(clerk, case.id)
    print_it(clerk)
    check_it(somebody(), site, case.id)
    hand_on(clerk, somebody("zhaolin"), case.id)


def keep_on_paper(site: Site, case_id: int) -> None:
    """Two materials stay with the office as copies."""
    with site.app.app_context():
        for material in SubmittedMaterial.query.filter_by(case_id=case_id).order_by(SubmittedMaterial.id).limit(2):
            material.form, material.copies = "copy", 2
        db.session.commit()


def seal_and_deliver(clerk: Person, case_id: int) -> None:
    """Only what is sealed can be delivered; a delivery without its recipient is refused beside the field."""
    page = clerk.page
    clerk.open(f"/cases/{case_id}", SHOPS_NAME)
    clerk.follow("告知记录")
    clerk.arrives(f"告知记录：{SHOPS_NAME}")
    row = page.get_by_role("row").filter(has_text="补正材料一次性告知书")
    expect(row).to_contain_text("待用印（手工用印）")
    expect(row.locator("summary")).to_have_count(0)
    clerk.press("已用印", within=row)
    expect(row).to_contain_text("李晓云")
    row.locator("summary").click()
    clerk.press("登记送达", within=row)
    expect(page.locator(".error-summary")).to_contain_text("请填写受送达人")
    clerk.look_over()
    row.get_by_label("受送达人").fill("鲁小兰")
    clerk.press("登记送达", within=row)
    expect(row).to_contain_text("当面交付 · 鲁小兰")
    clerk.arrives(f"告知记录：{SHOPS_NAME}")
    clerk.picture("told")
    clerk.picture("told-phone", size=PHONE)


def print_it(clerk: Person) -> None:
    """The print view names the seal, and leaves its place free."""
    clerk.follow("补正材料一次性告知书")
    clerk.arrives("补正材料一次性告知书")
    expect(clerk.page.get_by_text(SEAL.zh).first).to_be_visible()
    expect(clerk.page.locator("svg.seal")).to_have_count(0)
    expect(clerk.page.get_by_role("link", name="PDF")).to_be_visible()


def check_it(anyone: Person, site: Site, case_id: int) -> None:
    """The QR code's page."""
    with site.app.app_context():
        document = Document.query.filter_by(case_id=case_id, kind="correction-notice").one()
        code, number = document.public_code, document.number
    anyone.open(f"/documents/{code}", "文书核验")
    expect(anyone.page.get_by_text(number)).to_be_visible()
    anyone.picture("document-check-phone", size=PHONE)


def hand_on(clerk: Person, reviewer: Person, case_id: int) -> None:
    """Two copies go to the department under a slip; its reviewer takes them over."""
    clerk.open(f"/cases/{case_id}/handovers", f"材料交接：{SHOPS_NAME}")
    clerk.press("移交并打印交接单")
    expect(clerk.page.locator(".error-summary")).to_contain_text("请选择要移交的材料")
    clerk.look_over()
    for box in clerk.page.get_by_role("checkbox").all():
        if box.get_attribute("name") == "materials":
            box.check()
    clerk.page.get_by_label("接收单位").select_option("approval-bureau")
    clerk.press("移交并打印交接单")
    clerk.arrives("材料交接单")
    reviewer.open(f"/cases/{case_id}/handovers", f"材料交接：{SHOPS_NAME}")
    reviewer.press("接收材料")
    expect(reviewer.page.get_by_role("cell").filter(has_text="赵琳")).to_be_visible()
    reviewer.arrives(f"材料交接：{SHOPS_NAME}")
    reviewer.picture("handovers")
