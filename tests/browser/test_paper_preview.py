"""A letter is looked at as it would be printed, while it is written, and in a trial."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.site import Site
from tests.support import office
from webapp.catalogue import current_releases
from webapp.services import working_copies

Somebody = Callable[..., Person]
DESIGNER = "taoran"
LETTER, REFUSAL = "documents/commitment-P2.md", "_shared/documents/refusal.md"


def test_what_is_typed_is_seen_before_it_is_saved(site: Site, somebody: Somebody) -> None:
    with site.app.app_context():
        copy = working_copies.begin(current_releases()[office.BUNDLE], "改承诺书", by=office.person(DESIGNER))
    designer = somebody(DESIGNER)
    designer.open(f"/studio/copies/{copy}/edit?path={LETTER}", LETTER)
    page = designer.page
    page.get_by_label("内容").fill("# 告知承诺书\n\n{{ applicant_name }}承诺：{{ conditions_lst }}")
    with page.expect_popup() as opened:
        designer.press("预览")
    seen = opened.value
    expect(seen.get_by_role("heading", level=1)).to_have_text("告知承诺书")
    expect(seen.locator("article")).to_contain_text("〔没有占位项：conditions_lst〕")
    seen.get_by_label("取哪个示例的内容").select_option("none")
    seen.get_by_role("button", name="更新预览").click()
    expect(seen.locator("article")).to_contain_text("〔示例：")
    seen.close()
    designer.press("保存并检查")  # the form that was looked at can still be saved
    expect(page.get_by_text("没有占位项“conditions_lst”")).to_be_visible()
    designer.open(f"/studio/copies/{copy}/paper?path={REFUSAL}&example=examples/ordinary.json", "不予行政许可决定书")
    designer.picture("paper-preview")


def test_a_trial_leads_to_the_papers_of_its_acts(site: Site, somebody: Somebody) -> None:
    with site.app.app_context():
        trial = office.trial(DESIGNER)
    designer = somebody(DESIGNER)
    designer.open(f"/studio/trials/{trial}", "流程模拟：开办药店 第 1 版")
    designer.page.get_by_role("link", name="预览 材料接收凭证 1").click()
    designer.arrives("材料接收凭证")
    expect(designer.page.locator("article")).to_contain_text("江城安济堂药店有限公司")
    expect(designer.page.locator("article")).to_contain_text("预览，无效力")
