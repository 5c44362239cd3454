"""A file of another modeller: the page says what was understood how, in both languages, and lays out what has no
picture."""

from __future__ import annotations

import json

import pytest

from tests.engine.bpmn.foreign import ext, file, line
from tests.support import office
from tests.webapp.browsing import Browser
from webapp.catalogue import current_releases
from webapp.languages import COOKIE
from webapp.services import working_copies
from webapp.services.files import Upload

DESIGNER = "taoran"
LISTENER = ext('<camunda:executionListener class="gov.Log" event="start"/>')
TASK = (
    f'<userTask id="ask" name="审批" camunda:candidateGroups="drug.review" camunda:priority="1">{LISTENER}</userTask>'
)
SERVICE = '<serviceTask id="work" name="发送" camunda:class="gov.Send" camunda:asyncBefore="true"/>'
CAMUNDA_7 = file("camunda", line(TASK, SERVICE), process="leave")
FLOWABLE = file("flowable", line('<userTask id="ask" flowable:assignee="x" flowable:odd="1"/>'))
SPIFF = file("spiffworkflow", line('<manualTask id="ask"/>'))
PLAIN = file("", line('<userTask id="ask"/>'))


@pytest.fixture
def designer(app, db) -> Browser:
    return Browser.of(app.test_client(), DESIGNER)


def check(browser: Browser, content: bytes, name: str = "leave.bpmn") -> Browser:
    browser.open("/studio/check")
    return browser.submit("/check", files={"file": [Upload(name, content)]})


def readings(browser: Browser) -> dict[str, str]:
    """What stands in the rows of names: written so -> what becomes of it."""
    rows = browser.page.xpath("//details//tr[th/code]")
    return {row.xpath("string(th)").strip(): " ".join(row.xpath("string(td[3])").split()) for row in rows}


def test_camunda_7_is_told_attribute_by_attribute(designer):
    check(designer, CAMUNDA_7)
    told = readings(designer)
    assert told["camunda:candidateGroups"].startswith("已读取 由谁办理")
    assert told["camunda:executionListener"].startswith("不运行 监听器")
    assert told["camunda:class"].startswith("与原意不尽相同")
    assert told["camunda:asyncBefore"].startswith("不起作用")
    assert "人工任务" in designer.text
    assert "被调用的流程只得到写明传入的变量" in designer.text


def test_the_same_in_english(designer):
    designer.client.set_cookie(COOKIE, "en")
    check(designer, CAMUNDA_7)
    told = readings(designer)
    assert told["camunda:candidateGroups"].startswith("read who may take the user task")
    assert "How “leave.bpmn” is read" in designer.text
    assert "a called process sees only what is passed" in designer.text


@pytest.mark.parametrize(
    ("content", "said"), [(FLOWABLE, "Flowable"), (SPIFF, "表达式按 Python 读"), (PLAIN, "通用 BPMN 2.0")]
)
def test_every_dialect_has_its_account(designer, content, said):
    check(designer, content)
    assert said in designer.text


def test_a_file_without_a_picture_is_laid_out_and_findings_lie_on_it(designer):
    check(designer, CAMUNDA_7)
    assert "下图由系统自动排布，文件没有改动" in designer.text
    marked = json.loads(designer.page.xpath("//script[@data-findings]/text()")[0])
    assert {"ask", "work"} <= {one["element"] for one in marked}
    assert designer.page.xpath("//*[@data-diagram]")


def test_an_upload_says_in_one_sentence_what_was_understood(designer):
    designer.open(f"/studio/releases/{current_releases()[office.BUNDLE]}/upload")
    designer.submit("/upload", {"note": "试"}, files={"file": [Upload("leave.bpmn", CAMUNDA_7)]})
    assert "leave.bpmn：按 Camunda 7 读取" in designer.text
    assert "1 种不运行" in designer.text
    assert "文件里没有图形" in designer.text


def test_our_own_diagram_uploaded_needs_no_word(designer):
    release = current_releases()[office.BUNDLE]
    designer.open(f"/studio/releases/{release}/file?path=open-pharmacy.bpmn")
    content = designer.client.get(f"/studio/releases/{release}/download?path=open-pharmacy.bpmn").data
    designer.open(f"/studio/releases/{release}/upload")
    designer.submit("/upload", files={"file": [Upload("open-pharmacy.bpmn", content)]})
    assert "读取：" not in designer.text
    assert "怎样读取“open-pharmacy.bpmn”" in designer.text


def test_a_working_copy_tells_of_its_foreign_files_alone(designer):
    copy = working_copies.begin(current_releases()[office.BUNDLE], "换一张图", by=office.person(DESIGNER))
    designer.open(f"/studio/copies/{copy}")
    assert "怎样读取" not in designer.text
    designer.open(f"/studio/copies/{copy}?view=files")
    designer.submit(f"/copies/{copy}/upload", files={"file": [Upload("leave.bpmn", CAMUNDA_7)]})
    assert "按 Camunda 7 读取" in designer.text
    designer.open(f"/studio/copies/{copy}?view=findings")
    assert "怎样读取“leave.bpmn”" in designer.text
