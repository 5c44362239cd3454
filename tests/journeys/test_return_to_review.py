"""退回审查: before the ruling the decider sends the item back, and what came to light is examined first."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from lxml import etree

from tests.journeys.test_procedures import clock, day, do, order, under_review
from tests.support import machines, office
from tests.webapp.screen import Screen
from webapp.catalogue import current_releases, release_files
from webapp.clock import frozen_at
from webapp.errors import Incomplete
from webapp.models import Review
from webapp.services import returns, timers
from webapp.services.hearing_applications import Application, take_missed_application
from webapp.services.returns import NoWayBack

FILING = "_shared/item-filing.bpmn"
LICENCE = "_shared/item-licence.bpmn"
LETTER = Application("相邻住户程立", date(2026, 9, 9), "postmark", "挂号信 XA124，存卷", "收发室漏转")


def sent_back(case_id: int, key: str, reason: str) -> None:
    task, by = office.claimed(case_id, "decide", key)
    returns.return_to_review(task.id, by=by, reason=reason, revision=task.revision, key=f"back-{task.id}")
    office.run_jobs(case_id)


def test_an_application_found_before_the_ruling_is_heard_all_the_same(db: SQLAlchemy) -> None:
    """The limit had passed, the review proposed; then the letter comes to light at the decider's."""
    case_id = under_review()
    with frozen_at(day(2)):
        order(case_id, "hearing", on_application=True)
    with frozen_at(day(10)):
        while timers.fire_due():
            office.run_jobs(case_id)
        office.act(case_id, "review", "P6", proposal="refuse")
    due = clock(db, case_id, "promised").due_on
    with frozen_at(day(11)):
        with pytest.raises(Incomplete) as refused:
            sent_back(case_id, "P6", "  ")
        assert refused.value.field == "reasons"
        db.session.expire_all()
        task = office.open_task(case_id, "decide", "P6")
        by = office.member_of("sign.decide")
        assert task.assignee_id == by.user_id
        returns.return_to_review(task.id, by=by, reason="发现按期提出的听证申请。", revision=task.revision, key="back")
        assert clock(db, case_id, "promised").due_on == due  # between the officers: no clock stops
        do(case_id, "review", take_missed_application, application=LETTER, expected_days=10)
    assert office.open_task(case_id, "hearing-notice", "P6").name_zh == "通知听证"
    (back,) = db.session.query(Review).filter_by(step="decide", conclusion="return")
    assert back.opinion == "发现按期提出的听证申请。"


def test_after_a_hand_up_it_goes_back_to_the_review_above(db: SQLAlchemy, client: FlaskClient) -> None:
    began = datetime(2026, 9, 2, 2, 0, tzinfo=UTC)
    with frozen_at(began):
        case_id = office.received("ordinary", ways={}, place="fictional-county").id
        office.act(case_id, "backfill", "P1")
        office.act(case_id, "accept", "P3")
    with frozen_at(began + timedelta(days=1)):
        office.act(case_id, "examine", "P3", visit_needed=False)
        for step in ("review", "hand-up", "upper-review"):
            office.act(case_id, step, "P3")
        task, by = office.claimed(case_id, "decide", "P3")
        office.sign_in(client, by.login)
        screen = Screen(client)
        assert "退回补充审查" in screen.text(f"/tasks/{task.id}")
        posted = {"ruling": "return", "reasons": "请核对追溯情况。", "revision": task.revision, "key": "back"}
        assert screen.post(f"/tasks/{task.id}/act", posted).status_code == 302
        above, reviewer = office.claimed(case_id, "upper-review", "P3")
        assert above.groups == ["device.review"]
        office.sign_in(client, reviewer.login)
        assert "请核对追溯情况。" in Screen(client).text(f"/tasks/{above.id}")
        office.act(case_id, "upper-review", "P3", by=reviewer, conclusion="return")
        below, reviewer = office.claimed(case_id, "review", "P3")
        office.sign_in(client, reviewer.login)
        panel = Screen(client).text(f"/tasks/{below.id}").partition('id="act"')[2]
        assert "计算机系统的追溯情况不明。" in panel  # why the level above sent it back
        assert "请核对追溯情况。" not in panel  # that was said to the level above, which has answered it
        office.act(case_id, "review", "P3")
        office.act(case_id, "hand-up", "P3")
        office.act(case_id, "upper-review", "P3")
        task, by = office.claimed(case_id, "decide", "P3", by=by)
        office.sign_in(client, by.login)
        assert "经初审，符合规定条件。" in Screen(client).text(f"/tasks/{task.id}")  # the signed opinion from below
        office.act(case_id, "decide", "P3", by=by)


def test_a_diagram_from_before_has_no_way_back(db: SQLAlchemy) -> None:
    files = release_files(current_releases()["open-pharmacy"])
    older = {}
    for name in (FILING, LICENCE):
        root = etree.fromstring(files[name])
        for one in list(root.iter("{*}sequenceFlow", "{*}incoming", "{*}outgoing", "{*}BPMNEdge")):
            if "flow-returned-review" in (one.get("id") or one.get("bpmnElement") or one.text or ""):
                one.getparent().remove(one)
        older[name] = etree.tostring(root)
    machines.publish_files(files | older)
    case_id = under_review()
    with frozen_at(day(2)):
        office.act(case_id, "review", "P6")
        with pytest.raises(NoWayBack):
            sent_back(case_id, "P6", "请补充审查。")
