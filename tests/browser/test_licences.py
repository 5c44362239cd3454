"""The licence registry on the screen: found, opened, changed and suspended by its unit, checked by anyone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.person import PHONE, Person
from tests.browser.site import Site
from tests.support import office
from webapp.models import Licence
from webapp.services import licence_files

Somebody = Callable[..., Person]
DECIDER, NAME = "wujianhua", "药品经营许可证"


def test_a_licence_is_found_changed_suspended_and_checked(site: Site, somebody: Somebody, tmp_path: Path) -> None:
    case = site.received("commitment")
    site.play(case.id, [{"step": "immediate", "item": "P2", "variables": {"ruling": "grant"}}])
    site.work_off()
    number, code, licence_id = of_the_drug_licence(site)
    clerk = somebody(office.CLERK)
    find(clerk, number)
    decider = somebody(DECIDER)
    change(decider, licence_id)
    renew(clerk, decider, licence_id)
    site.work_off()
    suspend(decider, licence_id)
    check_the_code(somebody(), code)
    check_the_file(somebody(), site, licence_id, tmp_path)


def of_the_drug_licence(site: Site) -> tuple[str, str, int]:
    with site.app.app_context():
        licence = Licence.query.filter_by(type_key="drug-retail").one()
        return licence.number, licence.public_code, licence.id


def find(clerk: Person, number: str) -> None:
    """By its number, in the list; then everything about it on one page."""
    page = clerk.page
    clerk.open("/window", "综合窗口")
    clerk.follow("证照库")
    clerk.arrives("证照库")
    page.get_by_role("searchbox").fill(number)
    clerk.press("查找")
    clerk.arrives("证照库")
    clerk.picture("licence-registry")
    clerk.picture("licence-registry-phone", size=PHONE)
    clerk.follow(f"{NAME} {number}")
    clerk.arrives(NAME)
    expect(page.get_by_text("已签名（PAdES-B-B）")).to_be_visible()
    clerk.picture("licence-record")
    clerk.picture("licence-record-phone", size=PHONE)


def change(decider: Person, licence_id: int) -> None:
    """What is missing is said beside its field, and what was typed stays."""
    page = decider.page
    decider.open(f"/licence-registry/{licence_id}", NAME)
    decider.follow("变更证照")
    decider.arrives("变更证照")
    page.get_by_label("质量负责人").fill("周明")
    decider.press("准予变更")
    decider.arrives("变更证照")
    expect(page.locator(".error-summary")).to_contain_text("请写明理由")
    expect(page.get_by_label("质量负责人")).to_have_value("周明")
    page.get_by_label("理由").fill("质量负责人变更，材料齐全。")
    page.get_by_label("依据").fill("《行政许可法》第四十九条")
    decider.picture("licence-change")
    decider.picture("licence-change-phone", size=PHONE)
    decider.press("准予变更")
    decider.arrives(NAME)
    expect(page.get_by_text("第 2 版").first).to_be_visible()


def renew(clerk: Person, decider: Person, licence_id: int) -> None:
    """Taken in at the window with its last day named, decided by the unit."""
    clerk.open(f"/licence-registry/{licence_id}", NAME)
    clerk.follow("登记延续申请")
    clerk.arrives("登记延续申请")
    expect(clerk.page.get_by_text("申请延续的最后一天是")).to_be_visible()
    clerk.picture("licence-renew-phone", size=PHONE)
    clerk.press("收下申请")
    clerk.arrives(NAME)
    expect(clerk.page.get_by_text("待决定").first).to_be_visible()
    decider.open(f"/licence-registry/{licence_id}", NAME)
    decider.follow("决定延续申请")
    decider.arrives("决定延续申请")
    decider.page.get_by_text("准予延续", exact=True).click()
    decider.page.get_by_label("理由").fill("条件没有变化，核查合格。")
    decider.page.get_by_label("依据").fill("《行政许可法》第五十条")
    decider.picture("licence-renewal")
    decider.press("作出决定")
    decider.arrives(NAME)
    expect(decider.page.get_by_text("第 3 版").first).to_be_visible()
    decider.picture("licence-renewed", at="#history-title")


def suspend(decider: Person, licence_id: int) -> None:
    decider.open(f"/licence-registry/{licence_id}", NAME)
    decider.follow("暂停证照")
    decider.arrives("暂停证照")
    decider.page.get_by_label("理由").fill("抽查发现药品未分区陈列，责令整改期间暂停。")
    decider.page.get_by_label("依据").fill("《药品管理法》第一百二十六条")
    decider.press("作出暂停决定")
    decider.arrives(NAME)
    expect(decider.page.get_by_text("已暂停").first).to_be_visible()
    decider.picture("licence-history")


def check_the_code(anyone: Person, code: str) -> None:
    anyone.open(f"/licences/{code}", "证照核验")
    expect(anyone.page.get_by_text("已暂停")).to_be_visible()
    anyone.look_over()
    anyone.picture("licence-check-phone", size=PHONE)


def check_the_file(anyone: Person, site: Site, licence_id: int, folder: Path) -> None:
    """The file as it was signed is genuine; with one byte changed it is no licence."""
    page = anyone.page
    with site.app.app_context():
        content = licence_files.pdf(licence_id).content
    for name, given, said in (
        ("证照.pdf", content, "文件真实"),
        ("改动.pdf", bytes([*content[:5000], content[5000] ^ 1, *content[5001:]]), "不能作为证照使用"),
    ):
        (folder / name).write_bytes(given)
        anyone.open("/licence-check", "证照文件核验")
        page.get_by_label("证照 PDF").set_input_files(folder / name)
        anyone.press("核验文件")
        anyone.arrives("证照文件核验")
        expect(page.get_by_text(said, exact=True)).to_be_visible()
    anyone.picture("licence-file-check-phone", size=PHONE)
