"""From signing in to licences by commitment, as everybody on the way sees it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser import application
from tests.browser.person import PHONE, Person
from tests.browser.site import Site
from tests.browser.workspace import choose, mark_all, press_act
from tests.support import office

GIVEN = office.example("commitment")
GUIDED = {**GIVEN["guided"], "food": True}
ANSWERS = {**GIVEN["answers"], "food_kinds": ["packaged"], "food_online": "no"}
WRONG_NUMBER = "110105198003121124"
DECIDERS = {"wujianhua": 1, "chuyan": 2, "shenping": 1}
RESULTS = 4
#: Not handed in: every item that asks for it is committed to.
REPLACED = "组织机构与部门设置说明"

Somebody = Callable[..., Person]


def test_from_the_window_to_licences_by_commitment(site: Site, somebody: Somebody, tmp_path: Path) -> None:
    clerk = somebody("lixiaoyun")
    number, code = hand_in_by_commitment(clerk, tmp_path)
    site.work_off()
    for login, tasks in DECIDERS.items():
        rule_everything(site, somebody(login), tasks)
    issue_and_hand_over(somebody("duanfang"), number)
    site.work_off()
    licence = track(somebody(), number, code)
    verify(somebody(), licence)


def hand_in_by_commitment(clerk: Person, folder: Path) -> tuple[str, str]:
    """Everything at the window; answers the case's number and the tracking code."""
    page = clerk.page
    clerk.open("/window", "综合窗口")
    clerk.follow("新来访")
    clerk.arrives("登记到场")
    application.open_visit(clerk, ANSWERS, "A023")
    find_the_bundle(clerk)
    application.answer_questions(clerk, GUIDED)
    clerk.arrives("情形引导")
    clerk.press("生成告知单")
    hand_the_sheet(clerk)
    fill_the_form(clerk)
    attach_materials(clerk, application.papers(folder))
    clerk.follow("选择办理方式")
    commit(clerk)
    clerk.arrives("核对并收件")
    clerk.press("确认收件")
    clerk.arrives("已收件")
    number = page.locator("[data-case-number]").inner_text().strip()
    code = page.locator("[data-tracking-code]").inner_text().strip()
    with page.expect_popup() as opened:  # the code stays on the screen while the receipt prints
        clerk.follow("打印材料接收凭证")
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("材料接收凭证")
    opened.value.close()
    return number, code


def find_the_bundle(clerk: Person) -> None:
    clerk.arrives("选一件事")
    clerk.page.get_by_label("一件事或事项名称，中文或英文").fill("药店")
    clerk.press("查找")
    expect(clerk.page.get_by_role("heading", name="开办药店")).to_be_visible()
    clerk.press("办理这件事")


def hand_the_sheet(clerk: Person) -> None:
    clerk.arrives("一次性告知单")
    sheet = clerk.page.url
    clerk.press("交付并打印告知单")
    clerk.arrives(re.compile("告知单"))
    clerk.page.goto(sheet)
    expect(clerk.page.get_by_role("link", name=re.compile("已交付"))).to_be_visible()
    clerk.follow("填表")


def fill_the_form(clerk: Person) -> None:
    """One number is mistyped: the error stands beside its field, and nothing else is lost."""
    page = clerk.page
    clerk.arrives("填写申请表")
    application.fill_form(clerk, {**ANSWERS, "legal_representative_id": WRONG_NUMBER})
    expect(page.locator("[data-save-state]")).to_contain_text("已保存")  # by itself, a moment after the last key
    clerk.picture("form")
    with page.expect_response(lambda answer: answer.url.endswith("/form")) as answered:
        clerk.press("保存并继续")
    assert answered.value.status == 422
    clerk.arrives("填写申请表")
    field = page.get_by_label("法定代表人（负责人）身份证号码")
    expect(page.locator(".error-summary")).to_contain_text("有 1 处需要改正")
    page.locator(".error-summary a").click()
    expect(field).to_be_focused()
    expect(field).to_have_value(WRONG_NUMBER)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("经营场所详细地址")).to_have_value(ANSWERS["premises_address"])
    expect(page.locator('[name="consent_truth"]')).to_be_checked()
    field.fill(ANSWERS["legal_representative_id"])
    clerk.press("保存并继续")


def attach_materials(clerk: Person, papers: dict[str, Path]) -> None:
    """A refused file is named with its reason, what came with it is kept; one material comes by camera."""
    page = clerk.page
    clerk.arrives("提交材料")
    first, second, *rest = [name for name in application.missing_materials(clerk) if name != REPLACED]
    application.hand_in(clerk, first, papers["材料.pdf"], papers["合同.pdf"])
    clerk.arrives("提交材料")
    expect(page.locator(".error-summary")).to_contain_text("合同.pdf")
    expect(application.row_of(clerk, first)).to_contain_text("已收 1 个文件")
    read_in_english(clerk)
    photograph(clerk, second)
    for name in rest:
        application.hand_in(clerk, name, papers["照片.png"])
        expect(application.row_of(clerk, name)).to_contain_text("已收")
    clerk.arrives("提交材料")
    expect(page.locator(".saved-banner")).to_contain_text("少交")
    clerk.picture("materials")


