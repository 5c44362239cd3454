"""A reviewer's and a window clerk's day with the keyboard alone, and what the help says of each page."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.browser import application
from tests.browser.keyboard import Keys
from tests.browser.person import Person
from tests.browser.site import Site
from tests.support import office
from tests.support.database import PASSWORD

Somebody = Callable[..., Person]
REVIEWER = "zhengxin"
GIVEN = office.example("refused-item")
ACCEPTED = {"step": "accept", "item": "P3", "variables": {"intake_outcome": "accepted"}}


def signed_in(person: Person, login: str) -> Keys:
    """Name, password, Enter."""
    keys = Keys(person)
    person.page.goto("/sign-in")
    keys.to(person.page.get_by_label("账号"))
    keys.type(login)
    keys.to(person.page.get_by_label("密码"))
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(person.page.locator(".topbar-user")).to_be_visible()
    return keys


def test_a_reviewers_day(site: Site, somebody: Somebody) -> None:
    cases = [site.received(name, ways={}) for name in ("refused-item", "mixed-ways", "refused-item")]
    site.play(cases[0].id, [ACCEPTED])
    person = somebody()
    keys = signed_in(person, REVIEWER)
    find_the_task(keys, cases[0].number)
    claim_it(keys)
    say_something(keys)
    carry_it_out(keys)
    site.work_off()
    go_on_and_come_back(keys)


def find_the_task(keys: Keys, number: str) -> None:
    """The search, its chip taken off again, a filter; then down the rows."""
    person, page = keys.person, keys.page
    keys.link("待办", page.get_by_role("navigation", name="主导航"))
    person.arrives("待办")
    keys.press("/")
    expect(page.locator("[data-search]")).to_be_focused()
    keys.type(number)
    keys.press("Enter")
    chips = page.locator(".filter-chips")
    expect(chips).to_contain_text(number)
    keys.to(chips.get_by_role("link").first)
    keys.press("Enter")
    expect(chips).to_have_count(0)
    bundle = page.get_by_label("一件事", exact=True)
    keys.to(bundle)
    for _ in range(bundle.locator("option").all_text_contents().index("开办药店")):
        keys.press("ArrowDown")
    keys.button("按条件显示")
    expect(chips).to_contain_text("开办药店")
    page.wait_for_load_state()  # single keys are heard once the page's script runs
    row = page.locator("#inbox-list tbody tr", has_text="资料审查").filter(has_text=number)
    expect(row).to_have_count(1)
    for _ in range(page.locator("#inbox-list tbody tr").count()):
        keys.press("j")
        if row.get_attribute("data-current") is not None:
            break
    expect(row.get_by_role("link").first).to_be_focused()
    keys.press("Enter")
    person.arrives(re.compile("^资料审查"))


def claim_it(keys: Keys) -> None:
    """Claimed, the focus is at the act."""
    keys.press("c")
    expect(keys.page.locator("[data-claim]")).to_have_count(0)
    expect(keys.page.locator("#act")).to_be_focused()
    keys.person.arrives(re.compile("^资料审查"))


def say_something(keys: Keys) -> None:
    """A comment; single letters are letters where one types."""
    box = keys.page.get_by_label("写留言")
    keys.press("m")
    expect(box).to_be_focused()
    keys.type("jcdnu? 请看平面图")
    expect(box).to_have_value("jcdnu? 请看平面图")
    keys.press("Control+Enter")
    expect(keys.page.locator(".comment-body")).to_have_text("jcdnu? 请看平面图")
    expect(keys.page.locator("#comments")).to_be_focused()
    expect(keys.page.locator("#announce")).to_have_text("留言已发出。")
    keys.person.arrives(re.compile("^资料审查"))


def carry_it_out(keys: Keys) -> None:
    """The checklist and the act: Ctrl+Enter leads to the button, and once more acts."""
    person, page = keys.person, keys.page
    keys.press("d")
    expect(page.locator("#act-form .points input").first).to_be_focused()
    for point in page.locator("#act .points fieldset.point").all():
        keys.tick(point.get_by_role("radio").first)
    choice = page.locator("#act").get_by_role("group", name="是否需要现场核查", exact=True)
    keys.tick(choice.get_by_role("radio").first)
    keys.to(page.get_by_label("资料审查情况"))
    keys.type("平面图与租赁合同一致。")
    keys.tick(page.get_by_label("办结后打开下一件"))
    keys.press("Control+Enter")
    button = page.get_by_role("button", name="完成资料审查", exact=True)
    expect(button).to_be_focused()
    expect(page.locator("#announce")).to_contain_text("完成资料审查")
    person.look_over()
    keys.press("Control+Enter")
    expect(page.locator(".flash-success")).to_contain_text("资料审查")
    expect(page.locator(".flash-success")).to_be_focused()


def go_on_and_come_back(keys: Keys) -> None:
    """What is next stands open; `n` leaves it for the one after it, `u` leads back to the list as it was."""
    person, page = keys.person, keys.page
    opened = page.url
    expect(page).to_have_url(re.compile(r"/tasks/\d+$"))
    page.wait_for_load_state()
    keys.press("n")
    expect(page).not_to_have_url(opened)
    expect(page).to_have_url(re.compile(r"/tasks/\d+$"))
    page.wait_for_load_state()
    keys.press("u")
    person.arrives("待办", look=False)
    expect(page.locator(".filter-chips")).to_contain_text("开办药店")
    keys.press("j", "c")
    person.arrives(re.compile("："), look=False)
    expect(page.locator("#act")).to_be_focused()
    keys.press("u")
    person.arrives("待办", look=False)
    expect(page.locator("tr[data-current]").get_by_role("link").first).to_be_focused()


def test_the_help_tells_what_works_on_this_page(site: Site, somebody: Somebody) -> None:
    case = site.received("refused-item", ways={})
    with site.app.app_context():
        task = office.open_task(case.id, "accept", "P3").id
    person = somebody(REVIEWER)
    keys, page = Keys(person), person.page
    shown = page.locator("#keyboard-help dt:visible")
    page.goto("/inbox")
    keys.press("?")
    expect(shown).to_have_text(["j / k", "Enter", "c", "x", "b", "/", "?", "Esc"])
    keys.press("Escape")
    expect(page.locator("#keyboard-help")).not_to_be_visible()
    page.goto(f"/tasks/{task}")
    keys.press("?")
    expect(shown).to_contain_text(["c", "d", "m", "n", "u", "/"])
    expect(shown.filter(has_text="j / k")).to_have_count(0)
    person.look_over()
    page.context.add_cookies([{"name": "language", "value": "en", "url": site.url}])
    page.reload()
    keys.press("?")
    expect(page.locator("#keyboard-help")).to_contain_text("Open the next task of the list")
    page.goto("/track")
    keys.press("?")
    expect(shown).not_to_contain_text(["j / k"])


def test_a_clerks_day(site: Site, somebody: Somebody, tmp_path: Path) -> None:
    person = somebody()
    keys = signed_in(person, office.CLERK)
    register(keys)
    answer(keys)
    fill_in(keys)
    hand_in(keys, application.papers(tmp_path)["材料.pdf"])
    receive(keys)


def register(keys: Keys) -> None:
    """登记到场, from the window's page."""
    person, page, answers = keys.person, keys.page, GIVEN["answers"]
    keys.link("综合窗口", page.get_by_role("navigation", name="主导航"))
    person.arrives("综合窗口")
    keys.link("新来访")
    person.arrives("登记到场")
    keys.to(page.get_by_label("窗口", exact=True))
    keys.press("ArrowDown")
    keys.to(page.get_by_label("排队号"))
    keys.type("A041")
    keys.tick(page.get_by_label("法定代表人（负责人）"))
    by_hand = page.get_by_label("人工核对证件")
    if not by_hand.is_checked():
        keys.to(page.get_by_role("radio", name="读卡器").first)
        keys.press("ArrowDown")
    expect(by_hand).to_be_checked()
    keys.to(page.get_by_role("textbox", name="姓名"))
    keys.type(answers["legal_representative"])
    keys.to(page.get_by_label("身份证号码"))
    keys.type(answers["legal_representative_id"])
    keys.to(page.get_by_label("手机号码"))
    keys.type(answers["legal_representative_mobile"])
    keys.press("Control+Enter")
    person.arrives("选一件事", look=False)
    keys.to(page.get_by_label("一件事或事项名称，中文或英文"))
    keys.type("药店")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="开办药店")).to_be_visible()
    keys.button("办理这件事")


