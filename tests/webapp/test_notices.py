"""Notices in the page: told in the act's transaction, counted beside the bell, read one by one or all at once."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask.testing import FlaskClient

from engine import Words
from tests.support import office
from tests.support.pages import Browser
from webapp import clock
from webapp.languages import COOKIE
from webapp.queries.notices import COUNT_CAP, notices_of
from webapp.services.locked_case import on_case
from webapp.services.notice_kinds import NoticeKind, NoticeWrong, all_kinds, filled
from webapp.services.notices import notify
from webapp.unit_of_work import sql, unit_of_work

REVIEWER, COLLEAGUE = "zhaolin", "qianwei"
FACTS = {"by": "魏晓红", "task": "审查", "task_en": "Review", "number": "JC1"}


def told(*logins: str, kind: NoticeKind = NoticeKind.ASSIGNED, at: datetime | None = None, **other: str) -> None:
    users = [office.person(login).user_id for login in logins]
    with unit_of_work():
        notify(users, kind, case_id=None, task_id=None, facts={**FACTS, **other}, now=at or clock.now())


def test_the_kinds_are_those_of_the_data(db: object) -> None:
    assert set(all_kinds()) == {str(kind) for kind in NoticeKind}
    for words in all_kinds().values():
        assert words.text.zh
        assert words.text.en
        assert "{" not in filled(words.text, dict.fromkeys(words.facts, "x")).en
        assert "第{" not in words.text.zh  # a figure stands apart, as on every page: 第 3 版


def test_each_of_those_told_reads_it_in_their_language(db: object, client: FlaskClient) -> None:
    told(REVIEWER, COLLEAGUE, REVIEWER)
    (line,) = notices_of(office.person(REVIEWER), unread=False).lines
    assert line.text == Words("魏晓红把任务“审查”（JC1）分配给您。", "魏晓红 assigned the task “Review” (JC1) to you.")
    screen = Browser(client, REVIEWER)
    assert "魏晓红把任务“审查”（JC1）分配给您。" in screen.open("/notices").words()
    assert notices_of(office.person("hanlei"), unread=False).lines == ()


def test_the_number_beside_the_bell_is_capped_and_unchanged_is_304(db: object, client: FlaskClient) -> None:
    screen = Browser(client, REVIEWER)
    assert client.get("/notices/count").get_json() == {"count": "", "words": "没有未读通知"}
    told(REVIEWER)
    answer = client.get("/notices/count")
    assert answer.get_json()["count"] == "1"
    again = client.get("/notices/count", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    for _ in range(COUNT_CAP):
        told(REVIEWER)
    assert client.get("/notices/count").get_json()["count"] == "99+"
    assert "99+" in screen.open("/notices").words()


def test_all_read_leaves_what_came_meanwhile(db: object, client: FlaskClient) -> None:
    told(REVIEWER)
    screen = Browser(client, REVIEWER)
    newest = screen.open("/notices").fields("/notices/read")["newest"]
    told(REVIEWER, task="二审")
    screen.post("/notices/read", newest=newest)
    (left,) = notices_of(office.person(REVIEWER), unread=True).lines
    assert "二审" in left.text.zh
    assert screen.post(f"/notices/{left.id}/read", show="unread").location == "/notices?show=unread"
    assert "没有未读通知" in screen.open("/notices?show=unread").words()


def test_a_notice_leads_to_its_task_and_is_read_with_it(db: object, client: FlaskClient) -> None:
    case = office.received("commitment", ways={})
    task = office.open_task(case.id, "accept", "P2")
    by = office.person(REVIEWER)
    with unit_of_work():
        notify(
            [by.user_id],
            NoticeKind.URGED,
            case_id=case.id,
            task_id=task.id,
            facts={**FACTS, "reason": "明日到期"},
            now=clock.now(),
        )
    (line,) = notices_of(by, unread=True).lines
    assert line.urgent
    screen = Browser(client, REVIEWER)
    assert screen.post(f"/notices/{line.id}/open").location == f"/tasks/{task.id}"
    assert notices_of(by, unread=True).lines == ()


def test_a_notice_of_another_person_is_not_found(db: object, client: FlaskClient) -> None:
    told(COLLEAGUE)
    (line,) = notices_of(office.person(COLLEAGUE), unread=True).lines
    screen = Browser(client, REVIEWER)
    assert screen.post(f"/notices/{line.id}/read").status_code == 404
    assert screen.post(f"/notices/{line.id}/open").status_code == 404
    assert notices_of(office.person(COLLEAGUE), unread=True).lines != ()


@pytest.mark.parametrize("wrong", [{"by": "魏晓红"}, {**FACTS, "mobile": "13800000000"}])
def test_only_what_a_kind_declares_can_be_told(db: object, wrong: dict[str, str]) -> None:
    with pytest.raises(NoticeWrong), unit_of_work():
        notify([1], NoticeKind.ASSIGNED, case_id=None, task_id=None, facts=wrong, now=clock.now())


def test_names_are_masked_before_they_are_kept(db: object) -> None:
    by = office.person(REVIEWER)
    with unit_of_work():
        notify(
            [by.user_id],
            NoticeKind.COPIED,
            case_id=None,
            task_id=None,
            facts={"by": "魏晓红", "subject": "江城市康宁大药房有限公司", "number": "JC1"},
            now=clock.now(),
        )
    row = sql().execute("select facts->>'subject' from notice where user_id = %s", (by.user_id,)).fetchone()
    assert row == ("江城市*****有限公司",)


def failing_act(user_id: int) -> None:
    with unit_of_work():
        notify([user_id], NoticeKind.ASSIGNED, case_id=None, task_id=None, facts=FACTS, now=clock.now())
        raise RuntimeError


def test_nobody_is_told_where_the_act_fails(db: object) -> None:
    by = office.person(REVIEWER)
    with pytest.raises(RuntimeError):
        failing_act(by.user_id)
    assert notices_of(by, unread=True).lines == ()


def test_notices_go_out_with_the_rows_of_the_act_where_there_are_some(db: object) -> None:
    case_id = office.received("commitment", ways={}).id
    reviewer, colleague = office.person(REVIEWER), office.person(COLLEAGUE)
    with on_case(case_id) as case:
        for by in (reviewer, colleague):
            notify(
                [by.user_id],
                NoticeKind.ASSIGNED,
                case_id=case.id,
                task_id=None,
                facts={**FACTS, "task": by.name},
                now=case.now,
                writing=case.writing,
            )
    for by in (reviewer, colleague):
        (line,) = notices_of(by, unread=True).lines
        assert (line.case_id, f"“{by.name}”" in line.text.zh) == (case_id, True)


def test_what_somebody_typed_stands_as_it_is_in_both_languages_and_its_language_is_marked(
    db: object, client: FlaskClient
) -> None:
    told(REVIEWER, kind=NoticeKind.SENT_BACK, reason="缺平面图 <b>\u202e")
    told(REVIEWER, kind=NoticeKind.SENT_BACK, reason="the plan is missing")
    told(REVIEWER, kind=NoticeKind.URGED, reason="请尽快办理。", reason_en="please do it soon.")
    screen = Browser(client, REVIEWER)

    def typed() -> list[tuple[str | None, str]]:
        return [(one.get("lang"), one.text_content()) for one in screen.open("/notices").tree.xpath("//main//bdi")]

    chinese = screen.open("/notices").words()
    assert "魏晓红把“审查”（JC1）退回：缺平面图 <b>" in chinese
    assert "魏晓红催办“审查”（JC1）：请尽快办理。" in chinese
    assert typed() == [("en", "the plan is missing"), (None, "缺平面图 <b>\u202e")]
    client.set_cookie(COOKIE, "en")
    english = screen.open("/notices").words()
    assert "魏晓红 sent “Review” (JC1) back: 缺平面图 <b>" in english
    assert "魏晓红 urges “Review” (JC1): please do it soon." in english
    assert typed() == [(None, "the plan is missing"), ("zh-CN", "缺平面图 <b>\u202e")]


def test_the_day_of_an_order_is_told_beside_its_words(db: object) -> None:
    told(REVIEWER, kind=NoticeKind.ORDERED, day="2026-09-04", reason="请优先办理。")
    (line,) = notices_of(office.person(REVIEWER), unread=False).lines
    assert line.text == Words(
        "魏晓红督办“审查”（JC1），限期 2026-09-04：请优先办理。",
        "魏晓红 orders “Review” (JC1) to be finished by 2026-09-04: 请优先办理。",
    )
