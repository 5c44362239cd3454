"""The portability check as designers see it: the shipped bundle, a release that differs, one that cannot run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from SpiffWorkflow.specs.ExclusiveChoice import ExclusiveChoice
from SpiffWorkflow.util.task import TaskState

from tests.support import machines, office
from tests.webapp.browsing import Browser
from tests.webapp.test_translations import CHINESE
from webapp.catalogue import current_releases, release_files
from webapp.queries.portability import _walked
from webapp.services.files import Upload
from webapp.services.releases import draft_from_upload

DESIGNER, LEGAL, SUPERVISOR = "taoran", "qixin", "xieguang"
PORTABLE = Path(__file__).parent / "portable-pharmacy.bpmn"
LICENCE = "_shared/item-licence.bpmn"
RENAMED = ('name="补正材料"', 'name="补齐材料"')
MARK = '<bpmn:timeDate xsi:type="bpmn:tFormalExpression">=clock("promised").mark("80%")</bpmn:timeDate>'
EVERY_DAY = '<bpmn:timeCycle xsi:type="bpmn:tFormalExpression">R/P1D</bpmn:timeCycle>'


def draft(*changes: tuple[str, str]) -> int:
    """A draft in which something of the licence process is otherwise."""
    files = release_files(current_releases()[office.BUNDLE])
    text = files[LICENCE].decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    upload = Upload("item-licence.bpmn", text.encode())
    return draft_from_upload(current_releases()[office.BUNDLE], upload.name, upload.content, by=office.person(DESIGNER))


def rows(browser: Browser) -> list[list[str]]:
    """The table: path, outcome, steps, explanation."""
    found = browser.page.xpath("//tbody/tr")
    return [[" ".join(cell.text_content().split()) for cell in row.xpath("th|td")] for row in found]


def portable() -> None:
    """The pharmacy with a parent diagram that has nothing but what the reference core runs too."""
    files = release_files(current_releases()[office.BUNDLE])
    files["open-pharmacy.bpmn"] = PORTABLE.read_bytes()
    del files["examples/pre-review.json"]  # nothing is pre-reviewed in it
    machines.publish_files(files)


@pytest.fixture
def designer(client) -> Iterator[Browser]:
    _walked.cache_clear()
    portable()
    yield Browser.of(client, DESIGNER)
    _walked.cache_clear()


def test_the_check_of_a_draft_walks_its_examples_and_says_that_all_is_the_same(designer):
    release = draft(RENAMED)
    designer.open(f"/studio/releases/{release}")
    (link,) = designer.links(containing="/portability")
    designer.open(link)
    assert designer.heading == "可移植性检查：开办药店 第 3 版"
    assert not designer.page.xpath("//tbody")
    designer.submit("/portability")
    assert designer.status == 200
    assert "共 15 条路径：相同 15 条" in designer.text
    assert len(rows(designer)) == 15
    assert rows(designer)[0] == [
        "连锁门店凭告知承诺当场取得三件证照", "相同", "13", "—",
    ]  # fmt: skip


def test_it_speaks_english_too(designer):
    release = draft(RENAMED)
    designer.client.set_cookie("language", "en")
    designer.open(f"/studio/releases/{release}/portability")
    designer.submit("/portability")
    assert "15 paths: 15 the same" in designer.text
    assert rows(designer)[5][:2] == ["A chain branch gets three licences on commitment: another path 1", "same"]


def test_what_the_reference_core_lacks_is_named_and_leads_to_the_diagram(designer):
    """The clock's mark that does not interrupt becomes a repeating time."""
    release = draft((MARK, EVERY_DAY))
    designer.open(f"/studio/releases/{release}/portability")
    designer.submit("/portability")
    assert rows(designer) == []
    assert "一条路径也没有走" in designer.text
    assert "非中断边界事件只发生一次" in designer.text
    (place,) = designer.links(containing="element=promise-mark")
    assert designer.open(place).status == 200


