"""A history that cannot be counted is left out with the reason, the others are counted, and it is taken up again."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import psycopg
import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from tests.journeys.test_heat import CHAIN, LAPSED, counted, counted_anew, everything, waits
from tests.support import machines, office
from tests.support.dying import die_before
from webapp import clock
from webapp.clock import frozen_at
from webapp.errors import NotFound, NotYours
from webapp.extensions import db as database
from webapp.queries import heat_aside as queries
from webapp.services import heat_aside, heat_counting
from webapp.services.heat_instance import Counted, InstanceRows
from webapp.software import software
from webapp.unit_of_work import sql, unit_of_work

LEAD, DESIGNER = "weixiaohong", "taoran"


def some_cases(*, of: int = 3) -> list[tuple[int, int]]:
    """(case, instance): each has left `a`."""
    release = machines.publish(CHAIN)
    found = [machines.run(release) for _ in range(of)]
    for case, _ in found:
        machines.done(case, "a")
    return found


def damaged(instance: int) -> None:
    """Nobody can read the history of this instance."""
    with unit_of_work():
        sql().execute("update activity set lines = '!' || lines where instance_id = %s", (instance,))


def mended(instance: int) -> None:
    with unit_of_work():
        sql().execute("update activity set lines = substr(lines, 2) where instance_id = %s", (instance,))


def left_out() -> list[tuple[str, str, bool]]:
    return [(one.number, one.why.zh, one.asked) for one in queries.uncounted()]


def number_of(case: int) -> str:
    row = sql().execute("select number from cases where id = %s", (case,)).fetchone()
    assert row is not None
    return str(row[0])


def of_a() -> int:
    """How many waits at `a` are in the sums."""
    return sum(number for (element, _, _), (number, _) in waits().items() if element == "a")


def test_a_history_that_nobody_can_read_is_left_out_and_the_others_are_counted(db: SQLAlchemy) -> None:
    (_, first), (case, bad), (_, last) = some_cases()
    damaged(bad)
    counted()
    assert of_a() == 2
    assert left_out() == [(number_of(case), "办理历史读不出来", False)]
    [one] = queries.uncounted()
    assert "JSONDecodeError" in one.detail
    assert (one.bundle, one.version) == (office.BUNDLE, software())
    assert (queries.how_many(), queries.how_many(office.BUNDLE), queries.how_many("another")) == (1, 1, 0)
    machines.done(case, "b")
    counted()
    assert of_a() == 2
    assert len(left_out()) == 1
    assert {first, last} == {id_ for (id_,) in sql().execute("select instance_id from walk")}


def test_what_the_database_itself_cannot_read_spoils_no_other(db: SQLAlchemy) -> None:
    (case, bad), (other, _) = some_cases(of=2)
    counted()
    with unit_of_work():
        sql().execute("""update walk set waits = '[["no number"]]' where instance_id = %s""", (bad,))
    machines.done(case, "b")
    machines.done(other, "b")
    counted()
    assert [number for number, _, _ in left_out()] == [number_of(case)]
    assert sum(number for (element, _, _), (number, _) in waits().items() if element == "b") == 1


def test_it_is_taken_up_again_when_somebody_asks_for_it(db: SQLAlchemy) -> None:
    (case, bad), _ = some_cases(of=2)
    damaged(bad)
    counted()
    with pytest.raises(NotYours):
        heat_aside.count_again(by=office.person(DESIGNER))
    heat_aside.count_again(bad, by=office.person(LEAD))
    assert left_out() == [(number_of(case), "办理历史读不出来", True)]
    counted()
    assert left_out() == [(number_of(case), "办理历史读不出来", False)]  # it was tried, and is as it was
    mended(bad)
    counted()
    assert of_a() == 1  # nobody has asked again
    heat_aside.count_again(by=office.person(LEAD))
    counted()
    assert (of_a(), left_out()) == (2, [])
    assert everything() == counted_anew()
    with pytest.raises(NotFound):
        heat_aside.count_again(by=office.person(LEAD))


def test_another_version_of_the_software_tries_by_itself(db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch) -> None:
    (_, bad), _ = some_cases(of=2)
    damaged(bad)
    counted()
    monkeypatch.setattr(heat_aside, "software", lambda: "0.1.0+mended")
    counted()
    [one] = queries.uncounted()
    assert (one.version, one.asked) == ("0.1.0+mended", False)  # it could not either, and does not try for ever
    mended(bad)
    counted()
    assert of_a() == 1
    monkeypatch.setattr(heat_aside, "software", lambda: "0.1.0+mended-again")
    counted()
    assert (of_a(), left_out()) == (2, [])
    assert everything() == counted_anew()


def exhausting(monkeypatch: pytest.MonkeyPatch, instance: int) -> None:
    """The database runs out of memory over this instance."""
    read = heat_counting.count

    def counting(rows: InstanceRows) -> Counted:
        if rows.id == instance:
            sql().execute("do $$ begin raise exception using errcode = '53200'; end $$")
        return read(rows)

    monkeypatch.setattr(heat_counting, "count", counting)


def test_a_history_over_which_the_database_gives_up_is_found_among_the_others(
    db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, (case, bad), _ = some_cases()
    moment = clock.now()
    with monkeypatch.context() as patched:
        exhausting(patched, bad)
        for of_others, alone in ((0, 0), (1, 2), (2, 1)):
            with frozen_at(moment), pytest.raises(psycopg.errors.OutOfMemory):
                counted()
            assert (of_a(), left_out()) == (of_others, [])
            assert queries.counted_alone() == alone
            moment += LAPSED
        with frozen_at(moment):
            counted()
            assert left_out() == [(number_of(case), "统计这个流程时后台进程或数据库中断 3 次", False)]
    with frozen_at(moment):
        heat_aside.count_again(by=office.person(LEAD))
        counted()
    assert (of_a(), left_out(), queries.counted_alone()) == (3, [], 0)
    assert everything() == counted_anew()


#: Python for a process that does not survive counting this instance.
DEADLY = """read = heat_counting.count
    def deadly(rows):
        if rows.id == {instance}:
            os.kill(os.getpid(), signal.SIGKILL)
        return read(rows)
    heat_counting.count = deadly
    while heat_counting.refresh():
        pass"""


@pytest.fixture
def office_at_work(committed_app: Flask) -> Iterator[Flask]:
    with committed_app.app_context():
        yield committed_app
        database.session.remove()


@pytest.mark.slow
def test_a_history_that_kills_its_worker_is_found_among_the_others(office_at_work: Flask) -> None:
    some_cases(of=2)
    (case, deadly), (_, last) = some_cases(of=2)
    moment = clock.now()
    for _ in range(3):
        database.session.remove()
        assert die_before(office_at_work, 0, DEADLY.format(instance=deadly), at=moment) == -signal.SIGKILL
        assert heat_counting.refresh() is False  # it may be that somebody is at it still
        moment += LAPSED
    database.session.remove()
    with frozen_at(moment):
        counted()
        assert left_out() == [(number_of(case), "统计这个流程时后台进程或数据库中断 3 次", False)]
        assert of_a() == 3
        heat_aside.count_again(by=office.person(LEAD))
        counted()
    assert (of_a(), left_out()) == (4, [])
    assert everything() == counted_anew()
    assert sql().execute("select count(*) from walk where instance_id = %s", (last,)).fetchone() == (1,)
