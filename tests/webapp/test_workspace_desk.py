"""A task's page while somebody works on it: the draft, who else has it open, words beside points, what is kept."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event

from tests.support import office
from tests.support.pages import Browser, Page
from webapp import clock, moments
from webapp.errors import AlreadyDone, NotFound
from webapp.queries.life_cycle_acts import NAMES
from webapp.services import cleaning, task_drafts, tasks
from webapp.unit_of_work import sql

STRANGE = "<script>alert(1)</script> 🏠 \u202etxet desrever"


def reviewing(client: FlaskClient) -> tuple[int, str, office.Handle]:
    """A review that its holder has claimed: the task, the holder's account, the case."""
    case = office.received("refused-item")
    office.act(case.id, "accept", "P6")
    task, who = office.claimed(case.id, "review", "P6")
    return task.id, who.login, case


def points_of(page: Page) -> list[str]:
    return sorted({str(name) for name in page.tree.xpath("//input[starts-with(@name, 'check.')]/@name")})


def typed_in(page: Page, name: str) -> str:
    return str(page.tree.xpath(f"string(//textarea[@name='{name}'])"))


def chosen(page: Page, name: str) -> str:
    return str(page.tree.xpath(f"string(//input[@name='{name}'][@checked]/@value)"))


def test_what_is_typed_is_there_again_on_another_machine(db: object, client: FlaskClient) -> None:
    task_id, login, _ = reviewing(client)
    here = Browser(client, login)
    point = points_of(here.open(f"/tasks/{task_id}"))[0]
    remark = point.replace("check.", "remark.")
    typed = {"opinion": "经审查，材料齐全。", "proposal": "grant", point: "fail", remark: "图与实际不符"}
    answer = client.post(
        f"/tasks/{task_id}/draft", data={"csrf_token": here.token, **typed}, headers={"X-Autosave": "1"}
    )
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["saved_at"]
    client.post("/sign-out", data={"csrf_token": here.token})

    there = Browser(client.application.test_client(), login).open(f"/tasks/{task_id}")
    assert typed_in(there, "opinion") == "经审查，材料齐全。"
    assert chosen(there, "proposal") == "grant"
    assert chosen(there, point) == "fail"
    assert typed_in(there, remark) == "图与实际不符"
    assert "草稿保存于" in there.words("//form[@id='act-form']")


def test_without_script_a_button_keeps_the_draft_and_another_clears_it(db: object, client: FlaskClient) -> None:
    task_id, login, _ = reviewing(client)
    screen = Browser(client, login)
    screen.open(f"/tasks/{task_id}")
    assert screen.post(f"/tasks/{task_id}/draft", opinion="写到一半").status_code == 302
    page = screen.open(f"/tasks/{task_id}")
    assert "草稿已保存。" in page.words("//body")
    assert typed_in(page, "opinion") == "写到一半"
    screen.post(f"/tasks/{task_id}/draft/clear")
    assert typed_in(screen.open(f"/tasks/{task_id}"), "opinion") == ""


def test_a_draft_is_nobody_elses(db: object, client: FlaskClient) -> None:
    task_id, login, _ = reviewing(client)
    by = office.person(login)
    task_drafts.save(task_id, [("opinion", "我的草稿")], by=by)
    sql().execute("update user_task set assignee_id = null where id = %s", (task_id,))
    colleague = office.member_of("reviewer.food", but=[by.user_id]) if _has("reviewer.food", by.user_id) else by
    if colleague.user_id != by.user_id:
        assert "我的草稿" not in Browser(client, colleague.login).open(f"/tasks/{task_id}").text
    stranger = office.person("lixiaoyun")
    with pytest.raises(NotFound):
        task_drafts.save(task_id, [("opinion", "x")], by=stranger)


def _has(group: str, but: int) -> bool:
    found = (
        sql()
        .execute(
            "select count(*) from membership m join candidate_group g on g.id = m.group_id"
            " where g.key = %s and m.user_id <> %s",
            (group, but),
        )
        .fetchone()
    )
    return bool(found and found[0])


def test_the_draft_goes_with_the_act(db: object, client: FlaskClient) -> None:
    task_id, login, _ = reviewing(client)
    screen = Browser(client, login)
    task_drafts.save(task_id, [("opinion", "写好了")], by=office.person(login))
    page = screen.open(f"/tasks/{task_id}")
    marks = dict.fromkeys(points_of(page), "pass")
    assert screen.act(task_id, proposal="grant", opinion="写好了", **marks).status_code == 302
    assert sql().execute("select count(*) from task_draft").fetchone() == (0,)


def test_a_draft_goes_with_the_task_to_a_colleague(db: object) -> None:
    case = office.received("refused-item")
    office.act(case.id, "accept", "P6")
    task, who = office.claimed(case.id, "review", "P6")
    other = office.person("lixiaoyun")
    task_drafts.save(task.id, [("opinion", "接着写")], by=who)
    task_drafts.hand_draft(task.id, who.user_id, other.user_id)
    kept = sql().execute("select user_id, fields from task_draft where task_id = %s", (task.id,)).fetchall()
    assert kept == [(other.user_id, [["opinion", "接着写"]])]


