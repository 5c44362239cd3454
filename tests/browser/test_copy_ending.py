"""A colleague's working copy is not ended by one click, and what was ended is found and opened again."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.test_designer import begin_copy

Somebody = Callable[..., Person]
TITLE = "改指南"


def test_a_colleagues_copy_is_ended_with_open_eyes_and_opened_again(somebody: Somebody) -> None:
    first, second = somebody("taoran"), somebody("guyan")
    begin_copy(first, TITLE)
    address = first.page.url
    first.page.get_by_role("link", name=re.compile("^文件")).first.click()
    first.page.get_by_role("link", name="编辑 guide/zh.md").click()
    first.page.get_by_label("内容").fill("# 新指南\n")
    first.press("保存并返回")
    first.arrives(TITLE, look=False)
    page = second.page
    second.open(address, TITLE)
    page.locator("#ending summary").click()
    expect(page.locator("#ending")).to_contain_text("guide/zh.md")
    expect(page.locator("#ending")).to_contain_text("结束后告知：陶然。")
    second.look_over()
    second.picture("copy-ending")
    second.press("确认结束")
    expect(page.locator("main")).to_contain_text("工作稿已结束")
    second.look_over()
    first.open("/notices", "通知")
    expect(first.page.locator("main")).to_contain_text(f"的工作稿“{TITLE}”，有 1 个文件的修改没有存为版本")
    first.open("/studio", "流程工作室")
    first.page.locator("#ended-copies summary").click()
    first.look_over()
    first.picture("ended-copies")
    first.follow(TITLE)
    first.arrives(TITLE, look=False)
    first.press("重新打开")
    expect(first.page.get_by_role("button", name="存为版本")).to_be_visible()
