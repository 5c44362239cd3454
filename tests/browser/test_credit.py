"""A false commitment is on record: the window is told why, takes the repair in, and the unit decides on it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.site import Site
from tests.support import credit, office
from webapp import clock, moments

Somebody = Callable[..., Person]


def test_a_record_is_seen_repaired_and_bars_no_longer(site: Site, somebody: Somebody) -> None:
    case = site.received("commitment", ways={})
    with site.app.app_context():
        draft = office.draft("commitment")
        long_ago = moments.local(clock.now()).date() - timedelta(days=200)
        record = credit.bar(kind="false-materials", item_code=credit.item("P2").code, since=long_ago)
        address = credit.address(record)
    clerk = somebody("lixiaoyun")
    at_the_window(clerk, draft)
    request = taken_in(clerk)
    in_the_case(somebody("zhengxin"), case.id)
    examined(somebody("zhaolin"), request)
    decided(somebody("wujianhua"), request, address)
    entered(somebody("huaqiang"))
    with site.app.app_context():
        waiting = credit.address(credit.enter("91440300708461136T"))
    confirmed(somebody(credit.SECOND), waiting)


def at_the_window(clerk: Person, draft: int) -> None:
    """Rule and basis stand where the way is chosen, and where the application would be received."""
    page = clerk.page
    clerk.open(f"/application/{draft}/commitment", "选择办理方式")
    expect(page.get_by_text("信用记录的限制")).to_be_visible()
    clerk.look_over()
    clerk.open(f"/application/{draft}/check", "核对并收件")
    expect(page.get_by_text("规则 credit-false-materials").first).to_be_visible()
    clerk.look_over()


def in_the_case(reviewer: Person, case: int) -> None:
    """Who handles a case of the applicant comes to the records from there."""
    reviewer.page.goto(f"/cases/{case}")
    reviewer.page.get_by_role("link", name="申请人信用").click()
    reviewer.arrives(re.compile("^申请人信用："))
    expect(reviewer.page.get_by_text("隐瞒有关情况或者提供虚假材料")).to_be_visible()
    expect(reviewer.page.get_by_text("没有信用记录")).to_be_visible()  # of the person who applies for it
    reviewer.look_over()


def taken_in(clerk: Person) -> str:
    """The application to repair, with its evidence."""
    page = clerk.page
    clerk.open("/credit", "信用记录")
    clerk.look_over()
    page.get_by_label("统一社会信用代码或者身份证号码").fill(credit.applicant())
    page.get_by_role("button", name="查询").click()
    clerk.arrives("信用记录：江城市安康大药房有限公司")
    expect(page.get_by_text("限制中").first).to_be_visible()
    clerk.look_over()
    page.get_by_role("link", name="登记信用修复申请").click()
    clerk.arrives("信用修复申请")
    page.get_by_role("button", name="收下申请").click()
    expect(page.locator(".error-summary")).to_contain_text("请提交证明材料")
    clerk.look_over()
    page.get_by_label("申请人姓名").fill("周国富")
    page.get_by_label("本人或者法定代表人").check()
    page.get_by_label("事实和理由").fill("已经更正申请材料，全员完成培训。")
    evidence = office.pdf("整改报告.pdf")
    page.get_by_label("证明材料").set_input_files(
        {"name": evidence.name, "mimeType": "application/pdf", "buffer": evidence.content}
    )
    page.get_by_role("button", name="收下申请").click()
    clerk.arrives("信用修复申请")
    clerk.look_over()
    return page.url.rpartition("/")[2]


def examined(reviewer: Person, request: str) -> None:
    """An opinion, from the list of what waits for the unit."""
    page = reviewer.page
    reviewer.open("/credit", "信用记录")
    page.get_by_role("link", name="信用修复申请").click()
    reviewer.arrives("信用修复申请")
    page.get_by_label("准予信用修复").check()
    page.get_by_label("理由", exact=True).fill("整改报告与现场一致。")
    reviewer.look_over()
    page.get_by_role("button", name="提交审查意见").click()
    expect(page.get_by_text("等待记录单位的另一名工作人员作出决定")).to_be_visible()


def decided(decider: Person, request: str, record: str) -> None:
    """Another person decides; the shortcut is open, the year of the law goes on."""
    page = decider.page
    decider.open(f"/credit/requests/{request}", "信用修复申请")
    page.get_by_label("准予信用修复").check()
    page.get_by_label("原认定机关文号").fill("江信修〔2026〕3号")
    page.get_by_label("理由", exact=True).fill("已经纠正。")
    decider.look_over()
    page.get_by_role("button", name="作出决定").click()
    expect(page.get_by_text("已作出决定，即时生效。")).to_be_visible()
    decider.open(record, "信用记录：江城市安康大药房有限公司")
    rows = page.get_by_role("row")
    expect(rows.filter(has_text="不得申请")).to_contain_text("限制中")
    expect(rows.filter(has_text="不适用告知承诺")).to_contain_text("已解除")
    decider.look_over()


def entered(verifier: Person) -> None:
    """The form of a record from elsewhere names everything that is missing at once."""
    page = verifier.page
    verifier.open("/credit/records/new", "录入外部认定的信用记录")
    page.get_by_role("button", name="提交复核").click()
    expect(page.locator(".error-summary li")).to_have_count(7)
    verifier.look_over()


def confirmed(second: Person, record: str) -> None:
    """A second officer finds what waits, turns nothing down without reasons, and confirms."""
    page = second.page
    second.open("/credit", "信用记录")
    expect(page.get_by_text("待您复核")).to_be_visible()
    second.open(record, "信用记录：江城市安康大药房有限公司")
    expect(page.get_by_text("待复核，尚未生效")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="不适用告知承诺")).to_contain_text("尚未生效")
    second.press("不予确认")
    expect(page.locator(".error-summary")).to_contain_text("请写明不予确认的理由")
    second.look_over()
    second.press("与认定文书一致，确认")
    expect(page.locator(".flash-success")).to_contain_text("记录即时生效")
    second.look_over()
