"""A bundle from nothing: begun, drawn by mouse, tried, signed and published by others, run at the window and in the
inboxes; drawn otherwise, compared, and its cases moved, taken back and moved again."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser import application, drawing, migrating, signing_off
from tests.browser.person import Person
from tests.browser.site import Site
from tests.browser.test_trial import complete
from tests.browser.workspace import choose, claim_by_key, mark_all, press_act
from tests.support import office
from webapp.services import drafts, receipt
from webapp.unit_of_work import sql, unit_of_work

KEY, NAME, ITEM, COPY = "open-stall", "摆摊备案", "流动摊位备案", "新建：摆摊备案"
SECOND, THIRD = f"{NAME} 第 2 版", f"{NAME} 第 3 版"
DESIGNER, PUBLISHER, REVIEWER, DECIDER, LAWYER = "taoran", "jiangwen", "hanlei", "zhudefu", "qixin"
ANSWERS = {
    "applicant_name": "江城市安康大药房有限公司", "credit_code": "91110105MA08JMYF76",
    "legal_representative": "贺春生", "legal_representative_id": "110105197305055139",
    "legal_representative_mobile": "13600007890", "handled_by": "legal-representative", "district": "west",
    "result_way": "counter", "consent_truth": True, "consent_sharing": True,
}  # fmt: skip
HANDED_OVER = [{"step": "issue", "item": "A1", "variables": {}}, {"step": "deliver", "item": "A1", "variables": {}}]
CALLED, NOTED = "电话回访", "回访并记录"

Somebody = Callable[..., Person]


def test_a_bundle_from_nothing_to_its_second_version(site: Site, somebody: Somebody) -> None:
    of_a_small_office(site)
    designer, publisher = somebody(DESIGNER), somebody(PUBLISHER)
    begin(designer)
    draw(designer)
    for file, proposal in (("granted", "grant"), ("refused", "refuse")):
        try_again(designer, file, proposal)
    keep(designer, SECOND, "送达后电话回访")
    signing_off.submit(designer)
    signing_off.own_work_is_refused(designer)
    signers = [(DECIDER, "同意由本单位备案。"), (LAWYER, "依据充分，同意。")]
    signing_off.all_sign(somebody, signers, SECOND)
    signing_off.publish(publisher, SECOND)

    first, second = received_at_the_window(site, somebody(office.CLERK)), received(site)
    decided(site, somebody, first)

    draw_otherwise(designer)
    keep(designer, THIRD, "回访改由新的环节办理")
    signing_off.submit(designer, accepting="回访改由新的环节办理，路径不同是本意。")
    differs(designer)
    signing_off.all_sign(somebody, [(DECIDER, "同意。"), (LAWYER, "无异议。")], THIRD)
    signing_off.publish(publisher, THIRD)

    migrate(site, designer, publisher, first)
    called_back(site, somebody(office.CLERK), first, second)


def of_a_small_office(site: Site) -> None:
    """Whoever designs holds the posts of legal review and of publishing as well: only four eyes keep them apart."""
    with site.app.app_context(), unit_of_work():
        held = (office.person(DESIGNER).user_id, ["studio.legal", "studio.publish"])
        sql().execute("insert into membership select %s, id from candidate_group where key = any(%s)", held)


def begin(designer: Person) -> None:
    """A word on each thing; what is missing is told, and what was typed stays."""
    page = designer.page
    page.goto("/studio")
    designer.follow("新建一件事")
    designer.arrives("新建一件事", look=False)
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
    designer.arrives(COPY, look=False)


def open_diagram(designer: Person) -> None:
    page = designer.page
    page.get_by_role("link", name=re.compile("^文件")).first.click()
    page.get_by_role("link", name=re.compile(f"画图.*{KEY}.bpmn")).click()
    drawing.opened(page)


def draw(designer: Person) -> None:
    """A task in the line to the end. That nobody may do it, and that it is no step that the office knows, is found at
    once, leads to it, and is mended beside it."""
    page = designer.page
    open_diagram(designer)
    drawing.make_room(page, "all-done", "end", 160)
    called = drawing.place(page, *drawing.between(page, "all-done", "end"), "回访")
    drawing.saved(page)
    of_task = page.locator("#designer-findings .is-error", has_text="回访")
    found = of_task.filter(has_text="人工任务没有岗位")
    expect(found).to_have_count(1)
    expect(of_task.filter(has_text="没有写明是哪一种环节")).to_have_count(1)
    page.keyboard.press("Escape")
    drawing.select(page, "deliver-A1")
    found.click()
    drawing.is_selected(page, called)
    designer.picture("studio-whole-finding")
    drawing.fill(page, "办理人和岗位", "候选岗位", "window.clerk")
    drawing.add_property(page, "step", "record")
    expect(page.locator("#designer-findings .is-error")).to_have_count(0)
    expect(page.locator(".diagram-finding.is-error")).to_have_count(0)
    drawing.rename(page, called, CALLED)
    drawing.saved(page)
    designer.picture("studio-whole-drawn")
    back(designer)


def back(designer: Person) -> None:
    designer.page.get_by_role("link", name=COPY).click()
    designer.arrives(COPY, look=False)


def try_again(designer: Person, file: str, proposal: str) -> None:
    """An example of the pattern does not know the new task; it is walked anew, and told as it was walked."""
    page = designer.page
    designer.follow("示例")
    designer.arrives(f"示例：工作稿“{COPY}”", look=proposal == "grant")
    row = page.get_by_role("listitem").filter(has_text=f"{file}.json")
    expect(row).to_contain_text(f"实际为一窗收件、是否适用？、{ITEM}、出件送达、all-done、{CALLED}")
    expect(row).to_contain_text(f"没有办完的环节：示例为没有，实际为{CALLED}")
    row.get_by_role("link", name="重新模拟").click()
    designer.arrives(f"流程模拟：工作稿“{COPY}”", look=False)
    page.get_by_label("后台作业怎么办").select_option("done")
    designer.press("开始模拟")
    complete(page, "受理审查", '{"intake_outcome": "accepted"}')
    complete(page, "审查意见", f'{{"proposal": "{proposal}"}}')
    complete(page, "作出决定", f'{{"ruling": "{proposal}"}}')
    for step in ("出件", "送达", CALLED):
        complete(page, step, "")
    expect(page.locator("main")).to_contain_text("流程已结束")
    page.locator("#record summary").click()
    if proposal == "grant":
        designer.arrives(f"流程模拟：工作稿“{COPY}”")
        designer.picture("trial-record-over", at="#record")
    page.get_by_label("更新已有的示例").select_option(f"examples/{file}.json")
    designer.press("更新示例")
    designer.arrives(f"示例：工作稿“{COPY}”", look=False)
    expect(page.get_by_role("listitem").filter(has_text=f"{file}.json")).to_contain_text("相符")
    designer.follow("返回")
    designer.arrives(COPY, look=False)


def keep(designer: Person, version: str, note: str) -> None:
    designer.page.get_by_label("改了什么").fill(note)
    designer.press("存为版本")
    designer.arrives(version, look=False)


def received_at_the_window(site: Site, clerk: Person) -> office.Handle:
    """What there was not this morning is applied for at the window: question, sheet, form, materials, receipt."""
    page = clerk.page
    page.goto("/application/visit")
    application.open_visit(clerk, ANSWERS, "B007")
    clerk.arrives("选一件事", look=False)
    page.get_by_label("一件事或事项名称，中文或英文").fill("摆摊")
    clerk.press("查找")
    expect(page.get_by_role("heading", name=NAME)).to_be_visible()
    clerk.press("办理这件事")
    clerk.arrives("情形引导", look=False)
    application.answer_questions(clerk, {"wanted": True})
    clerk.press("生成告知单")
    clerk.arrives("一次性告知单", look=False)
    sheet = page.url
    clerk.press("交付并打印告知单")
    clerk.arrives(re.compile("告知单"), look=False)
    page.goto(sheet)
    clerk.follow("填表")
    clerk.arrives("填写申请表", look=False)
    application.fill_form(clerk, ANSWERS)
    clerk.press("保存并继续")
    clerk.arrives("提交材料", look=False)
    assert application.missing_materials(clerk) == []  # the form is the only one
    clerk.follow("选择办理方式")
    clerk.arrives("选择办理方式", look=False)
    clerk.press("保存办理方式并核对")
    clerk.arrives("核对并收件", look=False)
    clerk.press("确认收件")
    clerk.arrives("已收件", look=False)
    number = page.locator("[data-case-number]").inner_text().strip()
    code = page.locator("[data-tracking-code]").inner_text().strip()
    assert number.startswith("BT-")
    site.work_off()
    case_id = int(page.url.split("/application/")[1].split("/")[0])
    return office.Handle(case_id, number, code)


def received(site: Site) -> office.Handle:
    """One more, so that there are two to be moved."""
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
    return case


def decided(site: Site, somebody: Somebody, case: office.Handle) -> None:
    """Accepted and reviewed by one, decided by another, from the inbox; handed over, and the drawn task is there."""
    reviewer, decider = somebody(REVIEWER), somebody(DECIDER)
    act(site, reviewer, case, "受理审查", {"受理结果": 0}, "确认受理结果")
    act(site, reviewer, case, "审查意见", {"建议": 0}, "提出审查意见")
    act(site, decider, case, "作出决定", {"办理决定": 0}, "作出办理决定")
    site.play(case.id, HANDED_OVER)


def act(site: Site, person: Person, case: office.Handle, step: str, choices: dict[str, int], button: str) -> None:
    claim_by_key(person, case.number, step)
    person.arrives(re.compile(f"^{step}"), look=False)
    mark_all(person)
    for group, option in choices.items():
        choose(person, group, option)
    press_act(person, button)
    person.arrives("待办", look=False)
    site.work_off()


def draw_otherwise(designer: Person) -> None:
    """The drawn task is taken out, there is more room, and another one is put in the line."""
    page = designer.page
    page.goto("/studio")
    page.get_by_role("link", name=NAME, exact=True).first.click()
    page.get_by_role("link", name=COPY).click()
    designer.arrives(COPY, look=False)
    open_diagram(designer)
    drawing.remove(page, drawing.id_of(page, CALLED))
    drawing.make_room(page, "all-done", "end", 100)
    noted = drawing.place(page, *drawing.between(page, "all-done", "end"), NOTED)
    drawing.fill(page, "办理人和岗位", "候选岗位", "window.clerk")
    drawing.add_property(page, "step", "record")
    drawing.saved(page)
    drawing.is_selected(page, noted)
    expect(page.locator("#designer-findings .is-error")).to_have_count(0)
    back(designer)


def differs(designer: Person) -> None:
    """What changes stands on both diagrams and in the list, and each leads to the other."""
    page = designer.page
    page.locator("main").get_by_role("link", name="差异").click()
    designer.arrives(THIRD)
    expect(page.locator(".two-diagrams [data-diagram][data-ready]")).to_have_count(2)
    changes = page.locator(".findings li[data-element]").filter(has_text="人工任务")
    expect(changes.filter(has_text=CALLED)).to_contain_text("已删除")
    expect(changes.filter(has_text=NOTED)).to_contain_text("新增")
    designer.picture("studio-whole-difference", at=".card:has(.two-diagrams)")
    page.locator("#diagram-before .diagram-finding.is-error").first.press("Enter")
    expect(page.locator(".findings li[data-current]")).to_be_focused()


def migrate(site: Site, designer: Person, publisher: Person, first: office.Handle) -> None:
    """The element is gone on which a case waits: that case cannot move until somebody says what it becomes."""
    migrating.choose(designer, KEY, cases=2)
    expect(designer.page.locator("main")).to_contain_text("1 个需要手工选择")
    designer.look_over()
    migrating.try_on_all(site, designer, "回访改由新的环节办理")
    migrating.counted(designer, fits=1, unfit=1)
    expect(migrating.result_rows(designer).filter(has_text=first.number)).to_contain_text("不能迁移")
    expect(designer.page.get_by_role("region", name="不能迁移的原因")).to_contain_text(CALLED)
    designer.look_over()
    designer.picture("studio-whole-dry-run")
    designer.press("撤回这次迁移")
    migrating.state(designer, "已撤回")
    for last in (False, True):
        migrating.choose(designer, KEY, cases=2)
        migrating.becomes(designer, CALLED, NOTED)
        migrating.try_on_all(site, designer, "回访改由新的环节办理")
        migrating.counted(designer, fits=2)
        address = migrating.propose(designer)
        migrating.confirm(site, publisher, address, first=1)
        migrating.counted(publisher, moved=1, fits=1)
        migrating.go_on(site, publisher, rest=1)
        migrating.counted(publisher, moved=2)
        if not last:
            migrating.take_back(site, publisher, 2, "先通知窗口")
            migrating.counted(publisher, undone=2)


def called_back(site: Site, clerk: Person, first: office.Handle, second: office.Handle) -> None:
    """What was drawn at last stands in the clerk's inbox, is done, and the case is over; the other one goes on."""
    page = clerk.page
    claim_by_key(clerk, first.number, NOTED)
    clerk.arrives(re.compile(f"^{NOTED}"))
    page.get_by_label("办理情况").fill("已电话回访，摊主知悉摆放要求。")
    press_act(clerk, "记录并办结")
    clerk.arrives("待办", look=False)
    site.work_off()
    clerk.open(f"/window/cases/{first.id}", ANSWERS["applicant_name"])
    expect(page.locator("main")).to_contain_text("已办结")
    page.goto(f"/window/cases/{second.id}")
    expect(page.locator("main")).not_to_contain_text("已办结")