def test_the_shipped_bundle_differs_only_for_a_known_fault_of_the_reference_core(client):
    """Its pre-review ends when the item that it needs has a result; the reference core has a copy for each branch."""
    _walked.cache_clear()
    designer = Browser.of(client, DESIGNER)
    designer.open(f"/studio/releases/{draft(RENAMED)}/portability")
    designer.submit("/portability")
    assert "没有原因不明的差异。有 4 条路径不同，都出于参考核已知的缺陷，流程图不用改。" in designer.text
    assert "共 18 条路径：相同 14 条，已知差异 4 条，原因不明 0 条" in designer.text
    assert not designer.page.xpath("//*[@id='unexplained']")
    assert "BPMN 2.0.2 第 10.4.1 节" in designer.text
    assert "什么也不用做" in designer.text
    differences = [row for row in rows(designer) if len(row) == 3]
    assert all("SpiffWorkflow 在“" in row[1] and "处看到的仍是旧值" in row[1] for row in differences)
    told = " ".join(row[0] for row in differences)
    for name in ("“预审”（P6）", "（P4）", "（P3）"):
        assert name in told
    for link in designer.links(containing="element="):
        assert designer.open(link).status == 200


def test_what_is_known_and_what_to_do_is_said_in_english_too(client):
    designer = Browser.of(client, DESIGNER)
    designer.client.set_cookie("language", "en")
    designer.open(f"/studio/releases/{draft(RENAMED)}/portability")
    designer.submit("/portability")
    assert "No difference is unexplained. 4 paths differ" in designer.text
    assert "BPMN 2.0.2, 10.4.1" in designer.text
    for row in rows(designer):
        assert not CHINESE.search(" ".join(row).replace("“", "").replace("”", "")), row


def test_a_path_that_differs_says_where_and_what(designer, monkeypatch):
    """As if the package did not look at the conditions of a choice."""
    monkeypatch.setattr(ExclusiveChoice, "_run_hook", take_the_default)
    designer.open(f"/studio/releases/{draft(RENAMED)}/portability")
    designer.submit("/portability")
    path, *_, explanation = next(row for row in rows(designer) if row[1] == "原因不明的差异")
    assert path == "连锁门店凭告知承诺当场取得三件证照"
    assert "一窗引擎上打开" in explanation
    (listed, *_) = designer.page.xpath("//*[@id='unexplained']//li")
    said = " ".join(listed.text_content().split())
    assert "一开始" in said or "办完“" in said
    assert "请把这一处告诉系统维护人员" in said
    assert "条路径的不同没有已知的原因，请先看这些" in designer.text
    assert "参考核已知的缺陷" not in " ".join(designer.page.xpath("//h2/text()"))
    assert designer.links(containing="element=")
    designer.client.set_cookie("language", "en")
    designer.open(designer.url)
    designer.submit("/portability")
    words = next(row for row in rows(designer) if row[1] == "unexplained difference")[3]
    assert "One Window engine" in words
    assert not CHINESE.search(words)


def take_the_default(self: Any, task: Any) -> bool:
    default = task.workflow.spec.get_task_spec_from_name(self.default_task_spec or self.cond_task_specs[0][1])
    task._sync_children([default], TaskState.FUTURE)
    for child in task.children:
        child.task_spec._predict(child, mask=TaskState.FUTURE | TaskState.PREDICTED_MASK)
    return True


def test_a_release_that_cannot_run_says_why(designer):
    release = draft(('id="item-licence"', 'id="item-other"'))
    designer.open(f"/studio/releases/{release}/portability")
    designer.submit("/portability")
    assert designer.status == 200
    assert "无法检查：还不能运行" in designer.text
    assert not designer.page.xpath("//tbody")


def test_legal_may_check_and_supervision_may_not(client):
    release = draft(RENAMED)
    assert Browser.of(client, LEGAL).open(f"/studio/releases/{release}/portability").status == 200
    supervisor = Browser.of(client.application.test_client(), SUPERVISOR)
    assert supervisor.open(f"/studio/releases/{release}/portability").status == 403
    supervisor.open(f"/studio/releases/{release}")
    assert not supervisor.links(containing="/portability")


def test_a_release_that_is_not_there_is_not_found(designer):
    assert designer.open("/studio/releases/999/portability").status == 404
