"""The workspace: a task with all that its act needs, and the acts of the reviewers and deciders."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.support import office
from tests.support.pages import Browser, Page
from webapp.pages.workspace.acts import ACTS
from webapp.queries.workspace import WINDOW_STEPS, workspace
from webapp.services import tasks
from webapp.services.visited_items import visit_mode
from webapp.unit_of_work import sql


def reach_review(name: str = "refused-item", item: str = "P6") -> office.Handle:
    """A case whose item waits for the reviewer's proposal."""
    case = office.received(name)
    office.act(case.id, "accept", item)
    return case


def marks(screen: Browser, task_id: int, mark: str = "pass") -> dict[str, str]:
    """Every point of the page marked alike."""
    page = screen.open(f"/tasks/{task_id}")
    names = {str(name) for name in page.tree.xpath("//input[starts-with(@name, 'check.')]/@name")}
    return dict.fromkeys(names, mark)


def test_shows_what_this_item_reads_first_and_the_rest_folded(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    task = office.open_task(case.id, "accept", "P6")
    page = Browser(client, "hanlei").open(f"/tasks/{task.id}")
    assert page.heading == f"{task.name_zh}：济民药房"
    shown = page.tree.xpath("//section[@aria-labelledby='answers-title']/dl")
    own = " ".join(part.text_content() for part in shown)
    folded = page.words("//section[@aria-labelledby='answers-title']/details")
    assert "招牌" in own
    assert "招牌" not in folded
    assert "质量负责人" in folded


def test_says_what_the_other_departments_have_done(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    office.act(case.id, "accept", "P2")
    task = office.open_task(case.id, "accept", "P6")
    words = Browser(client, "hanlei").open(f"/tasks/{task.id}").words()
    assert "江城市行政审批服务管理局 · 资料审查 · 待认领（药品审查岗）" in words


def test_explains_the_due_day(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    task = office.open_task(case.id, "accept", "P2")
    clocks = Browser(client, "qianwei").open(f"/tasks/{task.id}").words("//section[@aria-labelledby='clocks-title']")
    assert "受理时限：5个工作日" in clocks
    assert "（收件），当日不计入" in clocks
    assert "依据：" in clocks


def test_a_stranger_does_not_even_learn_that_the_task_exists(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    task = office.open_task(case.id, "accept", "P6")
    screen = Browser(client, "qianwei")
    for answer in (
        client.get(f"/tasks/{task.id}"),
        screen.post(f"/tasks/{task.id}/claim"),
        client.get("/tasks/987654"),
    ):
        assert answer.status_code == 404


def test_opening_a_task_is_noted(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    task = office.open_task(case.id, "accept", "P6")
    Browser(client, "hanlei").open(f"/tasks/{task.id}")
    assert sql().execute(
        "select what from access_log where case_id = %s and user_id = %s",
        (case.id, office.person("hanlei").user_id),
    ).fetchall() == [(f"task:{task.id}",)]


def test_an_unclaimed_task_shows_its_act_locked_with_the_reason(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    task = office.open_task(case.id, "accept", "P6")
    screen = Browser(client, "hanlei")
    page = screen.open(f"/tasks/{task.id}")
    assert "认领后可以办理。" in page.words("//aside")
    assert page.tree.xpath("//aside//fieldset[@disabled]")
    screen.post(f"/tasks/{task.id}/claim")
    page = screen.open(f"/tasks/{task.id}")
    assert not page.tree.xpath("//aside//fieldset[@disabled]")
    assert "办理人：我" in page.words()


def test_accepting_starts_the_promised_limit_and_returns_to_the_inbox(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    task, who = office.claimed(case.id, "accept", "P6")
    screen = Browser(client, who.login)
    answer = screen.act(task.id, outcome="accepted")
    assert answer.headers["Location"] == "/inbox"
    assert "已予以受理" in screen.open("/inbox").words()
    assert ("P6", "review") in office.open_steps(case.id)


def test_a_correction_needs_all_that_must_be_corrected(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    task, who = office.claimed(case.id, "accept", "P6")
    screen = Browser(client, who.login)
    answer = Page(screen.act(task.id, outcome="correction"))
    assert answer.status == 422
    assert answer.errors() == {"#f-faults": "补正清单：请在补正清单中写明每一项需要补正的内容。"}
    assert answer.fields(f"/tasks/{task.id}/act")["outcome"] == "correction"
    listed = {"fault.material.signboard-rendering": "未标明尺寸。", "fault.answer.sign_width": "与效果图不一致。"}
    assert screen.act(task.id, outcome="correction", **listed).status_code == 302
    assert ("P6", "correct") in office.open_steps(case.id)


def test_a_review_marks_every_point_and_keeps_what_was_typed(db: object, client: FlaskClient) -> None:
    case = reach_review()
    task, who = office.claimed(case.id, "review", "P6")
    screen = Browser(client, who.login)
    points = marks(screen, task.id)
    first, *_others = sorted(points)
    refused = Page(screen.act(task.id, proposal="grant", opinion="符合市容规定。", **{first: "pass"}))
    assert refused.status == 422
    assert len(refused.errors()) == len(points) - 1
    kept = refused.fields(f"/tasks/{task.id}/act")
    assert (kept["opinion"], kept["proposal"], kept[first]) == ("符合市容规定。", "grant", "pass")
    assert screen.act(task.id, proposal="grant", opinion="符合市容规定。", **points).status_code == 302
    row = sql().execute("select opinion, checklist from review where task_id = %s", (task.id,)).fetchone()
    assert row is not None
    assert row[0] == "符合市容规定。"
    assert len(row[1]) == len(points)


def test_to_refuse_although_every_point_is_met_is_confirmed(db: object, client: FlaskClient) -> None:
    case = reach_review()
    task, who = office.claimed(case.id, "review", "P6")
    screen = Browser(client, who.login)
    refusal = {"proposal": "refuse", "opinion": "招牌遮挡消防登高面，不符合户外招牌管理规定第五条。"}
    met = marks(screen, task.id)
    asked = Page(screen.act(task.id, **refusal, **met))
    assert set(asked.errors()) == {"#f-confirmed"}
    assert asked.tree.xpath("//input[@name='confirmed'][@type='checkbox']")
    assert screen.act(task.id, **refusal, **met, confirmed="yes").status_code == 302


def test_a_proposal_to_refuse_needs_reasons(db: object, client: FlaskClient) -> None:
    case = reach_review()
    task, who = office.claimed(case.id, "review", "P6")
    screen = Browser(client, who.login)
    answer = Page(screen.act(task.id, proposal="refuse", **marks(screen, task.id)))
    assert answer.status == 422
    assert "#f-opinion" in answer.errors()


def test_the_decider_reads_the_proposal_and_rules_in_the_words_of_the_kind(db: object, client: FlaskClient) -> None:
    case = reach_review()
    office.act(case.id, "review", "P6", proposal="refuse")
    task, who = office.claimed(case.id, "decide", "P6")
    screen = Browser(client, who.login)
    panel = screen.open(f"/tasks/{task.id}").words("//aside")
    assert "建议不予许可" in panel
    assert "经审查，符合规定条件。" in panel
    assert "申请行政复议" in panel
    assert "授权编号" in panel
    missing = Page(screen.act(task.id, ruling="refuse"))
    assert missing.status == 422
    assert {"#f-facts", "#f-reasons"} <= set(missing.errors())
    told = {"facts": "招牌设置在二层外墙。", "reasons": "设置位置遮挡消防登高面。"}
    assert screen.act(task.id, ruling="refuse", **told).status_code == 302
    assert "已作出决定：不予许可" in screen.open("/inbox").words()


def test_who_proposed_reads_beforehand_that_another_must_rule(db: object, client: FlaskClient) -> None:
    case = reach_review()
    reviewer = office.act(case.id, "review", "P6", proposal="grant")
    sql().execute(
        "insert into membership (user_id, group_id) select %s, id from candidate_group where key = 'sign.decide'",
        (reviewer.user_id,),
    )
    sql().execute("update app_user set authorisation_number = '授〔2026〕9号' where id = %s", (reviewer.user_id,))
    task = office.open_task(case.id, "decide", "P6")
    screen = Browser(client, reviewer.login)
    panel = screen.open(f"/tasks/{task.id}").words("//aside")
    assert "提出审查意见的人不能作出该事项的办理决定。" in panel
    refused = Page(screen.post(f"/tasks/{task.id}/claim"))
    assert refused.status == 409
    assert "提出审查意见的人不能" in refused.words()


def test_of_two_reviewers_one_wins_and_the_other_reads_who_did_what(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    task, first = office.claimed(case.id, "accept", "P6")
    screen = Browser(client, first.login)
    stale = screen.open(f"/tasks/{task.id}").fields(f"/tasks/{task.id}/act")
    office.act(case.id, "accept", "P6", by=first)
    answer = screen.post(f"/tasks/{task.id}/act", **{**stale, "outcome": "correction", "note": "面积有误，详见附页。"})
    late = Page(answer)
    assert late.status == 409
    assert first.name in late.words("//p[@role='alert']")
    assert "予以受理" in late.words("//p[@role='alert']")
    assert "面积有误，详见附页。" in late.text


def test_a_task_held_by_a_colleague_names_the_colleague(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    task, holder = office.claimed(case.id, "accept", "P6")
    other = office.member_of("sign.review", but=[holder.user_id])
    screen = Browser(client, other.login)
    late = Page(screen.post(f"/tasks/{task.id}/claim"))
    assert late.status == 409
    assert holder.name in late.words("//p[@role='alert']")
    assert screen.open(f"/tasks/{task.id}").tree.xpath("//aside//fieldset[@disabled]")


def test_a_page_older_than_the_task_keeps_the_text_and_can_be_sent_again(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    task, who = office.claimed(case.id, "accept", "P6")
    screen = Browser(client, who.login)
    old = screen.open(f"/tasks/{task.id}").fields(f"/tasks/{task.id}/act")
    tasks.release(task.id, by=who)
    tasks.claim(task.id, by=who)
    typed = {"outcome": "correction", "note": "请补交效果图。", "fault.material.signboard-rendering": "未提交。"}
    stale = Page(screen.post(f"/tasks/{task.id}/act", **{**old, **typed}))
    assert stale.status == 409
    again = {name: value or "" for name, value in stale.fields(f"/tasks/{task.id}/act").items()}
    assert again["note"] == "请补交效果图。"
    assert again["outcome"] == "correction"
    assert screen.post(f"/tasks/{task.id}/act", **again).status_code == 302


def test_sending_the_same_page_twice_counts_once(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    task, who = office.claimed(case.id, "accept", "P6")
    screen = Browser(client, who.login)
    page = screen.open(f"/tasks/{task.id}").fields(f"/tasks/{task.id}/act")
    typed = {**{name: value or "" for name, value in page.items()}, "outcome": "accepted"}
    assert screen.post(f"/tasks/{task.id}/act", **typed).status_code == 302
    again = screen.post(f"/tasks/{task.id}/act", **typed)
    assert again.status_code == 302
    assert again.headers["Location"] == "/inbox"


def test_a_closed_task_says_who_closed_it(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    task = office.open_task(case.id, "accept", "P6")
    who = office.act(case.id, "accept", "P6")
    page = Browser(client, who.login).open(f"/tasks/{task.id}")
    assert f"此任务已由{who.name}于" in page.words("//aside")


@pytest.mark.parametrize("step", ["issue", "deliver", "correct"])
def test_steps_of_the_window_lead_there(step: str) -> None:
    assert step in WINDOW_STEPS
    assert step not in ACTS


def test_the_way_of_the_visit_is_read_from_the_diagram(db: object) -> None:
    case = office.received("refused-item")
    task = office.open_task(case.id, "accept", "P2")
    release = workspace(task.id, office.person("qianwei")).release
    modes = [visit_mode(release, release.bundle.item(key)) for key in ("P2", "P3", "P4")]
    assert modes == ["always", "declared", "never"]
