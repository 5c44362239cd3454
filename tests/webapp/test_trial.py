"""流程模拟 as a designer uses it: a run on the real engine, a clock moved by hand, either core."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.engine.runtime.diagrams import calls, diagram, ext, io, job, script
from tests.support import office
from tests.webapp.browsing import Browser
from tests.webapp.trying import LEAVE, act, acts, main, section, state, together, tried
from webapp.catalogue import current_releases
from webapp.clock import frozen_at
from webapp.services import trial_replay
from webapp.services.files import Upload
from webapp.settings import PROJECT_FOLDER
from webapp.unit_of_work import sql

DESIGNER = "taoran"
GROUPS = '<zeebe:assignmentDefinition candidateGroups="drug.review,food.review"/>'
BROKEN = diagram("start s\nxor x\nend e\nend f\ns -> x\nx -> e if n >\nx -> f default")
FORM = '<zeebe:formDefinition formKey="opinion"/>'


def published() -> int:
    return current_releases()[office.BUNDLE]


@pytest.fixture
def designer(client) -> Iterator[Browser]:
    """In the year in which these trials play, so that moments are shown without it."""
    with frozen_at(datetime(2026, 11, 2, 1, tzinfo=UTC)):
        yield Browser.of(client, DESIGNER)


# ---------------------------------------------------------------- one diagram, from beginning to end


def test_a_diagram_is_tried_from_its_start_to_its_end(designer):
    tried(designer, LEAVE, '{"days": 3}')
    assert designer.heading == "流程模拟：leave.bpmn"
    assert "审批 / Review" in section(designer, "人工任务（1）")
    assert "11-28 09:00:00 到期" in section(designer, "定时器（1）")
    act(designer, "jump")
    assert "2026-11-28 09:00:00 周六" in section(designer, "时钟")
    assert "催办 / Remind" in section(designer, "人工任务（2）")
    act(designer, "complete", "remind")
    act(designer, "complete", "review", variables='{"granted": true}')
    assert "已执行：办结“审批 / Review”" in designer.text
    assert "流程已结束" in designer.text
    assert 'answer "3 days"' in section(designer, "变量")
    assert acts(designer) == [
        '开始 {"days": 3} 11-27 09:00:00',
        "时钟走到下一个定时器 11-28 09:00:00",
        "办结“催办 / Remind” （office） 11-28 09:00:00",
        '办结“审批 / Review” （heads） {"granted": true} 11-28 09:00:00',
    ]


def test_the_picture_shows_what_was_done_and_where_the_tokens_stand(designer):
    drawn = (PROJECT_FOLDER / "processes" / "_shared" / "item-external.bpmn").read_bytes()
    tried(designer, Upload("item-external.bpmn", drawn), '{"groups": {"review": "registration.review"}}')
    assert state(designer) == {
        "done": ["start"],
        "current": ["backfill"],
        "counts": {},
        "flows": ["flow-start-backfill"],
    }
    (mount,) = designer.page.xpath("//*[@data-diagram]")
    response = designer.client.get(mount.get("data-src"))
    assert response.mimetype == "text/plain"
    assert "结果回填" in response.get_data().decode()
    assert "承诺办结时限过去 80%：没有日期，只能手工触发" in designer.text
    act(designer, "fire", "promise-mark")
    assert "提醒承办人" in section(designer, "后台作业（1）")


def test_a_diagram_without_a_picture_is_said_so(designer):
    tried(designer, LEAVE)
    assert "此文件里没有图形" in designer.text
    assert not designer.page.xpath("//*[@data-diagram]")


def test_a_task_shows_who_may_do_it_with_which_form_until_when(designer):
    schedule = '<zeebe:taskSchedule dueDate="=now() + duration(&quot;P3D&quot;)"/>'
    tried(designer, diagram("start s\nuser a\nend e\ns -> a -> e", {"a": ext(GROUPS, FORM, schedule)}))
    shown = section(designer, "人工任务（1）")
    for words in ("表单 opinion", "到期 11-30 09:00:00", "药品审查岗", "食品审查岗"):
        assert words in shown
    act(designer, "complete", "a", group="food.review")
    assert "（食品审查岗）" in acts(designer)[-1]


def test_acts_are_taken_back_one_by_one_or_all_at_once(designer):
    tried(designer, LEAVE, '{"days": 3}')
    act(designer, "advance", amount="36", unit="hours")
    act(designer, "complete", "remind")
    designer.submit("/take-back")
    assert "催办 / Remind" in section(designer, "人工任务（2）")
    assert len(acts(designer)) == 2
    designer.submit("/start-over")
    assert "2026-11-27 09:00:00" in section(designer, "时钟")
    assert len(acts(designer)) == 1


def test_the_instances_of_a_loop_are_told_apart(designer):
    loop = (
        "<multiInstanceLoopCharacteristics><extensionElements>"
        '<zeebe:loopCharacteristics inputCollection="=people" inputElement="person"/>'
        "</extensionElements></multiInstanceLoopCharacteristics>"
    )
    tried(designer, diagram("start s\nuser a\nend e\ns -> a -> e", {"a": loop}), '{"people": ["甲", "乙", "丙"]}')
    shown = section(designer, "人工任务（3）")
    assert "a 1" in shown
    assert "a 3" in shown
    act(designer, "complete", "a", nth=1)
    assert section(designer, "人工任务（2）")


def test_called_processes_have_their_own_diagram_and_variables(designer):
    caller = diagram("start s\ncall sub\nend e\ns -> sub -> e", {"sub": ext(calls("q"))})
    called = diagram("start begun\nuser inside\nend done\nbegun -> inside -> done", process="q")
    tried(designer, together(caller, called), '{"n": 0}')
    tabs = [" ".join(one.text_content().split()) for one in designer.page.xpath("//nav[@aria-label]//a[@aria-current]")]
    assert "sub 1" in tabs
    assert "inside sub" in section(designer, "人工任务（1）")
    assert "被调用的流程：sub 1 n 0" in section(designer, "变量")


def test_another_process_shows_the_same_from_the_inputs_alone(designer):
    tried(designer, LEAVE, '{"days": 3}')
    act(designer, "jump")
    act(designer, "complete", "review", variables='{"granted": true}')
    here = main(designer)
    trial_replay.forget()
    designer.open(designer.url)
    assert main(designer) == here


def test_a_script_and_its_result_are_shown(designer):
    text = diagram("start s\nscript c\nuser a\nend e\ns -> c -> a -> e", {"c": ext(script("n + 1", "m"))})
    tried(designer, text, '{"n": 0}')
    assert "m 1" in section(designer, "变量")
    history = section(designer, "经过")
    assert "到达 a" in history
    assert "完成 c" in history


# ---------------------------------------------------------------- jobs, incidents, messages, variables

PAID = """
    start s
    service pay
    error refused on pay REFUSED
    user a
    end e
    end f
    s -> pay -> a -> e
    refused -> f
