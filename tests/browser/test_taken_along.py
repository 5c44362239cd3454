"""A visit page is taken along: it opens again without a network, and nothing of it outlives the session."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser import pictures
from tests.browser.person import PHONE
from tests.browser.site import Site
from tests.browser.test_site_visit import VISITING, Somebody, mark, officer, on_phone, shop, visit_of
from webapp.models import VisitPhoto, VisitRecord

__all__ = ["officer", "shop"]

KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
  }
  return found;
}"""
WORKERS = "async () => (await navigator.serviceWorker.getRegistrations()).map((one) => new URL(one.scope).pathname)"
BUILT = re.compile(r"^/static/dist/")


def taken(page: Page) -> None:
    """The page says that it opens without a network."""
    expect(page.locator("[data-site-visit]")).to_have_attribute("data-taken-along", "yes")
    expect(page.locator("[data-network]")).to_contain_text("没有网络时也可以打开此页")


def picture(page: Page, name: str) -> None:
    """As `Person.picture`, of a page whose diagram the office did not send."""
    if pictures.WANTED:
        page.locator(".site-visit .points").evaluate("element => element.scrollIntoView({block: 'start'})")
        pictures.keep(name, page.screenshot(animations="disabled", caret="hide"))


def test_a_page_that_was_open_opens_again_without_a_network_and_sends_what_was_noted(
    site: Site, officer: Somebody, shop: Path
) -> None:
    case_id, address, one, _ = visit_of(site)
    first = officer(one)
    page = on_phone(first, address)
    points = page.locator(".site-visit fieldset.point")
    mark(page, 0, "符合")  # at the office before the network goes
    expect(page.locator("[data-save-state]").first).to_contain_text("已保存")
    taken(page)
    assert {path for path in page.evaluate(KEPT) if not BUILT.match(path)} == {address}
    assert page.evaluate(WORKERS) == ["/tasks/"]

    first.context.set_offline(True)
    page.goto("about:blank")
    page.goto(address)  # the phone had closed the page
    state = page.locator("[data-network]")
    expect(page.locator("[data-site-visit]")).to_have_attribute("data-ready", "")
    expect(state).to_contain_text("办公室没有应答")
    expect(points.first.get_by_label("符合", exact=True)).to_be_checked()
    for number in range(1, points.count()):
        mark(page, number, "符合")
    page.get_by_label("核查记录", exact=True).fill("没有网络时打开，逐项核查。")
    page.locator("input[name='conclusion'][value='pass']").check()
    page.get_by_label("未签字的原因").fill("店长外出，无人签字。")
    page.get_by_label("拍摄地点").fill("江城市东城区和顺路88号一层")
    page.locator("#photo").set_input_files(shop)
    expect(state).to_contain_text("1 张照片保存在本机")
    picture(page, "site-visit-kept")
    page.get_by_role("button", name="记录核查结果并签字").click()  # nobody signs on a kept page
    expect(state).to_contain_text("办公室没有应答")
    page.reload()  # and once more
    expect(page.get_by_label("核查记录", exact=True)).to_have_value("没有网络时打开，逐项核查。")
    expect(page.locator("[data-photos-waiting] li")).to_have_count(1)
    with site.app.app_context():
        assert VisitPhoto.query.count() == VisitRecord.query.count() == 0

    first.context.set_offline(False)
    expect(state).to_contain_text("均已保存到办公室")  # the office's own page has taken the kept one's place
    expect(page.locator("[data-site-visit]")).not_to_have_attribute("data-kept-at", re.compile("."))
    expect(page.locator("[data-photos-kept] img")).to_have_count(1)
    first.press("记录核查结果并签字")
    first.arrives("待办", look=False)
    assert {path for path in page.evaluate(KEPT) if not BUILT.match(path)} == set()
    with site.app.app_context():
        assert VisitRecord.query.one().unsigned_because == "店长外出，无人签字。"
    assert case_id


def test_online_the_page_is_the_offices_and_signing_out_leaves_nothing(site: Site, officer: Somebody) -> None:
    _, address, one, _ = visit_of(site)
    first = officer(one)
    page = on_phone(first, address)
    taken(page)
    page.get_by_label("核查记录", exact=True).fill("在电脑上接着写。")
    expect(page.locator("[data-save-state]").first).to_contain_text("已保存")
    page.reload()
    expect(page.get_by_label("核查记录", exact=True)).to_have_value("在电脑上接着写。")
    expect(page.locator("[data-site-visit]")).not_to_have_attribute("data-kept-at", re.compile("."))
    taken(page)
    first.open("/inbox", "待办")  # no other page is kept
    assert {path for path in page.evaluate(KEPT) if not BUILT.match(path)} == {address}
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.locator(".topbar-user summary").first.click()
    page.get_by_role("button", name="退出").click()
    first.arrives("工作人员登录", look=False)
    assert page.evaluate(KEPT) == []
    assert page.evaluate(WORKERS) == []


def test_a_session_that_is_over_takes_the_page_with_it_and_leaves_what_was_not_sent(
    site: Site, officer: Somebody
) -> None:
    _, address, one, _ = visit_of(site)
    first = officer(one)
    page = on_phone(first, address)
    taken(page)
    first.context.set_offline(True)
    page.reload()
    page.get_by_label("核查记录", exact=True).fill("回来以后再传。")
    expect(page.locator("[data-network]")).to_have_attribute("data-waits", "1")
    first.context.clear_cookies()  # as the office ends it
    first.context.set_offline(False)
    first.arrives("工作人员登录", look=False)
    page.wait_for_function("async () => (await caches.keys()).length === 0")
    first.sign_in(one)
    first.open(address, VISITING)
    expect(page.get_by_label("核查记录", exact=True)).to_have_value("回来以后再传。")
