"""Special procedures on the pages of those who work on them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from tests.support import office
from tests.support.pages import Browser, Page
from webapp import clock, moments
from webapp.clock import frozen_at
from webapp.models import SpecialProcedure
from webapp.services import timers

NOW = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)


@pytest.fixture
def reviewed(db: object) -> office.Handle:
    """A signboard that its reviewer has before them."""
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    office.act(case.id, "accept", "P6")
    return case


def open_as(client: FlaskClient, case_id: int, step: str, login: str = "", *, item: str = "P6") -> tuple[Browser, int]:
    """The page of the step's task, in the browser of whoever takes it."""
    task = office.open_task(case_id, step, item)
    who = office.person(login) if login else office.member_of(task.groups[0])
    if task.assignee_id is None:
        office.tasks.claim(task.id, by=who)
    with client.session_transaction() as session:
        session.clear()
    return Browser(client, who.login), task.id


def test_a_hearing_is_ordered_told_held_and_read_by_the_decider(reviewed: office.Handle, client: FlaskClient) -> None:
    screen, task = open_as(client, reviewed.id, "review")
    missing = Page(screen.act(task, proposal="procedure", procedure="hearing"))
    assert missing.status == 422
    assert "#f-reason" in missing.errors()
    typed = {"procedure": "hearing", "on_application": "no", "expected_days": "15", "reason": "涉及重大公共利益。"}
    assert screen.act(task, proposal="procedure", **typed).status_code == 302
    screen, task = open_as(client, reviewed.id, "hearing-notice")
    page = screen.open(f"/tasks/{task}")
    hosts = page.tree.xpath("//select[@name='host']/option/@value")
    host = office.member_of("sign.decide")
    assert str(host.user_id) in hosts
    assert "最早 " in page.words("//aside")  # before anybody tries a day
    assert "提前7个工作日" in page.words("//aside")
    soon = Page(screen.act(task, held_at="2026-01-01T10:00", place="302", host=str(host.user_id)))
    assert soon.status == 422
    assert "第四十八条" in soon.text
    at = clock.now() + timedelta(days=40)
    told = {"held_at": f"{at:%Y-%m-%dT10:00}", "place": "政务服务中心 302", "host": str(host.user_id), "day_off": "yes"}
    assert screen.act(task, **told).status_code == 302
    with frozen_at(at + timedelta(days=1)):
        screen, task = open_as(client, reviewed.id, "hearing", host.login)
        panel = screen.open(f"/tasks/{task}").words("//aside")
        assert "涉及重大公共利益。" in panel
        assert "政务服务中心 302" in panel
        done = screen.act(task, attended="申请人\n相邻住户", record="双方质证，无异议。")
        assert done.status_code == 302
        office.act(reviewed.id, "review", "P6", proposal="grant")
        screen, task = open_as(client, reviewed.id, "decide", office.member_of("sign.decide").login)
        panel = screen.open(f"/tasks/{task}").words("//aside")
        assert "双方质证，无异议。" in panel
        assert "听证笔录" in panel


def test_objections_are_taken_in_and_the_notice_closes_after_its_days(
    reviewed: office.Handle, client: FlaskClient
) -> None:
    screen, task = open_as(client, reviewed.id, "review")
    typed = {"procedure": "public-notice", "expected_days": "5", "reason": "公示五日。"}
    screen.act(task, proposal="procedure", **typed)
    screen, task = open_as(client, reviewed.id, "public-notice")
    assert screen.act(task, do="objection", by_name="程立", content="遮挡采光。").status_code == 302
    early = Page(screen.act(task, do="close", record="已核实。"))
    assert early.status == 409
    assert "公示期至" in early.text
    assert "遮挡采光。" in screen.open(f"/tasks/{task}").words("//aside")
    with frozen_at(clock.now() + timedelta(days=20)):
        screen, task = open_as(client, reviewed.id, "public-notice")
        assert screen.act(task, do="close", record="已核实并答复。").status_code == 302
    assert SpecialProcedure.query.one().outcome == "objected"


def test_a_revocation_is_told_heard_and_decided_on_its_pages(db: object, client: FlaskClient) -> None:
    case = office.received("commitment")
    office.act(case.id, "immediate", "P2")
    office.act(case.id, "verify", "P2", verification_result="rectify")
    office.act(case.id, "recheck", "P2", verification_result="fail")
    screen, task = open_as(client, case.id, "revocation-notice", item="P2")
    missing = Page(screen.act(task))
    assert missing.status == 422
    assert "#f-facts" in missing.errors()
    assert screen.act(task, facts="药品专柜未分开。", reasons="承诺的条件没有达到。").status_code == 302
    screen, task = open_as(client, case.id, "statement", item="P2")
    early = Page(screen.act(task, nothing_said="true"))
    assert early.status == 409
    assert "陈述、申辩" in early.text
    assert screen.act(task, statement="已经订购货架。").status_code == 302
    screen, task = open_as(client, case.id, "revoke", item="P2")
    panel = screen.open(f"/tasks/{task}").words("//aside")
    for said in ("专柜未分开。", "已经订购货架。", "撤销许可", "申请行政复议"):
        assert said in panel
    assert screen.act(task, decision="revoke", grounds="承诺的条件未实际达到。").status_code == 302
    assert "已作出撤销决定" in screen.open("/inbox").words()


