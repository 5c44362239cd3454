"""Messages with several workers and at the worst moment: given exactly once, to exactly one."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.engine.runtime.diagrams import ext, io
from tests.support import machines
from tests.support.dying import die_before
from webapp.extensions import db
from webapp.queries.audit import verify_all
from webapp.services import message_delivery
from webapp.services.advance import begin
from webapp.services.locked_case import on_case
from webapp.unit_of_work import sql

WAITS = "start s\ncatch m message paid number\nuser after\ns -> m -> after"
ASKS = "start s\nuser before\nthrow m message paid number\nuser after\ns -> before -> m -> after"
TOLD = {"m": ext(io({"sum": "number * 10"}))}


@pytest.fixture
def office_at_work(committed_app: Flask) -> Iterator[Flask]:
    with committed_app.app_context():
        yield committed_app
        db.session.remove()


def thrown(number: int) -> int:
    """A message that a case has thrown; its job is out of the queue and not done yet."""
    case, _ = machines.run(machines.publish(ASKS, TOLD, instead=False), number=number)
    machines.done(case, "before")
    machines.taken()
    row = sql().execute("select max(id) from message").fetchone()
    assert row is not None
    return int(row[0])


def at_once(app: Flask, *acts: Callable[[], object]) -> list[BaseException]:
    """Do all at the same moment, each in a thread and context of its own; returns what they raised."""
    barrier, raised = threading.Barrier(len(acts)), list[BaseException]()

    def run(act: Callable[[], object]) -> None:
        with app.app_context():
            try:
                barrier.wait()
                act()
            except BaseException as error:  # noqa: BLE001  # told to the test, whatever it is
                raised.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    db.session.remove()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def heard(*cases: int) -> int:
    """How many of the cases have gone on from the message."""
    db.session.remove()
    return sum(machines.tasks(case).count("after") for case in cases)


def test_two_workers_with_one_message_and_two_who_wait(office_at_work: Flask) -> None:
    waits = machines.publish(WAITS, instead=False)
    for number in range(8):
        cases = [machines.run(waits, number=number)[0] for _ in range(2)]
        message = thrown(number)
        deliver = lambda message=message: message_delivery.deliver(message)  # noqa: E731
        assert at_once(office_at_work, deliver, deliver) == []
        assert heard(*cases) == 1
    assert list(verify_all()) == []


def test_whoever_begins_to_wait_while_the_message_looks_for_somebody_gets_it(office_at_work: Flask) -> None:
    """Neither may miss the other: the message is kept before the wait is seen, or the wait is seen first."""
    waits = machines.publish(WAITS, instead=False)
    for number in range(12):
        message, begun = thrown(number), list[int]()
        raised = at_once(
            office_at_work,
            lambda message=message: message_delivery.deliver(message),
            lambda begun=begun, number=number: begun.append(machines.run(waits, number=number)[0]),
        )
        assert raised == []
        machines.work()
        assert heard(*begun) == 1
    assert {state for _, state in machines.messages()} == {"delivered"}


def test_a_message_waits_for_whoever_is_about_to_wait(office_at_work: Flask) -> None:
    """The worst moment: the wait is written and not yet committed while the message finds nobody."""
    case_id = machines.case_on(machines.publish(WAITS, instead=False))
    message = thrown(7)

    def deliver() -> None:
        with office_at_work.app_context():
            message_delivery.deliver(message)
            db.session.remove()

    worker = threading.Thread(target=deliver)
    with on_case(case_id) as case:
        begin(case, machines.PROCESS, {"number": 7})
        worker.start()
        while worker.is_alive() and not somebody_waits_for_a_lock():
            pass
    worker.join()
    machines.work()
    assert heard(case_id) == 1
    assert machines.messages() == [("paid", "delivered")]


def somebody_waits_for_a_lock() -> bool:
    row = sql().execute("select exists(select from pg_locks where locktype = 'advisory' and not granted)").fetchone()
    assert row is not None
    return bool(row[0])


@pytest.mark.slow
@pytest.mark.parametrize("fatal", [1, 2, 3, 5, 7, 9, 11, 13, 15])
def test_a_worker_that_dies_while_it_delivers_leaves_all_or_nothing(office_at_work: Flask, fatal: int) -> None:
    waits = machines.publish(WAITS, instead=False)
    cases = [machines.run(waits, number=7)[0] for _ in range(2)]
    message = thrown(7)
    db.session.remove()
    code = die_before(office_at_work, fatal, f"message_delivery.deliver({message})")
    assert code in (-signal.SIGKILL, 0)
    left = heard(*cases)
    assert [state for _, state in machines.messages()] == (["delivered"] if left else ["sent"])
    deliver = lambda: message_delivery.deliver(message)  # noqa: E731
    assert at_once(office_at_work, deliver, deliver) == []
    assert heard(*cases) == 1
    assert machines.messages() == [("paid", "delivered")]
    assert list(verify_all()) == []
