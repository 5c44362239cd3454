"""Messages and signals between cases: given once, kept for their time, never lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import current_app
from flask_sqlalchemy import SQLAlchemy

from engine import BudgetExceeded
from tests.engine.runtime.diagrams import diagram, ext, io
from tests.support import machines, office
from webapp import clock
from webapp.queries.audit import verify_all
from webapp.services import incidents, message_delivery, messages, suspension
from webapp.unit_of_work import sql

WAITS = "start s\ncatch m message paid number\nuser after\ns -> m -> after"
ASKS = "start s\nuser before\nthrow m message paid number\nuser after\ns -> before -> m -> after"
TOLD = {"m": ext(io({"sum": "number * 10"}))}


def sender(**variables: Any) -> int:
    """A case that throws the message once `before` is done."""
    return machines.run(machines.publish(ASKS, TOLD, instead=False), **variables)[0]


@contextmanager
def kept_for(seconds: int) -> Iterator[None]:
    settings = current_app.extensions["onewindow_settings"]
    current_app.extensions["onewindow_settings"] = replace(settings, message_ttl_seconds=seconds)
    try:
        yield
    finally:
        current_app.extensions["onewindow_settings"] = settings


def test_a_message_reaches_the_instance_that_has_waited_longest_and_no_other(db: SQLAlchemy) -> None:
    waits = machines.publish(WAITS, instead=False)
    first, second = machines.run(waits, number=7), machines.run(waits, number=7)
    case = sender(number=7)
    machines.done(case, "before")
    assert machines.tasks(case) == ["after"]
    assert machines.tasks(first[0]) == []  # not in the step that threw it: after the commit
    machines.work()
    assert machines.tasks(first[0]) == ["after"]
    assert machines.tasks(second[0]) == []
    assert machines.seen(first[1]).variables["sum"] == 70
    assert machines.messages() == [("paid", "delivered")]
    assert "message-received" in machines.ledger(first[0])
    assert list(verify_all()) == []


def test_the_key_finds_the_right_one(db: SQLAlchemy) -> None:
    waits = machines.publish(WAITS, instead=False)
    other, meant = machines.run(waits, number=1), machines.run(waits, number=2)
    machines.done(sender(number=2), "before")
    machines.work()
    assert machines.tasks(other[0]) == []
    assert machines.tasks(meant[0]) == ["after"]


def test_a_message_that_nobody_waits_for_is_kept_and_given_to_the_first_who_does(db: SQLAlchemy) -> None:
    machines.done(sender(number=7), "before")
    machines.work()
    assert machines.messages() == [("paid", "kept")]
    waits = machines.publish(WAITS, instead=False)
    stranger, first, second = (machines.run(waits, number=number) for number in (8, 7, 7))
    machines.work()
    assert machines.tasks(stranger[0]) == []
    assert machines.tasks(first[0]) == ["after"]
    assert machines.tasks(second[0]) == []
    assert machines.messages() == [("paid", "delivered")]


def test_of_many_kept_messages_one_is_offered_to_each_who_begins_to_wait(db: SQLAlchemy) -> None:
    for _ in range(5):
        machines.done(sender(number=7), "before")
    machines.work()
    assert machines.messages() == [("paid", "kept")] * 5
    waits = machines.publish(WAITS, instead=False)
    first, second = machines.run(waits, number=7), machines.run(waits, number=7)
    jobs = machines.taken()
    assert [name for _, name, _ in jobs] == ["deliver_message"] * 2  # not all five to each
    for _, _, given in jobs:
        message_delivery.deliver(**given)
    assert machines.tasks(first[0]) == machines.tasks(second[0]) == ["after"]
    assert [state for _, state in machines.messages()] == ["delivered"] * 2 + ["kept"] * 3


def test_a_subscription_for_every_key_takes_what_one_with_a_key_leaves(db: SQLAlchemy) -> None:
    for _ in range(3):
        machines.done(sender(number=7), "before")
    machines.work()
    both = "start s\nand x\ncatch any message paid\ncatch one message paid number\nuser a\nuser b\ns -> x\n"
    ways = "x -> any -> a\nx -> one -> b"
    case, _ = machines.run(machines.publish(both + ways, instead=False), number=7)
    machines.work()
    assert sorted(machines.tasks(case)) == ["a", "b"]
    assert [state for _, state in machines.messages()] == ["delivered"] * 2 + ["kept"]


def test_a_kept_message_that_was_offered_and_not_taken_is_kept_again(db: SQLAlchemy) -> None:
    machines.done(sender(number=7), "before")
    machines.work()
    drawn = "start s\nuser wait\nmessage again on wait paid number\nuser after\ns -> wait -> after\nagain -> after"
    case, _ = machines.run(machines.publish(drawn, instead=False), number=7)
    assert machines.messages() == [("paid", "sent")]
    machines.done(case, "wait")  # before the message comes
    machines.work()
    assert machines.messages() == [("paid", "kept")]


def test_a_message_expires_with_a_line_in_the_ledger_and_its_content_goes(db: SQLAlchemy) -> None:
    case = sender(number=7)
    machines.done(case, "before")
    machines.work()
    assert messages.expire_due() == 0
    with clock.frozen_at(clock.now() + timedelta(hours=2)):
        late = machines.run(machines.publish(WAITS, instead=False), number=7)
        machines.work()
        assert machines.tasks(late[0]) == []
        assert messages.expire_due() == 1
        assert messages.expire_due() == 0
    assert machines.messages() == [("paid", "expired")]
    assert machines.ledger(case).count("message-unheard") == 1
    assert sql().execute("select payload, key from message").fetchone() == (b"", None)
    assert list(verify_all()) == []


def test_with_no_time_to_live_a_message_to_nobody_is_written_down_at_once(db: SQLAlchemy) -> None:
    case = sender(number=7)
    with kept_for(0):
        machines.done(case, "before")
        machines.work()
    assert machines.messages() == [("paid", "expired")]
    assert "message-unheard" in machines.ledger(case)


def test_a_message_starts_the_process_of_another_bundle_in_the_case_that_threw_it(db: SQLAlchemy) -> None:
    renews = "start s message paid\nuser renew\ns -> renew"
    machines.publish(renews, key="renewal")
    case = sender(number=7)
    machines.done(case, "before")
    assert len(machines.instances(case)) == 1
    machines.work()
    assert machines.messages() == [("paid", "started")]
    assert machines.tasks(case) == ["after", "renew"]
    machines.done(case, "renew")
    assert machines.tasks(case) == ["after"]
    release = sql().execute("select count(distinct release_id) from process_instance where case_id = %s", (case,))
    assert release.fetchone() == (2,)


def test_a_process_of_another_bundle_does_not_close_the_case_whatever_it_is_called(db: SQLAlchemy) -> None:
    machines.publish("start s message paid\nuser renew\ns -> renew", key="renewal")  # its process has the same id
    case = sender(number=7)
    machines.done(case, "before")
    machines.work()
    machines.done(case, "renew")
    assert "closed" not in machines.ledger(case)
    machines.done(case, "after")
    assert "closed" in machines.ledger(case)


def test_a_message_for_an_item_that_the_case_does_not_have_is_an_incident(db: SQLAlchemy) -> None:
    machines.publish("start s message paid\nuser renew\ns -> renew", key="renewal")
    case, _ = machines.run(machines.publish(ASKS, {"m": ext(io({"item": '"P99"'}))}, instead=False), number=7)
    machines.done(case, "before")
    machines.work()
    assert [code for _, _, code in machines.incidents(case)] == ["item-unknown"]
    assert machines.messages() == [("paid", "failed")]
    assert machines.tasks(case) == ["after"]


def test_what_a_message_starts_in_its_own_release_begins_in_the_same_step(db: SQLAlchemy) -> None:
    duty = diagram("start s message paid\nuser verify\ns -> verify", process="duty")
    case, _ = machines.run(machines.publish(ASKS, TOLD, more={"duty.bpmn": duty}), number=7)
    machines.done(case, "before")
    assert machines.tasks(case) == ["after", "verify"]
    assert machines.messages() == []


def test_processes_that_start_each_other_without_end_are_stopped_and_nothing_is_kept(db: SQLAlchemy) -> None:
    echo = diagram("start s message paid\nthrow m message paid\nend e\ns -> m -> e", process="echo")
    case, _ = machines.run(machines.publish(ASKS, TOLD, more={"echo.bpmn": echo}), number=7)
    with pytest.raises(BudgetExceeded):
        machines.done(case, "before")
    assert machines.tasks(case) == ["before"]
    assert len(machines.instances(case)) == 1


def test_a_signal_reaches_every_other_instance_that_waits(db: SQLAlchemy) -> None:
    waits = machines.publish("start s\ncatch m signal closed\nuser after\ns -> m -> after", instead=False)
    waiting = [machines.run(waits)[0] for _ in range(3)]
    throws = machines.publish("start s\nthrow m signal closed\nuser after\ns -> m -> after", instead=False)
    case, _ = machines.run(throws)
    late, _ = machines.run(waits)
    machines.work()
    assert [machines.tasks(each) for each in waiting] == [["after"]] * 3
    assert machines.tasks(late) == []  # a signal is for those who wait when it is thrown
    assert machines.messages() == [("closed", "delivered")] * 3
    assert "message-unheard" not in machines.ledger(case)


def test_a_signal_starts_what_it_starts_in_its_own_release(db: SQLAlchemy) -> None:
    duty = diagram("start s signal closed\nuser sweep\ns -> sweep", process="duty")
    drawn = "start s\nthrow m signal closed\nuser after\ns -> m -> after"
    case, _ = machines.run(machines.publish(drawn, more={"duty.bpmn": duty}))
    assert machines.tasks(case) == ["after", "sweep"]


def test_what_a_signal_starts_does_not_get_that_signal_again(db: SQLAlchemy) -> None:
    duty = diagram("start s signal closed\ncatch m signal closed\nuser sweep\ns -> m -> sweep", process="duty")
    drawn = "start s\nthrow m signal closed\nuser after\ns -> m -> after"
    release = machines.publish(drawn, more={"duty.bpmn": duty})
    case, _ = machines.run(release)
    machines.work()
    assert machines.tasks(case) == ["after"]  # the new one waits for the next signal
    machines.run(release)
    machines.work()
    assert machines.tasks(case) == ["after", "sweep"]


def test_a_signal_to_nobody_leaves_a_line(db: SQLAlchemy) -> None:
    throws = machines.publish("start s\nthrow m signal closed\nuser after\ns -> m -> after", instead=False)
    assert "message-unheard" in machines.ledger(machines.run(throws)[0])


def test_a_message_delivered_twice_counts_once(db: SQLAlchemy) -> None:
    drawn = "start s\nuser wait\nalso message again on wait paid number\nuser after\ns -> wait\nagain -> after"
    waiting, _ = machines.run(machines.publish(drawn, instead=False), number=7)
    machines.done(sender(number=7), "before")
    machines.work()
    assert machines.tasks(waiting) == ["wait", "after"]
    row = sql().execute("select id from message").fetchone()
    assert row is not None
    message_delivery.deliver(row[0])
    assert machines.tasks(waiting) == ["wait", "after"]


def test_a_suspended_case_gets_its_messages_when_it_is_resumed(db: SQLAlchemy) -> None:
    lead = office.member_of("centre.lead")
    waiting, _ = machines.run(machines.publish(WAITS, instead=False), number=7)
    suspension.suspend(waiting, by=lead, reason="资料核对", key="s")
    machines.done(sender(number=7), "before")
    machines.work()
    assert machines.messages() == [("paid", "held")]
    assert machines.tasks(waiting) == []
    with clock.frozen_at(clock.now() + timedelta(days=3)):
        assert messages.expire_due() == 0  # it has its addressee
        suspension.resume(waiting, by=lead, reason="核对完毕", key="r")
        machines.work()
    assert machines.tasks(waiting) == ["after"]
    assert machines.messages() == [("paid", "delivered")]


def test_an_addressee_that_cannot_take_it_has_an_incident_and_the_retry_gives_it(db: SQLAlchemy) -> None:
    waiting, instance = machines.run(machines.publish(WAITS, instead=False), number=7)
    whole = sql().execute("select state from process_instance where id = %s", (instance,)).fetchone()
    assert whole is not None
    damaged = bytes(whole[0]).replace(b'"number"', b'"numbre"')
    sql().execute("update process_instance set state = %s where id = %s", (damaged, instance))
    machines.done(sender(number=7), "before")
    machines.work()
    [(incident, _, code)] = machines.incidents(waiting)
    assert code == "state-invalid"
    assert machines.messages() == [("paid", "failed")]
    sql().execute("update process_instance set state = %s where id = %s", (whole[0], instance))
    incidents.retry_incident(incident, by=office.member_of("centre.lead"))
    machines.work()
    assert machines.tasks(waiting) == ["after"]
    assert machines.messages() == [("paid", "delivered")]
    assert machines.incidents(waiting) == []


def test_a_message_that_the_queue_has_lost_is_sent_anew(db: SQLAlchemy) -> None:
    waiting, _ = machines.run(machines.publish(WAITS, instead=False), number=7)
    machines.done(sender(number=7), "before")
    sql().execute("delete from procrastinate_jobs")
    assert messages.send_forgotten() == 0
    with clock.frozen_at(clock.now() + timedelta(minutes=20)):
        assert messages.send_forgotten() == 1
        assert messages.send_forgotten() == 0
        machines.work()
    assert machines.tasks(waiting) == ["after"]


def test_bundles_that_answer_each_other_for_ever_are_stopped_by_an_incident(
    db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "MOST_HOPS", 5)
    machines.publish("start s message ping\nthrow m message pong\nend e\ns -> m -> e", key="ping")
    machines.publish("start s message pong\nthrow m message ping\nend e\ns -> m -> e", key="pong")
    first = "start s\nuser before\nthrow m message ping\nuser after\ns -> before -> m -> after"
    case, _ = machines.run(machines.publish(first, instead=False))
    machines.done(case, "before")
    machines.work()
    assert [code for _, _, code in machines.incidents(case)] == ["budget-exceeded"]
    assert [state for _, state in machines.messages()] == ["started"] * 4 + ["failed"]
    assert machines.tasks(case) == ["after"]