def read_in_english(clerk: Person) -> None:
    """The page that refused a file is shown in English and in Chinese again."""
    for language, heading in (("English", "Hand in the materials"), ("中文", "提交材料")):
        clerk.page.locator(".topbar-user summary").click()
        clerk.press(language)
        clerk.arrives(heading)


def photograph(clerk: Person, material: str) -> None:
    """Two pages under the document camera become one PDF."""
    row = application.opened_row(clerk, material)
    row.get_by_role("link", name="用高拍仪拍摄").click()
    clerk.arrives(f"拍摄：{material}")
    clerk.press("打开高拍仪")
    for count in (1, 2):
        clerk.press("拍一页")
        expect(clerk.page.locator(".camera-pages > li")).to_have_count(count)
    clerk.press("合成一份 PDF 并上传")
    clerk.arrives("提交材料", look=False)
    expect(application.row_of(clerk, material)).to_contain_text("2 页")


def commit(clerk: Person) -> None:
    """Three letters are read and signed with one signature."""
    page = clerk.page
    clerk.arrives("选择办理方式")
    letters = page.locator('input[value="commitment"]:not([name*="/"])')
    expect(letters).to_have_count(3)
    for letter in letters.all():
        letter.check()
    clerk.draw_signature(page.locator("[data-signature]"))
    clerk.picture("commitment", at=".form-section:has(#sign-title)")
    clerk.press("保存办理方式并核对")


def rule_everything(site: Site, decider: Person, tasks: int) -> None:
    """即办 tasks lie on top of the decider's inbox; each is claimed, read and ruled."""
    page = decider.page
    decider.open("/inbox", "待办")
    expect(page.locator("tbody tr")).to_have_count(tasks)
    expect(page.locator("tbody tr").first).to_contain_text("即办")
    for left in range(tasks, 0, -1):
        page.get_by_role("button", name=re.compile("^认领：")).first.click()
        decider.arrives(re.compile("："))
        decider.picture("ruling")
        mark_all(decider)
        choose(decider, "办理决定", 0)
        press_act(decider, "作出办理决定")
        decider.arrives("待办", look=False)
        site.work_off()
        page.reload()
        expect(page.locator("tbody tr")).to_have_count(left - 1)


def issue_and_hand_over(issuer: Person, number: str) -> None:
    """统一出件: print, note the pre-printed number, check who collects, take the signature."""
    page = issuer.page
    issuer.open("/window?tab=prepare", "综合窗口")
    page.get_by_role("row").filter(has_text=number).get_by_role("link").first.click()
    issuer.arrives(ANSWERS["shop_name"])
    papers = [link.get_attribute("href") for link in page.get_by_role("link", name="打印结果").all()]
    assert len(papers) == RESULTS
    for ready in range(RESULTS, 0, -1):
        expect(page.get_by_role("button", name="已打印，出件")).to_have_count(ready)
        page.get_by_label("预印证件编号").first.fill(f"YZ00123{ready:02}")
        issuer.press("已打印，出件")
    issuer.arrives(ANSWERS["shop_name"])
    form = page.locator("form", has=page.get_by_role("button", name="交付所选结果"))
    form.get_by_label("领取人姓名").fill(ANSWERS["legal_representative"])
    form.get_by_label("领取人身份证号码").fill(ANSWERS["legal_representative_id"])
    issuer.draw_signature(form.locator("[data-signature]"))
    issuer.picture("handing-over", at=".card:has(#hand-over-title)")
    issuer.press("交付所选结果", form)
    expect(page.get_by_role("heading", name=f"已送达（{RESULTS} 项）")).to_be_visible()
    issuer.arrives(ANSWERS["shop_name"])
    assert papers[0]
    issuer.open(papers[0], re.compile("药品经营许可"))
    issuer.picture("licence")


def track(applicant: Person, number: str, code: str) -> str:
    """The applicant reads where everything stands; answers the address of a licence's public page."""
    page = applicant.page
    applicant.open("/", "一件事一窗办")
    applicant.open("/track", "查询办理进度")
    page.get_by_label("申请编号").fill(number)
    page.get_by_label("查询码").fill(code)
    applicant.press("查询进度")
    applicant.arrives("开办药店：办理进度")
    address = page.locator('a[href*="/licences/"]').first.get_attribute("href")
    assert address is not None
    return address


def verify(stranger: Person, address: str) -> None:
    """Anybody with the licence's code reads that it is valid."""
    stranger.open(address, "证照核验")
    expect(stranger.page.locator("main")).to_contain_text("有效")
    expect(stranger.page.locator("main")).to_contain_text(ANSWERS["applicant_name"])
    stranger.picture("licence-check", size=PHONE)
