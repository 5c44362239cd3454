"""The workspace as a reviewer sits at it: the draft, a colleague on the same task, documents opened and annotated."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Response, expect

from tests.browser.person import PHONE, Person
from tests.browser.site import Site
from tests.browser.workspace import mark_all, press_act
from tests.support import office, plans

Somebody = Callable[..., Person]
ACCEPTED = [{"step": "accept", "item": "P6", "variables": {"intake_outcome": "accepted"}}]
POLL = 31_000  # milliseconds: a page asks every 30 seconds


def test_what_is_typed_waits_on_the_next_machine(site: Site, somebody: Somebody) -> None:
    case = site.received("refused-item")
    site.play(case.id, ACCEPTED)
    with site.app.app_context():
        task, who = office.claimed(case.id, "review", "P6")
        address, login = f"/tasks/{task.id}", who.login
    here = somebody(login)
    here.open(address, re.compile("^审查"))
    mark_all(here)
    grant = here.page.locator("#act input[name='proposal'][value='grant']")
    grant.check()
    point = here.page.locator("#act fieldset.point").first
    point.get_by_text("说明").click()
    point.get_by_role("textbox").fill("与现场照片一致")
    here.page.get_by_label("审查意见", exact=True).last.fill("经审查，符合规定。")
    with here.page.expect_response(lambda answer: answer.url.endswith("/draft") and "经审查" in body_of(answer)):
        pass
    here.page.context.clear_cookies()  # signed out, without the page having been sent

    there = somebody(login)
    there.open(address, re.compile("^审查"))
    expect(there.page.get_by_label("审查意见", exact=True).last).to_have_value("经审查，符合规定。")
    expect(there.page.locator("#act fieldset.point").first.get_by_role("textbox")).to_have_value("与现场照片一致")
    expect(there.page.locator("#act input[name='proposal'][value='grant']")).to_be_checked()
    there.picture("workspace-phone", size=PHONE, at="#act")
    press_act(there, "提出审查意见")
    there.arrives("待办", look=False)


def body_of(answer: Response) -> str:
    """What was sent for it."""
    return (answer.request.post_data_buffer or b"").decode()


def test_two_people_on_one_task_see_each_other_and_lose_nothing(site: Site, somebody: Somebody) -> None:
    case = site.received("refused-item")
    site.play(case.id, [{"step": "accept", "item": "P2", "variables": {"intake_outcome": "accepted"}}])
    with site.app.app_context():
        task = office.open_task(case.id, "examine", "P2")
        group = next(iter(task.groups))
        one = office.member_of(group)
        two = office.member_of(group, but=[one.user_id])
        address = f"/tasks/{task.id}"
    first, second = somebody(one.login), somebody(two.login)
    first.page.clock.install()
    first.open(address, re.compile("^资料审查"))
    first.press("认领")
    first.arrives(re.compile("^资料审查"), look=False)
    second.open(address, re.compile("^资料审查"))
    expect(second.page.locator("#presence")).to_contain_text(f"{one.name}自")
    first.page.clock.fast_forward(POLL)
    expect(first.page.locator("#presence")).to_contain_text(f"{two.name}自")
    first.picture("two-on-one-task")

    mark_all(first)
    opinion = first.page.get_by_label("资料审查情况")
    opinion.fill("写了很久的审查情况。")
    first.page.clock.fast_forward(2_000)
    expect(first.page.locator("[data-save-state]")).to_contain_text("已保存")
    site.play(case.id, [{"step": "examine", "item": "P2", "variables": {"visit_needed": False}}])
    first.page.clock.fast_forward(POLL)
    expect(first.page.locator("#presence")).to_contain_text("办理")
    first.refusals.add(409)
    press_act(first, "完成资料审查")
    expect(first.page.locator(".flash-error").first).to_contain_text("您填写的内容没有提交")
    kept = first.page.locator("#act .kept").filter(has_text="审查意见")
    expect(kept.get_by_role("textbox")).to_have_value("写了很久的审查情况。")
    first.look_over()


def test_a_document_is_read_in_place_annotated_and_asked_to_be_corrected(site: Site, somebody: Somebody) -> None:
    case = site.received("refused-item")
    with site.app.app_context():
        lease = plans.hand_in(case.id, "premises-proof", plans.lease(), "application/pdf", 3)
        task, who = office.claimed(case.id, "accept", "P2")
        address, login = f"/tasks/{task.id}", who.login
    reviewer = somebody(login)
    page = reviewer.page
    reviewer.open(address, re.compile("^受理审查"))
    document = page.locator(f"#file-{lease}")
    document.locator("summary").first.click()
    view = document.locator("[data-view]")
    expect(view).to_have_attribute("data-ready", "")
    expect(view.locator(".document-page")).to_have_text("1 / 3")
    sheet = view.locator(".document-sheet")
    width, drawn = sheet.bounding_box(), sheet.evaluate("(it) => getComputedStyle(it).width")
    view.focus()
    page.keyboard.press("+")
    page.keyboard.press("ArrowRight")
    expect(view.locator(".document-page")).to_have_text("2 / 3")
    expect(sheet).not_to_have_css("width", drawn)
    wider = sheet.bounding_box()
    assert width is not None
    assert wider is not None
    assert wider["width"] > width["width"]
    page.keyboard.press("0")
    page.keyboard.press("r")
    page.keyboard.press("r")
    page.keyboard.press("r")
    page.keyboard.press("r")
    reviewer.look_over()

    page.get_by_label("理由或更正情况").fill("先写一句。")
    page.keyboard.press("Tab")
    view.get_by_role("button", name="批注", exact=True).click()
    marks = view.locator(".document-marks")
    marks.scroll_into_view_if_needed()
    box = marks.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.12)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.3, steps=5)
    page.mouse.up()
    document.get_by_label("批注内容").fill("平面图没有标注仓库的面积 <b>")
    document.get_by_role("button", name="保存批注").click()
    note = document.locator("[data-note]")
    expect(note).to_contain_text("第 2 页")
    expect(note).to_contain_text("平面图没有标注仓库的面积 <b>")
    expect(view.locator("button.document-mark")).to_have_count(1)
    reviewer.picture("documents", at=f"#file-{lease}")
    reviewer.look_over()

    note.get_by_role("button", name="列入补正清单").click()
    reviewer.arrives(re.compile("^受理审查"))
    line = page.locator("input[name='fault.material.premises-proof']")
    expect(line).to_have_value("第 2 页：平面图没有标注仓库的面积 <b>")
    expect(page.locator("input[name='outcome'][value='correction']")).to_be_checked()
    expect(page.get_by_label("理由或更正情况")).to_have_value("先写一句。")


def test_a_picture_is_turned_and_one_document_follows_the_other(site: Site, somebody: Somebody) -> None:
    case = site.received("refused-item")
    with site.app.app_context():
        plans.hand_in(case.id, "premises-proof", plans.photo(), "image/jpeg", 1)
        task, who = office.claimed(case.id, "accept", "P2")
        address, login = f"/tasks/{task.id}", who.login
    reviewer = somebody(login)
    reviewer.open(address, re.compile("^受理审查"))
    picture = reviewer.page.locator("details[data-document][data-type='image/jpeg']")
    picture.locator("summary").first.click()
    view = picture.locator("[data-view]")
    expect(view).to_have_attribute("data-ready", "")
    upright = view.locator("canvas").bounding_box()
    view.focus()
    reviewer.page.keyboard.press("r")
    expect(view).to_have_attribute("data-turned", "90")
    turned = view.locator("canvas").bounding_box()
    assert upright is not None
    assert turned is not None
    assert upright["width"] > upright["height"]
    assert turned["height"] > turned["width"]
    reviewer.page.keyboard.press("]")
    expect(picture).not_to_have_attribute("open", "")
    following = reviewer.page.locator("details[data-document][open] [data-view]")
    expect(following).to_have_attribute("data-ready", "")
    expect(following).to_be_focused()