"""


def paid() -> bytes:
    return diagram(PAID, {"pay": ext(job("charge"), io({"amount": "days * 10"}))})


def test_a_job_waits_for_its_outcome(designer):
    tried(designer, paid(), '{"days": 3}')
    shown = section(designer, "后台作业（1）")
    assert "类型 charge" in shown
    assert "amount 30" in shown
    act(designer, "done", "pay", variables='{"receipt": "R1"}')
    assert 'receipt "R1"' in section(designer, "变量")


def test_a_job_that_fails_is_an_incident_that_can_be_tried_again_or_passed_over(designer):
    tried(designer, paid(), '{"days": 3}')
    act(designer, "failed", "pay", text="支付平台没有应答")
    shown = section(designer, "异常（1）")
    assert "支付平台没有应答" in shown
    act(designer, "retry", "pay", variables='{"amount": 40}')
    assert "amount 40" in section(designer, "后台作业（1）")
    act(designer, "failed", "pay")
    act(designer, "skip", "pay", variables='{"receipt": null}')
    assert "人工任务（1）" in designer.text
    assert "receipt null" in section(designer, "变量")


def test_a_business_error_goes_to_the_event_that_catches_it(designer):
    tried(designer, paid(), '{"days": 3}')
    act(designer, "error", "pay", code="")
    assert "请填写错误代码" in designer.errors()[0]
    act(designer, "error", "pay", code="REFUSED")
    assert "流程已结束" in designer.text
    assert "后台作业“pay”报错误 REFUSED" in acts(designer)[-1]


def test_jobs_can_be_done_by_themselves(designer):
    tried(designer, paid(), '{"days": 3}', jobs="done")
    assert not section(designer, "后台作业")
    assert section(designer, "人工任务（1）")


def test_a_choice_that_fails_cannot_be_passed_over_but_corrected(designer):
    text = "start s\nxor x\nuser a\nuser b\nend e\nend f\ns -> x\nx -> a if ok\nx -> b default\na -> e\nb -> f"
    tried(designer, diagram(text), '{"ok": "yes"}')
    assert "应得到是或否" in section(designer, "异常（1）")
    act(designer, "skip", "x")
    assert designer.status == 422
    assert "不能跳过" in designer.text
    act(designer, "retry", "x", variables='{"ok": true}')
    assert "a" in section(designer, "人工任务（1）")


def test_messages_find_who_waits_with_the_same_key(designer):
    tried(designer, diagram("start s\ncatch m message paid ref\nuser a\nend e\ns -> m -> a -> e"), '{"ref": "A1"}')
    act(designer, "message", name="paid", key="B2", nth=1)
    assert "还没有人等它" in section(designer, "消息和信号")
    act(designer, "message", name="paid", variables='{"sum": 12.50}')
    assert "已收到" in section(designer, "消息和信号")
    assert "sum 12.50" in section(designer, "变量")
    assert section(designer, "人工任务（1）")


def test_what_one_process_throws_starts_another(designer):
    first = diagram("start s\nthrow tell message begun\nuser last\nend e\ns -> tell -> last -> e")
    second = diagram("start heard message begun\nuser a\nend done\nheard -> a -> done", process="q")
    tried(designer, together(first, second))
    assert "a 实例 2" in section(designer, "人工任务（2）")
    assert "由实例 1 发出" in section(designer, "消息和信号")
    act(designer, "cancel")
    assert acts(designer)[-1].startswith("终止第 1 个流程实例")
    assert "a 实例 2" in section(designer, "人工任务（1）")


def test_a_signal_and_the_clock_start_processes_where_nothing_was_started(designer):
    text = "start s signal go\nstart t timer R2/PT1H\nuser a\nend e\ns -> a -> e\nt -> a"
    tried(designer, diagram(text), process="")
    assert "还没有流程在运行" in designer.text
    assert "能启动流程的信号：go" in designer.text
    act(designer, "signal", name="go")
    assert section(designer, "人工任务（1）")
    act(designer, "advance", amount="3", unit="hours")
    assert "a" in section(designer, "人工任务（3）")


def test_variables_can_be_set_in_their_scope(designer):
    text = "start s\nuser a\nevent gets {\nstart c condition ready\nuser b\nend f\nc -> b -> f\n}\nend e\ns -> a -> e"
    tried(designer, diagram(text))
    act(designer, "set", variables="")
    assert "请填写要改的变量" in designer.errors()[0]
    act(designer, "set", variables='{"ready": true, "on": @"2026-12-01"}')
    assert "b" in section(designer, "人工任务（1）")
    assert 'on @"2026-12-01"' in section(designer, "变量")


# ---------------------------------------------------------------- releases


def test_a_release_begins_with_the_variables_of_an_example(designer):
    designer.open(f"/studio/releases/{published()}")
    designer.open(designer.links(containing="/trial")[0])
    assert designer.form("/trial").fields["process"] == "open-pharmacy"
    designer.submit("/trial", press=("fill", "1"))
    assert "请选择示例" in designer.errors()[0]
    designer.submit("/trial", {"example": "examples/ordinary.json"}, press=("fill", "1"))
    assert '"applies": true' in designer.form("/trial").fields["variables"]
    designer.submit("/trial")
    assert designer.heading == "流程模拟：开办药店 第 1 版"
    assert "企业登记审查岗" in section(designer, "人工任务（2）")
    assert "市场主体设立登记" in section(designer, "人工任务（2）")
    act(designer, "complete", "backfill", variables='{"ruling": "grant"}')
    assert state(designer)["current"]


def test_examples_fill_in_the_main_process_alone(designer):
    designer.open(f"/studio/releases/{published()}/trial")
    assert "只用于主流程“开办药店”" in designer.text
    designer.submit("/trial", {"process": "delivery", "example": "examples/ordinary.json"}, press=("fill", "1"))
    assert "示例只有主流程的变量" in designer.errors()[0]
    assert not designer.form("/trial").fields["variables"]


def test_a_task_says_what_a_worked_example_enters_there(designer):
    designer.open(f"/studio/releases/{published()}/trial")
    designer.submit("/trial", {"example": "examples/ordinary.json"}, press=("fill", "1"))
    designer.submit("/trial")
    shown = section(designer, "人工任务（2）")
    assert '示例在这一步填写：{"ruling": "grant"}' in shown.replace("\n", " ").replace("{ ", "{").replace(" }", "}")
    assert "promised" not in shown
    tried(designer, LEAVE)
    assert "没有就写 {}" in section(designer, "人工任务（1）")


def test_a_task_says_what_its_form_asks_for(designer):
    designer.open(f"/studio/releases/{published()}/trial")
    groups = '{"groups": {"verify": "market.verify"}}'
    designer.submit("/trial", {"process": "verification", "variables": groups, "jobs": "done"})
    shown = section(designer, "人工任务（1）")
    assert "表单要填的变量：" in shown
    assert "verification_date 核查日期 （必填）" in shown


def test_the_clock_moves_by_seconds(designer):
    tried(designer, LEAVE)
    act(designer, "advance", amount="5", unit="seconds")
    assert acts(designer)[-1] == "时钟前进 5 秒 11-27 09:00:05"


def test_a_whole_case_of_the_bundle_walks_in_english_too(designer):
    designer.client.set_cookie("language", "en")
    designer.open(f"/studio/releases/{published()}/trial")
    assert "Open a pharmacy" in "".join(designer.page.xpath("//select[@name='process']/option/text()"))
    designer.submit("/trial", {"example": "examples/ordinary.json"}, press=("fill", "1"))
    designer.submit("/trial", {"jobs": "done"})
    assert designer.heading.startswith("Trial: ")
    assert designer.page.get_element_by_id("picture-title").text.startswith("Diagram: ")
    assert "Enter result back" in designer.text
    assert "结果回填" not in designer.text
    act(designer, "complete", "backfill", variables='{"ruling": "grant"}')
    assert "Done: Completed “" in designer.text


def test_the_limits_of_the_law_run_in_the_trial_of_a_bundle_and_their_marks_are_the_next_timers(designer):
    designer.open(f"/studio/releases/{published()}/trial")
    designer.submit("/trial", {"example": "examples/ordinary.json"}, press=("fill", "1"))
    designer.submit("/trial", {"jobs": "done", "at": "2026-03-02T09:00"})
    registration = section(designer, "办理时限")
    assert "承诺办结时限：1 个工作日 到期 2026-03-03 剩 1 个工作日" in registration
    assert "承诺办结时限过去 80%：03-03 00:00:00 到期" in section(designer, "定时器")
    act(designer, "jump")
    assert "2026-03-03 00:00:00 周二" in section(designer, "时钟")
    assert acts(designer)[-1].startswith("时钟走到下一个定时器")


@pytest.mark.parametrize("at", ["2026-09-11T20:30", "2026-09-12T09:00", "2026-09-13T09:00", "2026-09-14T09:00"])
def test_no_more_of_a_limit_is_left_in_a_trial_than_it_has_whenever_it_begins(designer, at):
    designer.open(f"/studio/releases/{published()}/trial")
    designer.submit("/trial", {"example": "examples/ordinary.json"}, press=("fill", "1"))
    designer.submit("/trial", {"jobs": "done", "at": at})
    assert "承诺办结时限：1 个工作日 到期 2026-09-15 剩 1 个工作日" in section(designer, "办理时限")


def test_the_picture_speaks_english_where_the_bundle_does(designer):
    trial = office.trial()
    designer.client.set_cookie("language", "en")
    path = f"/studio/trials/{trial}/diagram?path=_shared/item-external.bpmn"
    assert "Enter result back" in designer.client.get(path).get_data().decode()
    assert designer.client.get(path.replace("external", "nothing")).status_code == 404
    assert designer.client.get(f"/studio/trials/{trial}/diagram?path=commitment.dmn").status_code == 404


def test_a_draft_with_errors_says_why_it_cannot_run(designer):
    designer.open(f"/studio/releases/{published()}/upload")
    designer.submit("/upload", {"note": ""}, files={"file": [Upload("p.bpmn", BROKEN)]})
    designer.open(f"{designer.url}/trial")
    designer.submit("/trial", {"process": "p"})
    assert designer.status == 422
    assert "还不能运行" in designer.errors()[0]


def test_a_diagram_that_cannot_run_shows_its_findings_instead(designer):
    designer.open("/studio/check")
    designer.submit("/check", files={"file": [Upload("p.bpmn", BROKEN)]}, press=("try", "1"))
    assert "还不能运行" in designer.text
    assert designer.page.xpath("//ol[contains(@class, 'findings')]/li")
    assert not sql().execute("select 1 from trial").fetchone()


def test_a_diagram_is_tried_in_its_place_within_a_bundle(designer):
    text = (PROJECT_FOLDER / "processes" / "_shared" / "item-external.bpmn").read_text("utf-8")
    file = Upload("item-external.bpmn", text.replace('name="结果回填"', 'name="填回结果"').encode())
    designer.open("/studio/check")
    designer.submit("/check", {"within": office.BUNDLE}, files={"file": [file]}, press=("try", "1"))
    designer.submit(
        "/beginning", {"process": "open-pharmacy", "example": "examples/ordinary.json"}, press=("fill", "1")
    )
    designer.submit("/beginning")
    assert "填回结果" in section(designer, "人工任务（2）")


def test_another_beginning_drops_the_acts(designer):
    tried(designer, LEAVE, '{"days": 3}')
    act(designer, "jump")
    designer.open(designer.links(containing="/beginning")[0])
    assert "清除已做的 1 步" in designer.text
    assert designer.form("/beginning").fields["variables"] == '{"days": 3}'
    designer.submit("/beginning", {"variables": '{"days": 5}'})
    assert acts(designer) == ['开始 {"days": 5} 11-27 09:00:00']


# ---------------------------------------------------------------- the reference core


def test_the_same_acts_on_both_cores_come_to_the_same(designer):
    tried(designer, LEAVE, '{"days": 3}')
    act(designer, "jump")
    act(designer, "complete", "remind")
    act(designer, "complete", "review", variables='{"granted": true}')
    trial = designer.url
    designer.open(f"{trial}/compare")
    assert "没有差别" in designer.text
    assert [" ".join(one.text_content().split()) for one in designer.page.xpath("//tbody/tr/td[last()]")] == [
        "相同"
    ] * 4
    designer.submit("/core")
    assert "参考核 SpiffWorkflow" in designer.text
    assert "流程已结束" in designer.text
    assert 'answer "3 days"' in section(designer, "变量")


def test_the_reference_core_names_what_was_done_after_the_process_it_was_done_in(designer):
    own = diagram("start start\ncall c\nend e\nstart -> c -> e", {"c": ext(calls("item-external"))},
                  attributes={"start": 'name="Begins"'})  # fmt: skip
    designer.open("/studio/check")
    designer.submit("/check", {"within": office.BUNDLE}, files={"file": [Upload("p.bpmn", own)]}, press=("try", "1"))
    groups = '{"groups": {"review": "registration.review"}}'
    designer.submit("/beginning", {"process": "p", "core": "reference", "variables": groups})
    assert "Begins start" in section(designer, "经过")
    assert "收件 “Begins”之后的调用活动 · start" in section(designer, "经过")


def test_where_the_cores_part_is_said(designer):
    tried(designer, LEAVE, '{"days": 3}')
    act(designer, "set", variables='{"days": 4}')
    act(designer, "complete", "review", variables='{"granted": true}')
    designer.open(f"{designer.url}/compare")
    assert "有差别" in designer.text
    assert "从第 1 步起两个核不同" in designer.text
    rows = [" ".join(one.text_content().split()) for one in designer.page.xpath("//tbody/tr")]
    assert rows[0].endswith("相同")
    assert "修改变量" in rows[1]
    assert "做不下去" in rows[1]


def test_what_the_reference_core_cannot_do_is_said_in_plain_words(designer):
    text = "start s\nthrow t signal go\nuser a\nend e\ns -> t -> a -> e"
    tried(designer, diagram(text))
    trial = designer.url
    designer.open(f"{trial}/compare")
    assert "做不下去" in designer.text
    designer.submit("/core")
    assert designer.status == 422
    assert "参考核 SpiffWorkflow 做不了：元素 t：" in designer.text
    designer.open(f"{trial}/beginning")
    designer.submit("/beginning", {"core": "reference"})
    assert "在哪个核上运行" in designer.errors()[0]
    assert "参考核 SpiffWorkflow 做不了" in designer.errors()[0]


def test_acts_that_the_other_core_cannot_do_stay_and_wait(designer):
    tried(designer, diagram("start s\nservice pay\nuser a\nend e\ns -> pay -> a -> e", {"pay": ext(job("charge"))}))
    act(designer, "failed", "pay")
    designer.open(f"{designer.url}/compare")
    assert "没有比完" in designer.text
    designer.submit("/core")
    assert "第 1 步在这里做不下去" in designer.text
    assert acts(designer)[-1].endswith("没有执行")
    act(designer, "complete", "a")
    assert designer.status == 422
    designer.submit("/take-back")
    act(designer, "complete", "a")
    assert "流程已结束" in designer.text
