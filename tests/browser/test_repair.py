"""A lead mends a case: an incident, a suspended process, tokens, another release; with script and without."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.person import PHONE, Person
from tests.browser.site import Site
from tests.support import office
from tests.support.releases import publish
from webapp.catalogue import current_releases, release_files
from webapp.extensions import db
from webapp.services import engine_jobs, releases, timers
from webapp.unit_of_work import sql

LEAD = "weixiaohong"
Somebody = Callable[..., Person]


class Down(Exception):
    """The maker of licences does not answer."""


def make_no_licence(job: engine_jobs.RunningJob) -> dict[str, object]:
    raise Down("连接超时")


def with_incident(site: Site) -> office.Handle:
    """A case whose first licence could not be made, however often it was tried."""
    case = site.received("commitment")
    with site.app.app_context(), pytest.MonkeyPatch.context() as patch:
        patch.setitem(engine_jobs.HANDLERS, "issue-licence", make_no_licence)
        task, decider = office.claimed(case.id, "immediate", "P2")
        office.rulings.rule(task.id, by=decider, ruling="grant", reasons="", revision=task.revision, key="k")
        row = sql().execute("select id from engine_job where case_id = %s and state = 'open'", (case.id,)).fetchone()
        assert row is not None
        for _ in range(2):
            with pytest.raises(Down):
                engine_jobs.run(row[0])
        engine_jobs.run(row[0])
        db.session.remove()
    return case


def second_release(site: Site) -> int:
    """The pharmacy's next release, published: one task has another id."""
    with site.app.app_context():
        base = current_releases()[office.BUNDLE]
        text = release_files(base)["_shared/item-licence.bpmn"].decode()
        changed = re.sub(r'(?<!value)="immediate"', '="decide-at-once"', text).replace(
            ">immediate<", ">decide-at-once<"
        )
        draft = releases.draft_from_upload(base, "item-licence.bpmn", changed.encode(), by=office.person("taoran"))
        releases.submit_release(draft, by=office.person("taoran"))
        publish(draft)
        db.session.remove()
    return draft


@pytest.mark.parametrize("script", [True, False])
def test_an_incident_is_understood_and_dealt_with(site: Site, somebody: Somebody, script: bool) -> None:
    case = with_incident(site)
    lead = somebody(LEAD, script=script)
    page = lead.page
    lead.open(f"/cases/{case.id}", re.compile("."))
    lead.picture("incident-on-case")
    page.get_by_role("link", name=re.compile("^处理异常")).click()
    lead.arrives(re.compile("^处理异常："))
    expect(page.locator("main")).to_contain_text("后台作业“制作证照”多次失败")
    lead.picture("incident")
    lead.picture("incident-phone", size=PHONE)
    lead.press("更正并重试")
    expect(page.locator(".error-summary")).to_contain_text("请填写原因")
    page.get_by_label("item", exact=True).fill("P2")
    page.get_by_label("更正原因").fill("编号录错")
    lead.press("更正并重试")
    lead.arrives(re.compile("^处理异常："))
    expect(page.locator(".error-summary")).to_contain_text("引号")
    lead.picture("incident-refused")
    page.get_by_label("item", exact=True).fill('"P2"')
    lead.press("更正并重试")  # the same value again: nothing was corrected
    expect(page.locator(".error-summary")).to_contain_text("没有更正任何变量")
    page.locator("summary", has_text="补充一个没有的变量").click()
    page.get_by_label(re.compile("^变量名 1")).first.fill("checked")
    page.get_by_label(re.compile("^变量值 1")).first.fill("true")
    lead.press("更正并重试")
    expect(page.locator(".flash-success")).to_contain_text("已重新提交")
    site.work_off()
    lead.open(f"/cases/{case.id}", re.compile("."))
    expect(page.get_by_role("link", name=re.compile("^处理异常"))).to_have_count(0)
    expect(page.locator("main")).to_contain_text("药品经营许可证")


@pytest.mark.parametrize("script", [True, False])
def test_a_failed_step_is_passed_over(site: Site, somebody: Somebody, script: bool) -> None:
    case = with_incident(site)
    lead = somebody(LEAD, script=script)
    lead.open(f"/cases/{case.id}", re.compile("."))
    lead.page.get_by_role("link", name=re.compile("^处理异常")).click()
    lead.page.get_by_label("跳过原因").fill("证照由原系统制作，已线下核对")
    lead.press("跳过此步骤")
    expect(lead.page.locator(".flash-success")).to_contain_text("已跳过此步骤")
    lead.arrives(re.compile("."))


@pytest.mark.parametrize("script", [True, False])
def test_a_case_is_suspended_told_to_everyone_and_resumed(site: Site, somebody: Somebody, script: bool) -> None:
    case = site.received("commitment")
    lead, decider = somebody(LEAD, script=script), somebody("wujianhua", script=script)
    lead.open(f"/cases/{case.id}", re.compile("."))
    lead.page.locator("summary", has_text="挂起流程").click()
    lead.picture("upkeep", at="#upkeep-title")
    lead.page.get_by_label("挂起原因").fill("企业名称正在核查")
    lead.press("挂起流程")
    expect(lead.page.locator("#suspended-title")).to_have_text("流程已挂起")
    lead.arrives(re.compile("."))
    lead.picture("suspended")
    lead.picture("suspended-phone", size=PHONE)
    decider.open("/inbox", "待办")
    row = decider.page.locator("tbody tr").first
    expect(row).to_contain_text("已挂起")
    expect(row.get_by_role("button")).to_have_count(0)
    decider.picture("suspended-inbox")
    decider.picture("suspended-inbox-phone", size=PHONE)
    row.get_by_role("link").first.click()
    decider.arrives(re.compile("^即办"))
    expect(decider.page.locator(".flash-warning")).to_contain_text("企业名称正在核查")
    expect(decider.page.get_by_role("button", name="认领")).to_have_count(0)
    lead.page.get_by_label("恢复原因").fill("核查完毕")
    lead.press("恢复流程")
    expect(lead.page.locator(".flash-success")).to_contain_text("流程已恢复")
    decider.open("/inbox", "待办")
    decider.page.get_by_role("button", name=re.compile("^认领：")).first.click()
    expect(decider.page.get_by_role("button", name="作出办理决定")).to_be_visible()


