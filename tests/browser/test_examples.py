"""A designer tries a working copy, records an example, sees what is walked; legal review reads the document."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.person import Person

Somebody = Callable[..., Person]
COPY = "补一个示例"


def test_a_trial_of_a_working_copy_becomes_an_example_and_the_diagrams_count_it(somebody: Somebody) -> None:
    designer = somebody("taoran")
    page = designer.page
    designer.open("/studio", "流程工作室")
    designer.follow("第 1 版")
    page.get_by_label("要改什么").fill(COPY)
    designer.press("以此为底开始工作稿")
    designer.arrives(COPY)
    designer.follow("流程模拟")
    designer.arrives(f"流程模拟：工作稿“{COPY}”")
    page.get_by_label("用示例填写主流程的变量").select_option("examples/registration-refused.json")
    designer.press("填入")
    expect(page.get_by_label("开始时的变量")).to_contain_text("shop_type")
    designer.press("开始模拟")
    page.locator("summary", has_text="录为示例").press("Enter")
    page.get_by_label("中文名称").fill("刚刚开始")
    page.get_by_label("英文名称").fill("Just begun")
    page.get_by_role("button", name="录为示例").click()
    designer.arrives(f"示例：工作稿“{COPY}”")
    expect(page.locator("main")).to_contain_text("刚刚开始")
    expect(page.locator("main")).to_contain_text("条流从未走过")
    designer.picture("examples")


def test_legal_review_reads_the_document_of_a_bundle(somebody: Somebody) -> None:
    lawyer = somebody("qixin")
    lawyer.open("/studio", "流程工作室")
    lawyer.follow("第 1 版")
    lawyer.follow("说明书")
    lawyer.arrives("开办药店")
    expect(lawyer.page.locator("main")).to_contain_text("法定时限")
