"""The portability check as designers see it: the shipped bundle, a release that differs, one that cannot run."""

from __future__ import annotations

import pytest

from tests.support import office
from tests.webapp.browsing import Browser
from webapp.catalogue import current_releases, release_files
from webapp.services.files import Upload
from webapp.services.releases import draft_from_upload

DESIGNER, LEGAL, SUPERVISOR = "taoran", "qixin", "xieguang"
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


@pytest.fixture
def designer(client) -> Browser:
    return Browser.of(client, DESIGNER)


def test_the_check_of_a_draft_walks_its_examples_and_says_that_all_is_the_same(designer):
    release = draft(RENAMED)
    designer.open(f"/studio/releases/{release}")
    (link,) = designer.links(containing="/portability")
    designer.open(link)
    assert designer.heading == "可移植性检查：开办药店 第 2 版"
    assert not designer.page.xpath("//tbody")
    designer.submit("/portability")
    assert designer.status == 200
    assert "共 10 条路径：相同 10 条" in designer.text
    assert len(rows(designer)) == 10
    assert rows(designer)[0] == [
        "连锁门店凭告知承诺当场取得三件证照", "相同", "13", "每一步之后打开的任务、发出的消息和变量都相同。",
    ]  # fmt: skip


def test_it_speaks_english_too(designer):
    release = draft(RENAMED)
    designer.client.set_cookie("language", "en")
    designer.open(f"/studio/releases/{release}/portability")
    designer.submit("/portability")
    assert "10 paths: 10 the same" in designer.text
    assert rows(designer)[5][:2] == ["A chain branch gets three licences on commitment: another path 1", "same"]


def test_what_the_reference_core_lacks_is_named_and_leads_to_the_diagram(designer):
    """The clock's mark that does not interrupt becomes a repeating time."""
    release = draft((MARK, EVERY_DAY))
    designer.open(f"/studio/releases/{release}/portability")
    designer.submit("/portability")
    _, outcome, steps, explanation = rows(designer)[0]
    assert (outcome, steps) == ("参考核做不了", "0")
    assert "非中断边界事件只发生一次" in explanation
    assert "promise-mark" in explanation
    (place, *_) = designer.links(containing="element=promise-mark")
    assert designer.open(place).status == 200


def test_a_release_that_cannot_run_says_why(designer):
    release = draft(('id="item-licence"', 'id="item-other"'))
    designer.open(f"/studio/releases/{release}/portability")
    designer.submit("/portability")
    assert designer.status == 200
    assert "这个版本还不能运行" in designer.text
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