def answer(keys: Keys) -> None:
    """情形引导: each answer brings the next question, and the focus stays where it was."""
    page = keys.page
    for key, value in GIVEN["guided"].items():
        values = value if isinstance(value, list) else [{True: "yes", False: "no"}.get(value, value)]
        for chosen in values:
            choose(keys, f"#q-{key}-{chosen}")
    keys.button("生成告知单")
    keys.person.arrives("一次性告知单", look=False)
    sheet = page.url
    keys.button("交付并打印告知单")
    keys.person.arrives(re.compile("告知单"), look=False)
    page.goto(sheet)
    keys.link("填表")
    keys.person.arrives("填写申请表", look=False)


def choose(keys: Keys, answer: str) -> None:
    """An answer of a question, with Tab, Space and the arrows."""
    page = keys.page
    control = page.locator(answer)
    expect(control).to_be_visible()
    kind, name = control.get_attribute("type"), control.get_attribute("name")
    group = page.locator(f'input[name="{name}"]')
    with page.expect_response(lambda heard: heard.url.endswith("/questions")):
        if kind == "checkbox" or control.evaluate("(e) => e === document.querySelector(`[name='${e.name}']`)"):
            keys.to(control)
            keys.press("Space")
        else:
            keys.to(group.first)
            keys.press(*["ArrowDown"] * place_in(group, control))
    expect(page.locator(".htmx-request")).to_have_count(0)
    expect(control).to_be_checked()
    expect(control).to_be_focused()


