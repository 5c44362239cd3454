"""批量迁移 through the pages: chosen, tried, confirmed by another, a small batch first, the rest, taken back."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.browser.person import Person
from tests.browser.site import Site

HEADING = re.compile("^批量迁移：")


def choose(designer: Person, bundle: str, cases: int) -> None:
    """From the bundle's page to the choice of cases, all of them chosen."""
    designer.page.goto(f"/studio/bundles/{bundle}")
    designer.follow("迁移在办件")
    designer.arrives(HEADING, look=False)
    expect(designer.page.locator("main")).to_contain_text(f"选中 {cases} 件")


def becomes(designer: Person, element: str, new: str) -> None:
    """Choose by hand what an element of the former version becomes, and have it shown."""
    page = designer.page
    choice = page.get_by_label(f"“{element}”在新版中的元素")
    value = choice.locator("option", has_text=new).get_attribute("value")
    assert value is not None
    choice.select_option(value)
    designer.press("按所选条件重新核对")
    expect(page.get_by_role("row").filter(has_text=element)).to_contain_text("手工选择")


def try_on_all(site: Site, designer: Person, reason: str) -> None:
    """The dry run; the page shows by itself when it is done."""
    designer.page.get_by_label("迁移原因").fill(reason)
    designer.press("开始试算")
    expect(designer.page.get_by_role("heading", name=re.compile("^迁移到第"))).to_be_visible()
    site.work_off()
    state(designer, "已核对")


def propose(designer: Person) -> str:
    """Have another person confirm it; returns the address of the migration."""
    designer.press("提请确认")
    state(designer, "待确认")
    return designer.page.url


def confirm(site: Site, publisher: Person, address: str, first: int) -> None:
    """Another person looks at it and lets the first batch go."""
    page = publisher.page
    page.goto(address)
    page.get_by_label("先迁移").fill(str(first))
    publisher.press("确认并迁移首批")
    expect(page.locator("#migration-bar")).to_be_visible()
    site.work_off()
    state(publisher, "首批已迁移，待查看")


def go_on(site: Site, publisher: Person, rest: int) -> None:
    publisher.press(f"继续迁移其余 {rest} 件")
    state(publisher, "迁移中")
    site.work_off()
    state(publisher, "已完成")


def take_back(site: Site, publisher: Person, moved: int, reason: str) -> None:
    publisher.page.get_by_label("撤销原因").fill(reason)
    publisher.press(f"撤销已迁移的 {moved} 件")
    state(publisher, "撤销中")
    site.work_off()
    state(publisher, "已撤销")


def counted(person: Person, **counts: int) -> None:
    """How many cases stand how, and that every one of them is listed so."""
    words = {"fits": "可以迁移", "unfit": "不能迁移", "moved": "已迁移", "undone": "已撤销"}
    for name, count in counts.items():
        expect(person.page.locator("main")).to_contain_text(f"{words[name]} {count}")
        expect(result_rows(person).filter(has_text=words[name])).to_have_count(count)


def result_rows(person: Person) -> Locator:
    """The cases, one a row."""
    return person.page.get_by_role("region", name="逐件结果").locator("tbody tr")


def state(person: Person, said: str) -> None:
    """The page, which asks by itself, says where the migration stands."""
    head = person.page.locator("#migration .card-header").first
    expect(head.locator(".state")).to_have_text(said)
