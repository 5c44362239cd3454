"""An item is taken out of the catalogue: what goes with it is read, it goes, its diagram is found, it comes back."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.site import Site
from tests.browser.test_designer import begin_copy

Somebody = Callable[..., Person]


def test_an_item_goes_and_comes_back(site: Site, somebody: Somebody) -> None:
    designer = somebody("taoran")
    page = designer.page
    begin_copy(designer, "不再办招牌")
    designer.follow("目录")
    page.get_by_role("link", name="情形引导").click()
    designer.arrives("目录")
    page.get_by_role("link", name="事项").first.click()
    page.get_by_role("link", name="编辑 P6").click()
    designer.arrives("户外招牌设置许可")
    designer.follow("从目录中删去…")
    designer.arrives("删去“户外招牌设置许可”")
    expect(page.locator("#going-by-it")).to_contain_text("call-P6")
    expect(page.locator("#worse")).to_contain_text("没有事项“P6”")
    designer.picture("catalogue-removal")
    page.get_by_label("为什么删去").fill("本市不再审批户外招牌")
    designer.press("确认删去")
    designer.arrives("目录")
    expect(page.get_by_role("status").first).to_contain_text("已从目录中删去“户外招牌设置许可”")
    expect(page.get_by_role("link", name="编辑 P5")).to_have_count(1)
    expect(page.get_by_role("link", name="编辑 P6")).to_have_count(0)
    designer.open(f"{page.url.partition('/catalogue')[0]}?view=history", "不再办招牌")
    row = page.get_by_role("row", name="items/P6.toml")
    row.get_by_role("button", name="恢复此文件").click()
    designer.arrives("不再办招牌")
    expect(page.get_by_role("row", name="items/P6.toml").first).to_contain_text("新增")
    designer.picture("saving")
    designer.press("整次撤销")
    expect(page.get_by_role("status").first).to_contain_text("已整次撤销，4 个文件恢复为修改前的内容")
    expect(page.locator(".saving")).to_have_count(2)
    expect(page.locator(".saving").first).to_contain_text("撤销：本市不再审批户外招牌")
    expect(page.locator(".saving").last).to_contain_text("修改已撤销")
    designer.look_over()
    designer.picture("savings")


def test_a_row_that_something_names_is_asked_about_without_script(site: Site, somebody: Somebody) -> None:
    designer = somebody("taoran", script=False)
    page = designer.page
    begin_copy(designer, "不卖冷藏药品")
    designer.follow("目录")
    page.get_by_role("link", name="情形引导").click()
    page.get_by_role("link", name="编辑 经营哪些药品？").click()
    page.get_by_label("保存时删去 cold-chain").check()
    designer.press("保存目录")
    expect(page.locator("#still-named")).to_contain_text("处提到")
    designer.look_over()
    designer.press("保存目录")
    expect(page.get_by_label("保存时删去 tcm-pieces")).to_have_count(1)
    expect(page.get_by_label("保存时删去 cold-chain")).to_have_count(0)