def place_in(group: Locator, control: Locator) -> int:
    """How many steps down a radio button stands in its group."""
    wanted = control.get_attribute("value")
    return [one.get_attribute("value") for one in group.all()].index(wanted)


def fill_in(keys: Keys) -> None:
    """填表: one walk through the form."""
    known = {key: value for key, value in GIVEN["answers"].items() if not already(keys, key, value)}
    keys.fill_in(known, "application-form")
    keys.press("Control+Enter")
    keys.person.arrives("提交材料", look=False)


def already(keys: Keys, key: str, value: object) -> bool:
    """Known from who came."""
    controls = keys.page.locator(f'#application-form [name="{key}"]')
    return controls.count() > 0 and application.is_chosen(controls, value)


def hand_in(keys: Keys, file: Path) -> None:
    """Every material: folded open, its file chosen, kept; the next one opens."""
    page = keys.page
    page.on("filechooser", lambda _chooser: None)  # the browser's own dialog is kept shut from now on
    for name in application.missing_materials(keys.person):
        row = application.row_of(keys.person, name)
        if row.locator("details").get_attribute("open") is None:
            keys.to(row.locator("summary"))
            keys.press("Enter")
        keys.to(row.locator("input[type=file]"))
        with page.expect_file_chooser() as chooser:
            keys.press("Space")
        chooser.value.set_files(file)
        keys.button("保存这份材料", row)
        expect(application.row_of(keys.person, name)).to_contain_text("已收")
    keys.link("选择办理方式")


def receive(keys: Keys) -> None:
    """按一般程序办理, checked, received."""
    person, page = keys.person, keys.page
    person.arrives("选择办理方式")
    for item, way in GIVEN["ways"].items():
        control = page.locator(f'input[name="way-{item}"][value="{way}"], input[name="{item}"][value="{way}"]')
        if control.count() and not control.is_checked():
            keys.tick(control)
    keys.press("Control+Enter")
    person.arrives("核对并收件")
    keys.button("确认收件")
    person.arrives("已收件")
    expect(page.locator("[data-case-number]")).to_be_visible()
