"""延期: asked for by who handles the item, granted by the level that the law names, told in writing, once."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from lxml import html

from tests.journeys.test_pauses import clocks, item_case, ledger, notice, pause, resume
from tests.journeys.test_withdrawal import at_window
from tests.support import office
from webapp.catalogue import rules_in_force
from webapp.clock import frozen_at
from webapp.errors import Incomplete
from webapp.models import CaseEvent, ClockExtension, Document, LegalClock, UserTask
from webapp.queries.audit import verify_all
from webapp.services import extensions, tasks, timers

ACCEPTED = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
HEAD, DECIDER, REVIEWER = "gaozhiyuan", "wujianhua", "zhaolin"


def day(number: int, month: int = 9) -> datetime:
    return datetime(2026, month, number, 2, 0, tzinfo=UTC)


def accepted() -> int:
    with frozen_at(ACCEPTED):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        office.act(case.id, "accept", "P2")
        tasks.claim(office.open_task(case.id, "examine", "P2").id, by=office.person(REVIEWER))
    return case.id


def ask(case_id: int, reason: str = "需要调取外省档案", key: str = "k1") -> None:
    task = office.open_task(case_id, "examine", "P2")
    extensions.request_extension(task.id, by=office.person(REVIEWER), reason=reason, key=f"{case_id}-{key}")


def decide(case_id: int, *, by: str = HEAD, grant: bool = True, opinion: str = "") -> None:
    task = office.open_task(case_id, "extend", "P2")
    person = office.person(by)
    if by == HEAD and task.assignee_id is None:
        tasks.claim(task.id, by=person)
    extensions.decide_extension(
        task.id,
        by=person,
        grant=grant,
        opinion=opinion,
        revision=office.open_task(case_id, "extend", "P2").revision,
        key=f"decide-{grant}-{opinion}",
    )


def kinds(db: SQLAlchemy, case_id: int) -> list[str]:
    return [line.kind for line in db.session.query(CaseEvent).filter_by(case_id=case_id).order_by(CaseEvent.seq)]


def test_the_head_extends_and_every_due_day_moves_with_a_notice(db: SQLAlchemy) -> None:
    case_id = accepted()
    with frozen_at(day(3)):
        ask(case_id)
        assert clocks(db, case_id)["promised"].due_on == date(2026, 9, 17)  # asking moves nothing
    with frozen_at(day(4)):
        decide(case_id)
    after = clocks(db, case_id)
    # Ten working days more: 18, 20 (Sunday, worked), 21-24, 28-30 September, 8 October.
    assert after["promised"].due_on == date(2026, 10, 8)
    assert after["promised"].extended_by == after["statutory"].extended_by == 10
    assert office.open_task(case_id, "examine", "P2").due_on == date(2026, 10, 8)
    row = db.session.query(ClockExtension).one()
    told = db.session.get(Document, row.document_id)
    assert told is not None
    assert told.kind == "extension-notice"
    assert "需要调取外省档案" in told.content_zh
    assert "本行政机关负责人" in told.content_zh
    assert "extension-requested" in kinds(db, case_id)
    assert "extension-decided" in kinds(db, case_id)


def test_another_level_is_refused_in_words_and_the_try_is_kept(db: SQLAlchemy) -> None:
    case_id = accepted()
    with frozen_at(day(3)):
        ask(case_id)
        for login in (DECIDER, REVIEWER):
            with pytest.raises(extensions.WrongLevel) as refused:
                decide(case_id, by=login)
            assert "本行政机关负责人" in refused.value.words.zh
            assert "第四十二条" in refused.value.words.zh
    assert kinds(db, case_id)[-2:] == ["refused-act", "refused-act"]
    assert clocks(db, case_id)["promised"].extended_by == 0


def test_a_refused_extension_leaves_the_limit_and_says_why(db: SQLAlchemy) -> None:
    case_id = accepted()
    with frozen_at(day(3)):
        ask(case_id)
        with pytest.raises(Incomplete):
            decide(case_id, grant=False)
        decide(case_id, grant=False, opinion="材料齐全，不需要延期")
        assert clocks(db, case_id)["promised"].due_on == date(2026, 9, 17)
        assert db.session.query(Document).filter_by(kind="extension-notice").count() == 0
        ask(case_id, "另有新的理由", "k2")  # what was refused may be asked for again


def test_once_in_time_with_reasons_and_only_where_the_item_has_it(db: SQLAlchemy) -> None:
    case_id = accepted()
    with frozen_at(day(3)):
        with pytest.raises(Incomplete):
            ask(case_id, " ")
        ask(case_id)
        with pytest.raises(extensions.ExtendedOnce):
            ask(case_id, key="k2")
        decide(case_id)
        with pytest.raises(extensions.ExtendedOnce):
            ask(case_id, key="k3")
    other = accepted()
    with frozen_at(day(9, month=10)), pytest.raises(extensions.ExtensionTooLate):
        ask(other)


def test_too_late_to_grant_what_was_asked_in_time(db: SQLAlchemy) -> None:
    case_id = accepted()
    with frozen_at(day(17)):
        ask(case_id)
    with frozen_at(day(18)), pytest.raises(extensions.ExtensionTooLate):
        decide(case_id)
    assert item_case(db, case_id).ruled_at is None


def test_a_limit_that_stands_still_is_not_over_and_can_be_extended(db: SQLAlchemy) -> None:
    case_id = accepted()
    with frozen_at(day(7)):
        pause(db, case_id, document=notice(db, case_id))
    with frozen_at(day(18)):  # past the 17th, on which the limit would have ended without the pause
        ask(case_id)
    with frozen_at(day(21)):
        decide(case_id)
        resume(db, case_id)
    # Paused 8 to 21 September: eleven working days (Sunday 20 is worked). Eight were left, and ten more come.
    after = clocks(db, case_id)["promised"]
    assert after.extended_by == 10
    rules = rules_in_force()
    assert rules.calendar.working_days_between(date(2026, 9, 17), after.due_on) == 11 + 10


def test_a_pause_after_the_end_does_not_open_the_extension_again(db: SQLAlchemy) -> None:
    case_id = accepted()
    with frozen_at(day(18)):
        pause(db, case_id, document=notice(db, case_id))
        with pytest.raises(extensions.ExtensionTooLate):
            ask(case_id)


def test_what_was_asked_for_ends_with_the_ruling(db: SQLAlchemy) -> None:
    case_id = accepted()
    with frozen_at(day(3)):
        ask(case_id)
        office.act(case_id, "accept", "P3")
        for key in ("P2", "P3"):
            office.act(case_id, "examine", key)
        office.act(case_id, "visit")
        office.act(case_id, "review", "P2")
        asked = office.open_task(case_id, "extend", "P2").id
        office.act(case_id, "decide", "P2")
    db.session.expire_all()
    task = db.session.get(UserTask, asked)
    assert task is not None
    assert task.state == "cancelled"  # nobody is left with a limit to lengthen that has stopped
    row = db.session.query(ClockExtension).one()
    assert (row.granted, row.decided_by, row.document_id) == (False, None, None)
    assert "extension-decided" in kinds(db, case_id)


def test_over_the_pages_from_asking_to_the_explanation(client: FlaskClient, db: SQLAlchemy) -> None:
    case_id = accepted()
    with frozen_at(day(3)):
        office.sign_in(client, REVIEWER)
        task = office.open_task(case_id, "examine", "P2").id
        assert "可以申请延长一次" in client.get(f"/tasks/{task}").get_data(as_text=True)
        token = office.csrf_token(client)
        values = {"csrf_token": token, "key": "page-1", "extension_reason": ""}
        assert client.post(f"/tasks/{task}/extension", data=values).status_code == 422
        values |= {"key": "page-2", "extension_reason": "需要专家论证"}
        assert client.post(f"/tasks/{task}/extension", data=values).status_code == 302
        assert "待批准" in client.get(f"/tasks/{task}").get_data(as_text=True)
        client.post("/sign-out", data={"csrf_token": token})
        office.sign_in(client, HEAD)
        deciding = office.open_task(case_id, "extend", "P2").id
        assert f"/tasks/{deciding}" in client.get("/inbox").get_data(as_text=True)
        token = office.csrf_token(client)
        client.post(f"/tasks/{deciding}/claim", data={"csrf_token": token})
        page = html.fromstring(client.get(f"/tasks/{deciding}").get_data(as_text=True))
        assert "需要专家论证" in page.text_content()
        assert "2026-09-17 → 2026-10-08" in page.text_content()  # what granting brings, before it is granted
        values = {"csrf_token": token, "key": "page-3", "granted": "yes"}
        values["revision"] = page.xpath("//input[@name='revision']/@value")[0]
        assert client.post(f"/tasks/{deciding}/act", data=values).status_code == 302
        told = " ".join(client.get(f"/cases/{case_id}/clocks").get_data(as_text=True).split())
    assert "延长：10个工作日，2026年9月3日经本行政机关负责人批准" in told


def joint_of(db: SQLAlchemy, case_id: int) -> LegalClock:
    db.session.expire_all()
    return db.session.query(LegalClock).filter_by(case_id=case_id, name="joint").one()


def test_the_joint_limit_is_extended_by_the_government_alone(db: SQLAlchemy) -> None:
    case_id = accepted()
    before = joint_of(db, case_id).due_on
    with frozen_at(day(3)):
        task = office.open_task(case_id, "examine", "P2")
        reviewer = office.person(REVIEWER)
        extensions.request_extension(task.id, by=reviewer, reason="多部门需会商", key=f"joint-{case_id}", joint=True)
        asked = office.open_task(case_id, "extend", "P2")
        with pytest.raises(extensions.WrongLevel) as refused:  # the head may extend an item, not the whole
            extensions.decide_extension(
                asked.id, by=office.person(HEAD), grant=True, opinion="", revision=asked.revision, key="head"
            )
        assert "本级人民政府负责人" in refused.value.words.zh
        governor = office.person("chengyuanhang")
        tasks.claim(asked.id, by=governor)
        revision = office.open_task(case_id, "extend", "P2").revision
        extensions.decide_extension(asked.id, by=governor, grant=True, opinion="", revision=revision, key="governor")
    joint = joint_of(db, case_id)
    assert joint.extended_by == 15
    assert rules_in_force().calendar.working_days_between(before, joint.due_on) == 15
    assert clocks(db, case_id)["promised"].due_on == date(2026, 9, 17)  # the item's own limits stand
    with frozen_at(day(4)):
        with pytest.raises(extensions.ExtendedOnce):
            extensions.request_extension(task.id, by=reviewer, reason="再延", key=f"again-{case_id}", joint=True)
        ask(case_id)  # the item's own extension is still open


def test_only_the_lead_department_asks_for_the_joint_limit(db: SQLAlchemy) -> None:
    case_id = accepted()
    with frozen_at(day(3)):
        by = office.act(case_id, "accept", "P6")
        task = office.open_task(case_id, "review", "P6")
        tasks.claim(task.id, by=by)
        with pytest.raises(extensions.NotTheLead):
            extensions.request_extension(task.id, by=by, reason="会商", key=f"sign-{case_id}", joint=True)


def ask_for_the_whole(case_id: int) -> int:
    """The lead asks for more of the joint limit; the task that waits for the government's word."""
    task = office.open_task(case_id, "examine", "P2")
    extensions.request_extension(
        task.id, by=office.person(REVIEWER), reason="多部门需会商", key=f"whole-{case_id}", joint=True
    )
    return office.open_task(case_id, "extend", "P2").id


