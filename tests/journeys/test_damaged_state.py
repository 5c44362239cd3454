"""A state that cannot be read: refused in words that name it, the case marked, everyone else unharmed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from engine import StateFromNewerVersion
from tests.engine.runtime.diagrams import ext, job
from tests.support import machines, office
from tests.support.pages import Browser
from webapp import clock
from webapp.jobs.handlers import HANDLERS
from webapp.queries.audit import verify_all
from webapp.services import engine_jobs, incidents, rulings, timers
from webapp.services.failures import RepairFailed, StateDamaged
from webapp.unit_of_work import sql, unit_of_work

DRAWN = (
    "start s\nuser wait\ntimer late on wait PT1H\nservice ask\nuser after\nand x\ns -> x\nx -> wait -> after\nx -> ask"
)
WORK = {"ask": ext(job("ask-register"))}


def state_of(instance: int) -> bytes:
    row = sql().execute("select state from process_instance where id = %s", (instance,)).fetchone()
    assert row is not None
    return bytes(row[0])


def write_state(instance: int, state: bytes) -> None:
    with unit_of_work():
        sql().execute("update process_instance set state = %s where id = %s", (state, instance))


def flipped(state: bytes) -> bytes:
    """One bit of the body is another."""
    place = len(state) * 3 // 4
    return state[:place] + bytes([state[place] ^ 1]) + state[place + 1 :]


def newer(state: bytes) -> bytes:
    """The state as a release of the future would have written it."""
    return re.sub(rb'"v":\d+', b'"v":99', state, count=1)


@pytest.mark.parametrize(("damage", "code"), [(flipped, "state-invalid"), (newer, "state-newer")])
def test_an_act_on_it_is_refused_by_name_and_the_case_is_marked(db: SQLAlchemy, damage, code: str) -> None:
    case, other = office.received("commitment"), office.received("commitment")
    task, decider = office.claimed(case.id, "immediate", "P2")
    row = sql().execute("select instance_id from user_task where id = %s", (task.id,)).fetchone()
    assert row is not None
    whole, key = state_of(row[0]), iter("abcdef")
    write_state(row[0], damage(whole))
    act = {"by": decider, "ruling": "grant", "reasons": "", "revision": task.revision}
    for _ in range(2):
        with pytest.raises(StateDamaged) as refused:
            rulings.rule(task.id, key=next(key), **act)
    assert ("更新的系统版本" if code == "state-newer" else "已损坏") in refused.value.words.zh
    assert refused.value.words.en
    assert [(element, found) for _, element, found in machines.incidents(case.id)] == [("immediate", code)]
    assert machines.ledger(case.id).count("step-failed") == 2
    assert state_of(row[0]) == damage(whole)  # left alone
    office.act(other.id, "immediate", "P2")
    assert ("P2", "issue") in office.open_steps(other.id)
    write_state(row[0], whole)
    rulings.rule(task.id, key=next(key), **act)
    assert list(verify_all()) == []


def test_timers_and_jobs_on_it_are_incidents_and_the_workers_go_on(
    db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = office.member_of("centre.lead")
    release = machines.publish(DRAWN, WORK)
    (bad, instance), (good, _) = machines.run(release), machines.run(release)
    whole = state_of(instance)
    write_state(instance, flipped(whole))
    monkeypatch.setitem(engine_jobs.HANDLERS, "ask-register", lambda running: {})
    machines.work()
    with clock.frozen_at(clock.now() + timedelta(hours=2)):
        assert timers.fire_due() == 2
        assert timers.fire_due() == 0  # no second round for what cannot fire
    assert machines.tasks(good) == []
    found = machines.incidents(bad)
    assert sorted((element, code) for _, element, code in found) == [
        ("ask", "state-invalid"),
        ("late", "state-invalid"),
    ]
    assert state_of(instance) == flipped(whole)
    with pytest.raises(RepairFailed):
        incidents.retry_incident(found[0][0], by=lead)
    assert len(machines.incidents(bad)) == 2
    write_state(instance, whole)
    for incident, _, _ in found:
        incidents.retry_incident(incident, by=lead)
    machines.work()
    timers.fire_due()
    assert machines.incidents(bad) == []
    assert machines.seen(instance).ended
    assert list(verify_all()) == []


def test_workers_leave_what_a_newer_version_wrote_to_workers_of_that_version(
    db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, instance = machines.run(machines.publish(DRAWN, WORK))
    waiting, waits = machines.run(machines.publish("start s\ncatch m message paid\nuser after\ns -> m -> after"))
    machines.run(machines.publish("start s\nthrow m message paid\nuser after\ns -> m -> after", instead=False))
    monkeypatch.setitem(engine_jobs.HANDLERS, "ask-register", lambda running: {})
    before = {each: state_of(each) for each in (instance, waits)}
    for each, whole in before.items():
        write_state(each, newer(whole))
    with clock.frozen_at(clock.now() + timedelta(hours=2)):
        jobs = machines.taken()
        for _ in range(5):  # however often an older worker tries
            assert timers.fire_due() <= 1
            for _, name, given in jobs:
                with pytest.raises(StateFromNewerVersion):
                    HANDLERS[name](**given)
    assert len(jobs) == 2
    assert machines.incidents(case) == machines.incidents(waiting) == []
    assert machines.messages() == [("paid", "sent")]
    for each, whole in before.items():  # and now the newer worker, which can read it
        assert state_of(each) == newer(whole)
        write_state(each, whole)
    with clock.frozen_at(clock.now() + timedelta(hours=3)):
        for _, name, given in jobs:
            HANDLERS[name](**given)
        timers.fire_due()
    assert machines.seen(instance).ended
    assert machines.tasks(waiting) == ["after"]
    assert list(verify_all()) == []


def test_the_page_of_the_case_still_opens_and_says_it(db: SQLAlchemy, client: FlaskClient) -> None:
    case, instance = machines.run(machines.publish(DRAWN, WORK))
    write_state(instance, b"\x00 nothing of ours")
    with clock.frozen_at(clock.now() + timedelta(hours=2)):
        timers.fire_due()
    page = Browser(client, "weixiaohong").open(f"/cases/{case}")
    assert page.status == 200
    assert "流程状态已损坏" in page.words()
