"""A bundle from nothing: begun, drawn, tried, published by others, run; changed, compared, and its case moved."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.person import Person
from tests.browser.site import Site
from tests.browser.test_designer import SAVED, ready, rename
from tests.browser.test_trial import complete
from tests.support import office
from tests.support.releases import sign_all
from webapp.services import drafts, receipt
from webapp.unit_of_work import sql

KEY, NAME, ITEM, COPY = "open-stall", "摆摊备案", "流动摊位备案", "新建：摆摊备案"
ANSWERS = {
    "applicant_name": "江城市安康大药房有限公司", "credit_code": "91110105MA08JMYF76",
    "legal_representative": "贺春生", "legal_representative_id": "110105197305055139",
    "legal_representative_mobile": "13600007890", "handled_by": "legal-representative", "district": "west",
    "result_way": "counter", "consent_truth": True, "consent_sharing": True,
}  # fmt: skip
#: A task on the line to the end, for the window: what the menus and the panel of the editor do.
DRAW = """() => {
    const modeler = document.querySelector('[data-designer]').modeler;
    const [registry, modeling, make] = ['elementRegistry', 'modeling', 'elementFactory'].map((one) => modeler.get(one));
    const moddle = modeler.get('moddle');
    const line = registry.get('flow-all-done-end');
    const [from, to] = [line.waypoints[0], line.waypoints.at(-1)];
    modeler.get('spaceTool').makeSpace([registry.get('end')], [], { x: 240, y: 0 }, 'e', to.x);
    const shape = make.createShape({ type: 'bpmn:UserTask' });
    const place = { x: (from.x + registry.get('end').x) / 2, y: from.y };
    const task = modeling.createShape(shape, place, registry.get('flow-all-done-end'));
    const extension = moddle.create('bpmn:ExtensionElements', { values: [
        moddle.create('zeebe:UserTask'),
        moddle.create('zeebe:AssignmentDefinition', { candidateGroups: 'window.clerk' }),
        moddle.create('zeebe:Properties', { properties: [
            moddle.create('zeebe:Property', { name: 'step', value: 'record' }),
        ] }),
    ] });
    modeling.updateProperties(task, { id: 'call-back', name: '回访', extensionElements: extension });
    return task.id;
}"""

Somebody = Callable[..., Person]


def test_a_bundle_from_nothing_to_its_second_version(site: Site, somebody: Somebody) -> None:
    designer, publisher = somebody("taoran"), somebody("jiangwen")
    begin(designer)
    draw(designer)
    try_it(designer)
    mend_the_examples(designer)
    keep_and_submit(designer, 2)
    publish(site, publisher, 2)
    case = received(site)
    site.play(case.id, [{"step": "accept", "item": "A1", "variables": {"intake_outcome": "accepted"}}])
    change(designer)
    keep_and_submit(designer, 3)
    publish(site, publisher, 3)
    migrate(site, designer, publisher)
    run_to_its_end(site, somebody, case)


def begin(designer: Person) -> None:
    """A word on each thing; what is missing is told, and what was typed stays."""
    page = designer.page
    designer.open("/studio", "流程工作室")
    designer.follow("新建一件事")
    designer.arrives("新建一件事")
    for label, typed in {
        "名称": NAME, "英文名称": "Stalls", "办件编号的字头": "BT", "一句话说明": "流动摊位一次备案。",
        "英文说明": "Stalls are filed at once.", "事项名称": ITEM, "事项的英文名称": "Filing of a stall",
        "事项编码": "JC-000101001000", "办理时限（工作日）": "5", "设定依据": "市容管理规定（示例）",
        "依据的英文": "Rules on the city's appearance (example)",
    }.items():  # fmt: skip
        page.get_by_label(label, exact=True).fill(typed)
    page.get_by_label("审查的岗位").select_option("sign.review")
    page.get_by_label("决定的岗位").select_option("sign.decide")
    designer.press("新建")
    designer.arrives("新建一件事")
    expect(page.locator(".error-summary")).to_contain_text("编号")
    page.get_by_label("编号", exact=True).fill(KEY)
    designer.press("新建")
    designer.arrives(COPY)


def draw(designer: Person) -> None:
    """A task more, drawn on the line to the end; the server finds nothing wrong with it."""
    page = designer.page
    page.get_by_role("link", name=re.compile(f"画图.*{KEY}.bpmn")).click()
    ready(page)
    assert page.evaluate(DRAW) == "call-back"
    expect(page.locator("#designer-status")).to_contain_text(SAVED)
    expect(page.locator("#designer-findings .is-error")).to_have_count(0)
    rename(page, "call-back", "电话回访")
    expect(page.locator("#designer-status")).to_contain_text(SAVED)
    back(page)
    designer.arrives(COPY)


def back(page: Page) -> None:
    page.get_by_role("link", name=COPY).click()


def try_it(designer: Person) -> None:
    page = designer.page
    designer.follow("流程模拟")
    designer.arrives(f"流程模拟：工作稿“{COPY}”")
    page.get_by_label("用示例填写主流程的变量").select_option("examples/granted.json")
    designer.press("填入")
    expect(page.get_by_label("开始时的变量")).to_contain_text("wanted")
    designer.press("开始模拟")
    expect(page.get_by_role("heading", name="时钟")).to_be_visible()
    complete(page, "受理审查", '{"intake_outcome": "accepted"}')
    complete(page, "审查意见", '{"proposal": "grant"}')
    complete(page, "作出决定", '{"ruling": "grant"}')
    designer.press("完成")  # the job that makes the receipt
    expect(page.locator(".trial-now")).to_contain_text("出件")
    designer.arrives(re.compile("^流程模拟："))
    page.goto(page.url)
    designer.follow("返回")


def mend_the_examples(designer: Person) -> None:
    """The examples of the pattern do not know the new task: the page says so, and they are written anew as text."""
    page = designer.page
    designer.open("/studio", "流程工作室")
    open_copy(designer)
    designer.follow("示例")
    designer.arrives(f"示例：工作稿“{COPY}”")
    expect(page.get_by_role("listitem").filter(has_text="examples/granted.json")).to_contain_text("没有办完的环节")
    designer.follow("返回")
    for name in ("granted", "refused"):
        page.get_by_role("link", name=re.compile("^文件")).first.click()
        page.get_by_role("link", name=re.compile(f"^编辑.*{name}.json")).click()
        designer.arrives(f"examples/{name}.json", look=False)
        box = page.get_by_label("内容")
        read = json.loads(box.input_value())
        read["acts"].append({"step": "record", "variables": {}})
        box.fill(json.dumps(read, ensure_ascii=False, indent=2) + "\n")
        designer.press("保存并返回")
        designer.arrives(COPY, look=False)


def open_copy(designer: Person) -> None:
    """From the studio's first page to the working copy of the bundle."""
    designer.page.get_by_role("link", name=NAME, exact=True).first.click()
    designer.page.get_by_role("link", name=COPY).click()
    designer.arrives(COPY)