def moot(db: SQLAlchemy, case_id: int, task_id: int) -> list[str]:
    """What the ledger says of requests that nobody needs to answer any more; their task is gone then."""
    db.session.expire_all()
    lines = [facts for kind, facts in ledger(db, case_id) if kind == "extension-decided" and facts.get("moot")]
    task, asked = db.session.get(UserTask, task_id), db.session.query(ClockExtension).one()
    assert task is not None
    assert (task.state == "cancelled", asked.granted is False) == ((True, True) if lines else (False, False))
    return [str(facts["clock"]) for facts in lines]


@pytest.mark.parametrize("outcome", ["wrong-authority", "correction"])
def test_more_time_for_the_whole_ends_with_the_last_item_also_when_nobody_accepts_it(
    db: SQLAlchemy, outcome: str
) -> None:
    case_id = accepted()
    with frozen_at(day(3)):
        task = ask_for_the_whole(case_id)
        office.act(case_id, "accept", "P3")
        for key in ("P2", "P3"):
            office.act(case_id, "examine", key)
        office.act(case_id, "visit")
        for key in ("P2", "P3"):
            office.act(case_id, "review", key)
            office.act(case_id, "decide", key)
        office.act(case_id, "immediate", "P5")
        assert moot(db, case_id, task) == []  # the signboard is still to be accepted
        office.act(case_id, "accept", "P6", intake_outcome=outcome)
    if outcome == "correction":  # and the correction never comes
        assert moot(db, case_id, task) == []
        with frozen_at(day(28, month=10)):
            while timers.fire_due():
                office.run_jobs(case_id)
    assert moot(db, case_id, task) == ["joint"]
    assert item_case(db, case_id, "P6").outcome == "not-accepted"
    assert joint_of(db, case_id).stopped_on is not None
    assert list(verify_all()) == []


def test_more_time_for_the_whole_ends_where_the_applicant_takes_back_what_asked_for_it(db: SQLAlchemy) -> None:
    case_id = accepted()
    with frozen_at(day(3)):
        task = ask_for_the_whole(case_id)
        at_window(case_id, "P3", "P5", "P6", key="others")
        assert moot(db, case_id, task) == []
        at_window(case_id, "P2", key="own")
        assert moot(db, case_id, task) == ["joint"]
    assert list(verify_all()) == []
