"""What somebody wrote beside the elements, and what the editors do not know, is in the file that they save."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from lxml import etree
from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.site import Site
from tests.browser.test_designer import begin_copy, open_diagram, ready, rename
from tests.browser.test_editors import DESIGNER, SAVED, TABLE, cell, file, open_file, put, saved_text, status
from webapp.settings import PROJECT_FOLDER

LICENCE = "_shared/item-licence.bpmn"
TABLE_FILE = PROJECT_FOLDER / "processes/open-pharmacy" / TABLE
#: What another office's tool knows about an element.
FOREIGN = (
    '<extensionElements><office:sheet xmlns:office="urn:another:office" page="3" office:seen="yes">'
    "<office:line>甲<office:b>乙</office:b></office:line></office:sheet></extensionElements>"
)

Somebody = Callable[..., Person]


def test_remarks_and_foreign_parts_of_a_decision_file_survive_the_editor(site: Site, somebody: Somebody) -> None:
    designer = somebody(DESIGNER)
    begin_copy(designer, "带注释的决策")
    text, variable = TABLE_FILE.read_text("utf-8"), '<variable id="commitment-eligibility-variable"'
    written = (
        text.replace("<definitions ", '<?office sheet="3"?>\n<!-- 来源：办法第三条 -->\n<definitions ', 1)
        .replace('      <rule id="rule-not-listed">', '      <!-- 清单以外 -->\n      <rule id="rule-not-listed">')
        .replace("<text>item</text>", "<text>item<!-- 事项代码 --></text>")
        .replace(variable, f"{FOREIGN}\n    {variable}")
    )
    put(site, TABLE, written.encode())
    open_file(designer, TABLE)
    cell(designer.page, "rule-credit-eligible", "true")
    expect(status(designer.page)).to_contain_text(SAVED)
    saved = saved_text(site, TABLE)
    assert re.search(r'\?>\s+<\?office sheet="3"\?>\s+<!-- 来源：办法第三条 -->\s+<definitions ', saved)
    assert re.search(r"<!-- 清单以外 -->\n\s+<rule id=\"rule-not-listed\">", saved)
    assert "<text>item<!-- 事项代码 --></text>" in saved
    assert foreign(saved) == foreign(written)


def test_remarks_and_foreign_parts_of_a_diagram_survive_the_editor(site: Site, somebody: Somebody) -> None:
    designer = somebody(DESIGNER)
    begin_copy(designer, "带注释的图")
    text = file(LICENCE).decode()
    task = '<bpmn:userTask id="correct" name="补正材料">\n      <bpmn:extensionElements>'
    assert task in text
    inside = FOREIGN.removeprefix("<extensionElements>").removesuffix("</extensionElements>")
    written = text.replace(task, f"<!-- 申请人补正 -->\n    {task}\n        <!-- 岗位以后再定 -->\n        {inside}")
    put(site, LICENCE, written.encode())
    open_diagram(designer, "item-licence.bpmn")
    rename(designer.page, "correct", "补齐材料")
    expect(status(designer.page)).to_contain_text(SAVED)
    saved = saved_text(site, LICENCE)
    assert re.search(r"<!-- 申请人补正 -->\n\s+<bpmn:userTask id=\"correct\" name=\"补齐材料\">", saved)
    assert re.search(r"<bpmn:extensionElements>\s+<!-- 岗位以后再定 -->", saved)
    assert foreign(saved) == foreign(written)
    with designer.page.expect_download() as taken:
        designer.page.get_by_role("button", name="下载我的图").click()
    assert "<!-- 申请人补正 -->" in taken.value.path().read_text("utf-8")


def test_a_diagram_in_the_encoding_of_another_tool_is_read_and_saved_in_utf_8(site: Site, somebody: Somebody) -> None:
    designer = somebody(DESIGNER)
    begin_copy(designer, "国标编码")
    text = file(LICENCE).decode().replace('encoding="UTF-8"', 'encoding="GB18030"')
    put(site, LICENCE, text.encode("gb18030"))
    open_diagram(designer, "item-licence.bpmn")
    expect(designer.page.locator('.djs-element[data-element-id="correct"]')).to_contain_text("补正材料")
    rename(designer.page, "correct", "补齐材料")
    expect(status(designer.page)).to_contain_text(SAVED)
    saved = saved_text(site, LICENCE)
    assert saved.startswith('<?xml version="1.0" encoding="UTF-8"?>')
    assert 'name="补齐材料"' in saved


@pytest.mark.parametrize("encoding", ["GB18030", "UTF-16"])
def test_the_text_of_such_a_diagram_is_read_and_saved_too(site: Site, somebody: Somebody, encoding: str) -> None:
    designer = somebody(DESIGNER)
    begin_copy(designer, "国标编码的文本")
    text = file(LICENCE).decode().replace('encoding="UTF-8"', f'encoding="{encoding}"')
    put(site, LICENCE, text.encode(encoding))
    designer.page.goto(f"{designer.page.url}/edit?path={LICENCE}")
    box = designer.page.get_by_label("内容")
    expect(box).to_have_value(re.compile('name="补正材料"'))
    box.fill(box.input_value().replace("补正材料", "补齐材料"))
    designer.page.get_by_role("button", name=re.compile("保存")).first.click()
    expect(designer.page.get_by_text("已保存")).to_be_visible()
    saved = saved_text(site, LICENCE)
    assert etree.fromstring(saved.encode()).xpath("//*[@id='correct']/@name") == ["补齐材料"]


@pytest.mark.parametrize("drawn", [True, False], ids=["with a picture", "without a picture"])
def test_a_diagram_of_which_the_editor_would_lose_something_is_not_opened(
    site: Site, somebody: Somebody, drawn: bool
) -> None:
    designer = somebody(DESIGNER)
    begin_copy(designer, "不认识的内容")
    text = (
        file(LICENCE)
        .decode()
        .replace('<bpmn:userTask id="correct"', '<bpmn:step2 id="x" /><bpmn:userTask id="correct"')
    )
    if not drawn:
        text = re.sub(r"<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", "", text, flags=re.DOTALL)
    put(site, LICENCE, text.encode())
    page = designer.page
    page.get_by_role("link", name=re.compile("^文件")).first.click()
    page.get_by_role("link", name=re.compile("画图.*item-licence.bpmn")).click()
    expect(page.get_by_role("alert").first).to_contain_text("流程图编辑器不认识文件里的一些内容")
    expect(page.get_by_role("alert").first).to_contain_text("<bpmn:step2>")
    expect(page.get_by_role("button", name="保存并检查")).to_be_disabled()
    assert saved_text(site, LICENCE) == text


def test_what_was_inside_a_deleted_element_comes_back_when_the_deletion_is_undone(
    site: Site, somebody: Somebody
) -> None:
    designer = somebody(DESIGNER)
    begin_copy(designer, "删了又撤销")
    task = '<bpmn:userTask id="correct" name="补正材料">'
    written = file(LICENCE).decode().replace(task, f"{task}<!-- 一次告知 -->")
    put(site, LICENCE, written.encode())
    open_diagram(designer, "item-licence.bpmn")
    page = designer.page
    ready(page)
    page.locator('.djs-element[data-element-id="correct"]').first.click()
    page.keyboard.press("Delete")
    expect(page.locator('.djs-element[data-element-id="correct"]')).to_have_count(0)
    expect(status(page)).to_contain_text(SAVED)
    assert "一次告知" not in saved_text(site, LICENCE)
    designer.press("撤销")
    expect(page.locator('.djs-element[data-element-id="correct"]').first).to_be_visible()
    expect(status(page)).to_contain_text("将自动保存")
    expect(status(page)).to_contain_text(SAVED)
    assert "一次告知" in saved_text(site, LICENCE)


def foreign(text: str) -> bytes:
    """The foreign part, however it is written."""
    parser = etree.XMLParser(remove_blank_text=True)
    found = etree.fromstring(text.encode(), parser).find(".//{urn:another:office}sheet")
    assert found is not None
    canonical: bytes = etree.tostring(found, method="c14n", exclusive=True, with_tail=False)
    return canonical
