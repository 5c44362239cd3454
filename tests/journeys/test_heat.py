"""The sums of where cases wait and which ways they take: each step counts once, whatever happens to who counts it."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from tests.engine.runtime.diagrams import ext, job
from tests.journeys.test_messages_together import at_once
from tests.journeys.test_migration_runs import begun, confirmed
from tests.support import machines, office
from tests.support.dying import die_before
from webapp import clock, histograms
from webapp.clock import frozen_at
from webapp.extensions import db as database
from webapp.services import heat_counting, heat_sums
from webapp.services import migration_runs as runs
from webapp.services.heat_counting import BEGINS_WITHIN
from webapp.services.heat_instance import MOST_TURNS
from webapp.unit_of_work import sql, unit_of_work

#: A Monday at ten in the office's zone; its days have seven hours.
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
#: After so long, a worker that had begun to count and has not ended is taken for dead.
LAPSED = BEGINS_WITHIN + timedelta(seconds=1)
DRUGS = ext('<zeebe:assignmentDefinition candidateGroups="drug.review" />')
CHAIN = "start s\nuser a\nuser b\nend e\ns -> a -> b -> e"
BRANCHES = "start s\nand x\nuser a\nuser b\nand y\nend e\ns -> x -> a -> y -> e\nx -> b -> y"
LOOP = "start s\nxor back\nuser a\nxor again\nend e\ns -> back -> a -> again -> e default\nagain -> back if more"


def day(number: int, **more: int) -> datetime:
    """So many days after that Monday."""
    return MONDAY + timedelta(days=number, **more)


def counted() -> None:
    """The worker counts until there is nothing more."""
    while heat_counting.refresh():
        pass


def waits() -> dict[tuple[str, str, date], tuple[int, float | None]]:
    """(element, department, month) -> how many of all releases, and the median in hours."""
    rows = sql().execute("select element, department, month, counts from wait_month order by 1, 2, 3").fetchall()
    sums: dict[tuple[str, str, date], list[int]] = {}
    for element, department, month, counts in rows:
        key = (element, department, month)
        sums[key] = histograms.added(sums.get(key, []), counts)
    return {key: (sum(counts), _hours(counts)) for key, counts in sums.items()}


def _hours(counts: list[int]) -> float | None:
    seconds = histograms.percentile(counts, 0.5)
    return None if seconds is None else seconds / 3600


def waiting() -> dict[tuple[str, date], int]:
    rows = sql().execute("select element, month, sum(waits)::bigint from waiting_now group by 1, 2")
    return {(element, month): number for element, month, number in rows.fetchall()}


def ways() -> list[tuple[dict[str, int], int]]:
    """The elements of each way with how many took it, the most frequent first."""
    rows = sql().execute(
        "select p.elements, sum(m.times)::bigint from path p join path_month m on m.path_id = p.id"
        " group by p.id order by 2 desc, p.id"
    )
    return list(rows.fetchall())


SUMS = (
    "select bundle_key, process, month, element, department, release_id, in_office, waits, counts from wait_month",
    "select bundle_key, process, month, element, department, release_id, waits from waiting_now",
    "select p.process, p.digest, p.elements, p.flows, m.month, m.release_id, m.times, m.counts"
    " from path p join path_month m on m.path_id = p.id",
    "select instance_id, steps, last_task, ended from walk",
)


def everything() -> list[Any]:
    return [sorted(sql().execute(query).fetchall(), key=repr) for query in SUMS]


def counted_anew() -> list[Any]:
    """What is there when all is counted from nothing, at once."""
    with unit_of_work():
        for table in ("walk", "walk_mark", "walk_aside", "wait_month", "waiting_now", "path", "path_month"):
            sql().execute(f"delete from {table}")
    counted()
    return everything()


def test_a_wait_counts_in_the_hours_of_the_office_and_in_the_month_in_which_it_ended(db: SQLAlchemy) -> None:
    release = machines.publish(CHAIN, {"a": DRUGS})
    with frozen_at(day(0)):
        case, _ = machines.run(release)
        counted()
    assert waits() == {}
    assert waiting() == {("a", date(2026, 11, 1)): 1}
    with frozen_at(day(1)):
        machines.done(case, "a")
        counted()
    (key, (number, hours)), *others = waits().items()
    assert (key, number, others) == (("a", "approval-bureau", date(2026, 11, 1)), 1, [])
    assert hours == pytest.approx(7, rel=histograms.ERROR)  # from ten to ten: a day of seven hours
    with frozen_at(day(8)):  # Tuesday, the first of December: the weekend counts nothing
        machines.done(case, "b")
        counted()
    number, hours = waits()["b", "", date(2026, 12, 1)]
    assert (number, hours) == (1, pytest.approx(35, rel=histograms.ERROR))
    assert waiting() == {}
    assert ways() == [({"s": 1, "a": 1, "b": 1, "e": 1}, 1)]


def test_counting_again_adds_nothing(db: SQLAlchemy) -> None:
    release = machines.publish(CHAIN)
    case, _ = machines.run(release)
    machines.done(case, "a")
    counted()
    before = everything()
    counted()
    with unit_of_work():
        sql().execute("update walk_mark set seen_at = '2020-01-01', sweep_after = 0, swept_at = null")
    counted()
    assert everything() == before


def test_counted_in_bits_or_at_once_it_comes_to_the_same(db: SQLAlchemy) -> None:
    chance = random.Random(7)
    drawn = BRANCHES.replace("end e", "service j\nend e").replace("-> y -> e", "-> y -> j -> e")
    releases = [machines.publish(text, {"a": DRUGS, "j": ext(job("notify"))}) for text in (drawn, LOOP, CHAIN)]
    moment, cases = day(0), []
    for _ in range(60):
        moment += timedelta(hours=chance.randrange(1, 30))
        with frozen_at(moment):
            open_ = [case for case in cases if machines.tasks(case)]
            if not open_ or chance.random() < 0.3:
                cases.append(machines.run(chance.choice(releases))[0])
            else:
                case = chance.choice(open_)
                machines.done(case, chance.choice(machines.tasks(case)), more=chance.random() < 0.5)
            if chance.random() < 0.5:
                counted()
    with frozen_at(moment):
        counted()
        in_bits = everything()
        assert in_bits == counted_anew()
    assert sum(number for number, _ in waits().values()) > 30


def test_the_order_of_branches_makes_no_other_way_but_the_turns_of_a_loop_do(db: SQLAlchemy) -> None:
    branches, loop = machines.publish(BRANCHES), machines.publish(LOOP)
    for order in ("ab", "ba", "ab"):
        case, _ = machines.run(branches)
        for element in order:
            machines.done(case, element)
    for turns in (1, 2, MOST_TURNS + 1, MOST_TURNS + 4):
        case, _ = machines.run(loop)
        for turn in range(1, turns + 1):
            machines.done(case, "a", more=turn < turns)
    counted()
    found = ways()
    assert found[0] == ({"s": 1, "x": 1, "a": 1, "b": 1, "y": 1, "e": 1}, 3)
    assert [(elements["a"], times) for elements, times in found[1:]] == [(MOST_TURNS, 2), (1, 1), (2, 1)]


def test_ways_for_which_there_is_no_room_count_together(db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heat_sums, "MOST_WAYS", 1)
    loop = machines.publish(LOOP)
    for turns in (1, 2, 1, 2, 3):
        case, _ = machines.run(loop)
        for turn in range(1, turns + 1):
            machines.done(case, "a", more=turn < turns)
        counted()
    assert sorted((elements.get("a", 0), times) for elements, times in ways()) == [(0, 3), (1, 2)]


def test_what_was_committed_late_is_found_by_the_sweep(db: SQLAlchemy) -> None:
    release = machines.publish(CHAIN)
    with frozen_at(day(0)):
        case, _ = machines.run(release)
    with frozen_at(day(3)):
        counted()
    with frozen_at(day(3, hours=1)):
        with frozen_at(day(2, hours=23, minutes=30)):  # within the hour that is looked back over
            machines.done(machines.run(release)[0], "a")
        with frozen_at(day(1)):
            machines.done(case, "a")
        counted()
    assert waits()["a", "", date(2026, 11, 1)][0] == 1  # the other one is too late for a look
    with frozen_at(day(4, hours=1)):
        counted()
    assert waits()["a", "", date(2026, 11, 1)][0] == 2
    with frozen_at(day(6)):
        counted()
    assert waits()["a", "", date(2026, 11, 1)][0] == 2


def moved(old: int, mapping: dict[str, str]) -> int:
    """A migration to the release in force whose first case has moved."""
    run = begun(old, mapping)
    confirmed(run)
    return run


def test_an_element_that_is_renamed_meanwhile_counts_where_it_is_left(db: SQLAlchemy) -> None:
    old = machines.publish(CHAIN)
    case, _ = machines.run(old)
    counted()
    machines.publish(CHAIN.replace("user a\n", "user z\n").replace("s -> a", "s -> z"))
    moved(old, {"a": "z"})
    counted()
    assert [element for element, _ in waiting()] == ["z"]
    machines.done(case, "z")
    machines.done(case, "b")
    counted()
    assert waiting() == {}
    assert {element: number for (element, _, _), (number, _) in waits().items()} == {"z": 1, "b": 1}


def test_a_wait_that_a_migration_ends_waits_no_more_though_the_release_lacks_its_element(db: SQLAlchemy) -> None:
    drawn = "start s\nservice j\nend e\ns -> j -> e"
    old = machines.publish(drawn, {"j": ext(job("registry-lookup"))})
    with frozen_at(day(0)):
        machines.run(old)
        machines.taken()
        counted()
    assert waiting() == {("j", date(2026, 11, 1)): 1}
    with frozen_at(day(1)):
        renamed = drawn.replace("service j", "service k").replace("-> j ->", "-> k ->")
        machines.publish(renamed, {"k": ext(job("registry-lookup"))})
        run = moved(old, {"j": "k"})
        counted()
        assert waiting() == {("k", date(2026, 11, 1)): 1}
        assert everything() == counted_anew()
    with frozen_at(day(2)):
        runs.undo(run, by=office.person("jiangwen"), reason="新版有误")
        machines.work()
        counted()
    assert waiting() == {("j", date(2026, 11, 1)): 1}


def test_the_items_of_a_case_count_for_their_departments(db: SQLAlchemy) -> None:
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    office.act(case.id, "accept", "P2")
    office.act(case.id, "accept", "P3")
    counted()
    rows = sql().execute(
        "select w.element, w.department from waiting_now w where process = 'open-pharmacy' order by 1, 2"
    )
    departments = dict(rows.fetchall())
    items = dict(sql().execute("select item_key, department_key from item_case where case_id = %s", (case.id,)))
    assert {departments[f"call-{key}"] for key in ("P2", "P3")} == {items["P2"], items["P3"]}
    accepted = sql().execute("select distinct department from wait_month where process = 'item-licence'").fetchall()
    assert {department for (department,) in accepted} <= set(items.values())


def _two_cases() -> Callable[[], None]:
    release = machines.publish(LOOP, {"a": DRUGS})
    for turns in (1, 2):
        case, _ = machines.run(release)
        for turn in range(1, turns + 1):
            machines.done(case, "a", more=turn < turns)
    machines.run(release)
    return counted


@pytest.mark.parametrize(
    "broken", ["insert into walk ", "insert into wait_month", "insert into path_month", "walk_mark (id"]
)
def test_what_breaks_off_in_the_middle_has_counted_nothing(
    db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    _two_cases()
    execute = psycopg.Cursor.execute

    def breaking(cursor: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        if broken in str(query):
            raise psycopg.OperationalError("the server went away")
        return execute(cursor, query, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", breaking)
        with pytest.raises(psycopg.OperationalError):
            heat_counting.refresh()
    assert everything() == [[], [], [], []]
    with frozen_at(clock.now() + LAPSED):  # who broke it off is looked for once its time is over
        counted()
    assert everything() == counted_anew()
    assert waits()["a", "approval-bureau", next(iter(waits()))[2]][0] == 3


@pytest.fixture
def office_at_work(committed_app: Flask) -> Iterator[Flask]:
    with committed_app.app_context():
        yield committed_app
        database.session.remove()


@pytest.mark.slow
@pytest.mark.parametrize("fatal", [4, 6, 8, 10])
def test_a_worker_that_dies_leaves_whole_sums_and_another_goes_on(office_at_work: Flask, fatal: int) -> None:
    _two_cases()
    database.session.remove()
    assert die_before(office_at_work, fatal, "heat_counting.refresh()") == -signal.SIGKILL
    with frozen_at(clock.now() + LAPSED):
        counted()
    assert everything() == counted_anew()
    assert sum(number for number, _ in waits().values()) == 3


def test_workers_that_count_at_the_same_time_count_once(office_at_work: Flask) -> None:
    _two_cases()
    database.session.remove()
    assert at_once(office_at_work, counted, counted, counted) == []
    counted()
    assert everything() == counted_anew()
