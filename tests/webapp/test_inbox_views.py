"""Saved views, days to come back, and what a lead sets first."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest
from flask.testing import FlaskClient

from tests.support import office
from tests.support.pages import Browser, Page
from webapp import clock, moments
from webapp.catalogue import rules_in_force
from webapp.errors import Incomplete, NotFound
from webapp.queries import worklist
from webapp.queries.history import history_of
from webapp.services import task_marks, views
from webapp.unit_of_work import sql

REVIEWER, COLLEAGUE, STRANGER, HEAD = "qianwei", "zhaolin", "hanlei", "approval-bureau.head"


def in_order(by: str) -> list[int]:
    return [row.task_id for row in worklist.inbox_page(office.person(by), rules_in_force()).rows]


def view_names(page: Page) -> list[str]:
    return [" ".join(one.text_content().split()) for one in page.tree.xpath("//*[@id='inbox-views']//li")]


def saved(screen: Browser, name: str, query: str, group: str = "") -> int:
    screen.open(f"/inbox/views?query={query}")
    answer = screen.post("/inbox/views", name=name, query=query, group=group)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    row = sql().execute("select id from inbox_view where name = %s", (name,)).fetchone()
    assert row is not None
    return int(row[0])


def test_a_view_is_kept_counted_renamed_and_deleted(db: object, client: FlaskClient) -> None:
    office.received("refused-item")
    screen = Browser(client, REVIEWER)
    view = saved(screen, "待认领的药店", "tab=free&bundle=open-pharmacy")
    page = screen.open("/inbox?tab=groups")
    assert view_names(page) == ["待认领的药店"]
    assert any(link.startswith(f"/inbox?view={view}&tab=free") for link in page.links())
    assert "待认领的药店 1" in " ".join(Page(client.get("/inbox/counts")).words("//section").split())
    screen.post(f"/inbox/views/{view}", name="  待认领：\u202e药店  ", group="")
    assert view_names(screen.open("/inbox?tab=groups")) == ["待认领： 药店"]
    screen.post(f"/inbox/views/{view}/replace", query="tab=mine&due=overdue&after=1.2026-01-01.1&junk=1")
    row = sql().execute("select query from inbox_view where id = %s", (view,)).fetchone()
    assert row == ("tab=mine&due=overdue",)  # no place in the list, nothing unknown
    screen.post(f"/inbox/views/{view}/delete")
    assert view_names(screen.open("/inbox?tab=groups")) == []


def test_a_shared_view_is_for_the_members_of_the_post_and_changed_by_who_made_it(
    db: object, client: FlaskClient
) -> None:
    screen = Browser(client, REVIEWER)
    group = next(iter(sorted(office.person(REVIEWER).groups & office.person(COLLEAGUE).groups)))
    view = saved(screen, "临期", "due=near", group)
    other = Browser(client, COLLEAGUE)
    assert view_names(other.open("/inbox?tab=groups")) == ["临期 钱伟共享"]
    for act in ("", "/replace", "/delete"):
        assert other.post(f"/inbox/views/{view}{act}", name="我的", query="").status_code == 404
    other.post("/inbox/views/default", view=str(view))
    assert client.get("/inbox").headers["Location"] == f"/inbox?view={view}&due=near"
    stranger = Browser(client, STRANGER)
    assert view_names(stranger.open("/inbox?tab=groups")) == []
    assert stranger.post("/inbox/views/default", view=str(view)).status_code == 404
    Browser(client, REVIEWER).post(f"/inbox/views/{view}", name="临期", group="")  # no longer shared
    Browser(client, COLLEAGUE)
    assert client.get("/inbox").status_code == 200


def test_the_inbox_opens_with_the_default_view_until_that_is_gone(db: object, client: FlaskClient) -> None:
    screen = Browser(client, REVIEWER)
    view = saved(screen, "我的", "tab=mine")
    screen.post("/inbox/views/default", view=str(view))
    assert client.get("/inbox").headers["Location"] == f"/inbox?view={view}&tab=mine"
    assert client.get("/inbox?tab=groups").status_code == 200
    screen.post("/inbox/views/default", view="")
    assert client.get("/inbox").status_code == 200
    screen.post("/inbox/views/default", view=str(view))
    screen.post(f"/inbox/views/{view}/delete")
    assert client.get("/inbox").status_code == 200


@pytest.mark.parametrize(
    ("name", "group", "said"),
    [
        ("", "", "请给视图起一个名称"),
        (" \u202e\u200b ", "", "请给视图起一个名称"),
        ("长" * 41, "", "不超过 40 个字"),
        ("已有", "", "同名"),
        ("新的", "drug.decide", "只能共享给您所在的岗位"),
    ],
)
def test_a_view_that_cannot_be_kept_says_why_and_keeps_what_was_typed(
    db: object, client: FlaskClient, name: str, group: str, said: str
) -> None:
    screen = Browser(client, REVIEWER)
    saved(screen, "已有", "tab=mine")
    answer = screen.post("/inbox/views", name=name, query="tab=free", group=group)
    page = Page(answer)
    assert page.status == 422
    assert said in page.words()
    assert page.fields("/inbox/views")["query"] == "tab=free"


def test_nobody_keeps_views_without_end(db: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST_VIEWS", 1)
    by = office.person(REVIEWER)
    views.save_view("一", "tab=mine", group="", by=by)
    with pytest.raises(Incomplete):
        views.save_view("二", "tab=mine", group="", by=by)
    with pytest.raises(Incomplete):
        views.save_view("三", "q=" + "x" * 3000, group="", by=by)


def test_a_view_from_before_with_conditions_that_are_no_more_still_opens(db: object, client: FlaskClient) -> None:
    office.received("refused-item")
    screen = Browser(client, REVIEWER)
    view = saved(screen, "旧的", "tab=free")
    sql().execute("update inbox_view set query = 'tab=free&item=P2&bundle=gone&gone=1&due=x' where id = %s", (view,))
    link = next(link for link in screen.open("/inbox?tab=groups").links() if f"view={view}" in link)
    page = screen.open(link)
    assert len(page.rows()) == 1
    assert "已不适用" in page.words()
    assert client.get("/inbox/counts").status_code == 200


def test_a_day_to_come_back_is_ones_own(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    task = office.open_task(case.id, "accept", "P2").id
    today = clock.today(moments.OFFICE_ZONE)
    screen = Browser(client, REVIEWER)
    screen.open(f"/inbox/tasks/{task}")
    answer = screen.post(f"/inbox/tasks/{task}/follow-up", on_day=today.isoformat(), next="/inbox?tab=free")
    assert answer.headers["Location"] == "/inbox?tab=free"
    (row,) = screen.open("/inbox?follow=due").rows()
    assert today.isoformat() in row[8]
    assert "该跟进了" in row[8]
    later = (today + timedelta(days=5)).isoformat()
    screen.post(f"/inbox/tasks/{task}/follow-up", on_day=later)
    assert screen.open("/inbox?follow=due").rows() == []
    assert len(screen.open("/inbox?follow=set").rows()) == 1
    assert Browser(client, COLLEAGUE).open("/inbox?follow=set").rows() == []
    screen = Browser(client, REVIEWER)
    screen.post(f"/inbox/tasks/{task}/follow-up", clear="1")
    assert screen.open("/inbox?follow=set").rows() == []


@pytest.mark.parametrize("day", ["", "2020-01-01", "9999-12-31", "soon", "2026-02-30"])
def test_a_day_that_is_none_is_told_beside_its_field(db: object, client: FlaskClient, day: str) -> None:
    case = office.received("refused-item")
    task = office.open_task(case.id, "accept", "P2").id
    answer = Browser(client, REVIEWER).post(f"/inbox/tasks/{task}/follow-up", on_day=day)
    assert Page(answer).status == 422
    assert "两年内的日期" in Page(answer).words()


def test_what_a_lead_sets_first_stands_before_all_and_the_ledger_says_who(db: object, client: FlaskClient) -> None:
    for _ in range(3):
        last = office.received("refused-item")
    task = office.open_task(last.id, "accept", "P2").id
    assert in_order(REVIEWER)[0] != task
    head = office.member_of(HEAD)
    screen = Browser(client, head.login)
    assert "设为优先" in screen.open(f"/inbox/tasks/{task}").words()
    screen.post(f"/inbox/tasks/{task}/first", first="1")
    screen.post(f"/inbox/tasks/{task}/first", first="1")  # twice is once
    assert in_order(REVIEWER)[0] == task
    reviewer = Browser(client, REVIEWER)
    assert "优先" in reviewer.open("/inbox?tab=groups").rows()[0][3]
    assert len(reviewer.open("/inbox?first=1").rows()) == 1
    lines = sql().execute(
        "select actor_id, body from case_event where case_id = %s and kind = 'task-set-first'", (last.id,)
    )
    ((actor, body),) = lines.fetchall()
    assert actor == head.user_id
    assert orjson.loads(body)["first"] is True
    task_marks.set_first(task, False, by=head)
    assert in_order(REVIEWER)[0] != task
    assert any("优先次序" in line.what.zh for line in history_of(last.id, (), ()))


def test_only_who_leads_the_department_sets_its_tasks_first(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    task = office.open_task(case.id, "accept", "P2").id
    assert Browser(client, REVIEWER).post(f"/inbox/tasks/{task}/first", first="1").status_code == 403
    with pytest.raises(NotFound):
        task_marks.set_first(task, True, by=office.person("weixiaohong"))  # leads another department
    assert Browser(client, STRANGER).post(f"/inbox/tasks/{task}/follow-up", on_day="2027-01-01").status_code == 404
    assert client.get(f"/inbox/tasks/{task}").status_code == 404
    assert client.get("/inbox/tasks/999999999").status_code == 404


def test_a_task_that_is_done_meanwhile_is_not_set_first(db: object) -> None:
    case = office.received("refused-item")
    task = office.open_task(case.id, "accept", "P2").id
    office.act(case.id, "accept", "P2")
    with pytest.raises(task_marks.NoLongerOpen):
        task_marks.set_first(task, True, by=office.member_of(HEAD))
    with pytest.raises(task_marks.NoLongerOpen):
        task_marks.follow_up(task, clock.today(moments.OFFICE_ZONE), by=office.person(REVIEWER))
