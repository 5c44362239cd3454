"""An article of law changes: legal review finds what it touches and gives the work out; a designer finishes it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, expect

from tests.browser.person import Person

Somebody = Callable[..., Person]


def stand_side_by_side(label: Locator, field: Locator) -> None:
    first, second = label.bounding_box(), field.bounding_box()
    assert first is not None
    assert second is not None
    assert first["x"] + first["width"] <= second["x"]
    assert second["y"] < first["y"] + first["height"] / 2 < second["y"] + second["height"]


def test_an_article_changes_and_the_work_is_given_out_and_finished(somebody: Somebody) -> None:
    lawyer, designer = somebody("qixin"), somebody("taoran")
    lawyer.open("/studio", "流程工作室")
    lawyer.follow("变更影响")
    lawyer.arrives("变更影响")
    lawyer.page.get_by_label("哪一条法律、法规变了？").fill("行政许可法第34条")
    lawyer.press("查找")
    expect(lawyer.page.locator("main")).to_contain_text("“《行政许可法》第三十四条”变更，涉及")
    lawyer.page.get_by_label("为什么变、从何时起").fill("修订草案，2027年1月1日起施行")
    lawyer.press("存为变更清单")
    lawyer.arrives("变更清单：《行政许可法》第三十四条")
    lawyer.page.get_by_label("全选本页").check()
    lawyer.page.get_by_label("交给").select_option(label="陶然")
    lawyer.press("交给此人")
    expect(lawyer.page.locator("main")).to_contain_text("陶然")

    designer.open("/studio", "流程工作室")
    expect(designer.page.locator("main")).to_contain_text("待我处理的变更")
    designer.page.get_by_role("link", name="《行政许可法》第三十四条").click()
    designer.arrives("变更清单：《行政许可法》第三十四条")
    designer.picture("change-list")
    stand_side_by_side(
        designer.page.get_by_text("说明", exact=True).last, designer.page.get_by_label("说明", exact=True)
    )
    designer.page.get_by_label("全选本页").check()
    designer.page.get_by_label("说明", exact=True).fill("工作稿里已改，见第2版。")
    designer.press("记下处理情况")
    expect(designer.page.locator("main")).to_contain_text("没有这样的内容")
    designer.page.get_by_role("link", name="全部").click()
    expect(designer.page.locator("main")).to_contain_text("工作稿里已改，见第2版。")
    expect(designer.page.locator("main")).to_contain_text("已办完")
