"""The inbox: what waits for one's posts, the most urgent first."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from tests.support import office
from tests.support.pages import Browser
from webapp import clock, moments
from webapp.catalogue import rules_in_force
from webapp.queries import worklist, worklist_sql
from webapp.queries.due import due
from webapp.queries.worklist_counts import COUNT_CAP, Counts
from webapp.queries.worklist_wanted import Wanted
from webapp.services import tasks
from webapp.unit_of_work import sql


def test_shows_only_tasks_of_ones_own_groups(db: object, client: FlaskClient) -> None:
    case = office.received("ordinary", ways={})
    screen = Browser(client, "chenhao")
    page = screen.open("/inbox")
    assert page.heading == "待办"
    assert [row[1] for row in page.rows()] == [case.number]
    screen = Browser(client, "zhaolin")
    assert screen.open("/inbox").rows() == []


def test_immediate_tasks_stand_on_top_whatever_their_due_day(db: object, client: FlaskClient) -> None:
    office.received("refused-item")
    by = office.member_of("device.review")
    ordinary = worklist.inbox_page(by, rules_in_force()).rows
    assert ordinary
    assert not any(row.urgent for row in ordinary)
    sql().execute(
        "update task_candidate set urgency = 0, due_on = '2027-06-01' where task_id = %s",
        (ordinary[-1].task_id,),
    )
    assert worklist.inbox_page(by, rules_in_force()).rows[0].task_id == ordinary[-1].task_id


def test_a_commitment_is_shown_as_immediate_to_the_decider(db: object, client: FlaskClient) -> None:
    office.received("commitment")
    screen = Browser(client, office.member_of("drug.decide").login)
    (row,) = screen.open("/inbox").rows()
    assert "即办件" in row[3]
    assert "个工作日" in row[6]


def test_due_days_are_said_in_working_days(db: object) -> None:
    calendar = rules_in_force().calendar
    friday, monday = date(2026, 11, 20), date(2026, 11, 23)
    assert (due(monday, friday, calendar).state, due(monday, friday, calendar).remaining) == ("soon", 1)
    assert (due(friday, monday, calendar).state, due(friday, monday, calendar).remaining) == ("overdue", -1)
    assert due(friday, friday, calendar).state == "today"
    assert due(None, friday, calendar).state == "none"
    assert due(monday, friday, calendar, paused=True).state == "paused"


def test_claiming_from_the_row_opens_the_task_and_fills_my_tasks(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    task = office.open_task(case.id, "accept", "P2")
    screen = Browser(client, "qianwei")
    answer = screen.post(f"/tasks/{task.id}/claim")
    assert answer.headers["Location"] == f"/tasks/{task.id}"
    (row,) = screen.open("/inbox?tab=mine").rows()
    assert row[1] == case.number
    assert row[7] == "我"
    screen = Browser(client, "zhaolin")
    (row,) = screen.open("/inbox").rows()
    assert row[7] == "钱伟"
    assert screen.open("/inbox?tab=mine").rows() == []


@pytest.mark.parametrize("text", ["济民", "江城济民药房有限公司", "yd-20"])
def test_search_finds_number_subject_and_applicant(db: object, client: FlaskClient, text: str) -> None:
    case = office.received("refused-item")
    screen = Browser(client, "qianwei")
    page = screen.open(f"/inbox?q={text}")
    assert page.rows()[0][1] == case.number
    assert "本部门参与的办件" in page.words()


def test_search_rechecks_what_the_index_found(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    sql().execute("update cases set search_tokens = search_tokens || '{民济,济药}' where id = %s", (case.id,))
    by = office.member_of("drug.review")
    assert worklist.inbox_page(by, rules_in_force(), Wanted(text="民济药")).rows == ()
    assert "没有符合条件的任务" in _searched(client, "民济药")


def _searched(client: FlaskClient, text: str) -> str:
    screen = Browser(client, "qianwei")
    return screen.open(f"/inbox?q={text}").words()


def test_pages_follow_each_other_without_gap_or_repeat(db: object, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        office.received("refused-item")
    monkeypatch.setattr(worklist, "PAGE_SIZE", 3)
    by, rules = office.member_of("device.review"), rules_in_force()
    first = worklist.inbox_page(by, rules)
    second = worklist.inbox_page(by, rules, after=first.following)
    back = worklist.inbox_page(by, rules, before=second.previous)
    assert first.previous is None
    assert second.previous is not None
    assert back.rows == first.rows
    seen = [row.task_id for page in (first, second) for row in page.rows]
    assert len(set(seen)) == 6


def test_a_cursor_that_cannot_be_read_shows_the_first_page() -> None:
    assert worklist.read_cursor("nonsense") is None
    assert worklist.read_cursor("0.2026-13-01.5") is None
    cursor = worklist.Cursor(1, date(2026, 11, 24), 7)
    assert worklist.read_cursor(str(cursor)) == cursor


def test_the_page_of_a_group_reads_the_index_and_nothing_else(db: object) -> None:
    by = office.member_of("device.review")
    office.received("refused-item")
    for way in ("seqscan", "bitmapscan", "sort"):
        sql().execute(f"set local enable_{way} = off")  # the table of a test is too small for the planner
    statement = worklist_sql.OF_GROUPS.format(**worklist.FORWARD, limit=worklist.PAGE_SIZE + 1)
    values = {"groups": sorted(by.groups), "me": by.user_id, "urgency": -1, "due_on": date.min, "task": 0}
    plan = [row[0] for row in sql().execute("explain " + statement, values)]
    scan = next(n for n, line in enumerate(plan) if "Scan" in line and "inbox" in line)
    depth = plan[scan].index("->")
    above = next(line for line in reversed(plan[:scan]) if "->" in line and line.index("->") < depth)
    assert "Limit" in above


def test_counts_stop_at_the_cap(db: object) -> None:
    assert Counts.shown(COUNT_CAP) == str(COUNT_CAP)
    assert Counts.shown(COUNT_CAP + 1) == f"{COUNT_CAP}+"


def test_a_reminder_stands_on_top_until_someone_of_the_group_read_it(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    task = office.open_task(case.id, "accept", "P2")
    row = (
        sql()
        .execute(
            "insert into reminder (case_id, item_case_id, group_key, text_zh, text_en, at)"
            " values (%s, %s, 'drug.review', '已用去承诺时限的 80%%', '80%%', now()) returning id",
            (case.id, task.item_case_id),
        )
        .fetchone()
    )
    assert row is not None
    screen = Browser(client, "qianwei")
    page = screen.open("/inbox")
    assert "已用去承诺时限的 80%" in page.words()
    assert f"/tasks/{task.id}" in page.links()
    screen = Browser(client, "hanlei")
    assert screen.post(f"/inbox/reminders/{row[0]}").status_code == 404
    screen = Browser(client, "qianwei")
    screen.post(f"/inbox/reminders/{row[0]}")
    assert "80%" not in screen.open("/inbox").words()


def test_the_joint_visit_is_due_with_the_nearest_of_its_items(db: object) -> None:
    case = office.received("refused-item")
    for item in ("P2", "P3"):
        office.act(case.id, "accept", item)
        office.act(case.id, "examine", item, visit_needed=True)
    (row,) = worklist.inbox_page(office.member_of("market.visit"), rules_in_force()).rows
    nearest = (
        sql()
        .execute(
            "select min(l.due_on) from legal_clock l join item_case i on i.id = l.item_case_id"
            " where i.case_id = %s and l.name = 'promised' and i.item_key in ('P2', 'P3')",
            (case.id,),
        )
        .fetchone()
    )
    assert nearest is not None
    assert row.due.on is not None
    assert row.due.on <= nearest[0]
    assert row.shared
    assert not row.is_free()


def test_a_task_of_the_same_person_is_not_lost_when_released(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    task, who = office.claimed(case.id, "accept", "P2")
    screen = Browser(client, who.login)
    screen.post(f"/tasks/{task.id}/release")
    (row,) = screen.open("/inbox").rows()
    assert row[7] == "认领"
    tasks.claim(task.id, by=who)


def test_nobody_opens_the_inbox_without_signing_in(client: FlaskClient) -> None:
    assert client.get("/inbox").status_code == 302


def test_overdue_rows_say_by_how_many_working_days(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    task = office.open_task(case.id, "accept", "P2")
    long_ago = clock.today(moments.OFFICE_ZONE) - timedelta(days=30)
    sql().execute("update task_candidate set due_on = %s where task_id = %s", (long_ago, task.id))
    screen = Browser(client, "qianwei")
    assert "逾期" in screen.open("/inbox").rows()[0][6]
