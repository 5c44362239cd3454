"""The editors of decision tables and forms: changed as people do, checked as one edits, kept as they were read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from engine.dmn import Decisions, read_decisions
from engine.dmn.model import Decision
from engine.errors import EngineError
from engine.forms import inspect_form
from engine.runtime import Context
from engine.values import Value
from engine.words import Words
from tests.browser.person import PHONE, Person
from tests.browser.site import Site
from tests.browser.test_designer import begin_copy
from tests.support import office
from webapp.queries.working_copies import digests_of, file_of
from webapp.services import working_copies
from webapp.settings import PROJECT_FOLDER
from webapp.unit_of_work import sql

DESIGNER = "taoran"
TABLE, FORM, DICTIONARY = "commitment.dmn", "forms/application.form", "_shared/fields.form"
SAVED = re.compile("已保存并检查")
FEES = PROJECT_FOLDER / "tests/conformance/own/decisions/fees/fees.dmn"
#: Every text on the page in Latin letters but what stands in the file itself, a name or a mark of the library.
IN_ENGLISH = (Path(__file__).parent / "in_english.js").read_text("utf-8")

#: Inputs for the decisions of the shipped file, and of one with two decisions and a service.
GRID: list[dict[str, Value]] = [
    {
        "item": item,
        "requirement": requirement,
        "drug_scope": scope,
        "credit": credit,
        "listed": listed,
        "district": "east",
    }
    for item, requirement, scope, credit, listed in product(
        ("P2", "P3", "P5", "P6"),
        (None, "health-certificates", "equipment-list"),
        (["otc-b"], ["rx-otc-a"], ["otc-b", "cold-chain"], ["tcm-pieces"]),
        ("good", "barred"),
        (True, False),
    )
] + [{"floor area": Decimal(area), "opened on": date(2026, 1, 5)} for area in (70, 100, 120)]

Somebody = Callable[..., Person]


def test_a_rule_is_changed_checked_taken_back_and_seen_in_the_difference(site: Site, somebody: Somebody) -> None:
    designer = somebody(DESIGNER)
    begin_copy(designer, "承诺规则修改")
    open_file(designer, TABLE)
    page = designer.page
    designer.look_over()
    cell(page, "rule-credit-credit", '"barred')
    expect(status(page)).to_contain_text(SAVED)
    expect(page.locator("td[data-element-id=rule-credit-credit]")).to_contain_text('"barred"')  # the editor closed it
    page.locator("td[data-element-id=rule-not-listed-listed]").click()
    expect(page.get_by_role("textbox", name="规则 2 · 列入告知承诺清单").first).to_be_attached()
    cell(page, "rule-not-listed-listed", "1 +")
    found = page.locator("#designer-findings .is-error").first
    expect(found).to_contain_text("规则 2 · 列入告知承诺清单")
    designer.picture("decision-findings")
    page.get_by_role("button", name="决策关系图", exact=True).click()
    found.click()  # goes back to the table, and to the cell
    expect(page.locator("td[data-element-id=rule-not-listed-listed]")).to_be_in_viewport()
    designer.press("撤销")
    expect(page.locator("#designer-findings .is-error")).to_have_count(1)  # what is undone belongs to the view
    cell(page, "rule-not-listed-listed", "true")
    expect(page.locator("#designer-findings .is-error")).to_have_count(0)
    expect(status(page)).to_contain_text(SAVED)
    differs(designer, "承诺规则修改", TABLE, "true")


def test_undoing_in_the_table_takes_the_finding_away(site: Site, somebody: Somebody) -> None:
    designer = somebody(DESIGNER)
    begin_copy(designer, "撤销")
    open_file(designer, TABLE)
    page = designer.page
    cell(page, "rule-credit-eligible", "1 +")
    expect(page.locator("#designer-findings .is-error").first).to_be_visible()
    designer.press("撤销")  # all that was typed, not its last sign
    expect(page.locator("td[data-element-id=rule-credit-eligible] .content-editable")).to_have_text("false")
    expect(page.locator("#designer-findings .is-error")).to_have_count(0)
    designer.press("重做")
    expect(page.locator("#designer-findings .is-error").first).to_be_visible()


def test_a_rule_that_is_added_has_its_note_in_the_files_column(site: Site, somebody: Somebody) -> None:
    designer = somebody(DESIGNER)
    begin_copy(designer, "加一条规则")
    open_file(designer, TABLE)
    page = designer.page
    before = page.locator("td.rule-index").count()
    page.locator("td[data-element-id=rule-credit-item]").click(button="right")
    page.get_by_text("下面加规则").first.click()
    expect(page.locator("td.rule-index")).to_have_count(before + 1)
    note = page.locator("td.annotation").nth(1)
    note.click()
    page.keyboard.type("新加的规则")
    page.get_by_role("heading", level=1).click()
    expect(status(page)).to_contain_text(SAVED)
    text = saved_text(site, TABLE)
    assert "<annotationEntry><text>新加的规则</text></annotationEntry>" in text
    assert "<description>" not in text


def test_everything_of_the_table_is_in_chinese(site: Site, somebody: Somebody) -> None:
    designer = somebody(DESIGNER)
    begin_copy(designer, "中文")
    open_file(designer, TABLE)
    page = designer.page
    found = set(page.evaluate(IN_ENGLISH))
    for place in ("td[data-element-id=rule-credit-item]", "td[data-element-id=rule-credit-eligible]", "th.input-cell"):
        page.locator(place).first.click(button="right")
        found |= set(page.evaluate(IN_ENGLISH))
        page.get_by_role("heading", level=1).click()
    for place in ("rule-credit-item", "rule-credit-listed", "rule-credit-eligible"):
        page.locator(f"td[data-element-id={place}]").click(modifiers=["Control"])
        found |= set(page.evaluate(IN_ENGLISH))
        page.get_by_role("heading", level=1).click()
    page.locator("th.input-cell").nth(2).dblclick()
    found |= set(page.evaluate(IN_ENGLISH))
    page.get_by_role("heading", level=1).click()
    page.get_by_role("button", name="决策关系图", exact=True).click()
    page.locator(".djs-element[data-element-id=commitment-eligibility]").first.click()
    found |= set(page.evaluate(IN_ENGLISH))
    designer.picture("decision-graph")
    assert sorted(found) == []
    assert page.evaluate("[...document.querySelector('[data-decision-editor]').untranslated]") == []


@pytest.mark.parametrize("path", [PROJECT_FOLDER / "processes/open-pharmacy" / TABLE, FEES], ids=lambda path: path.stem)
def test_a_decision_file_that_is_opened_and_saved_decides_as_before(site: Site, somebody: Somebody, path: Path) -> None:
    designer = somebody(DESIGNER)
    begin_copy(designer, "往返")
    put(site, TABLE, path.read_bytes())
    open_file(designer, TABLE)
    page = designer.page
    touch(page)
    expect(status(page)).to_contain_text(SAVED)
    written = saved_text(site, TABLE).encode()
    assert written != path.read_bytes()
    assert decided(written) == decided(path.read_bytes())


def test_what_the_editor_would_lose_is_not_opened(site: Site, somebody: Somebody) -> None:
    designer = somebody(DESIGNER)
    begin_copy(designer, "新版本的文件")
    newer = (
        (PROJECT_FOLDER / "processes/open-pharmacy" / TABLE).read_bytes().replace(b"20191111/MODEL", b"20230324/MODEL")
    )
    put(site, TABLE, newer)
    designer.page.get_by_role("link", name=re.compile("^文件")).first.click()
    designer.page.get_by_role("link", name=f"编辑 {TABLE}", exact=True).click()
    expect(designer.page.get_by_role("alert")).to_contain_text("决策编辑器只能打开 DMN 1.3 文件中它认识的内容")
    expect(designer.page.get_by_role("button", name="保存并检查")).to_be_disabled()


def test_a_field_of_the_dictionary_is_put_in_and_changed_and_the_deviation_is_told(
    site: Site, somebody: Somebody
) -> None:
    designer = somebody(DESIGNER)
    begin_copy(designer, "加一个字段")
    put(site, FORM, without("shop_name", file(FORM)))
    open_file(designer, FORM)
    page = designer.page
    counts = page.locator("#designer-counts")
    expect(counts).to_contain_text(re.compile("[1-9] 个错误"))  # the bundle names this field
    designer.look_over()
    page.locator(".fjs-form-container [data-id=applicant-name]").click()
    page.get_by_label("找字段").fill("药店")
    page.get_by_role("button", name=re.compile("药店名称")).click()
    expect(counts).to_contain_text("：0 个错误")
    expect(page.get_by_role("button", name=re.compile("药店名称"))).to_be_disabled()
    fields = [one["key"] for one in json.loads(saved_text(site, FORM))["components"][0]["components"]]
    assert fields[:2] == ["applicant_name", "shop_name"]
    open_group(page, "基本")
    label = page.locator("#bio-properties-panel-label")
    label.fill("店名")
    label.blur()
    told = page.locator("#designer-findings").get_by_role("button", name=re.compile("与共用字段"))
    expect(told).to_contain_text("与共用字段“药店名称（字号）”（shop_name）不一致：名称。")
    designer.picture("form-findings")
    page.get_by_role("checkbox", name=re.compile("P2")).check()
    page.locator(".fjs-form-container [data-id=credit-code]").click()
    told.click()
    expect(page.get_by_role("checkbox", name=re.compile("P2"))).to_be_checked()
    expect(status(page)).to_contain_text(SAVED)
    differs(designer, "加一个字段", FORM, "店名")


def test_a_condition_is_written_with_known_names_and_the_preview_shows_what_it_does(
    site: Site, somebody: Somebody
) -> None:
    designer = somebody(DESIGNER)
    begin_copy(designer, "隐藏条件")
    open_file(designer, FORM)
    page = designer.page
    page.locator(".fjs-form-container [data-id=shop-name]").click()
    open_group(page, "显示条件")
    condition = page.locator("[data-entry-id=conditional-hide] .cm-content")
    condition.click()
    page.keyboard.type("existing_l")
    page.locator(".cm-tooltip-autocomplete li", has_text="existing_licence").click()  # a guided question
    page.keyboard.type(" = true")
    expect(condition).to_have_text("existing_licence = true")
    page.get_by_role("heading", level=1).click()
    expect(status(page)).to_contain_text(SAVED)
    with page.expect_popup() as opened:
        page.get_by_role("link", name="预览").click()
    preview = opened.value
    expect(preview.get_by_label("药店名称（字号）")).to_be_visible()
    preview.get_by_label("引导问题的回答").fill('{"existing_licence": true}')
    preview.get_by_role("button", name="更新预览").click()
    expect(preview.get_by_label("药店名称（字号）")).to_have_count(0)
    preview.get_by_role("button", name="按填写的检查").click()
    expect(preview.get_by_role("alert").first).to_be_visible()


def test_everything_of_the_form_is_in_chinese(site: Site, somebody: Somebody) -> None:
    """Every kind of component with all groups of its properties opened."""
    designer = somebody(DESIGNER)
    begin_copy(designer, "全部组件")
    put(site, FORM, b'{"type": "default", "id": "x", "schemaVersion": 19, "components": []}')
    open_file(designer, FORM)
    page = designer.page
    found = set(page.evaluate(IN_ENGLISH))
    kinds = page.locator(".fjs-palette-field").evaluate_all("all => all.map((one) => one.dataset.fieldType)")
    for kind in kinds:
        add(page, kind)
        page.locator("#designer-properties .bio-properties-panel-group-header:not(.open)").evaluate_all(
            "all => all.forEach((one) => one.click())"
        )
        found |= set(page.evaluate(IN_ENGLISH))
    assert sorted(found) == []
    expect(page.locator("#designer-findings")).to_contain_text("不支持组件类型“iframe”")  # refused by name


@pytest.mark.parametrize("path", [FORM, "forms/visit.form", "forms/_shared/verify.form", DICTIONARY])
def test_a_form_that_is_opened_and_saved_asks_as_before(site: Site, somebody: Somebody, path: str) -> None:
    designer = somebody(DESIGNER)
    begin_copy(designer, "往返")
    before = file(path)
    open_file(designer, path)
    page = designer.page
    page.evaluate(
        """() => {
            const { editor } = document.querySelector('[data-form-editor]');
            const group = editor.get('formFieldRegistry').getAll().find(({ type }) => type === 'group');
            editor.get('modeling').addFormField({ type: 'separator' }, group, 0);
            editor.get('commandStack').undo();
        }"""
    )
    expect(status(page)).to_contain_text(SAVED)
    after = saved_text(site, path)
    assert json.loads(after) == json.loads(before)
    assert asked(after.encode()) == asked(before)


def test_on_a_phone_the_text_is_offered(site: Site, somebody: Somebody) -> None:
    designer = somebody(DESIGNER)
    begin_copy(designer, "手机")
    address = designer.page.url
    designer.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    for endpoint, path, words in (
        ("design", "open-pharmacy.bpmn", "屏幕太窄，画不了图。"),
        ("decisions", TABLE, "屏幕太窄，决策表放不下。"),
        ("form", FORM, "屏幕太窄，表单编辑器放不下。"),
    ):
        designer.page.goto(f"{address}/{endpoint}?path={path}")
        expect(designer.page.get_by_text(words)).to_be_visible()
        expect(designer.page.get_by_role("button", name="保存并检查")).to_be_hidden()
    designer.page.get_by_role("link", name="修改文本").click()
    expect(designer.page.get_by_label("内容")).to_be_visible()


# What the stories do


def open_file(designer: Person, path: str) -> None:
    page = designer.page
    page.get_by_role("link", name=re.compile("^文件")).first.click()
    page.get_by_role("link", name=f"编辑 {path}", exact=True).click()
    expect(page.locator("[data-ready]:is([data-decision-editor], [data-form-editor])")).to_have_count(1)


def status(page: Page) -> Any:
    return page.locator("#designer-status")


def cell(page: Page, element: str, text: str) -> None:
    """Type into a cell of the table as a person does."""
    page.locator(f"td[data-element-id={element}]").click()
    page.keyboard.press("Control+a")
    page.keyboard.type(text)
    page.keyboard.press("Escape")  # what completion offers
    page.get_by_role("heading", level=1).click()


def touch(page: Page) -> None:
    """A change and the same back: the file is saved as the editor writes it."""
    page.evaluate(
        """() => {
            const viewer = document.querySelector('[data-decision-editor]').modeler.getActiveViewer();
            const [rule] = viewer.get('sheet').getRoot().rows;
            viewer.get('modeling').editCell(rule.cells[0].businessObject, '"changed"');
            viewer.get('commandStack').undo();
        }"""
    )


def open_group(page: Page, name: str) -> None:
    header = page.locator("#designer-properties .bio-properties-panel-group-header", has_text=name).first
    if "open" not in (header.get_attribute("class") or "").split():
        header.click()


def add(page: Page, kind: str) -> None:
    page.evaluate(
        """(type) => {
            const { editor } = document.querySelector('[data-form-editor]');
            const root = editor.get('formFieldRegistry').getAll().find((one) => one.type === 'default');
            const field = editor.get('modeling').addFormField({ type }, root, root.components.length);
            editor.get('selection').set(field);
        }""",
        kind,
    )
    expect(page.locator("#designer-properties [data-field]")).to_have_count(1)


def differs(designer: Person, title: str, path: str, said: str) -> None:
    designer.page.get_by_role("link", name=title).click()
    designer.page.get_by_role("link", name=re.compile("^与底版的差异")).click()
    expect(designer.page.locator("main")).to_contain_text(path)
    expect(designer.page.locator("main")).to_contain_text(said)


def newest() -> int:
    row = sql().execute("select max(id) from working_copy").fetchone()
    assert row is not None
    return int(row[0])


def put(site: Site, path: str, content: bytes) -> None:
    with site.app.app_context():
        copy = newest()
        working_copies.save(copy, path, content, digests_of(copy).get(path), by=office.person(DESIGNER))


def saved_text(site: Site, path: str) -> str:
    with site.app.app_context():
        return file_of(newest(), path)[0].decode()


def file(path: str) -> bytes:
    """A file of the shipped bundle."""
    folder = {"forms/_shared": "forms/_shared", "forms": "forms/open-pharmacy", "_shared": "processes/_shared"}
    return (PROJECT_FOLDER / folder[path.rpartition("/")[0]] / path.rpartition("/")[2]).read_bytes()


def without(key: str, content: bytes) -> bytes:
    form = json.loads(content)
    for group in form["components"]:
        group["components"] = [one for one in group.get("components", []) if one.get("key") != key]
    return json.dumps(form, ensure_ascii=False, indent=2).encode()


def decided(content: bytes) -> list[str]:
    """What comes of every decision of the file over a grid of what the shipped ones read, and which rules decided."""
    read, findings = read_decisions(content, "file.dmn")
    told = [f"{one.code} {one.element}" for one in findings]
    for key, node in read.nodes.items():
        if isinstance(node, Decision):
            told += [f"{key} {_outcome(read, key, given)}" for given in GRID]
    return told


def _outcome(read: Decisions, key: str, given: Mapping[str, Value]) -> str:
    try:
        outcome = read.evaluate(key, given, Context(datetime(2026, 11, 27, tzinfo=UTC)))
    except EngineError as failed:
        return str(failed)
    return repr((outcome.value, outcome.steps))


def asked(content: bytes) -> str:
    form, findings = inspect_form(content, "file.form", lambda _file, _element, _attribute, chinese: Words(chinese, ""))
    return repr((form, findings))
