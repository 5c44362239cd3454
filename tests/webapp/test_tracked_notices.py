"""What was ordered of an item is read on the tracking page: the hearing, a longer limit, and their notices."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.journeys import test_extensions as extended
from tests.journeys.test_procedures import ACCEPTED, answered, day, do, order
from tests.support import office
from tests.webapp.screen import Screen
from webapp.clock import frozen_at
from webapp.models import Case, Document
from webapp.services import hearings, tasks
from webapp.services.hearing_applications import Application
from webapp.unit_of_work import sql

NEIGHBOUR = "相邻住户程立"


@pytest.fixture
def client(client: FlaskClient) -> Screen:
    return Screen(client)


def follow(client: Screen, case: office.Handle) -> str:
    client.post("/track", {"number": case.number, "code": case.code})
    return client.text("/track/progress")


def document(case_id: int, kind: str) -> Document:
    return Document.query.filter_by(case_id=case_id, kind=kind).one()


def heard() -> office.Handle:
    """The signboard's hearing is set for 22 September; a neighbour applied for it."""
    with frozen_at(ACCEPTED):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        office.act(case.id, "accept", "P6")
    with frozen_at(day(2)):
        order(case.id, "hearing", on_application=True)
    with frozen_at(day(9)):
        answered(case.id, Application(NEIGHBOUR, date(2026, 9, 9)))
    with frozen_at(day(10)):
        host = office.member_of("sign.decide")
        told = {"held_at": day(22), "place": "政务服务中心 302", "host_id": host.user_id}
        do(case.id, "hearing-notice", hearings.notify_hearing, **told)
    return case


def test_the_applicant_reads_when_and_where_the_hearing_is_and_its_notice(db: SQLAlchemy, client: Screen) -> None:
    case = heard()
    with frozen_at(day(11)):
        html = follow(client, case)
        assert "听证已确定时间、地点" in html
        assert "2026-09-22 10:00" in html or "09-22 10:00" in html
        assert "政务服务中心 302" in html
        assert NEIGHBOUR not in html
        for kind in ("special-procedure-notice", "hearing-right-notice", "hearing-notice"):
            assert f"/track/notices/{document(case.id, kind).id}" in html
        paper = client.text(f"/track/notices/{document(case.id, 'hearing-notice').id}")
        assert "政务服务中心 302" in paper
        assert "听证主持人" in paper
        assert db.session.get_one(Case, case.id).applicant_name not in paper
        client.client.set_cookie("language", "en")
        assert "A hearing on your application" in client.text(
            f"/track/notices/{document(case.id, 'hearing-notice').id}"
        )


def test_a_notice_is_read_when_it_bears_its_seal(db: SQLAlchemy, client: Screen) -> None:
    sql().execute("update unit_seal set way = 'hand'")
    case = heard()
    notice = document(case.id, "hearing-notice")
    assert notice.seal_way == "hand"
    with frozen_at(day(11)):
        html = follow(client, case)
        assert "政务服务中心 302" in html  # the fact itself waits for no seal
        assert f"/track/notices/{notice.id}" not in html
        assert client.get(f"/track/notices/{notice.id}").status_code == 404


def test_only_the_own_notices_are_read(db: SQLAlchemy, client: Screen) -> None:
    case, other = heard(), office.received("ordinary", ways={})
    notice, third = document(case.id, "hearing-notice").id, document(case.id, "hearing-notice-applied").id
    with frozen_at(day(11)):
        assert client.get(f"/track/notices/{notice}").status_code == 302  # without number and code
        assert f"/track/notices/{third}" not in follow(client, case)
        assert client.get(f"/track/notices/{third}").status_code == 404
        follow(client, other)
        assert client.get(f"/track/notices/{notice}").status_code == 404


def test_an_extension_is_read_with_its_reason_and_notice(db: SQLAlchemy, client: Screen) -> None:
    with frozen_at(ACCEPTED):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        office.act(case.id, "accept", "P2")
        tasks.claim(office.open_task(case.id, "examine", "P2").id, by=office.person(extended.REVIEWER))
    with frozen_at(day(3)):
        extended.ask(case.id)
        assert "办理期限已延长" not in follow(client, case)
        extended.decide(case.id)
        html = follow(client, case)
    assert "办理期限已延长" in html
    assert "10个工作日" in html
    assert "需要调取外省档案" in html
    assert f"/track/notices/{document(case.id, 'extension-notice').id}" in html
