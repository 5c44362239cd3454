"""Notices on their way: by mail to a real mail server, as messages to a real gateway; gathered, held back at night,
tried again, never lost in silence and never sent twice."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app
from flask.testing import FlaskClient

from tests.support import office
from tests.support.mail_server import PASSWORD, USER, MailServer, mail_server
from tests.support.message_gateway import Gateway, message_gateway
from tests.support.pages import Browser
from webapp.clock import frozen_at
from webapp.errors import Incomplete, NotYours
from webapp.identity import Identity
from webapp.queries.notices import notices_of
from webapp.services import notice_delivery, notice_routing, notice_settings
from webapp.services.notice_delivery import MOST_TRIES, wait_after
from webapp.services.notice_kinds import NoticeKind
from webapp.services.notice_settings import Setting
from webapp.services.notice_templates import Template, TemplatesWrong, templates
from webapp.services.notice_times import due_at
from webapp.services.notices import mark_read, notify
from webapp.services.webhook_signatures import signed_message
from webapp.settings import Settings
from webapp.unit_of_work import sql, unit_of_work

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)  # a Tuesday, 12:00 in the office
NIGHT = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)  # 22:30
REVIEWER, LEAD, HEAD = "zhaolin", "weixiaohong", "approval-bureau.head"
SECRET = "s" * 40
MAIL = {"mail": "zhaolin@office.example.cn"}
ALL = {**MAIL, "sms": "13800001234", "office": "zhaolin"}


@contextmanager
def installed(**terms: Any) -> Iterator[None]:
    """The installation with other settings."""
    settings: Settings = current_app.extensions["onewindow_settings"]
    current_app.extensions["onewindow_settings"] = replace(settings, **terms)
    try:
        yield
    finally:
        current_app.extensions["onewindow_settings"] = settings


@pytest.fixture
def post_box(tmp_path: Path) -> Iterator[MailServer]:
    with mail_server(tmp_path / "mail") as server:
        yield server


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with message_gateway() as running:
        yield running


def by_mail(server: MailServer, *, scheme: str = "smtp", password: str = PASSWORD) -> dict[str, Any]:
    return {
        "smtp_url": f"{scheme}://{USER}@127.0.0.1:{server.port}",
        "smtp_password": password,
        "smtp_ca": str(server.certificate),
        "mail_from": "no-reply@onewindow.example.cn",
    }


def by_gateway(gateway: Gateway) -> dict[str, Any]:
    return {"notice_url": gateway.address, "notice_token": "token of the tests", "notice_secret": SECRET}


def told(login: str = REVIEWER, kind: NoticeKind = NoticeKind.ASSIGNED, number: str = "JC1", **more: str) -> None:
    from webapp import clock

    facts = {"by": "魏晓红", "task": "审查", "task_en": "Review", "number": number, **more}
    with unit_of_work():
        notify([office.person(login).user_id], kind, case_id=None, task_id=None, facts=facts, now=clock.now())


def urged(number: str = "JC1") -> None:
    told(kind=NoticeKind.URGED, number=number, reason="明日到期")


def chosen(login: str = REVIEWER, **terms: Any) -> Identity:
    by = office.person(login)
    notice_settings.set_own(Setting(**{"addresses": ALL, **terms}), by=by)
    return by


def at(moment: datetime) -> int:
    """What the worker does at this moment; how many messages it tried."""
    with frozen_at(moment):
        notice_routing.route()
        return notice_delivery.send_due(50)


def states() -> list[str]:
    return [row[0] for row in sql().execute("select state from notice_delivery order by id").fetchall()]


# By mail


@pytest.mark.parametrize("wraps_tls", [False, True])
def test_a_notice_goes_by_mail_over_tls_in_an_approved_text(db: object, tmp_path: Path, wraps_tls: bool) -> None:
    with (
        mail_server(tmp_path / "mail", wraps_tls=wraps_tls) as server,
        installed(**by_mail(server, scheme="smtps" if wraps_tls else "smtp")),
    ):
        chosen(addresses=MAIL)
        with frozen_at(NOON):
            told(number="JC20260001")
        assert at(NOON) == 1
        (taken,) = server.taken
        assert (taken.sender, taken.to) == ("no-reply@onewindow.example.cn", [MAIL["mail"]])
        assert (taken.tls, taken.user) == (True, USER)
        assert taken.mail["Subject"] == "【一窗】分配任务 JC20260001"
        assert "办件编号：JC20260001" in taken.mail.get_content()
        assert "魏晓红" not in taken.mail.get_content()  # the text declares no name
        assert at(NOON + timedelta(days=1)) == 0
    row = sql().execute("select state, template, template_version, reference from notice_delivery").fetchone()
    assert row is not None
    assert row[:3] == ("sent", "notice-mail", 1)
    assert row[3] == taken.mail["Message-ID"]


def test_a_mail_server_that_nobody_vouches_for_gets_nothing(db: object, post_box: MailServer) -> None:
    with installed(**by_mail(post_box) | {"smtp_ca": ""}):
        chosen(addresses=MAIL)
        with frozen_at(NOON):
            told()
        assert at(NOON) == 1
    assert (states(), post_box.taken) == (["waiting"], [])


def test_english_is_written_to_who_chose_it(db: object, post_box: MailServer) -> None:
    with installed(**by_mail(post_box)):
        chosen(addresses=MAIL, language="en")
        with frozen_at(NOON):
            told()
        at(NOON)
    (taken,) = post_box.taken
    assert taken.mail["Subject"] == "[One Window] Task assigned JC1"


def test_a_mailbox_that_does_not_exist_is_told_to_the_lead_who_sends_again(
    db: object, client: FlaskClient, post_box: MailServer
) -> None:
    with installed(**by_mail(post_box)):
        chosen(addresses=MAIL)
        with frozen_at(NOON):
            told()
        post_box.answer(RCPT="550 5.1.1 no such mailbox")
        at(NOON)
        assert states() == ["failed"]
        (line,) = notices_of(office.person(LEAD), unread=True).lines
        assert (
            line.text.zh.startswith("发给赵琳的通知没有送达（邮件）：邮件服务器应答550") or "（邮件）" in line.text.zh
        )
        screen = Browser(client, LEAD)
        page = screen.open("/notices/deliveries")
        assert "z****@office.example.cn" in page.words()
        assert MAIL["mail"] not in page.text
        post_box.answer()
        (delivery,) = sql().execute("select id from notice_delivery").fetchone() or ()
        assert screen.post(f"/notices/deliveries/{delivery}/again").status_code == 302
        assert screen.post(f"/notices/deliveries/{delivery}/again").status_code == 409
        notice_delivery.send_due(50)
    assert (states(), len(post_box.taken)) == (["sent"], 1)


def test_a_server_that_is_busy_is_asked_again_later_and_gets_it_once(db: object, post_box: MailServer) -> None:
    with installed(**by_mail(post_box)):
        chosen(addresses=MAIL)
        with frozen_at(NOON):
            told()
        post_box.answer(DATA="451 4.3.0 try later")
        assert at(NOON) == 1
        assert at(NOON + wait_after(1) - timedelta(seconds=1)) == 0
        post_box.answer()
        assert at(NOON + wait_after(1)) == 1
        assert at(NOON + timedelta(days=2)) == 0
    assert (states(), len(post_box.taken)) == (["sent"], 1)


def test_a_connection_that_breaks_after_the_mail_leaves_it_open_and_nothing_sends_it_twice(
    db: object, post_box: MailServer
) -> None:
    with installed(**by_mail(post_box)):
        chosen(addresses=MAIL)
        with frozen_at(NOON):
            told()
        post_box.answer(DATA="drop")
        at(NOON)
        post_box.answer()
        at(NOON + timedelta(days=3))
    assert (states(), len(post_box.taken)) == (["unclear"], 1)
    assert notices_of(office.person(LEAD), unread=True).unread == 1


def test_a_wrong_password_sends_nothing(db: object, post_box: MailServer) -> None:
    with installed(**by_mail(post_box, password="wrong")):
        chosen(addresses=MAIL)
        with frozen_at(NOON):
            told()
        assert at(NOON) == 1
    assert (states(), post_box.taken) == (["waiting"], [])


def test_a_server_that_is_away_is_tried_for_a_day_and_then_told(db: object) -> None:
    with installed(smtp_url="smtp://127.0.0.1:9", mail_from="no-reply@onewindow.example.cn"):
        chosen(addresses=MAIL)
        with frozen_at(NOON):
            told()
        moment = NOON
        for tries in range(1, MOST_TRIES + 1):
            assert at(moment) == 1
            moment += wait_after(tries)
        assert at(moment + timedelta(days=3)) == 0
    assert states() == ["failed"]
    assert moment - NOON > timedelta(hours=20)
    assert notices_of(office.person(LEAD), unread=True).unread == 1


def test_without_a_mail_server_nothing_piles_up(db: object) -> None:
    chosen(addresses=MAIL)
    with frozen_at(NOON):
        told()
    at(NOON)
    assert states() == []


# Over the gateway


def test_an_urgent_notice_goes_by_every_way_signed_and_at_night(
    db: object, gateway: Gateway, post_box: MailServer
) -> None:
    with installed(**by_gateway(gateway), **by_mail(post_box)):
        chosen(quiet=(time(20), time(7, 30)), digest="daily")
        with frozen_at(NIGHT):
            urged()
        assert at(NIGHT) == 3
    sent = {path: (headers, body) for path, headers, body in gateway.taken}
    assert sent.keys() == {"/sms", "/office"}
    headers, body = sent["/sms"]
    assert headers["Authorization"] == "Bearer token of the tests"
    signed = signed_message(SECRET, headers, body, NIGHT)
    assert signed is not None
    assert json.loads(body) == {
        "to": "13800001234",
        "template": "SMS_DEMO_0101",
        "values": {"kind": "催办", "number": "JC1"},
        "text": "【一窗】您有一条“催办”通知，办件JC1，请登录系统办理。",
        "delivery": signed.delivery,
    }
    assert json.loads(sent["/office"][1])["text"]["content"].startswith("催办：办件JC1。请登录一窗办理：http")
    assert states() == ["sent"] * 3


@pytest.mark.parametrize(
    ("status", "answer", "state"),
    [
        (200, None, "sent"),
        (200, {"errcode": 45009}, "waiting"),  # not now
        (200, {"errcode": 60111}, "failed"),  # there is no such person
        (200, {"errcode": False}, "waiting"),  # nought is not false
        (400, None, "failed"),
        (429, None, "waiting"),
        (503, None, "waiting"),
        (502, None, "unclear"),  # what stands between answered: it may have arrived
        (307, None, "failed"),  # nothing follows it elsewhere
    ],
)
def test_what_the_gateway_answers(
    db: object, gateway: Gateway, status: int, answer: dict[str, Any] | None, state: str
) -> None:
    gateway.status, gateway.answer = status, answer
    with installed(**by_gateway(gateway)):
        chosen(addresses={"office": "zhaolin"}, choices={"assigned": frozenset({"office"})})
        with frozen_at(NOON):
            told()
        at(NOON)
    assert (states(), len(gateway.taken)) == ([state], 1)


def test_a_gateway_that_is_away_is_asked_once_for_all_that_waits(db: object) -> None:
    with installed(notice_url="http://127.0.0.1:9", notice_secret=SECRET):
        chosen(addresses={"office": "zhaolin"}, choices={"assigned": frozenset({"office"})})
        with frozen_at(NOON):
            for number in ("JC1", "JC2", "JC3"):
                told(number=number)
        assert at(NOON) == 1
    assert states() == ["waiting"] * 3


def test_an_answer_that_got_lost_is_asked_for_again_where_the_gateway_takes_a_number_once(
    db: object, gateway: Gateway
) -> None:
    gateway.breaks = True
    with installed(**by_gateway(gateway)):
        chosen(addresses={"sms": "13800001234", "office": "zhaolin"})
        with frozen_at(NOON):
            urged()
        at(NOON)
        assert sorted(states()) == ["unclear", "waiting"]  # the messenger does not promise it, the text messages do
        gateway.breaks = False
        at(NOON + timedelta(minutes=1))
    numbers = {
        body["delivery"] for (path, _, _), body in zip(gateway.taken, gateway.bodies, strict=True) if path == "/sms"
    }
    assert len(numbers) == 1
    assert sorted(states()) == ["sent", "unclear"]


# When, and which


def test_in_the_quiet_hours_what_is_not_urgent_waits_for_the_morning(db: object, post_box: MailServer) -> None:
    with installed(**by_mail(post_box)):
        chosen(addresses=MAIL, quiet=(time(20), time(7, 30)))
        with frozen_at(NIGHT):
            told()
        assert at(NIGHT) == 0
        assert at(datetime(2026, 11, 24, 23, 29, tzinfo=UTC)) == 0  # 07:29
        assert at(datetime(2026, 11, 24, 23, 30, tzinfo=UTC)) == 1


def test_a_digest_gathers_until_its_hour_and_leaves_out_what_was_read(db: object, post_box: MailServer) -> None:
    with installed(**by_mail(post_box)):
        by = chosen(addresses=MAIL, digest="daily", digest_hour=17)
        for minutes, number in enumerate(("JC1", "JC2", "JC3")):
            with frozen_at(NOON + timedelta(minutes=minutes)):
                told(number=number)
            at(NOON + timedelta(minutes=minutes))
        (second,) = [line for line in notices_of(by, unread=True).lines if "JC2" in line.text.zh]
        mark_read(second.id, by=by)
        assert at(NOON + timedelta(hours=5)) == 1
    (taken,) = post_box.taken
    assert taken.mail["Subject"] == "【一窗】通知汇总（2条）"
    assert "· 分配任务 JC1\n· 分配任务 JC3" in taken.mail.get_content().replace("\r\n", "\n")


def test_what_was_read_in_the_page_needs_no_message(db: object, post_box: MailServer) -> None:
    with installed(**by_mail(post_box)):
        by = chosen(addresses=MAIL, digest="hourly")
        with frozen_at(NOON):
            told()
        at(NOON)
        mark_read(notices_of(by, unread=True).lines[0].id, by=by)
        at(NOON + timedelta(hours=1))
    assert (states(), post_box.taken) == (["dropped"], [])


def test_who_stopped_a_kind_still_finds_it_in_the_page(db: object, post_box: MailServer) -> None:
    with installed(**by_mail(post_box)):
        by = chosen(addresses=MAIL, choices={"assigned": frozenset()})
        with frozen_at(NOON):
            told()
        assert at(NOON) == 0
    assert notices_of(by, unread=True).unread == 1


def test_what_may_not_be_stopped_keeps_a_way_that_has_an_address(db: object) -> None:
    with pytest.raises(Incomplete) as refused:
        chosen(addresses=MAIL, choices={"handed-over": frozenset({"sms"})})
    assert refused.value.field == "way.handed-over"


def test_a_post_sets_what_holds_for_its_members_and_has_a_mailbox_that_is_told_once(
    db: object, post_box: MailServer
) -> None:
    head = office.member_of(HEAD)
    group = "drug.review"
    with installed(**by_mail(post_box)):
        notice_settings.set_for_post(group, Setting({"mail": "review@office.example.cn"}), by=head)
        members = [
            row[0]
            for row in sql().execute(
                "select m.user_id from membership m join candidate_group g on g.id = m.group_id where g.key = %s",
                (group,),
            )
        ]
        assert len(members) > 1
        with frozen_at(NOON), unit_of_work():
            facts = {"by": "魏晓红", "task": "审查", "number": "JC1"}
            notify(members, NoticeKind.ASSIGNED, case_id=None, task_id=None, facts=facts, now=NOON)
        assert at(NOON) == 1
    assert [one.to for one in post_box.taken] == [["review@office.example.cn"]]


def test_a_post_of_another_department_is_not_set(db: object) -> None:
    with pytest.raises(NotYours):
        notice_settings.set_for_post("sign.review", Setting(), by=office.member_of(HEAD))


@pytest.mark.parametrize(
    ("hour", "digest", "quiet", "due"),
    [
        ("2026-11-24T12:20", "none", None, "2026-11-24T12:20"),
        ("2026-11-24T12:20", "hourly", None, "2026-11-24T13:00"),
        ("2026-11-24T23:20", "hourly", None, "2026-11-25T00:00"),
        ("2026-11-24T07:59", "daily", None, "2026-11-24T08:00"),
        ("2026-11-24T08:00", "daily", None, "2026-11-25T08:00"),
        ("2026-11-24T23:00", "none", (time(20), time(7)), "2026-11-25T07:00"),
        ("2026-11-25T06:59", "none", (time(20), time(7)), "2026-11-25T07:00"),
        ("2026-11-25T07:00", "none", (time(20), time(7)), "2026-11-25T07:00"),
        ("2026-11-25T12:30", "none", (time(12), time(14)), "2026-11-25T14:00"),
        ("2026-11-25T05:00", "daily", (time(22), time(9)), "2026-11-25T09:00"),
        ("2026-11-25T05:00", "none", (time(9), time(9)), "2026-11-25T05:00"),
    ],
)
def test_when_a_notice_goes_out(hour: str, digest: str, quiet: tuple[time, time] | None, due: str) -> None:
    from webapp.moments import OFFICE_ZONE

    moment, wanted = (datetime.fromisoformat(text).replace(tzinfo=OFFICE_ZONE) for text in (hour, due))
    assert due_at(moment, urgent=False, digest=digest, digest_hour=8, quiet=quiet) == wanted
    assert due_at(moment, urgent=True, digest=digest, digest_hour=8, quiet=quiet) == moment


# Texts


def processes_with(tmp_path: Path, name: str, change: tuple[str, str]) -> Path:
    """A copy of the processes in which one message file says something else."""
    target = tmp_path / "processes"
    shutil.copytree(current_app.extensions["onewindow_settings"].processes_dir / "_shared", target / "_shared")
    path = target / "_shared" / "messages" / name
    content = path.read_text("utf-8")
    assert change[0] in content
    path.write_text(content.replace(*change), "utf-8")
    return target


def test_a_text_that_nobody_approved_is_not_sent(db: object, gateway: Gateway, tmp_path: Path) -> None:
    changed = processes_with(tmp_path, "notice-templates.toml", ('approved_by = "示例短信服务商"', 'approved_by = ""'))
    with installed(**by_gateway(gateway), processes_dir=changed):
        chosen(addresses={"sms": "13800001234"})
        with frozen_at(NOON):
            urged()
        at(NOON)
    assert (states(), gateway.taken) == (["failed"], [])


def test_a_text_with_a_place_that_it_does_not_declare_stops_everything_before_it_is_sent(
    db: object, gateway: Gateway, tmp_path: Path
) -> None:
    changed = processes_with(tmp_path, "notice-templates.toml", ("办件{number}，请登录", "{applicant}，请登录"))
    with installed(**by_gateway(gateway), processes_dir=changed):
        chosen(addresses={"sms": "13800001234"})
        with frozen_at(NOON):
            urged()
        with pytest.raises(TemplatesWrong):
            at(NOON)
    assert (states(), gateway.taken) == (["waiting"], [])


def test_every_text_is_approved_and_says_in_english_what_it_says_in_chinese(db: object) -> None:
    found: tuple[Template, ...] = templates()
    assert {(one.channel, one.use) for one in found} == {
        (channel, use) for channel in ("mail", "sms", "office") for use in ("one", "digest")
    }
    assert all(one.approved and one.text.en for one in found)


# Several workers, and one that dies


def test_two_workers_send_each_message_once(committed_app: Flask, gateway: Gateway) -> None:
    with committed_app.app_context(), installed(**by_gateway(gateway)):
        chosen(addresses={"office": "zhaolin"}, choices={"assigned": frozenset({"office"})})
        for number in range(12):
            told(number=f"JC{number}")
        begin = threading.Barrier(2)

        def work() -> None:
            begin.wait()
            with committed_app.app_context():
                notice_routing.route()
                notice_delivery.send_due(50)

        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        notice_delivery.send_due(50)
        assert states().count("sent") == 12
    assert len(gateway.taken) == 12


def test_a_worker_that_died_over_a_message_leaves_it_open(db: object, gateway: Gateway) -> None:
    with installed(**by_gateway(gateway)):
        chosen(addresses={"office": "zhaolin"}, choices={"assigned": frozenset({"office"})})
        with frozen_at(NOON):
            told()
            notice_routing.route()
        sql().execute("update notice_delivery set state = 'sending', claimed_at = %s, tries = 1", (NOON,))
        at(NOON + timedelta(minutes=9))
        assert states() == ["sending"]
        at(NOON + timedelta(minutes=11))
    assert (states(), gateway.taken) == (["unclear"], [])
    assert notices_of(office.person(LEAD), unread=True).unread == 1
