"""The studio in a real browser: findings on the picture and in the list lead to each other."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect, sync_playwright
from werkzeug.serving import make_server

from tests.support.chromium import CHROMIUM, ensure_nothing_is_missing, skipped_without_chromium
from tests.support.database import PASSWORD
from webapp.settings import PROJECT_FOLDER

pytestmark = [pytest.mark.slow, skipped_without_chromium]
GROUP = '<zeebe:assignmentDefinition candidateGroups="window.clerk" />'
IS_SHOWN = re.compile("is-shown")


@pytest.fixture
def address(committed_app: Flask) -> Iterator[str]:
    """The application served on a port of its own."""
    server = make_server("127.0.0.1", 0, committed_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def designer(address: str) -> Iterator[Page]:
    """A designer's browser, which must end without a script error or a violation of the policy."""
    ensure_nothing_is_missing()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(base_url=address, viewport={"width": 1440, "height": 900})
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        page.goto("/sign-in")
        page.fill("[name=login]", "taoran")
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/studio")
        yield page
        browser.close()
    assert faults == []


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """The licence process without a candidate group for one task."""
    text = (PROJECT_FOLDER / "processes" / "_shared" / "item-licence.bpmn").read_text("utf-8")
    assert GROUP in text
    file = tmp_path / "item-licence.bpmn"
    file.write_text(text.replace(GROUP, "", 1), "utf-8")
    return file


def ensure_findings_lead_to_each_other(page: Page) -> None:
    page.wait_for_selector("[data-diagram][data-ready]")
    badge = page.locator(".diagram-finding.is-error")
    expect(badge).to_have_count(1)
    assert "人工任务没有岗位" in (badge.get_attribute("title") or "")
    badge.click()
    entry = page.locator(".findings > li[data-current]")
    expect(entry).to_contain_text("补正材料")
    expect(entry).to_be_focused()
    task = page.locator("g.djs-element[data-element-id=correct]")
    expect(task).not_to_have_class(IS_SHOWN)
    entry.get_by_role("button", name="在图上看").click()
    expect(task).to_have_class(IS_SHOWN)
    expect(task).to_be_in_viewport()


def test_an_upload_shows_its_findings_on_the_picture(designer: Page, broken: Path) -> None:
    designer.get_by_role("link", name="上传新版 开办药店").click()
    designer.set_input_files("[name=file]", broken)
    designer.get_by_role("button", name="上传并检查").click()
    expect(designer.get_by_role("heading", level=1)).to_have_text("开办药店 第 2 版")
    ensure_findings_lead_to_each_other(designer)
    designer.get_by_role("link", name="到该流程图").first.click()
    designer.wait_for_selector("[data-diagram][data-ready]")
    expect(designer.locator(".diagram-finding.is-warning").first).to_be_in_viewport()


def test_a_diagram_that_is_not_kept_is_drawn_too(designer: Page, broken: Path) -> None:
    designer.get_by_role("link", name="检查文件").click()
    designer.set_input_files("[name=file]", broken)
    designer.select_option("[name=within]", "open-pharmacy")
    designer.get_by_role("button", name="检查", exact=True).click()
    ensure_findings_lead_to_each_other(designer)