def test_a_task_that_is_over_takes_no_draft_and_says_who_did_it(db: SQLAlchemy, client: FlaskClient) -> None:
    task_id, login, _ = reviewing(client)
    by = office.person(login)
    task_drafts.save(task_id, [("opinion", "还没有提交的意见")], by=by)
    screen = Browser(client, login)
    screen.open(f"/tasks/{task_id}")
    sql().execute(
        "update user_task set state = 'completed', act = 'propose-grant', closed_at = %s, closed_by = %s where id = %s",
        (clock.now(), by.user_id, task_id),
    )
    db.session.commit()
    with pytest.raises(AlreadyDone, match=by.name):
        task_drafts.save(task_id, [("opinion", "x")], by=by)
    answer = client.post(
        f"/tasks/{task_id}/draft", data={"csrf_token": screen.token, "opinion": "x"}, headers={"X-Autosave": "1"}
    )
    assert answer.status_code == 409
    assert by.name in (answer.json or {})["message"]
    page = screen.open(f"/tasks/{task_id}")
    assert "您填写的内容（未提交）" in page.words("//aside")
    assert "还没有提交的意见" in page.words("//aside")

    with clock.frozen_at(clock.now() + timedelta(days=8)):
        cleaning.clean()
    assert sql().execute("select count(*) from task_draft").fetchone() == (0,)


def test_more_than_anybody_types_is_refused_in_words(db: object, client: FlaskClient) -> None:
    task_id, login, _ = reviewing(client)
    screen = Browser(client, login)
    screen.open(f"/tasks/{task_id}")
    answer = client.post(
        f"/tasks/{task_id}/draft",
        data={"csrf_token": screen.token, "opinion": "长" * 90_000},
        headers={"X-Autosave": "1"},
    )
    assert answer.status_code == 413
    assert "256 KB" in (answer.json or {})["message"]


