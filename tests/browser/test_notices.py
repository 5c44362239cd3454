"""Notices and comments on the screen: the bell, the settings, a colleague named by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.site import Site
from tests.support import office
from webapp import clock
from webapp.services.notices import NoticeKind, notify
from webapp.unit_of_work import sql, unit_of_work

REVIEWER, CLERK, LEAD = "zhaolin", "lixiaoyun", "weixiaohong"


def told(site: Site, *numbers: str, kind: NoticeKind = NoticeKind.ASSIGNED, **more: str) -> None:
    with site.app.app_context(), unit_of_work():
        users = [office.person(REVIEWER).user_id]
        for number in numbers:
            facts = {"by": "魏晓红", "task": "受理审查", "task_en": "Intake", "number": number, **more}
            notify(users, kind, case_id=None, task_id=None, facts=facts, now=clock.now())


def test_the_bell_counts_what_is_unread_and_forgets_what_was_read(site: Site, somebody: Callable[..., Person]) -> None:
    told(site, "JC-2026-0000001", "JC-2026-0000002")
    told(site, "JC-2026-0000003", kind=NoticeKind.URGED, reason="承诺时限明日届满，请优先办理。")
    person = somebody(REVIEWER)
    page = person.page
    person.open("/inbox", "待办")
    bell = page.locator(".topbar-bell")
    expect(bell).to_contain_text("3")
    expect(bell).to_have_attribute("aria-label", "3 条未读通知")
    bell.focus()
    page.keyboard.press("Enter")
    person.arrives("通知")
    expect(page.locator(".notice-unread")).to_have_count(3)
    page.get_by_role("button", name=re.compile("^标为已读：.*0000001")).click()
    expect(page.locator(".notice-unread")).to_have_count(2)
    expect(bell).to_contain_text("2")
    person.press("全部标为已读")
    expect(page.locator(".notice-unread")).to_have_count(0)
    expect(bell).to_have_attribute("aria-label", "没有未读通知")
    page.locator(".topbar-user summary").click()
    person.press("English")
    person.arrives("Notices")
    expect(page.locator(".notice-list")).to_contain_text("urges “Intake” (JC-2026-0000003)")


def test_a_person_says_how_notices_reach_them(site: Site, somebody: Callable[..., Person]) -> None:
    person = somebody(REVIEWER)
    page = person.page
    person.open("/notices/settings", "通知设置")
    page.get_by_label("电子邮箱").fill("not an address")
    person.press("保存通知设置")
    expect(page.get_by_role("alert")).to_contain_text("电子邮箱有误")
    person.look_over()
    page.get_by_label("电子邮箱").fill("zhaolin@office.example.cn")
    page.get_by_label("每天汇总一次").check()
    page.get_by_label("抄送：邮件").uncheck()
    person.press("保存通知设置")
    expect(page.locator(".flash-success")).to_have_text("通知设置已保存。")
    expect(page.get_by_label("每天汇总一次")).to_be_checked()
    expect(page.get_by_label("抄送：邮件")).not_to_be_checked()
    lead = somebody(LEAD)
    lead.open("/notices/deliveries", "未送达的通知")


def test_a_colleague_is_named_by_keyboard_told_and_answers(site: Site, somebody: Callable[..., Person]) -> None:
    with site.app.app_context():
        case = office.received("refused-item", ways={})
        task = office.open_task(case.id, "accept", "P2").id
        name = office.person(CLERK).name
    person = somebody(REVIEWER)
    page = person.page
    page.goto(f"/tasks/{task}")
    page.locator("#comments").scroll_into_view_if_needed()
    box = page.get_by_label("写留言")
    box.focus()
    page.keyboard.type("平面图不清楚，@lix")
    options = page.get_by_role("option")
    expect(options).to_have_count(1)
    expect(box).to_have_attribute("aria-activedescendant", "mention-0")
    person.look_over()
    page.keyboard.press("Enter")
    expect(box).to_have_value(f"平面图不清楚，@{name} ")
    page.keyboard.type("请核对原件 <b>不急</b>")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="发出留言").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".flash-success")).to_have_text("留言已发出。")
    page.locator("#comments").scroll_into_view_if_needed()
    expect(page.locator(".comment-body")).to_have_text(f"平面图不清楚，@{name} 请核对原件 <b>不急</b>")
    person.look_over()

    colleague = somebody(CLERK)
    expect(colleague.page.locator(".topbar-bell")).to_contain_text("1")
    colleague.open("/notices", "通知")
    colleague.page.get_by_role("button", name=re.compile("^打开：")).click()
    expect(colleague.page).to_have_url(f"{site.url}/cases/{case.id}#comments")
    expect(colleague.page.locator(".comment-body")).to_contain_text("平面图不清楚")
    colleague.open(f"/cases/{case.id}/comments", re.compile("^留言："))
    colleague.page.get_by_label("写留言").fill("原件清楚，已重新扫描。")
    colleague.page.get_by_label("申请人也能在查询页看到").check()
    colleague.press("发出留言")
    expect(colleague.page.locator(".comment-told")).to_contain_text("申请人可见")
    colleague.look_over()
    with site.app.app_context():
        assert sql().execute("select count(*) from comment where case_id = %s", (case.id,)).fetchone() == (2,)


def test_comments_work_without_script(site: Site, somebody: Callable[..., Person]) -> None:
    with site.app.app_context():
        case = office.received("refused-item", ways={})
    person = somebody(REVIEWER, script=False)
    person.page.goto(f"/cases/{case.id}")
    person.follow("打开留言")
    person.page.get_by_label("写留言").fill("没有脚本也能写。")
    person.press("发出留言")
    person.page.goto(f"/cases/{case.id}/comments")
    expect(person.page.locator(".comment-body")).to_have_text("没有脚本也能写。")
