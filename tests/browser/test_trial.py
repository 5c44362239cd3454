"""A designer tries a release and a diagram in the browser: by keyboard, with the picture, and without script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.person import PHONE, Person
from tests.engine.runtime.diagrams import diagram, ext, job
from webapp.settings import PROJECT_FOLDER

Somebody = Callable[..., Person]
RELEASE = "流程模拟：开办药店 第 1 版"
LEAVE = PROJECT_FOLDER / "docs" / "examples" / "leave.bpmn"


def test_a_release_is_tried_with_its_picture(somebody: Somebody) -> None:
    designer = somebody("taoran")
    begin_release(designer)
    page = designer.page
    expect(marked(page, "backfill")).to_have_count(1)
    complete(page, "结果回填", '{"ruling": "grant"}')
    designer.arrives(RELEASE)
    expect(marked(page, "record-outside-result")).to_have_count(1)
    page.reload()
    stands_in_the_middle(designer)
    heights = {box["height"] for one in page.locator("main .btn-sm").all() if (box := one.bounding_box())}
    assert max(heights) < 32  # a small button is as tall as one line, beside two of them, too
    designer.picture("trial")
    fail_the_job(designer)
    page.get_by_role("link", name="开办药店").first.click()
    designer.arrives(RELEASE, look=False)
    designer.press("撤回上一步")
    expect(page.locator("main")).to_contain_text("已撤回最后一步")
    designer.follow("两核对照")
    designer.arrives("两核对照：开办药店 第 1 版")
    expect(page.locator("main")).to_contain_text("没有差别")


def test_a_limit_is_extended_and_another_waits_for_its_paper(somebody: Somebody) -> None:
    designer = somebody("taoran")
    page = designer.page
    begin_release(designer, "examples/ordinary.json", jobs="done")
    complete(page, "结果回填", '{"ruling": "grant"}')
    complete(page, "受理审查 药品经营许可", '{"intake_outcome": "accepted"}')
    complete(page, "受理审查 户外招牌", '{"intake_outcome": "correction"}')
    limits = page.locator(".trial-limits")
    expect(limits).to_contain_text("整件事（全部事项）")
    extension = limits.locator("details", has_text="延期 15 个工作日")
    extension.locator("summary").press("Enter")
    extension.get_by_role("button", name="批准延期").press("Enter")
    expect(page.locator(".error-summary")).to_be_focused()
    designer.arrives(RELEASE)
    extension.get_by_label("延期理由").fill("多部门需会商")
    extension.get_by_role("button", name="批准延期").press("Enter")
    expect(page.locator(".flash-success")).to_contain_text("延长“整件事（全部事项）”的期限")
    limits.get_by_role("button", name="文书另行盖章，送达后起算").press("Enter")
    expect(limits).to_contain_text("送达后起算")
    designer.arrives(RELEASE)
    designer.picture("trial-limits", at=".trial-limits")
    limits.get_by_role("button", name="登记送达").press("Enter")
    expect(page.locator(".flash-success")).to_contain_text("送达")
    expect(limits).not_to_contain_text("送达后起算")


def begin_release(designer: Person, example: str = "examples/registration-refused.json", jobs: str = "") -> None:
    page = designer.page
    designer.open("/studio", "流程工作室")
    designer.follow("第 1 版")
    designer.follow("流程模拟")
    designer.arrives(RELEASE)
    page.get_by_label("用示例填写主流程的变量").select_option(example)
    designer.press("填入")
    expect(page.get_by_label("开始时的变量")).to_contain_text("shop_type")
    if jobs:
        page.get_by_label("后台作业怎么办").select_option(jobs)
    designer.press("开始模拟")
    expect(page.get_by_role("heading", name="时钟")).to_be_visible()
    designer.arrives(RELEASE)


def fail_the_job(designer: Person) -> None:
    """The incident's badge on the picture leads to its entry, which takes the focus."""
    page = designer.page
    page.locator("summary", has_text="没有成功").press("Enter")
    page.get_by_label("失败原因").fill("登记系统没有应答")
    designer.press("失败，成为异常")
    expect(page.locator("main")).to_contain_text("登记系统没有应答")
    designer.arrives(RELEASE)
    page.locator(".diagram-finding.is-error").press("Enter")
    expect(page.locator("#incident-1")).to_be_focused()


