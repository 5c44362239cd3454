"""Several tasks at once: each in its own transaction, with a result of its own; one refused spoils no other."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.support import office
from tests.support.pages import Browser, Page
from webapp.clock import frozen_at
from webapp.models import BulkAct, Case, UserTask
from webapp.pages.inbox.bulk import MOST_ROWS
from webapp.queries.audit import verify_all
from webapp.services import tasks
from webapp.services.suspension import suspend
from webapp.unit_of_work import sql

NOW = datetime(2026, 9, 2, 2, 0, tzinfo=UTC)
REVIEWER, COLLEAGUE, HEAD = "qianwei", "zhaolin", "gaozhiyuan"
BULK, CARRY_OUT = "/inbox/bulk", "/inbox/bulk/carry-out"


@pytest.fixture
def three(db: SQLAlchemy) -> list[office.Handle]:
    """Three applications whose drug licence waits to be accepted."""
    with frozen_at(NOW):
        return [office.received(name, ways={}) for name in ("refused-item", "mixed-ways", "refused-item")]


def posted(screen: Browser, url: str, **typed: object) -> Page:
    """The page that answers."""
    return Page(screen.post(url, **typed))  # type: ignore[arg-type]


def ticked(*found: UserTask) -> list[str]:
    return [f"{task.id}.{task.revision}" for task in found]


def waiting(cases: list[office.Handle]) -> list[UserTask]:
    return [office.open_task(case.id, "accept", "P2") for case in cases]


def fresh(task: UserTask) -> UserTask:
    from webapp.extensions import db as database

    database.session.expire_all()
    found = database.session.get(UserTask, task.id)
    assert found is not None
    return found


def carried_out(screen: Browser, act: str, rows: list[str], **more: str) -> list[list[str]]:
    """The rows of the page of results."""
    answer = screen.post(CARRY_OUT, act=act, task=rows, **{"key": "k", **more})  # type: ignore[arg-type]
    assert answer.status_code == 302, Page(answer).words()
    (bulk,) = BulkAct.query.order_by(BulkAct.id.desc()).limit(1)
    return screen.open(f"{BULK}/{bulk.id}").rows()


def test_several_are_claimed_and_the_one_that_a_colleague_was_faster_with_is_told(
    three: list[office.Handle], client: FlaskClient
) -> None:
    first, second, third = waiting(three)
    screen = Browser(client, REVIEWER)
    rows = ticked(first, second, third)
    tasks.claim(second.id, by=office.person(COLLEAGUE))
    page = posted(screen, BULK, act="claim", task=rows)
    assert "将办理 2 件" in page.words()
    assert "现由赵琳办理" in page.words()
    results = carried_out(screen, "claim", rows)
    assert [row[4][:3] for row in results] == ["已办理", "未办理", "已办理"]
    assert "赵琳" in results[1][4]
    me = office.person(REVIEWER).user_id
    assert [fresh(one).assignee_id for one in (first, third)] == [me, me]
    assert fresh(second).assignee_id == office.person(COLLEAGUE).user_id
    events = [
        kind for (kind,) in sql().execute("select kind from case_event where case_id = %s order by seq", (three[1].id,))
    ]
    assert events[-1] == "refused-act"
    assert list(verify_all()) == []


def test_the_same_page_sent_twice_counts_once(three: list[office.Handle], client: FlaskClient) -> None:
    found = waiting(three)
    screen = Browser(client, REVIEWER)
    rows = ticked(*found)
    assert {row[4][:3] for row in carried_out(screen, "claim", rows)} == {"已办理"}
    before = [fresh(one).revision for one in found]
    assert {row[4][:3] for row in carried_out(screen, "claim", rows)} == {"已办理"}
    assert [fresh(one).revision for one in found] == before
    assert BulkAct.query.count() == 1
    assert "页面已失效" in posted(screen, CARRY_OUT, act="release", task=rows, key="k").words()


def test_several_are_given_back_but_none_that_is_not_ones_own(three: list[office.Handle], client: FlaskClient) -> None:
    first, second, third = waiting(three)
    tasks.claim(first.id, by=office.person(REVIEWER))
    tasks.claim(second.id, by=office.person(COLLEAGUE))
    screen = Browser(client, REVIEWER)
    rows = ticked(fresh(first), fresh(second), fresh(third))
    page = posted(screen, BULK, act="release", task=rows)
    assert "将办理 1 件" in page.words()
    results = carried_out(screen, "release", rows)
    assert [row[4][:3] for row in results] == ["已办理", "未办理", "未办理"]
    assert fresh(first).assignee_id is None
    assert fresh(second).assignee_id == office.person(COLLEAGUE).user_id


def test_a_lead_assigns_several_and_each_needs_its_own_right(three: list[office.Handle], client: FlaskClient) -> None:
    first, second, third = waiting(three)
    tasks.claim(second.id, by=office.person(REVIEWER))
    suspend(three[2].id, by=office.person("weixiaohong"), reason="等待上级答复", key="s")
    sign = office.open_task(three[1].id, "accept", "P6") if ("P6", "accept") in office.open_steps(three[1].id) else None
    screen = Browser(client, HEAD)
    rows = ticked(fresh(first), fresh(second), fresh(third), *([sign] if sign else []))
    to = str(office.person(COLLEAGUE).user_id)
    page = posted(screen, BULK, act="assign", task=rows)
    assert "流程已挂起" in page.words()
    asked = posted(screen, CARRY_OUT, act="assign", task=rows, key="a", to="", reason="")
    assert "请选择人员" in asked.words()
    assert "请说明改派的理由" in asked.words()
    assert BulkAct.query.count() == 0
    results = carried_out(screen, "assign", rows, to=to, reason="均衡工作量。")
    assert [row[4][:3] for row in results[:3]] == ["已办理", "已办理", "未办理"]
    assert {fresh(one).assignee_id for one in (first, second)} == {int(to)}
    assert fresh(third).assignee_id is None
    elsewhere = office.person("wangyating")
    nobody = posted(screen, BULK, act="assign", task=ticked(fresh(first)), to=str(elsewhere.user_id))
    assert f"{elsewhere.name}不在此任务的岗位上" in nobody.words()
    plain = Browser(client, REVIEWER)
    refused = posted(plain, BULK, act="assign", task=ticked(fresh(first)))
    assert "不是您负责的部门的任务" in refused.words()


@pytest.fixture
def filings(db: SQLAlchemy) -> list[UserTask]:
    """The food filings of three applications, decided at once, claimed by their decider."""
    found = []
    with frozen_at(NOW):
        for name in ("ordinary", "ordinary", "ordinary"):
            case = office.received(name, ways={})
            office.act(case.id, "backfill", "P1")
            task, _ = office.claimed(case.id, "immediate", "P5")
            found.append(task)
    return found


def decider(filings: list[UserTask]) -> str:
    row = sql().execute("select login from app_user where id = %s", (fresh(filings[0]).assignee_id,)).fetchone()
    assert row is not None
    return str(row[0])


def confirmed(page: object, task: UserTask) -> dict[str, str]:
    """Every point ticked, and that each was looked through."""
    from webapp.catalogue import published

    case = Case.query.filter_by(id=task.case_id).one()
    points = published(case.release_id).bundle.item("P5").checklist
    return {**{f"met.{point.key}": "yes" for point in points}, "looked": "yes"}


def test_what_is_decided_at_once_is_granted_together_on_the_same_list(
    filings: list[UserTask], client: FlaskClient
) -> None:
    screen = Browser(client, decider(filings))
    rows = ticked(*(fresh(one) for one in filings))
    page = posted(screen, BULK, act="rule", task=rows)
    assert "将办理 3 件" in page.words()
    refused = posted(screen, CARRY_OUT, act="rule", task=rows, key="r")
    assert refused.status == 422
    assert "每一项都符合才能批量准予" in refused.words()
    assert BulkAct.query.count() == 0
    results = carried_out(screen, "rule", rows, **confirmed(page, filings[0]))
    assert {row[4][:3] for row in results} == {"已办理"}
    ruled = "select r.outcome from ruling r join user_task t on t.id = r.task_id where t.step = 'immediate'"
    outcomes = sql().execute(ruled).fetchall()
    assert outcomes == [("granted",)] * 3
    assert list(verify_all()) == []


def test_a_licence_an_item_with_a_visit_and_one_without_authorisation_are_never_ruled_on_in_bulk(
    filings: list[UserTask], client: FlaskClient
) -> None:
    first, second, _ = filings
    case_id = second.case_id
    office.act(case_id, "accept", "P6")
    office.act(case_id, "review", "P6")
    licence, lord = office.claimed(case_id, "decide", "P6")
    sign = Browser(client, lord.login)
    page = posted(sign, BULK, act="rule", task=ticked(fresh(licence)))
    assert "只有即办件和备案可以批量办理" in page.words()
    done = carried_out(sign, "rule", ticked(fresh(licence)), looked="yes")
    assert done[0][4].startswith("未办理")
    assert fresh(licence).state == "open"
    sql().execute("update app_user set authorisation_number = null where id = %s", (fresh(first).assignee_id,))
    screen = Browser(client, decider(filings))
    page = posted(screen, BULK, act="rule", task=ticked(fresh(first)))
    assert "没有登记授权编号" in page.words()
    assert "所选任务都不能这样办理" in page.words()


def test_who_declared_a_conflict_is_left_out_and_the_others_go_on(filings: list[UserTask], client: FlaskClient) -> None:
    first, second, third = filings
    login = decider(filings)
    by = office.person(login)
    sql().execute(
        "insert into declared_conflict (case_id, user_id, reason, at) values (%s, %s, '近亲属', now())",
        (second.case_id, by.user_id),
    )
    screen = Browser(client, login)
    rows = ticked(*(fresh(one) for one in filings))
    page = posted(screen, BULK, act="rule", task=rows)
    assert "将办理 2 件" in page.words()
    assert "已就本案申请回避" in page.words()
    results = carried_out(screen, "rule", rows, **confirmed(page, first))
    assert {row[4][:3] for row in results[:2]} == {"已办理"} or [row[4][:3] for row in results].count("已办理") == 2
    assert fresh(second).state == "open"
    assert fresh(third).state == "completed"


def test_thousands_are_refused_in_words_and_nothing_is_done(three: list[office.Handle], client: FlaskClient) -> None:
    (first, *_) = waiting(three)
    screen = Browser(client, REVIEWER)
    many = [*ticked(first), *(f"{10_000_000 + n}.1" for n in range(4_999))]
    page = posted(screen, BULK, act="claim", task=many)
    assert page.status == 422
    assert f"一次最多批量办理 {MOST_ROWS} 件，您选择了 5000 件" in page.words()
    assert len(page.words()) < 2_000
    assert fresh(first).assignee_id is None
    assert "没有选择任务" in posted(screen, BULK, act="claim").words()
    assert posted(screen, BULK, act="refuse", task=ticked(first)).status == 404


def test_a_result_is_its_own_persons_and_says_nothing_of_foreign_tasks(
    three: list[office.Handle], client: FlaskClient
) -> None:
    (first, *_) = waiting(three)
    foreign = Browser(client, "hanlei")
    page = posted(foreign, BULK, act="claim", task=ticked(first))
    assert "此任务不在您的任务中" in page.words()
    results = carried_out(foreign, "claim", ticked(first))
    assert three[0].number not in " ".join(results[0])
    (bulk,) = BulkAct.query.all()
    assert Browser(client, REVIEWER).client.get(f"{BULK}/{bulk.id}").status_code == 404
