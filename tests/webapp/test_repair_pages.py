"""The repair pages as a lead uses them: an incident dealt with, tokens moved, a release changed, a case suspended."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.engine.runtime.diagrams import ext, io, job
from tests.journeys.test_repair import CHOICE, STEPS, STEPS_WORK, gives_up, only_incident, token_on
from tests.support import machines, office
from tests.support.pages import Browser, Page
from tests.webapp.test_translations import chinese_on, typed
from webapp.catalogue import current_releases
from webapp.languages import COOKIE
from webapp.services import engine_jobs
from webapp.unit_of_work import sql

LEAD = "weixiaohong"
WORK = {"ask": ext(job("ask-register"), io({"number": "n"}))}
ASKS = "start s\nservice ask\nuser after\ns -> ask -> after"


@pytest.fixture
def screen(db: SQLAlchemy, client: FlaskClient) -> Browser:
    return Browser(client, LEAD)


def sent(screen: Browser, page: Page, action: str, **typed: str) -> Page:
    """The form with this action, sent with what stands in it and what is typed; the page that follows."""
    forms = (form for form in page.tree.forms if str(form.get("action")) == action and form.method == "POST")
    carried = {name: value or "" for name, value in next(forms).form_values()}
    data = {**carried, **{name.replace("__", "-"): value for name, value in typed.items()}}
    response = screen.client.post(action, data=data, follow_redirects=True)
    return Page(response)


def test_an_incident_is_dealt_with_by_correcting_a_variable(screen: Browser) -> None:
    case, _ = machines.run(machines.publish(CHOICE), size="many", note="不变")
    incident = only_incident(case)
    assert f"/cases/{case}/incidents/{incident}" in screen.open(f"/cases/{case}").links()
    page = screen.open(f"/cases/{case}/incidents/{incident}")
    assert page.heading.startswith("处理异常")
    assert '"many"' in page.words()
    action = f"/cases/{case}/incidents/{incident}/correct"
    fields = page.fields(action)
    size = next(
        name.partition("-")[2] for name, value in fields.items() if name.startswith("name-") and value == "size"
    )
    wrong = sent(screen, page, action, **{f"value__{size}": "many", "reason": "录错"})
    assert wrong.status == 422
    assert "引号" in " ".join(wrong.errors().values())
    assert "many" in wrong.fields(action)[f"value-{size}"]
    no_reason = sent(screen, page, action, **{f"value__{size}": "12"})
    assert no_reason.status == 422
    assert "请填写原因" in " ".join(no_reason.errors().values())
    unchanged = sent(screen, page, action, reason="录错")
    assert "没有更正任何变量" in " ".join(unchanged.errors().values())
    worse = sent(screen, no_reason, action, **{f"value__{size}": '"few"', "reason": "试一次"})
    assert "变量已更正，重试后又失败了：" in worse.words()
    assert "已重新提交" not in worse.words()
    assert "'few'" not in worse.words()
    action = f"/cases/{case}/incidents/{only_incident(case)}/correct"
    again = screen.open(action.removesuffix("/correct"))
    assert "'" not in "".join(again.tree.xpath("//main//p//text()"))
    fixed = sent(screen, again, action, **{f"value__{size}": "12", "reason": "面积录错"})
    assert fixed.status == 200
    assert "已重新提交" in fixed.words()
    assert machines.tasks(case) == ["big"]
    row = sql().execute("select facts from repair order by id desc").fetchone()
    assert row is not None
    assert row[0]["variables"] == ["size"]  # the note was not given again


def test_a_variable_that_is_missing_is_supplied(screen: Browser) -> None:
    case, instance = machines.run(machines.publish(CHOICE))
    action = f"/cases/{case}/incidents/{only_incident(case)}/correct"
    page = screen.open(action.removesuffix("/correct"))
    sent(screen, page, action, new__name__0="size", new__value__0="3", reason="补录")
    assert machines.tasks(case) == ["small"]
    assert machines.seen(instance).variables["size"] == 3


def test_a_step_is_passed_over_with_a_reason_and_a_result(screen: Browser) -> None:
    case, instance = machines.run(machines.publish(ASKS, WORK), n=7)
    action = f"/cases/{case}/incidents/{gives_up(case)}/skip"
    page = screen.open(action.removesuffix("/skip"))
    assert sent(screen, page, action).status == 422
    assert sent(screen, page, action, result__name__0="found", result__value__0="yes", skip_reason="x").status == 422
    done = sent(
        screen, page, action, result__name__0="found", result__value__0='"电话核实"', skip_reason="登记系统停用"
    )
    assert "已跳过此步骤" in done.words()
    assert machines.tasks(case) == ["after"]
    assert machines.seen(instance).variables["found"] == "电话核实"
    assert "跳过失败步骤" in screen.open(f"/cases/{case}").words()
    assert "登记系统停用" in screen.open(f"/cases/{case}/repair").words()


def test_a_form_sent_twice_counts_once_and_leads_to_the_case(screen: Browser) -> None:
    case, _ = machines.run(machines.publish(ASKS, WORK), n=7)
    action = f"/cases/{case}/incidents/{gives_up(case)}/skip"
    page = screen.open(action.removesuffix("/skip"))
    for said in ("已跳过此步骤", "已办理"):
        answer = sent(screen, page, action, skip_reason="登记系统停用")
        assert answer.status == 200
        assert said in answer.words()
    assert machines.tasks(case) == ["after"]
    assert machines.ledger(case).count("step-skipped") == 1


def test_reading_the_variables_leaves_a_line(screen: Browser) -> None:
    case, _ = machines.run(machines.publish(CHOICE), size="many")
    incident = only_incident(case)
    screen.open(f"/cases/{case}/incidents/{incident}")
    noted = sql().execute("select what from access_log where case_id = %s", (case,)).fetchall()
    assert (f"incident:{incident}",) in noted


def test_an_incident_of_another_case_or_a_resolved_one_is_not_found(screen: Browser) -> None:
    release = machines.publish(CHOICE)
    (case, _), (other, _) = machines.run(release, size="many"), machines.run(release, size="many")
    incident = only_incident(case)
    assert screen.open(f"/cases/{other}/incidents/{incident}").status == 404
    assert screen.post(f"/cases/{other}/incidents/{incident}/skip", skip_reason="x", key="k").status_code == 404
    assert screen.post(f"/cases/{other}/incidents/{incident}/correct", reason="x", key="k").status_code == 404
    action = f"/cases/{case}/incidents/{incident}/correct"
    page = screen.open(f"/cases/{case}/incidents/{incident}")
    sent(screen, page, action, new__name__0="size", new__value__0="3", reason="补录")
    assert screen.open(f"/cases/{case}/incidents/{incident}").status == 404


def test_tokens_are_moved_after_looking_over_what_that_does(screen: Browser) -> None:
    case, instance = machines.run(machines.publish(STEPS, STEPS_WORK))
    machines.done(case, "a")
    page = screen.open(f"/cases/{case}/repair")
    [row] = page.rows()
    assert "b" in row[1]
    assert "等待人工办理" in row[3]
    check, action, token = f"/cases/{case}/repair/check", f"/cases/{case}/repair", token_on(instance, "b")
    assert sent(screen, page, check).status == 422
    summary = sent(screen, page, check, **{f"token__{token}": "to:a", "add": "1:d"})
    assert summary.status == 200
    words = summary.words()
    assert f"令牌 {token} 从“b”移到“a”" in words
    assert "在“d”新增一个令牌" in words
    assert "取消任务“b”" in words
    assert "新开任务“a”" in words
    assert machines.tasks(case) == ["b"]  # nothing was done yet
    again = screen.open(next(url for url in summary.links() if "add=" in url))
    assert again.fields(check)[f"token-{token}"] == "to:a"
    assert sent(screen, summary, action).status == 422  # no reason; it stands on the summary still
    done = sent(screen, summary, action, reason="退回重办")
    assert "流程位置已调整" in done.words()
    assert machines.tasks(case) == ["a", "d"]
    later = screen.open(f"/cases/{case}/repair")
    assert "退回重办" in later.words()
    refused = sent(screen, later, check, **{f"token__{token}": "remove"})
    assert refused.status == 422
    assert "该令牌已不存在" in refused.words()


def test_a_page_from_before_the_last_step_is_told_so(screen: Browser) -> None:
    case, instance = machines.run(machines.publish(STEPS, STEPS_WORK))
    check = f"/cases/{case}/repair/check"
    page, token = screen.open(f"/cases/{case}/repair"), f"token__{token_on(instance, 'a')}"
    summary = sent(screen, page, check, **{token: "remove"})
    machines.done(case, "a")
    for late in (
        sent(screen, summary, f"/cases/{case}/repair", reason="移除"),
        sent(screen, page, check, **{token: "remove"}),
    ):
        assert late.status == 409
        assert "流程已有变化" in late.words()
    assert machines.tasks(case) == ["b"]


def test_what_stands_in_calls_and_loops_is_listed_in_its_place(screen: Browser) -> None:
    drawn = "start s\nsub body {\nstart i\nuser c\ni -> c\n}\nuser many\nand x\ns -> x -> body\nx -> many"
    collection = ext('<zeebe:loopCharacteristics inputCollection="=[1, 2]" inputElement="n"/>')
    loop = f"<multiInstanceLoopCharacteristics>{collection}</multiInstanceLoopCharacteristics>"
    case, instance = machines.run(machines.publish(drawn, {"many": loop}))
    rows = screen.open(f"/cases/{case}/repair").rows()
    assert len(rows) == len(machines.seen(instance).active)
    assert [row[1] for row in rows].index("body") < [row[1] for row in rows].index("c")
    assert sum("循环中的单个实例不能移动" in row[4] for row in rows) == 2


def test_a_case_is_taken_to_another_release_from_the_page(screen: Browser) -> None:
    case, _ = machines.run(machines.publish(STEPS, STEPS_WORK))
    bad = machines.publish(STEPS.replace("user a", "user z").replace("-> a", "-> z"), STEPS_WORK)
    page = screen.open(f"/cases/{case}/repair/release?release={bad}")
    assert "不能迁移" in page.words()
    assert "新版本中没有该元素" in page.words()
    mapped = screen.open(f"/cases/{case}/repair/release?release={bad}&map-open-pharmacy:a=z")
    assert "可以迁移" in mapped.words()
    action = f"/cases/{case}/repair/release"
    assert sent(screen, mapped, action).status == 422
    done = sent(screen, mapped, action, reason="流程更新")
    assert "办件已迁移" in done.words()
    assert machines.tasks(case) == ["z"]
    assert "迁移到另一发布版" in screen.open(f"/cases/{case}").words()


def test_a_release_that_does_not_fit_is_refused_with_its_reasons_on_the_page(screen: Browser) -> None:
    case, _ = machines.run(machines.publish(STEPS, STEPS_WORK))
    bad = machines.publish(STEPS.replace("user a", "manual a"), STEPS_WORK)
    screen.open(f"/cases/{case}/repair/release?release={bad}")
    response = screen.post(f"/cases/{case}/repair/release", release=str(bad), reason="更新", key="k")
    assert response.status_code == 422
    assert "userTask → manualTask" in response.get_data(as_text=True)
    assert machines.tasks(case) == ["a"]


def test_a_case_is_suspended_and_resumed_from_its_page(screen: Browser) -> None:
    case, _ = machines.run(machines.publish(STEPS, STEPS_WORK))
    page = screen.open(f"/cases/{case}")
    assert "流程已挂起" not in page.words()
    empty = sent(screen, page, f"/cases/{case}/suspend")
    assert empty.status == 422
    assert "请填写原因" in empty.words("//details[@open]//input[@id='f-suspend_reason']/..")
    assert "请填写原因" in empty.words("//section[@class='error-summary']")
    suspended = sent(screen, empty, f"/cases/{case}/suspend", reason="名称核查")
    assert "流程已挂起" in suspended.words()
    assert "名称核查" in suspended.words()
    screen.sign_in("xieguang")
    seen = screen.open(f"/cases/{case}")
    assert "流程已挂起" in seen.words()
    assert "名称核查" not in seen.words()  # what a lead wrote may name people
    screen.sign_in(LEAD)
    page = screen.open(f"/cases/{case}")
    unsaid = sent(screen, page, f"/cases/{case}/resume", reason="长" * 501)
    assert unsaid.status == 422
    assert unsaid.tree.xpath("//input[@id='f-resume_reason' and @aria-invalid='true']/@value") == ["长" * 501]
    resumed = sent(screen, page, f"/cases/{case}/resume", reason="核查完毕")
    assert "流程已恢复" in resumed.words()
    told = resumed.words("//ol[@class='history']")
    assert "挂起流程：名称核查" in told
    assert "恢复流程：核查完毕" in told
    screen.sign_in("xieguang")
    told = screen.open(f"/cases/{case}").words("//ol[@class='history']")
    assert "挂起流程" in told
    assert "核查" not in told
    screen.sign_in(LEAD)
    assert "流程已挂起" not in screen.open(f"/cases/{case}").words()


@pytest.mark.parametrize("hostile", ["token-x", "token-" + "9" * 30, "token-١"])
def test_odd_forms_change_nothing(screen: Browser, hostile: str) -> None:
    case, _ = machines.run(machines.publish(STEPS, STEPS_WORK))
    page = screen.open(f"/cases/{case}/repair")
    for action in (f"/cases/{case}/repair/check", f"/cases/{case}/repair"):
        typed = {**page.fields(f"/cases/{case}/repair/check"), hostile: "remove", "reason": "移除"}
        assert screen.post(action, **typed).status_code == 422
    assert screen.open(f"/cases/{case}/repair?instance=999999").status == 404
    assert screen.open(f"/cases/{case}/repair/release?release=999999").status == 404
    assert machines.tasks(case) == ["a"]


def test_a_case_that_has_ended_has_nothing_to_move(screen: Browser) -> None:
    case, _ = machines.run(machines.publish("start s\nend e\ns -> e"))
    page = screen.open(f"/cases/{case}/repair")
    assert page.status == 200
    assert "没有在办的流程" in page.words()


def licence_not_made() -> int:
    """A pharmacy whose first licence could not be made, however often it was tried."""
    case = office.received("commitment")
    task, decider = office.claimed(case.id, "immediate", "P2")
    office.rulings.rule(task.id, by=decider, ruling="grant", reasons="", revision=task.revision, key="k")
    with pytest.MonkeyPatch.context() as patch:
        patch.delitem(engine_jobs.HANDLERS, "issue-licence")
        gives_up(case.id)
    return case.id


def test_the_pages_are_english_in_english(screen: Browser) -> None:
    case = licence_not_made()
    machines.publish(STEPS, STEPS_WORK)
    screen.client.set_cookie(COOKIE, "en")
    release = current_releases()[office.BUNDLE]
    repair = f"/cases/{case}/repair"
    incident = f"/cases/{case}/incidents/{only_incident(case)}"
    opened = (incident, repair, f"{repair}/release", f"{repair}/release?release={release}")
    pages = {url: screen.open(url) for url in opened}
    token = next(name for name in pages[repair].fields(f"{repair}/check") if name.startswith("token-"))
    pages[f"POST {repair}/check"] = sent(
        screen, pages[repair], f"{repair}/check", **{token.replace("-", "__"): "remove"}
    )
    tried = ((repair, {}), (f"{repair}/release", {"release": str(release)}), (f"{incident}/skip", {}))
    for url, values in tried:
        answer = Page(screen.post(url, key=url, seen="", **values))
        assert answer.status in (404, 422), (url, answer.status)
        pages[f"POST {url}"] = answer
    screen.post(f"/cases/{case}/suspend", reason="check of the name", key="s")
    task = office.open_task(case, "immediate", "P3").id
    for login, url in ((LEAD, f"/cases/{case}"), (LEAD, incident), (LEAD, repair), ("chuyan", f"/tasks/{task}")):
        screen.sign_in(login)
        screen.client.set_cookie(COOKIE, "en")
        pages[f"suspended {url}"] = screen.open(url)
    words = typed()
    assert "suspended" in pages[f"suspended /tasks/{task}"].words()
    said = {one.text: one.url for url, page in pages.items() for one in chinese_on(page.tree, url, words)}
    assert said == {}


def test_what_a_message_started_from_another_bundle_is_worked_on_like_everything_else(screen: Browser) -> None:
    groups = {"renew": ext('<zeebe:assignmentDefinition candidateGroups="drug.review"/>')}
    machines.publish("start s message paid\nuser renew\ns -> renew", groups, key="renewal")
    drawn = "start s\nthrow m message paid\nuser after\ns -> m -> after"
    case, _ = machines.run(machines.publish(drawn, instead=False))
    machines.work()
    [(_, _), (instance, process)] = machines.instances(case)
    assert screen.open(f"/cases/{case}").status == 200
    drawn_again = screen.client.get(f"/cases/{case}/diagram.bpmn?instance={instance}")
    assert b'id="renew"' in drawn_again.data
    assert screen.client.get(f"/cases/{case}/position.json?instance={instance}").get_json()["current"] == ["renew"]
    assert "renew" in screen.open(f"/cases/{case}/repair?instance={instance}").words()
    row = sql().execute("select id from user_task where element = 'renew'").fetchone()
    assert row is not None
    screen.sign_in("zhaolin")
    assert screen.open(f"/tasks/{row[0]}").status == 200
    assert process == machines.PROCESS