def test_an_application_that_came_after_its_limit_is_entered_at_the_review(
    reviewed: office.Handle, client: FlaskClient
) -> None:
    screen, task = open_as(client, reviewed.id, "review")
    assert "补登听证申请" not in screen.open(f"/tasks/{task}").words("//aside")
    typed = {"procedure": "hearing", "on_application": "yes", "expected_days": "15", "reason": "与邻户有重大利益关系。"}
    assert screen.act(task, proposal="procedure", **typed).status_code == 302
    told = clock.now()
    with frozen_at(told + timedelta(days=20)):
        while timers.fire_due():
            office.run_jobs(reviewed.id)
        screen, task = open_as(client, reviewed.id, "review")
        assert "逾期未申请，视为放弃听证" in screen.open(f"/tasks/{task}").words("//aside")
        posted = {"applicant": "邻户程立", "applied_on": f"{moments.local(told):%Y-%m-%d}", "hearing_days": "15"}
        missing = Page(screen.act(task, proposal="missed-hearing", **posted))
        assert missing.status == 422
        assert "#f-evidence" in missing.errors()
        proof = {"evidence": "postmark", "evidence_note": "挂号信 XA125", "late_reason": "信件在途。"}
        assert screen.act(task, proposal="missed-hearing", **posted, **proof).status_code == 302
        screen, task = open_as(client, reviewed.id, "hearing-notice")
        panel = screen.open(f"/tasks/{task}").words("//aside")
        for said in ("信封上的邮戳日期", "挂号信 XA125", "信件在途。"):
            assert said in panel


def test_a_hearing_on_a_day_off_is_set_once_that_is_confirmed(reviewed: office.Handle, client: FlaskClient) -> None:
    with frozen_at(NOW):
        screen, task = open_as(client, reviewed.id, "review")
        typed = {"procedure": "hearing", "on_application": "no", "expected_days": "15", "reason": "涉及公共利益。"}
        assert screen.act(task, proposal="procedure", **typed).status_code == 302
        screen, task = open_as(client, reviewed.id, "hearing-notice")
        assert "确认在非工作日举行听证" not in screen.open(f"/tasks/{task}").words("//aside")
        host = str(office.member_of("sign.decide").user_id)
        saturday = {"held_at": "2026-09-19T10:00", "place": "政务服务中心 302", "host": host}
        asked = Page(screen.act(task, **saturday))
        assert asked.status == 422
        assert "2026-09-19不是工作日" in asked.text
        assert "#f-day_off" in asked.errors()
        assert screen.act(task, **saturday, day_off="yes").status_code == 302


def test_a_refusal_on_words_that_say_nothing_is_refused_in_words(reviewed: office.Handle, client: FlaskClient) -> None:
    screen, task = open_as(client, reviewed.id, "review")
    marks = dict.fromkeys(
        screen.open(f"/tasks/{task}").tree.xpath("//input[starts-with(@name,'check.')]/@name"), "pass"
    )
    nothing = Page(screen.act(task, proposal="refuse", opinion="不行", confirmed="yes", **marks))
    assert nothing.status == 422
    assert "不少于6个字" in nothing.errors()["#f-opinion"]
    no_rule = Page(screen.act(task, proposal="refuse", opinion="招牌设在二层外墙，遮挡登高面。", **marks))
    assert "#f-confirmed" in no_rule.errors()
    no_rule = Page(
        screen.act(task, proposal="refuse", opinion="招牌设在二层外墙，遮挡登高面。", confirmed="yes", **marks)
    )
    assert "所依据的规定" in no_rule.errors()["#f-opinion"]
    named = "招牌设在二层外墙，不符合《江城市户外招牌设置管理规定》。"
    assert screen.act(task, proposal="refuse", opinion=named, confirmed="yes", **marks).status_code == 302
    screen, task = open_as(client, reviewed.id, "decide")
    same = Page(screen.act(task, ruling="refuse", facts=named, reasons=named, confirmed="yes"))
    assert "不能相同" in same.errors()["#f-reasons"]
    short = Page(screen.act(task, ruling="refuse", facts="不行", reasons=named, confirmed="yes"))
    assert "不少于6个字" in short.errors()["#f-facts"]
    facts = "招牌设在二层外墙。"
    assert screen.act(task, ruling="refuse", facts=facts, reasons=named, confirmed="yes").status_code == 302
