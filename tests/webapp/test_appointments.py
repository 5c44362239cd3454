"""One appointment for all items that a joint visit is for; the applicant reads it, and it may be moved."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.support import office, visiting
from tests.webapp.screen import Screen
from webapp.clock import frozen_at
from webapp.models import CaseEvent, Participant, VisitAppointment
from webapp.queries.case_view import release_of
from webapp.services import appointments
from webapp.services.appointments import Told, VisitRecorded

TUESDAY = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
SAID = {
    "visit_at": "2026-09-03T09:30",
    "visit_place": "江城市东城区和顺路88号一层",
    "visit_contact": "0000-8611",
    "visit_note": "请备好设施设备清单。",
}


@pytest.fixture
def client(client: FlaskClient) -> Screen:
    return Screen(client)


def visited() -> office.Handle:
    """Drug and device side both need a visit: one task is open for the two."""
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    for item in ("P2", "P3"):
        office.act(case.id, "accept", item)
        office.act(case.id, "examine", item, visit_needed=True)
    return case


def test_the_officers_appoint_one_visit_and_the_applicant_reads_it(db: SQLAlchemy, client: Screen) -> None:
    with frozen_at(TUESDAY):
        case = visited()
        task = office.open_task(case.id, "visit")
        office.sign_in(client, office.member_of(task.groups[0]).login)
        page = f"/tasks/{task.id}"
        html = client.text(page)
        assert "药品经营许可（零售）" in html
        assert "第三类医疗器械经营许可" in html
        assert "约定时间、地点" in html
        for name, words in (
            ("visit_at", "请填写核查的日期和时间"),
            ("visit_place", "请填写核查地点"),
            ("visit_contact", "请填写联系电话"),
        ):
            answer = client.post(f"{page}/appointment", {**SAID, name: "", "key": f"appoint-{name}"})
            assert answer.status_code == 422
            assert words in answer.get_data(as_text=True)
        past = client.post(f"{page}/appointment", {**SAID, "visit_at": "2026-08-31T09:30", "key": "past"})
        assert "核查时间应当晚于现在" in past.get_data(as_text=True)
        assert db.session.query(VisitAppointment).count() == 0
        assert client.post(f"{page}/appointment", {**SAID, "key": "appoint"}).status_code == 302
        moved = {**SAID, "visit_at": "2026-09-04T14:00", "key": "move"}
        assert client.post(f"{page}/appointment", moved).status_code == 302
        assert "09-04 14:00" in client.text(page)
        client.post("/track", {"number": case.number, "code": case.code})
        html = client.text("/track/progress")
    assert "联合现场核查：已约定" in html
    assert "09-04 14:00" in html
    assert "请备好设施设备清单" in html
    assert "时间或者地点改过" in html
    assert db.session.query(VisitAppointment).count() == 2  # what the applicant read before stays
    assert db.session.query(CaseEvent).filter_by(case_id=case.id, kind="visit-appointed").count() == 2


def test_a_visit_that_is_recorded_is_not_appointed_any_more(db: SQLAlchemy) -> None:
    case = visited()
    task = office.open_task(case.id, "visit")
    by = office.member_of(task.groups[0])
    visiting.sign(case.id, by, "pass")
    later = datetime(2030, 1, 1, tzinfo=UTC)
    with pytest.raises(VisitRecorded):
        appointments.appoint_visit(task.id, by=by, at=later, told=Told("店内", "0000-8611"), key="late")


def test_an_appointed_visit_is_not_recorded_before_its_time(db: SQLAlchemy, client: Screen) -> None:
    """The refusal names the rule and the way out, and what was written stays; at its time it is signed."""
    with frozen_at(TUESDAY):
        case = visited()
        task = office.open_task(case.id, "visit")
        office.sign_in(client, office.member_of(task.groups[0]).login)
        page = f"/tasks/{task.id}"
        client.text(page)
        client.post(f"{page}/appointment", {**SAID, "key": "appoint"})
        points = {
            f"check.{key}.{point.key}": "pass"
            for key in ("P2", "P3")
            for point in release_of(case.id).bundle.item(key).visit_checklist
        }
        found = {
            "conclusion": "pass",
            "record": "现场与图纸一致，陈列分区清楚。",
            "revision": "0",
            "person_unsigned": "无人在场。",
            **points,
        }
        early = client.post(f"{page}/act", {**found, "key": "early"})
        html = early.get_data(as_text=True)
        assert early.status_code == 409
        assert "联合核查约定于2026-09-03 09:30进行，尚未开始" in html
        assert "行政许可法》第三十四条" in html
        assert "现场与图纸一致，陈列分区清楚。" in html
        assert db.session.query(Participant).filter_by(task_id=task.id).count() == 0
    with frozen_at(datetime(2026, 9, 3, 1, 30, tzinfo=UTC)):
        office.sign_in(client, office.member_of(task.groups[0]).login)
        client.text(page)
        assert client.post(f"{page}/act", {**found, "key": "then"}).status_code == 302
    db.session.expire_all()
    assert db.session.query(Participant).filter_by(task_id=task.id).count() == 1