def keep_and_submit(designer: Person, number: int) -> None:
    """The working copy becomes a version; the studio's examples hold, and it goes to those who sign."""
    page = designer.page
    designer.open("/studio", "流程工作室")
    open_copy(designer)
    designer.follow("示例")
    designer.arrives(f"示例：工作稿“{COPY}”")
    expect(page.locator("main")).to_contain_text("相符")
    expect(page.locator("main")).not_to_contain_text("不符")
    designer.follow("返回")
    designer.press("存为版本")
    designer.arrives(f"{NAME} 第 {number} 版")
    designer.press("提交发布")
    expect(page.locator("main")).to_contain_text("会签齐后由另一名发布人发布")


def publish(site: Site, publisher: Person, number: int) -> None:
    """All who are asked have signed; a second account compares and publishes."""
    with site.app.app_context():
        row = sql().execute("select max(id) from release where bundle_key = %s", (KEY,)).fetchone()
        assert row is not None
        sign_all(row[0])
    publisher.open("/studio", "流程工作室")
    section = publisher.page.locator("section").filter(has=publisher.page.get_by_role("link", name=NAME, exact=True))
    section.get_by_role("link", name=f"第 {number} 版").click()
    publisher.arrives(f"{NAME} 第 {number} 版")
    publisher.press(f"发布第 {number} 版")
    publisher.arrives(f"{NAME} 第 {number} 版")
    expect(publisher.page.locator("main")).to_contain_text("已发布")