def with_signboard_under_review(site: Site) -> office.Handle:
    case = site.received("ordinary", ways={})
    site.play(case.id, [{"step": "backfill", "item": "P1"}, {"step": "accept", "item": "P6"}])
    return case


@pytest.mark.parametrize("script", [True, False])
def test_a_task_is_put_back_to_an_earlier_step(site: Site, somebody: Somebody, script: bool) -> None:
    case = with_signboard_under_review(site)
    lead = somebody(LEAD, script=script)
    page = lead.page
    lead.open(f"/cases/{case.id}/repair", "调整流程位置")
    if script:
        lead.picture("tokens")
        lead.picture("tokens-phone", size=PHONE)
    row = page.locator("tbody tr", has=page.get_by_role("rowheader", name=re.compile("审查意见"))).first
    row.get_by_role("combobox").select_option("to:accept")
    lead.press("核对调整")
    lead.arrives("核对流程位置的调整")
    expect(page.locator("main")).to_contain_text("取消任务“审查意见”")
    expect(page.locator("main")).to_contain_text("承诺办结时限（户外招牌设置许可）继续计算，到期日仍为")
    if script:
        lead.picture("tokens-check")
        lead.picture("tokens-check-phone", size=PHONE)
    lead.press("调整流程位置")
    expect(page.locator(".error-summary")).to_contain_text("请填写原因")
    page.get_by_label("调整原因").fill("受理材料需要重新核对")
    lead.press("调整流程位置")
    expect(page.locator(".flash-success")).to_contain_text("流程位置已调整")
    with site.app.app_context():
        assert ("P6", "accept") in office.open_steps(case.id)
        timers.fire_due()
        db.session.remove()


def test_a_token_is_moved_on_the_diagram(site: Site, somebody: Somebody) -> None:
    case = with_signboard_under_review(site)
    lead = somebody(LEAD)
    page = lead.page
    lead.open(f"/cases/{case.id}/repair", "调整流程位置")
    page.locator("[data-token-tab]", has_text="户外招牌").click()
    shown = page.locator("[data-token-diagram]:not([hidden])")
    token = shown.get_by_role("button", name=re.compile("审查意见.*令牌"))
    token.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-token-said]")).to_contain_text("点它要移到的位置")
    shown.locator(".can-go[data-element-id='accept']").click()
    expect(page.locator("[data-token-pending] li")).to_have_count(1)
    expect(shown.locator(".diagram-note.is-coming")).to_be_visible()
    expect(shown.locator(".diagram-note.is-leaving")).to_be_visible()
    expect(page.locator("select[data-element='review']")).to_have_value("to:accept")
    lead.look_over()
    lead.picture("tokens-moving", at="[data-token-mode]")
    lead.press("新增令牌")
    shown.locator(".can-go[data-element-id='decide']").click()
    expect(page.locator("[data-token-pending] li")).to_have_count(2)
    page.locator("[data-token-pending] li").nth(1).get_by_role("button").click()
    expect(page.locator("[data-token-pending] li")).to_have_count(1)
    lead.press("核对调整")
    lead.arrives("核对流程位置的调整")
    lead.follow("返回修改")
    lead.arrives("调整流程位置", look=False)
    expect(page.locator("[data-token-pending] li")).to_have_count(1)  # what was chosen stands there again
    lead.press("核对调整")
    page.get_by_label("调整原因").fill("受理材料需要重新核对")
    lead.press("调整流程位置")
    expect(page.locator(".flash-success")).to_contain_text("流程位置已调整")
    with site.app.app_context():
        assert ("P6", "accept") in office.open_steps(case.id)
        assert ("P6", "review") not in office.open_steps(case.id)
        db.session.remove()


@pytest.mark.parametrize("script", [True, False])
def test_a_case_goes_on_with_another_release(site: Site, somebody: Somebody, script: bool) -> None:
    case = site.received("commitment")
    release = second_release(site)
    lead = somebody(LEAD, script=script)
    page = lead.page
    lead.open(f"/cases/{case.id}/repair/release", "迁移到另一发布版")
    lead.press("核对")
    lead.arrives("迁移到另一发布版")
    expect(page.locator("main")).to_contain_text("不能迁移")
    lead.picture("release")
    lead.picture("release-phone", size=PHONE)
    page.get_by_role("combobox", name=re.compile("在新版中的元素")).select_option("decide-at-once")
    lead.press("按所选元素重新核对")
    expect(page.locator("main")).to_contain_text("可以迁移")
    lead.arrives("迁移到另一发布版")
    page.get_by_label("迁移原因").fill("新版流程已经发布")
    page.get_by_role("button", name=re.compile("^迁移到第")).click()
    expect(page.locator(".flash-success")).to_contain_text("已迁移到所选发布版")
    lead.arrives(re.compile("."))
    with site.app.app_context():
        row = sql().execute("select release_id from cases where id = %s", (case.id,)).fetchone()
        assert row == (release,)
        office.act(case.id, "immediate", "P2")
        assert ("P2", "issue") in office.open_steps(case.id)
        db.session.remove()
