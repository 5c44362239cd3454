"""The files of a working copy: called by their titles, and taken out only when that is meant."""

from __future__ import annotations

from tests.webapp.browsing import Browser
from tests.webapp.test_examples import DESIGNER, copy_id
from webapp.services import working_copies

__all__ = ["copy_id"]


def row(browser: Browser, path: str) -> str:
    found = browser.page.xpath(f"//tr[.//code[text()='{path}']]")
    return " ".join(text.strip() for text in found[0].xpath("th")[0].itertext() if text.strip())


def test_files_are_called_by_their_titles(client, copy_id) -> None:
    designer = Browser.of(client, DESIGNER)
    designer.open(f"/studio/copies/{copy_id}?view=files")
    assert row(designer, "open-pharmacy.bpmn").startswith("开办药店 ")
    assert row(designer, "commitment.dmn").startswith("告知承诺适用规则 ")
    assert row(designer, "_shared/documents/acceptance-notice.md").startswith("受理通知书 ")
    assert row(designer, "bundle.toml") == "bundle.toml"


def test_a_file_is_taken_out_in_two_steps_and_where_it_can_be_had_back_is_said(client, copy_id) -> None:
    designer = Browser.of(client, DESIGNER)
    designer.open(f"/studio/copies/{copy_id}?view=files")
    form = next(one for one in designer.page.forms if one.fields.get("path") == "commitment.dmn")
    assert form.getparent().tag == "details"
    assert form.getparent().get("open") is None
    assert form.xpath("string(.//button)").strip() == "确定移除"
    designer.send(form.get("action"), dict(form.form_values()))
    assert "在“修改记录”里可以恢复" in designer.text
    assert "commitment.dmn" not in working_copies.files_of(copy_id)