def test_a_diagram_is_tried_by_keyboard_alone(somebody: Somebody, tmp_path: Path) -> None:
    designer = somebody("taoran")
    page = designer.page
    designer.open("/studio/check", "检查文件")
    page.get_by_label("文件", exact=True).set_input_files(LEAVE)
    page.get_by_role("button", name="流程模拟").press("Enter")
    designer.arrives("流程模拟：leave.bpmn")
    page.get_by_label("开始时的变量").fill('{"days": 3}')
    page.get_by_role("button", name="开始模拟").press("Enter")
    expect(page.locator("summary", has_text="审批")).to_be_visible()
    page.get_by_role("button", name="到下一个定时器").press("Enter")
    expect(page.locator("main")).to_contain_text("催办")
    review = fold(page, "审批")
    review.get_by_label("填写的变量").fill("{granted}")
    review.get_by_role("button", name="办结").press("Enter")
    expect(page.locator(".error-summary")).to_be_focused()
    designer.arrives("流程模拟：leave.bpmn")
    page.locator(".error-summary a").press("Enter")
    expect(fold(page, "审批").get_by_label("填写的变量")).to_be_focused()
    complete(page, "审批", '{"granted": true}')
    complete(page, "催办", "")
    expect(page.locator("main")).to_contain_text("流程已结束")
    designer.follow("返回")
    designer.arrives("我的流程模拟")


def test_a_trial_needs_no_script(somebody: Somebody, tmp_path: Path) -> None:
    file = tmp_path / "p.bpmn"
    file.write_bytes(diagram("start s\nservice pay\nuser a\nend e\ns -> pay -> a -> e", {"pay": ext(job("charge"))}))
    designer = somebody("taoran", script=False)
    page = designer.page
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.goto("/studio/check")
    page.get_by_label("文件", exact=True).set_input_files(file)
    designer.press("流程模拟")
    designer.press("开始模拟")
    page.get_by_label("结果").fill('{"receipt": "R1"}')
    designer.press("完成")
    expect(page.locator("main")).to_contain_text("R1")
    complete(page, "a", "")
    designer.arrives("流程模拟：p.bpmn")
    expect(page.locator("main")).to_contain_text("流程已结束")


def stands_in_the_middle(designer: Person) -> None:
    """A picture that fits into its frame has as much room above as below."""
    designer.arrives(RELEASE, look=False)
    expect(designer.page.locator("[data-diagram]")).to_have_attribute("data-ready", "")
    frame = designer.page.locator("[data-diagram]").bounding_box()
    pool = designer.page.locator('[data-element-id="pool-item-external"] rect').first.bounding_box()
    assert frame is not None
    assert pool is not None
    above, below = pool["y"] - frame["y"], frame["y"] + frame["height"] - pool["y"] - pool["height"]
    assert abs(above - below) < 6, (above, below)


def fold(page: Page, name: str) -> Locator:
    """What can be done at the open thing of this name."""
    return page.locator(".trial-now details.fold").filter(has=page.locator("summary", has_text=name)).first


def complete(page: Page, name: str, variables: str) -> None:
    """Complete the open user task of this name."""
    task = fold(page, name)
    if task.get_attribute("open") is None:
        task.locator("summary").click()
    task.get_by_label("填写的变量").fill(variables)
    task.get_by_role("button", name="办结").click()
    expect(page.locator(".flash-success")).to_contain_text("已执行")


def marked(page: Page, element: str) -> Locator:
    """The element of the picture, where a token stands on it."""
    return page.locator(f'[data-element-id="{element}"].is-current')
