"""The studio: a broken diagram is shown with its faults, mended, submitted, published by a second person."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.site import Site
from tests.browser.workspace import choose, mark_all, press_act
from webapp.catalogue import current_releases, release_files

LICENCE = "_shared/item-licence.bpmn"
GROUP = '<zeebe:assignmentDefinition candidateGroups="window.clerk" />'
DECIDERS = 'candidateGroups="=groups.decide"'
OLD_NAME, NEW_NAME = 'name="补正材料"', 'name="补齐材料"'
FIRST, SECOND, THIRD = "开办药店 第 1 版", "开办药店 第 2 版", "开办药店 第 3 版"

Somebody = Callable[..., Person]


def test_from_a_broken_diagram_to_a_published_version(site: Site, somebody: Somebody, tmp_path: Path) -> None:
    case = site.received("commitment")
    broken, mended = diagrams(site, tmp_path)
    designer, publisher = somebody("taoran"), somebody("jiangwen")
    upload_broken(designer, broken)
    upload_mended(designer, mended)
    three_sign(somebody)
    publish(publisher)
    old_case_keeps_its_release(somebody, publisher, case.id)


def diagrams(site: Site, folder: Path) -> tuple[Path, Path]:
    """The bundle's licence diagram: with a task that nobody may do and a broken FEEL, and with one renamed."""
    with site.app.app_context():
        text = release_files(current_releases()["open-pharmacy"])[LICENCE].decode()
    assert GROUP in text
    assert OLD_NAME in text
    broken, mended = folder / "broken.bpmn", folder / "mended.bpmn"
    faulty = text.replace(GROUP, "", 1).replace(DECIDERS, 'candidateGroups="=groups."', 1)
    broken.write_text(faulty, "utf-8")
    mended.write_text(text.replace(OLD_NAME, NEW_NAME, 1), "utf-8")
    return broken, mended


def upload_broken(designer: Person, file: Path) -> None:
    """Findings stand in the list and on the picture, and lead to each other; nothing can be submitted."""
    page = designer.page
    designer.open("/studio", "流程工作室")
    designer.follow("上传新版 开办药店")
    designer.arrives("上传“开办药店”的新版")
    page.get_by_label("文件或压缩包").set_input_files(file)
    page.get_by_label("改了什么").fill("补正改由窗口统一告知")
    designer.press("上传并检查")
    designer.arrives(SECOND)
    expect(page.locator("main")).to_contain_text(re.compile("还有 [23] 个错误"))
    entry = page.locator(".findings li", has_text="没有岗位").first
    expect(entry).to_contain_text("改法：")
    expect(page.locator('[data-element-id="correct"].has-error')).to_have_count(1)
    entry.get_by_role("button", name="在图上看").click()
    expect(page.locator('[data-element-id="correct"].is-shown')).to_have_count(1)
    designer.picture("studio-findings")
    page.locator(".diagram-finding.is-error").first.press("Enter")
    expect(page.locator(".findings li[data-current]")).to_be_focused()
    expect(page.get_by_role("button", name="提交发布")).to_have_count(0)


def upload_mended(designer: Person, file: Path) -> None:
    page = designer.page
    designer.open("/studio", "流程工作室")
    designer.follow("上传新版 开办药店")
    page.get_by_label("文件或压缩包").set_input_files(file)
    page.get_by_label("改了什么").fill("任务改名")
    designer.press("上传并检查")
    designer.arrives(THIRD)
    expect(page.locator(".diagram-finding.is-error")).to_have_count(0)
    designer.press("提交发布")
    expect(page.locator("main")).to_contain_text("会签齐后由另一名发布人发布")


def three_sign(somebody: Somebody) -> None:
    """The bureau's head, the signboards' department and legal review find it, read the difference and sign."""
    for login in ("gaozhiyuan", "zhudefu", "qixin"):
        signer = somebody(login)
        page = signer.page
        signer.open("/studio", "流程工作室")
        waiting = page.get_by_role("region", name="待我会签")
        expect(waiting).to_contain_text("第 3 版")
        if login == "zhudefu":
            signer.picture("studio-to-sign")
        waiting.get_by_role("link", name="第 3 版").click()
        signer.arrives(THIRD)
        expect(page.locator(".two-diagrams [data-diagram][data-ready]")).to_have_count(2)
        page.get_by_label("的意见").fill("同意，任务名称统一。")
        if login == "zhudefu":
            signer.picture("studio-sign")
        signer.press("同意")
        signer.arrives(THIRD)
        expect(page.locator("main")).to_contain_text("同意，任务名称统一。")


def publish(publisher: Person) -> None:
    """The second person reads what changed and publishes."""
    page = publisher.page
    publisher.open("/studio", "流程工作室")
    expect(page.locator("main")).to_contain_text("1 个版本待发布")
    publisher.follow("第 3 版")
    publisher.arrives(THIRD)
    page.locator("main").get_by_role("link", name="差异").click()
    publisher.arrives(THIRD)
    expect(page.locator("main")).to_contain_text("补齐材料")
    publisher.picture("studio-difference", at=".card:has(.two-diagrams)")
    publisher.press("发布第 3 版")
    publisher.arrives(THIRD)
    expect(page.get_by_role("button", name="发布第 3 版")).to_have_count(0)


def old_case_keeps_its_release(somebody: Somebody, publisher: Person, case_id: int) -> None:
    """The case that was received before runs on version 1, and is finished on it."""
    publisher.open("/studio", "流程工作室")
    main = publisher.page.locator("main")
    expect(main).to_contain_text("现行第 3 版")
    rows = main.locator("section").filter(has_text="开办药店").get_by_role("row")
    expect(rows.filter(has_text="第 1 版").get_by_role("cell").last).to_have_text("1")
    expect(rows.filter(has_text="第 3 版").get_by_role("cell").last).to_have_text("0")
    decider = somebody("wujianhua")
    decider.open("/inbox", "待办")
    decider.page.get_by_role("button", name=re.compile("^认领：")).click()
    mark_all(decider)
    choose(decider, "办理决定", 0)
    press_act(decider, "作出办理决定")
    decider.arrives("待办", look=False)