def received(site: Site) -> office.Handle:
    """Somebody applies at the window for what there was not this morning."""
    with site.app.app_context():
        clerk = office.person(office.CLERK)
        visit = office.visit(person_of=ANSWERS)
        draft = drafts.start_draft(by=clerk, visit_id=visit, bundle_key=KEY, place="")
        drafts.answer_guided(draft, {"wanted": True}, by=clerk)
        drafts.hand_sheet(draft, by=clerk, language="zh")
        drafts.save_answers(draft, office.raw_answers(ANSWERS), by=clerk)
        got = receipt.receive(draft, by=clerk, key="received")
        case = office.Handle(got.case_id, got.number, got.code)
    site.work_off()
    assert case.number.startswith("BT-")
    return case


def change(designer: Person) -> None:
    """The drawn task gets another name; the difference to what is in force says so on both diagrams."""
    page = designer.page
    designer.open("/studio", "流程工作室")
    open_copy(designer)
    page.get_by_role("link", name=re.compile("^文件")).first.click()
    page.get_by_role("link", name=re.compile(f"画图.*{KEY}.bpmn")).click()
    ready(page)
    rename(page, "call-back", "回访并记录")
    expect(page.locator("#designer-status")).to_contain_text(SAVED)
    back(page)
    designer.arrives(COPY)


def migrate(site: Site, designer: Person, publisher: Person) -> None:
    """The open case goes on with the new version: a designer proposes, the publisher confirms."""
    page = designer.page
    designer.open("/studio", "流程工作室")
    page.get_by_role("link", name=NAME, exact=True).first.click()
    section = page.get_by_role("link", name="第 3 版").first
    section.click()
    page.locator("main").get_by_role("link", name="差异").click()
    designer.arrives(f"{NAME} 第 3 版")
    expect(page.locator("main")).to_contain_text("电话回访 → 回访并记录")
    designer.open(f"/studio/bundles/{KEY}", NAME)
    designer.follow("迁移在办件")
    expect(page.locator("main")).to_contain_text("选中 1 件")
    page.get_by_label("迁移原因").fill("回访改名")
    designer.press("开始试算")
    expect(page.get_by_role("heading", name=re.compile("迁移到第"))).to_be_visible()
    site.work_off()
    page.reload()
    designer.press("提请确认")
    expect(page.locator("main")).to_contain_text("待确认")
    publisher.page.goto(page.url)
    publisher.press("确认并迁移首批")
    expect(publisher.page.get_by_role("heading", name=re.compile("迁移到第"))).to_be_visible()
    site.work_off()
    publisher.page.reload()
    expect(publisher.page.locator("main")).to_contain_text("已迁移 1")


def run_to_its_end(site: Site, somebody: Somebody, case: office.Handle) -> None:
    """What was drawn this morning stands in the clerk's inbox under its second name."""
    acts = [
        {"step": "review", "item": "A1", "variables": {"proposal": "grant"}},
        {"step": "decide", "item": "A1", "variables": {"ruling": "grant"}},
        {"step": "issue", "item": "A1", "variables": {}},
        {"step": "deliver", "item": "A1", "variables": {}},
    ]
    site.play(case.id, acts)
    clerk = somebody(office.CLERK)
    clerk.open("/inbox", "待办")
    row = clerk.page.locator("tbody tr", has_text="回访并记录")
    expect(row).to_contain_text(case.number)
