"""What the public and the applicant may read: notices to everybody while they run, decisions, what was undone."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from engine import Words
from tests.journeys import test_revocation as revoked
from tests.journeys.test_procedures import ACCEPTED, day, do, order, under_review
from tests.support import office
from tests.webapp.screen import Screen
from webapp.clock import frozen_at
from webapp.models import Document
from webapp.services import procedures, revocations, timers
from webapp.services.seals import set_seal


@pytest.fixture
def client(client: FlaskClient) -> Screen:
    return Screen(client)


def paper(case_id: int, kind: str) -> int:
    return int(Document.query.filter_by(case_id=case_id, kind=kind).one().id)


def follow(client: Screen, case: office.Handle) -> str:
    client.post("/track", {"number": case.number, "code": case.code})
    return client.text("/track/progress")


def test_everybody_reads_a_notice_to_the_public_while_it_runs(db: SQLAlchemy, client: Screen) -> None:
    case_id = under_review()
    with frozen_at(day(2)):
        order(case_id, "public-notice", days=5)
    notice = paper(case_id, "public-notice")
    with frozen_at(day(3)):
        assert "公示和公告" in client.text("/")
        listed = client.text("/announcements")
        assert f"/announcements/{notice}" in listed
        assert "户外招牌设置许可" in listed
        assert "2026-09-09" in listed  # five working days after the 2nd
        assert "2026-09-02T" not in listed
        shown = client.text(f"/announcements/{notice}")
        assert "对公示内容有异议的" in shown
        assert "江城安济堂药店有限公司" in shown  # it is addressed to everybody, who must know whose it is
        told = paper(case_id, "special-procedure-notice")
        assert client.get(f"/announcements/{told}").status_code == 404  # that one is the applicant's
    with frozen_at(day(10)):
        do(case_id, "public-notice", procedures.close_notice, record="公示期内没有异议。")
        assert f"/announcements/{notice}" not in client.text("/announcements")
        assert client.get(f"/announcements/{notice}").status_code == 404


def test_an_unsealed_notice_is_not_public(db: SQLAlchemy, client: Screen) -> None:
    set_seal("urban-management", "licence", Words("印章", "Seal"), way="hand")
    case_id = under_review()
    with frozen_at(day(2)):
        order(case_id, "public-notice", days=5)
        notice = paper(case_id, "public-notice")
        assert f"/announcements/{notice}" not in client.text("/announcements")
        assert client.get(f"/announcements/{notice}").status_code == 404


def test_the_applicant_reads_the_decision_itself(db: SQLAlchemy, client: Screen) -> None:
    with frozen_at(ACCEPTED):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        office.act(case.id, "accept", "P6")
        office.act(case.id, "review", "P6", proposal="refuse")
        decider = office.act(case.id, "decide", "P6", ruling="refuse")
        refusal = paper(case.id, "refusal")
        html = follow(client, case)
        assert "事实和理由" in html
        assert f"/track/notices/{refusal}" in html
        assert "行政复议" in client.text(f"/track/notices/{refusal}")
        office.sign_in(client.client, "hanlei")
        assert decider.name in client.text(f"/cases/{case.id}/told")  # who ruled, not the program that wrote it


def test_the_applicant_sees_that_it_is_to_be_undone_and_that_it_was(db: SQLAlchemy, client: Screen) -> None:
    with frozen_at(revoked.GRANTED):
        case = office.received("commitment")
        office.act(case.id, "immediate", "P2")
    with frozen_at(revoked.day(2)):
        office.act(case.id, "verify", "P2", verification_result="rectify")
        office.act(case.id, "recheck", "P2", verification_result="fail")
    revoked.told(case.id)
    with frozen_at(revoked.day(4)):
        html = follow(client, case)
        assert "部门拟撤销已作出的许可" in html
        assert f"/track/notices/{paper(case.id, 'revocation-notice')}" in html
        revoked.do(case.id, "statement", revocations.hear_holder, statement="货架已经订购。", nothing_said=False)
    with frozen_at(revoked.day(7)):
        decision = {"decision": "revoke", "grounds": "订购不等于整改完成。"}
        revoked.do(case.id, "revoke", revocations.decide_revocation, **decision)
        html = follow(client, case)
        assert "已撤销许可" in html
        assert "订购不等于整改完成" in html
        assert f"/track/notices/{paper(case.id, 'revocation')}" in html
        assert "准予许可 · 待出件" not in html.split("第二类医疗器械经营备案")[0].split("药品经营许可（零售）", 1)[1]


def test_the_applicant_reads_that_silence_has_accepted(db: SQLAlchemy, client: Screen) -> None:
    with frozen_at(ACCEPTED):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        assert "视为受理" not in follow(client, case)
    with frozen_at(day(14)):
        timers.fire_due()
        office.run_jobs(case.id)
        assert "自2026年9月1日收到申请材料之日起依法视为受理" in follow(client, case)
