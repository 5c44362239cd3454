"""After a hand-up the upper authority orders hearing, testing and experts itself, by its posts and on its papers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from lxml import etree

from tests.support import machines, office
from tests.webapp.screen import Screen
from webapp.catalogue import current_releases, release_files
from webapp.clock import frozen_at
from webapp.errors import Incomplete
from webapp.identity import Identity
from webapp.models import ClockPause, Document, ItemCase, LegalClock, Ruling
from webapp.queries.procedures import hosts_for
from webapp.services import hearings, procedures, timers
from webapp.services.hearing_applications import Application, take_missed_application
from webapp.services.procedures import NotOrderedAbove
from webapp.services.separation import HostReviewed

COUNTY = "fictional-county"
DAY = datetime(2026, 9, 2, 2, 0, tzinfo=UTC)
BELOW, ABOVE = "county-market", "approval-bureau"
REASON = "与相邻医院有重大利益关系。"


def day(number: int, hour: int = 2) -> datetime:
    return DAY + timedelta(days=number, hours=hour - 2)


def handed_up() -> int:
    """The class III licence of a shop in the county, handed up to the city."""
    with frozen_at(DAY):
        case = office.received("ordinary", ways={}, place=COUNTY)
        office.act(case.id, "backfill", "P1")
        office.act(case.id, "accept", "P3")
    with frozen_at(day(1)):
        office.act(case.id, "examine", "P3", visit_needed=False)
        office.act(case.id, "review", "P3")
        office.act(case.id, "hand-up", "P3")
    return case.id


@pytest.fixture
def case_id(db: SQLAlchemy) -> int:
    return handed_up()


def item(db: SQLAlchemy, case_id: int) -> ItemCase:
    db.session.expire_all()
    return db.session.query(ItemCase).filter_by(case_id=case_id, item_key="P3").one()


def papers(db: SQLAlchemy, case_id: int, *kinds: str) -> dict[str, Document]:
    rows = db.session.query(Document).filter_by(item_case_id=item(db, case_id).id).order_by(Document.id)
    return {one.kind: one for one in rows if one.kind in kinds}


def paused(db: SQLAlchemy, case_id: int) -> dict[str, date | None]:
    """Clock of the item that stood still -> the last day on which it did."""
    rows = db.session.query(ClockPause, LegalClock.name).join(LegalClock, LegalClock.id == ClockPause.clock_id)
    return {name: one.ended_on for one, name in rows.filter(ClockPause.item_case_id == item(db, case_id).id)}


def order(case_id: int, kind: str, *, on_application: bool = False) -> Identity:
    task, who = office.claimed(case_id, "upper-review", "P3")
    procedures.order_procedure(
        task.id,
        by=who,
        kind=kind,
        reason=REASON,
        expected_days=10,
        on_application=on_application,
        revision=task.revision,
        key=f"order-{task.id}",
    )
    office.run_jobs(case_id)
    return who


def do(case_id: int, step: str, act: object, *, by: Identity | None = None, **facts: object) -> Identity:
    task = office.open_task(case_id, step, "P3")
    if task.assignee_id is None:
        office.tasks.claim(task.id, by=by or office.member_of(task.groups[0]))
        task = office.open_task(case_id, step, "P3")
    who = by or next(one for one in (office.member_of(group) for group in task.groups))
    act(task.id, by=who, revision=task.revision, key=f"{step}-{task.id}-{task.revision}", **facts)  # type: ignore[operator]
    office.run_jobs(case_id)
    return who


def test_a_hearing_above_from_the_right_to_the_ruling(db: SQLAlchemy, case_id: int) -> None:
    below = office.member_of("county-market.decide")
    with frozen_at(day(2)):
        order(case_id, "hearing", on_application=True)
    told = papers(db, case_id, "special-procedure-notice", "hearing-right-notice")
    assert {one.unit_key for one in told.values()} == {ABOVE}
    assert told["special-procedure-notice"].number.startswith("江")  # the city's own series
    assert all("澜溪" not in one.seal_zh for one in told.values())
    assert set(paused(db, case_id)) == {"statutory", "promised", "joint"}  # the review below had ended with the hand-up
    applying = office.open_task(case_id, "hearing-application", "P3")
    assert applying.groups == ["device.review"]
    with frozen_at(day(5)):
        application = Application("相邻医院", date(2026, 9, 7))
        do(case_id, "hearing-application", hearings.answer_hearing_right, applied=True, application=application)
        setting = {"held_at": day(20), "place": "市政务服务中心 302"}
        with pytest.raises(Incomplete):  # the host is the upper unit's own
            do(case_id, "hearing-notice", hearings.notify_hearing, host_id=below.user_id, **setting)
        task = office.open_task(case_id, "hearing-notice", "P3")
        ordering = office.member_of("device.review")
        with pytest.raises(HostReviewed):  # and not who ordered it
            do(case_id, "hearing-notice", hearings.notify_hearing, host_id=ordering.user_id, **setting)
        assert task.groups == ["device.review"]
        host = office.member_of("device.decide")
        assert host.user_id in dict(hosts_for(item(db, case_id).id, ABOVE, ["device.review", "device.decide"]))
        do(case_id, "hearing-notice", hearings.notify_hearing, host_id=host.user_id, **setting)
    with frozen_at(day(20, hour=6)):
        do(case_id, "hearing", hearings.record_hearing, by=host, attended="申请人\n相邻医院", record="如录。")
        written = papers(db, case_id, "hearing-notice", "hearing-record")
        assert {one.unit_key for one in written.values()} == {ABOVE}
        assert set(paused(db, case_id).values()) == {date(2026, 9, 22)}
        office.act(case_id, "upper-review", "P3", conclusion="refuse")
        other = office.member_of("device.decide")
        office.act(case_id, "decide", "P3", ruling="refuse", by=other)
    assert item(db, case_id).outcome == "refused"
    assert papers(db, case_id, "refusal")["refusal"].unit_key == ABOVE
    ruling = db.session.query(Ruling).filter_by(item_case_id=item(db, case_id).id).one()
    assert written["hearing-record"].number in ruling.basis_zh  # art. 48


def test_an_application_that_comes_to_light_above_is_heard_above(db: SQLAlchemy, case_id: int) -> None:
    with frozen_at(day(2)):
        order(case_id, "hearing", on_application=True)
    with frozen_at(day(9)):
        while timers.fire_due():
            office.run_jobs(case_id)
    with frozen_at(day(10)):
        task, who = office.claimed(case_id, "upper-review", "P3")
        take_missed_application(
            task.id,
            by=who,
            application=Application("相邻医院", date(2026, 9, 8), "postmark", "信封存卷", "收发室漏转"),
            expected_days=10,
            revision=task.revision,
            key="missed",
        )
    assert office.open_task(case_id, "hearing-notice", "P3").groups == ["device.review"]


def test_the_page_above_orders_experts_and_the_review_above_goes_on(
    db: SQLAlchemy, client: FlaskClient, case_id: int
) -> None:
    with frozen_at(day(2)):
        task, who = office.claimed(case_id, "upper-review", "P3")
        office.sign_in(client, who.login)
        screen = Screen(client)
        page = screen.text(f"/tasks/{task.id}")
        assert "先进行特别程序" in page
        assert "退回下级机关补充审查" in page
        posted = {"conclusion": "procedure", "procedure": "expert-review", "revision": task.revision, "key": "experts"}
        lacking = screen.post(f"/tasks/{task.id}/act", posted)
        assert lacking.status_code == 422
        assert "请写明需要该程序的理由" in lacking.get_data(as_text=True)
        posted |= {"reason": REASON, "expected_days": "12"}
        assert screen.post(f"/tasks/{task.id}/act", posted).status_code == 302
        office.run_jobs(case_id)
    assert papers(db, case_id, "special-procedure-notice")["special-procedure-notice"].unit_key == ABOVE
    with frozen_at(day(14)):
        conducted = {"conducted_by": "评审专家组", "record": "布局符合规范。"}
        do(case_id, "expert-review", procedures.record_result, outcome="supported", **conducted)
        task = office.open_task(case_id, "upper-review", "P3")
        office.sign_in(client, who.login)
        assert "布局符合规范。" in Screen(client).text(f"/tasks/{task.id}")
        office.act(case_id, "upper-review", "P3")
        office.act(case_id, "decide", "P3")
    assert item(db, case_id).outcome == "granted"


LICENCE = "_shared/item-licence.bpmn"


def from_before(files: dict[str, bytes]) -> dict[str, bytes]:
    """The release with the licence's diagram as it was before the upper unit had procedures of its own."""
    root = etree.fromstring(files[LICENCE])
    for one in list(
        root.iter("{*}callActivity", "{*}sequenceFlow", "{*}incoming", "{*}outgoing", "{*}BPMNShape", "{*}BPMNEdge")
    ):
        if "special-procedure-above" in (one.get("id") or one.text or ""):
            one.getparent().remove(one)
    return files | {LICENCE: etree.tostring(root)}


def test_a_diagram_from_before_has_no_procedure_above(db: SQLAlchemy, client: FlaskClient) -> None:
    """Refused in words and not passed on to the decider; the page does not offer it."""
    files = release_files(current_releases()["open-pharmacy"])
    machines.publish_files(from_before(files))
    before = handed_up()
    with frozen_at(day(2)):
        with pytest.raises(NotOrderedAbove):
            order(before, "testing")
        db.session.expire_all()
        task = office.open_task(before, "upper-review", "P3")
        office.sign_in(client, office.member_of("device.review").login)
        assert "先进行特别程序" not in Screen(client).text(f"/tasks/{task.id}")
        office.act(before, "upper-review", "P3", by=office.member_of("device.review"))