def test_two_people_on_one_task_see_each_other_until_one_falls_silent(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    office.act(case.id, "accept", "P2")
    task = office.open_task(case.id, "examine", "P2")
    group = next(iter(task.groups))
    one = office.member_of(group)
    two = office.member_of(group, but=[one.user_id])
    at = clock.now()
    with clock.frozen_at(at):
        first = Browser(client, one.login)
        assert "起打开着此任务" not in first.open(f"/tasks/{task.id}").words()
        second = Browser(client.application.test_client(), two.login)
        since = f"{moments.local(clock.now()):%H:%M}"
        assert f"{one.name}自 {since} 起打开着此任务。" in second.open(f"/tasks/{task.id}").words()
    with clock.frozen_at(at + timedelta(seconds=30)):
        asked = first.client.get(f"/tasks/{task.id}/others?revision={task.revision}")
        assert f"{two.name}自 {since} 起打开着此任务。" in asked.get_data(as_text=True)
        again = first.client.get(
            f"/tasks/{task.id}/others?revision={task.revision}", headers={"If-None-Match": asked.headers["ETag"]}
        )
        assert again.status_code == 304
        assert again.get_data() == b""
    with clock.frozen_at(at + timedelta(seconds=90)):  # the second has gone
        asked = first.client.get(f"/tasks/{task.id}/others?revision={task.revision}")
        assert two.name not in asked.get_data(as_text=True)


def test_a_page_that_stands_open_is_told_what_happened(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    office.act(case.id, "accept", "P2")
    task = office.open_task(case.id, "examine", "P2")
    group = next(iter(task.groups))
    one = office.member_of(group)
    two = office.member_of(group, but=[one.user_id])
    waiting = Browser(client, one.login)
    before = task.revision
    waiting.open(f"/tasks/{task.id}")
    tasks.claim(task.id, by=two)
    told = waiting.client.get(f"/tasks/{task.id}/others?revision={before}").get_data(as_text=True)
    assert f"现由{two.name}办理" in told
    assert waiting.client.get(f"/tasks/{task.id}/others?revision=99").status_code == 200


def test_who_comes_second_reads_what_happened_and_copies_what_was_typed(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    office.act(case.id, "accept", "P6")
    task, who = office.claimed(case.id, "review", "P6")
    screen = Browser(client, who.login)
    page = screen.open(f"/tasks/{task.id}")
    carried = page.fields(f"/tasks/{task.id}/act")
    marks = dict.fromkeys(points_of(page), "pass")
    office.act(case.id, "review", "P6")
    typed = {**carried, **marks, "proposal": "refuse", "opinion": "我写的理由", "key": "another"}
    answer = screen.post(f"/tasks/{task.id}/act", **{name: value or "" for name, value in typed.items()})
    assert answer.status_code == 409
    page = Page(answer)
    assert f"此任务已由{who.name}于" in page.words("//main")
    kept = page.words("//aside")
    assert "我写的理由" in kept
    assert "符合" in kept
    assert page.tree.xpath("//aside//button[@data-copy-from]")


def test_words_beside_a_point_are_kept_as_they_were_typed(db: object, client: FlaskClient) -> None:
    task_id, login, case = reviewing(client)
    screen = Browser(client, login)
    point, *others = points_of(screen.open(f"/tasks/{task_id}"))
    marks = {**dict.fromkeys(others, "pass"), point: "fail"}
    remark = point.replace("check.", "remark.")
    answer = screen.act(task_id, proposal="refuse", opinion="招牌尺寸不符合设置管理规定", **marks, **{remark: STRANGE})
    assert answer.status_code == 302, Page(answer).errors()
    found = sql().execute("select remarks from review where task_id = %s", (task_id,)).fetchone()
    assert found == ({point.removeprefix("check."): STRANGE},)
    decider = office.open_task(case.id, "decide", "P6")
    page = Browser(client, office.member_of(next(iter(decider.groups))).login).open(f"/tasks/{decider.id}")
    assert STRANGE in page.words("//aside")
    assert "<script>alert" not in page.text
    assert page.tree.xpath("//aside//p[contains(@class, 'said-of-point')]/bdi[2]")


def test_a_photo_of_two_hundred_megabytes_takes_no_memory_and_no_words(db: object, client: FlaskClient) -> None:
    case = office.received("commitment")
    office.act(case.id, "immediate", "P3")
    task, who = office.claimed(case.id, "verify", "P3")
    screen = Browser(client, who.login)
    screen.open(f"/tasks/{task.id}")
    screen.post(f"/tasks/{task.id}/draft", record="质量负责人在岗。")
    refused = client.post(
        f"/tasks/{task.id}/photos",
        headers={"X-CSRFToken": screen.token},
        content_type="multipart/form-data; boundary=x",
        data=b"--x",
        environ_overrides={"CONTENT_LENGTH": str(200 * 1024 * 1024)},  # told by its length: nothing of it is read
    )
    assert refused.status_code == 413
    assert "一次上传超过 40 MB" in refused.get_data(as_text=True)
    assert typed_in(screen.open(f"/tasks/{task.id}"), "record") == "质量负责人在岗。"


def test_words_beside_a_point_have_a_limit(db: object, client: FlaskClient) -> None:
    task_id, login, _ = reviewing(client)
    screen = Browser(client, login)
    point, *others = points_of(screen.open(f"/tasks/{task_id}"))
    remark = point.replace("check.", "remark.")
    marks = {**dict.fromkeys(others, "pass"), point: "pass"}
    answer = screen.act(task_id, proposal="grant", opinion="", **marks, **{remark: "字" * 501})
    assert answer.status_code == 422
    assert "不超过 500 个字" in Page(answer).words("//aside")


def test_a_case_that_stays_locked_is_told_in_plain_words_with_the_text_kept(committed_app: Flask) -> None:
    with committed_app.app_context():
        task_id, login, case = reviewing(committed_app.test_client())
        engine = committed_app.extensions["sqlalchemy"].engine
        event.listen(engine, "checkout", _wait_shortly)
        screen = Browser(committed_app.test_client(), login)
        carried = screen.open(f"/tasks/{task_id}").fields(f"/tasks/{task_id}/act")
        sent = {name: value or "" for name, value in carried.items()} | {"opinion": "写好的意见"}
        with engine.connect() as somebody:
            somebody.exec_driver_sql("select 1 from cases where id = %s for update", (case.id,))
            page = Page(screen.post(f"/tasks/{task_id}/act", **sent))
        assert page.status == 503
        assert "正在保存" in page.words("//main")
        assert "锁" not in page.words("//main//*[@role='alert']")
        assert typed_in(page, "opinion") == "写好的意见"


def _wait_shortly(connection: psycopg.Connection, *_: object) -> None:
    connection.execute("set lock_timeout = '50ms'")


def test_a_task_of_another_department_is_not_there(db: object, client: FlaskClient) -> None:
    task_id, _, _ = reviewing(client)
    stranger = Browser(client, "qianwei")
    stranger.open("/inbox")
    assert client.get(f"/tasks/{task_id}").status_code == 404
    assert client.get(f"/tasks/{task_id}/others?revision=0").status_code == 404
    sent = ("draft", "draft/clear", "act", "claim", "release", "files/1/notes", "notes/1/remove")
    for path in (*sent, *(f"more/{act}" for act in NAMES)):
        answer = stranger.post(f"/tasks/{task_id}/{path}", opinion="x", key="k", page="1", words="x")
        assert answer.status_code == 404, path
    for act in NAMES:
        assert client.get(f"/tasks/{task_id}/more/{act}").status_code == 404, act


def test_the_applicants_earlier_cases_are_those_received_before(db: object, client: FlaskClient) -> None:
    first = office.received("refused-item")
    with clock.frozen_at(clock.now() + timedelta(minutes=1)):
        later = office.received("refused-item")
    assert first.id < later.id
    listed = {}
    for case in (first, later):
        office.act(case.id, "accept", "P6")
        task, who = office.claimed(case.id, "review", "P6")
        listed[case.id] = Browser(client.application.test_client(), who.login).open(f"/tasks/{task.id}").links()
    assert f"/cases/{later.id}" not in listed[first.id]
    assert f"/cases/{first.id}" in listed[later.id]
