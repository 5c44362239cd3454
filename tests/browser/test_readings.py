"""A file of another modeller, without a picture: it is laid out, and the page says what was understood how."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.person import Person
from tests.webapp.test_readings import CAMUNDA_7

Somebody = Callable[..., Person]


def test_a_foreign_file_is_laid_out_and_accounted_for(somebody: Somebody, tmp_path: Path) -> None:
    path = tmp_path / "leave.bpmn"
    path.write_bytes(CAMUNDA_7)
    designer = somebody("taoran")
    page = designer.page
    designer.open("/studio/check", "检查文件")
    page.get_by_label("文件", exact=True).set_input_files(path)
    designer.press("检查")
    designer.arrives("检查结果：leave.bpmn")
    expect(page.locator("[data-diagram] .djs-element[data-element-id=ask]")).to_be_visible()
    expect(page.locator("[data-diagram] .djs-connection").first).to_be_attached()
    expect(page.locator("main")).to_contain_text("下图由系统自动排布")
    row = page.get_by_role("row").filter(has_text="camunda:executionListener")
    expect(row).to_contain_text("必须画成环节后才能发布")
    designer.picture("foreign-file", at="details.card")
