"""The diagram editor: a working copy is drawn in, saves itself, is checked, and is kept as a version."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.person import Person
from tests.browser.site import Site

LICENCE = "_shared/item-licence.bpmn"
SAVED = re.compile("已保存并检查")

Somebody = Callable[..., Person]


def test_a_diagram_is_drawn_in_saved_and_kept_as_a_version(site: Site, somebody: Somebody) -> None:
    designer = somebody("taoran")
    begin_copy(designer, "补正任务改名")
    open_diagram(designer, "item-licence.bpmn")
    rename(designer.page, "correct", "补齐材料")
    expect(designer.page.locator("#designer-status")).to_contain_text(SAVED)
    designer.picture("designer")
    name_the_posts(designer)
    everything_is_in_chinese(designer.page)
    break_and_mend(designer)
    keep(designer)


def test_who_saves_over_a_colleague_is_told_and_loses_nothing(site: Site, somebody: Somebody) -> None:
    first = somebody("taoran")
    first.refusals.add(409)
    begin_copy(first, "两人同时改")
    address = first.page.url
    open_diagram(first, "item-licence.bpmn")
    drawn = first.page.url
    second = somebody("taoran")
    second.page.goto(drawn)
    ready(second.page)  # looking a page over changes its width, which an editor that opens cannot bear
    second.arrives(LICENCE)
    rename(second.page, "correct", "补齐")
    expect(second.page.locator("#designer-status")).to_contain_text(SAVED)
    rename(first.page, "correct", "补正")
    expect(first.page.get_by_role("alert")).to_contain_text("保存了此文件，您的修改没有保存")
    with first.page.expect_download() as taken:
        first.page.get_by_role("button", name="下载我的图").click()
    assert 'name="补正"' in taken.value.path().read_text("utf-8")
    second.open(f"{address}?view=difference", "两人同时改")
    expect(second.page.locator("main")).to_contain_text("补齐")


def begin_copy(designer: Person, title: str) -> None:
    designer.open("/studio", "流程工作室")
    designer.page.get_by_role("link", name="第 1 版").first.click()
    designer.page.get_by_label("要改什么").fill(title)
    designer.press("以此为底开始工作稿")
    designer.arrives(title)


def open_diagram(designer: Person, name: str) -> None:
    page = designer.page
    page.get_by_role("link", name=re.compile("^文件")).first.click()
    page.get_by_role("link", name=re.compile(f"画图.*{re.escape(name)}")).click()
    ready(page)


def ready(page: Page) -> None:
    expect(page.locator("[data-designer][data-ready]")).to_have_count(1)


def rename(page: Page, element: str, name: str) -> None:
    """By the panel of properties, as somebody does who does not draw."""
    page.evaluate(
        """(id) => {
            const modeler = document.querySelector('[data-designer]').modeler;
            modeler.get('selection').select(modeler.get('elementRegistry').get(id));
        }""",
        element,
    )
    panel = page.locator("#designer-properties")
    box = panel.locator("#bio-properties-panel-name")
    if not box.is_visible():
        panel.locator(".bio-properties-panel-group-header", has_text="基本").first.click()
    box.fill(name)
    box.blur()


def name_the_posts(designer: Person) -> None:
    """From the list below the field, by keyboard; what the list does not have may be written there all the same."""
    page = designer.page
    panel, posts = page.locator("#designer-properties"), page.get_by_role("listbox", name="可选的岗位")
    panel.locator(".bio-properties-panel-group-header", has_text="办理人和岗位").click()
    field = panel.get_by_role("combobox", name="候选岗位")
    expect(field).to_have_value("window.clerk")
    field.focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowDown")
    expect(posts.get_by_role("option", selected=True)).to_contain_text("window.clerk")
    designer.picture("designer-posts")
    page.keyboard.press("Escape")
    expect(posts).to_be_hidden()
    field.fill("no.such")
    expect(posts).to_be_hidden()
    errors = page.locator("#designer-findings .is-error")
    expect(errors.filter(has_text="岗位“no.such”不存在")).to_be_visible()
    field.fill("")
    page.keyboard.type("行政审批 药品")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(field).to_have_value("drug.review")
    page.keyboard.type(",")
    posts.get_by_role("option").filter(has_text="window.issue").click()
    expect(field).to_have_value("drug.review,window.issue")
    expect(posts).to_be_hidden()
    expect(errors).to_have_count(0)
    by_pinyin(field, "xzsp yaopinjue", "drug.decide")
    by_pinyin(field, "tycj", "window.issue")
    field.fill("=groups.review")
    name_them_in_an_expression(designer, panel.get_by_role("textbox", name="候选岗位"))


def by_pinyin(field: Locator, letters: str, key: str) -> None:
    """First letters or syllables, of the post or of its department."""
    field.fill("")
    field.press_sequentially(letters)
    field.press("Enter")
    expect(field).to_have_value(key)


def name_them_in_an_expression(designer: Person, field: Locator) -> None:
    """Inside of its texts the posts are completed, behind a comma the next; outside of them they are not."""
    page = designer.page
    offered = page.locator(".cm-tooltip-autocomplete [role=option]")
    expect(field).to_have_text("groups.review")
    field.click()
    page.keyboard.press("Control+a")
    page.keyboard.type('if drug_scope = null then "yaop')
    expect(offered).to_have_count(2)
    expect(offered.first).to_contain_text("drug.review药品审查岗")
    designer.picture("designer-posts-in-feel")
    offered.first.click()  # the editor takes no key for some milliseconds after it shows what fits
    page.keyboard.type(",出件")
    expect(offered).to_have_count(1)
    offered.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" else drug")
    expect(offered.filter(has_text="drug_scope").first).to_be_visible()
    expect(offered.filter(has_text="审查岗")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(field).to_have_text('if drug_scope = null then "drug.review,window.issue" else drug')
    for typed, wanted in (("items.", "P2"), ("items.P2.", "applies"), ("items.P2.groups.", "review")):
        page.keyboard.press("Control+a")
        page.keyboard.type(typed)
        expect(offered.filter(has_text=wanted).first).to_be_visible()
        page.keyboard.press("Escape")
    page.keyboard.press("Control+a")
    page.keyboard.type("groups.review")


def everything_is_in_chinese(page: Page) -> None:
    """The panel of every kind of element of the diagram and all menus say nothing in English."""
    left = page.evaluate(
        """async () => {
            const mount = document.querySelector('[data-designer]');
            const modeler = mount.modeler;
            const pause = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
            const kinds = new Map();
            for (const one of modeler.get('elementRegistry').getAll()) {
                const events = (one.businessObject?.eventDefinitions ?? []).map(({ $type }) => $type);
                if (!one.labelTarget) kinds.set(`${one.type} ${events}`, one);
            }
            for (const element of kinds.values()) {
                modeler.get('selection').select(element);
                await pause();
                for (const menu of ['bpmn-append', 'bpmn-replace', 'bpmn-create', 'ow-connect']) {
                    try {
                        modeler.get('popupMenu').open(element, menu, { x: 400, y: 200 }, {});
                        await pause();
                        modeler.get('popupMenu').close();
                    } catch { /* not every element has every menu */ }
                }
            }
            return [...mount.untranslated].sort();
        }"""
    )
    assert not left, "\n".join(left)


def break_and_mend(designer: Person) -> None:
    """What the server finds stands on the element and in the list as soon as it is saved; undoing takes it away."""
    page = designer.page
    page.evaluate(
        """() => {
            const modeler = document.querySelector('[data-designer]').modeler;
            const task = modeler.get('elementRegistry').get('correct');
            const { values } = task.businessObject.extensionElements;
            const who = values.find(({ $type }) => $type === 'zeebe:AssignmentDefinition');
            modeler.get('modeling').updateModdleProperties(task, who, { candidateGroups: undefined });
        }"""
    )
    expect(page.locator("#designer-findings .is-error").first).to_be_visible()
    expect(page.locator(".diagram-finding.is-error").first).to_be_visible()
    designer.picture("designer-findings")
    designer.press("撤销")
    expect(page.locator("#designer-findings .is-error")).to_have_count(0)


def keep(designer: Person) -> None:
    designer.page.get_by_role("link", name="补正任务改名").click()
    designer.arrives("补正任务改名")
    designer.page.get_by_role("link", name=re.compile("^与底版的差异")).click()
    expect(designer.page.locator("main")).to_contain_text("补齐材料")
    designer.picture("working-copy")
    designer.press("存为版本")
    designer.arrives("开办药店 第 2 版")
