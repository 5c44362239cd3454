"""Whoever leaves a long form of the studio with something typed is asked first; after it was saved, nobody is."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Dialog, Page, expect

from tests.browser.person import Person
from tests.browser.test_designer import begin_copy
from tests.browser.test_trial import RELEASE, begin_release

Somebody = Callable[..., Person]
DESIGNER = "taoran"


class Asked:
    """What the browser asked before a page was left, and that the person stayed, or went."""

    def __init__(self, page: Page) -> None:
        self.kinds: list[str] = []
        self.goes = False
        page.on("dialog", self._answer)

    def _answer(self, dialog: Dialog) -> None:
        self.kinds.append(dialog.type)
        if self.goes:
            dialog.accept()
        else:
            dialog.dismiss()

    def once(self) -> bool:
        """Whether it was asked once since this was last looked at."""
        kinds, self.kinds = self.kinds, []
        return kinds == ["beforeunload"]


def test_a_text_is_not_left_behind_unsaid(somebody: Somebody) -> None:
    designer = somebody(DESIGNER)
    page, asked = designer.page, Asked(designer.page)
    begin_copy(designer, "改指南")
    page.get_by_role("link", name=re.compile("^文件")).first.click()
    page.get_by_role("link", name="编辑 guide/zh.md").click()
    designer.arrives("guide/zh.md")
    page.get_by_label("内容").press_sequentially("甲")
    with page.context.expect_page() as beside:
        designer.press("预览")
    beside.value.close()
    designer.follow("改指南")
    designer.arrives("guide/zh.md", look=False)
    assert asked.once()
    designer.press("保存并返回")
    designer.arrives("改指南", look=False)
    assert asked.kinds == []


def test_a_record_of_the_catalogue_is_not_left_behind_unsaid(somebody: Somebody) -> None:
    designer = somebody(DESIGNER)
    page, asked = designer.page, Asked(designer.page)
    begin_copy(designer, "改目录")
    designer.follow("目录")
    page.get_by_role("link", name="编辑 P2").click()
    designer.arrives("药品经营许可（零售）", look=False)
    page.get_by_label("改了什么").fill("承诺时限")
    page.get_by_label("承诺时限", exact=True).fill("16")
    designer.press("只检查，不保存")
    designer.arrives("药品经营许可（零售）", look=False)
    assert asked.kinds == []  # what was sent is on the page again, and still nobody's
    page.get_by_label("承诺时限", exact=True).click()
    designer.follow("事项")
    designer.arrives("药品经营许可（零售）", look=False)
    assert asked.once()
    asked.goes = True
    designer.follow("事项")
    designer.arrives("目录", look=False)
    assert asked.once()


def test_a_new_bundle_half_said_is_not_left_behind_unsaid(somebody: Somebody) -> None:
    designer = somebody(DESIGNER)
    page, asked = designer.page, Asked(designer.page)
    designer.open("/studio/begin", "新建一件事")
    designer.follow("流程工作室")
    designer.arrives("流程工作室", look=False)
    assert asked.kinds == []
    designer.open("/studio/begin", "新建一件事")
    page.get_by_label("名称", exact=True).fill("摆摊备案")
    designer.follow("流程工作室")
    designer.arrives("新建一件事", look=False)
    assert asked.once()


def test_going_back_over_a_refused_form_opens_a_page(somebody: Somebody) -> None:
    designer = somebody(DESIGNER)
    page = designer.page
    designer.open("/studio/begin", "新建一件事")
    designer.press("新建")
    expect(page.locator(".error-summary")).to_be_visible()
    designer.follow("流程工作室")
    designer.arrives("流程工作室", look=False)
    page.go_back()
    designer.arrives("新建一件事", look=False)


def test_going_back_over_the_acts_of_a_trial_opens_the_trial(somebody: Somebody) -> None:
    designer = somebody(DESIGNER)
    page = designer.page
    begin_release(designer)
    trial = page.url.partition("?")[0]
    designer.press("用示例的值")
    page.wait_for_url(f"{trial}/act*")
    complete = page.get_by_role("button", name="办结").first
    complete.click()
    expect(page.locator("main")).to_contain_text("已执行")
    page.go_back()
    page.wait_for_url(f"{trial}*")
    expect(page).not_to_have_url(re.compile("/act"))
    designer.arrives(RELEASE, look=False)
