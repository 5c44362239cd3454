"""The acts of examination, joint visit, commitment, outside results and verification, done on their pages."""

from __future__ import annotations

from datetime import timedelta
from unittest import mock

import psycopg
from flask.testing import FlaskClient

from tests.support import office
from tests.support.pages import Browser, Page
from tests.webapp.test_workspace import marks
from webapp import clock, moments
from webapp.unit_of_work import sql


def test_examination_says_when_a_visit_is_due_in_any_case(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    office.act(case.id, "accept", "P2")
    task, who = office.claimed(case.id, "examine", "P2")
    screen = Browser(client, who.login)
    assert "本事项应当现场核查" in screen.open(f"/tasks/{task.id}").words("//aside")
    assert screen.act(task.id, **marks(screen, task.id)).status_code == 302
    row = sql().execute("select conclusion from review where task_id = %s", (task.id,)).fetchone()
    assert row == ("visit",)


def test_examination_asks_whether_a_visit_is_needed_where_that_is_open(db: object, client: FlaskClient) -> None:
    case = office.received("mixed-ways")
    office.act(case.id, "accept", "P3")
    task, who = office.claimed(case.id, "examine", "P3")
    screen = Browser(client, who.login)
    points = marks(screen, task.id)
    missing = Page(screen.act(task.id, **points))
    assert missing.status == 422
    assert "#f-visit_needed" in missing.errors()
    assert screen.act(task.id, visit_needed="no", **points).status_code == 302
    task, who = office.claimed(case.id, "review", "P3", by=who)
    carried = screen.open(f"/tasks/{task.id}").fields(f"/tasks/{task.id}/act")
    assert all(carried[name] == "pass" for name in points)


#: Who was there does not sign, and why.
NOT_SIGNED = {"person_name": "周国富", "person_position": "店长", "person_unsigned": "对第三项有异议，拒绝签字。"}


def test_two_officers_sign_the_joint_visit(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    for item in ("P2", "P3"):
        office.act(case.id, "accept", item)
        office.act(case.id, "examine", item, visit_needed=item == "P2")
    task = office.open_task(case.id, "visit")
    first = Browser(client, "caojun")
    panel = first.open(f"/tasks/{task.id}").words("//aside")
    assert "药品经营许可（零售）" in panel
    assert "第三类医疗器械经营许可" not in panel
    assert "严重" in panel
    missing = Page(first.act(task.id))
    assert {"#f-conclusion", "#f-record"} <= set(missing.errors())
    points = marks(first, task.id) | NOT_SIGNED
    assert first.act(task.id, conclusion="minor", record="温湿度计未校准。", **points).status_code == 302
    assert "您已签字" in first.open(f"/tasks/{task.id}").words("//aside")
    second = Browser(client, "kongliang")
    panel = second.open(f"/tasks/{task.id}").words("//aside")
    assert "曹军" in panel
    assert "温湿度计未校准。" in panel
    assert "存在一般缺陷" in panel
    assert second.act(task.id).status_code == 302
    assert ("P2", "review") in office.open_steps(case.id)


def test_the_first_officer_cannot_sign_twice(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    for item in ("P2", "P3"):
        office.act(case.id, "accept", item)
        office.act(case.id, "examine", item, visit_needed=True)
    task = office.open_task(case.id, "visit")
    screen = Browser(client, "caojun")
    page = {**screen.open(f"/tasks/{task.id}").fields(f"/tasks/{task.id}/act"), **marks(screen, task.id)}
    typed = (
        {name: value or "" for name, value in page.items()}
        | NOT_SIGNED
        | {
            "conclusion": "pass",
            "record": "符合要求。",
        }
    )
    assert screen.post(f"/tasks/{task.id}/act", **typed).status_code == 302
    now = {"key": "another", "revision": str(office.open_task(case.id, "visit").revision)}
    again = Page(screen.post(f"/tasks/{task.id}/act", **{**typed, **now}))
    assert again.status == 409
    assert "请由另一名核查人员签字" in again.words("//p[@role='alert']")


def test_a_commitment_is_ruled_with_the_letter_beside_it(db: object, client: FlaskClient) -> None:
    case = office.received("commitment")
    task, who = office.claimed(case.id, "immediate", "P2")
    screen = Browser(client, who.login)
    page = screen.open(f"/tasks/{task.id}")
    panel = page.words("//aside")
    assert "告知承诺书" in panel
    assert "适用规则" in panel
    assert "授权范围" in panel
    signature = next(src for src in page.tree.xpath("//aside//img/@src"))
    assert client.get(signature).content_type == "image/png"
    assert screen.act(task.id, ruling="grant").status_code == 302
    office.run_jobs(case.id)
    row = sql().execute(
        "select outcome, accepted_at is not null from item_case where case_id = %s and item_key = 'P2'",
        (case.id,),
    )
    assert row.fetchone() == ("granted", True)


def test_an_outside_result_is_entered_twice(db: object, client: FlaskClient) -> None:
    case = office.received("ordinary")
    task, who = office.claimed(case.id, "backfill", "P1")
    screen = Browser(client, who.login)
    page = screen.open(f"/tasks/{task.id}")
    assert page.tree.xpath("//aside//button[@data-copy]")
    number = office.example("commitment")["answers"]["credit_code"]
    typed = {"ruling": "grant", "number": number, "issued_on": clock.today(moments.OFFICE_ZONE).isoformat()}
    differs = Page(screen.act(task.id, **typed, number_again=number[:-1]))
    assert differs.status == 422
    assert differs.errors() == {"#f-number_again": "再次填写编号：两次填写的编号不一致。"}
    assert differs.fields(f"/tasks/{task.id}/act")["number"] == number
    broken = number[:-1] + ("0" if number[-1] != "0" else "1")
    wrong = Page(screen.act(task.id, **{**typed, "number": broken}, number_again=broken))
    assert wrong.status == 422
    assert "校验位不符" in wrong.errors()["#f-number"]
    assert screen.act(task.id, **typed, number_again=number).status_code == 302
    office.run_jobs(case.id)
    kept = sql().execute("select number, external from licence where number = %s", (number,)).fetchall()
    assert kept == [(number, True)]


def test_verification_and_recheck_go_through_what_was_committed(db: object, client: FlaskClient) -> None:
    case = office.received("commitment")
    office.act(case.id, "immediate", "P2")
    task = office.open_task(case.id, "verify", "P2")
    who, other = office.verifiers(task)
    screen = Browser(client, who.login)
    panel = screen.open(f"/tasks/{task.id}").words("//aside")
    assert "承诺的条件" in panel
    assert f"抽取的核查人员：{who.name}、{other.name}" in panel
    assert "复算一致" in panel
    assert "告知承诺书" in panel
    points = marks(screen, task.id)
    faulty = sorted(points)[0]
    assert (
        screen.act(
            task.id, result="rectify", record="药品专柜未与非药品分开。", **{**points, faulty: "fail"}
        ).status_code
        == 302
    )
    seen = screen.open(f"/tasks/{task.id}").words("//aside")
    assert "您已签字" in seen
    screen = Browser(client, other.login)
    seen = screen.open(f"/tasks/{task.id}").words("//aside")
    assert "药品专柜未与非药品分开。" in seen
    assert "责令限期整改" in seen
    assert screen.act(task.id).status_code == 302
    task = office.open_task(case.id, "recheck", "P2")
    again = marks(screen, task.id)
    assert list(again) == [faulty]
    assert screen.act(task.id, result="pass", record="已整改。", **again).status_code == 302
    screen = Browser(client, who.login)
    assert screen.act(task.id).status_code == 302
    assert ("P2", "recheck") not in office.open_steps(case.id)


def test_a_workspace_opens_with_few_statements(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    task = office.open_task(case.id, "accept", "P2")
    screen = Browser(client, "qianwei")
    screen.open(f"/tasks/{task.id}")
    # with the minutes of its meetings, what may follow later, and what bars the applicant from that
    assert _statements(client, f"/tasks/{task.id}") <= 16


def _statements(client: FlaskClient, url: str) -> int:
    """Statements that one request sends, without those that only frame its transaction."""
    counted: list[str] = []
    execute = psycopg.Cursor.execute

    def counting(cursor: psycopg.Cursor, query: str, *args: object, **more: object) -> psycopg.Cursor:
        counted.append(str(query).lower())
        return execute(cursor, query, *args, **more)  # type: ignore[arg-type]

    with mock.patch.object(psycopg.Cursor, "execute", counting):
        client.get(url)
    return len([query for query in counted if "savepoint" not in query])


def test_a_letter_that_was_changed_after_signing_is_said_to_be(db: object, client: FlaskClient) -> None:
    case = office.received("commitment")
    task = office.open_task(case.id, "immediate", "P2")
    screen = Browser(client, office.member_of("drug.decide").login)
    assert "签署后内容未变" in screen.open(f"/tasks/{task.id}").words("//aside")
    sql().execute("update commitment set letter_digest = repeat('0', 64) where case_id = %s", (case.id,))
    assert "承诺书内容与签署时不一致" in screen.open(f"/tasks/{task.id}").words("//aside")


def test_the_inbox_opens_with_few_statements(db: object, client: FlaskClient) -> None:
    office.received("refused-item")
    Browser(client, "qianwei").open("/inbox")
    # with the views, the choices of the filters, reminders, and the meetings that wait for an answer
    assert _statements(client, "/inbox") <= 13


def test_all_that_is_wrong_with_an_outside_result_is_said_at_once(db: object, client: FlaskClient) -> None:
    case = office.received("ordinary")
    task, who = office.claimed(case.id, "backfill", "P1")
    screen = Browser(client, who.login)
    screen.open(f"/tasks/{task.id}")
    nothing = Page(screen.act(task.id))
    assert nothing.status == 422
    assert {"#f-ruling", "#f-number", "#f-issued_on"} <= set(nothing.errors())
    assert "部门系统的决定" in nothing.words("//*[@role='alert']")
    assert "办理决定" not in nothing.words("//*[@role='alert']")
    tomorrow = (clock.today(moments.OFFICE_ZONE) + timedelta(days=1)).isoformat()
    wrong = Page(
        screen.act(task.id, number="91350100M000100Y44", number_again="91350100M000100Y43", issued_on=tomorrow)
    )
    assert {"#f-ruling", "#f-number", "#f-number_again", "#f-issued_on"} <= set(wrong.errors())
    assert "发证日期不能晚于今天" in wrong.words("//aside")
    refused = Page(screen.act(task.id, ruling="refuse"))
    assert set(refused.errors()) == {"#f-reasons"}
