"""Many cases are repaired at once: each row by itself, with a result of its own; nothing is done twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy

from tests.engine.runtime.diagrams import ext, io, job
from tests.journeys.test_repair import CHOICE, gives_up, lead, only_incident
from tests.support import machines, office
from webapp import clock
from webapp.clock import frozen_at
from webapp.errors import Busy, Incomplete, NotYours
from webapp.queries import bulk_repairs as queries
from webapp.queries.audit import verify_all
from webapp.queries.open_incidents import WantedIncidents, causes, chosen, incidents
from webapp.services import bulk_repair_work, bulk_repairs, engine_jobs, forgotten_batches, locked_case, suspension
from webapp.services.bulk_repairs import NothingToRepair, NotUnderWay, Repairs, TooManyRepairs
from webapp.services.page_keys import KeyReused
from webapp.settings import BATCH_WAITS_SECONDS
from webapp.unit_of_work import sql, unit_of_work

ASKS = "start s\nservice ask\nuser after\ns -> ask -> after"
WORK = {"ask": ext(job("ask-register"), io({"number": "n"}))}
WAITS = "start s\nuser a\ns -> a"


def failed(of: int) -> list[int]:
    """Cases whose job was given up."""
    release = machines.publish(ASKS, WORK)
    found = [machines.run(release, n=7)[0] for _ in range(of)]
    for case in found:
        gives_up(case)
    return found


def results(bulk: int) -> list[tuple[str, str]]:
    return [(row.state, row.said.zh) for row in queries.rows_of(bulk)[0]]


def retried(key: str = "k", ids: list[int] | None = None) -> int:
    rows = chosen(WantedIncidents(), ids, 100)
    return bulk_repairs.begin(Repairs.RETRY, rows, by=lead(), key=key)


def test_incidents_are_tried_again_each_by_itself(db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = failed(3)
    suspension.suspend(second, by=lead(), reason="核查", key="s")
    asked: list[int] = []

    def ask(running: engine_jobs.RunningJob) -> dict[str, Any]:
        asked.append(running.case.id)
        return {}

    monkeypatch.setitem(engine_jobs.HANDLERS, "ask-register", ask)
    bulk = retried()
    assert queries.bulk_repair(bulk).waiting == 3
    assert [line.bulk_id for line in incidents(WantedIncidents())[0]] == [bulk] * 3
    machines.work()
    (one, said), (other, why), (last, _) = results(bulk)
    assert (one, other, last) == ("done", "refused", "done")
    assert said == "已重新提交"
    assert "挂起" in why
    assert queries.bulk_repair(bulk).state == "done"
    assert sorted(asked) == [first, third]
    assert machines.tasks(first) == ["after"]
    assert machines.tasks(second) == []
    assert only_incident(second)
    assert machines.ledger(second).count("refused-act") == 1
    assert machines.ledger(first).count("incident-retried") == 1
    assert list(verify_all()) == []


def test_nothing_is_tried_again_twice_at_once(db: SQLAlchemy) -> None:
    case, other = failed(2)
    incident = only_incident(case)
    bulk, again = retried(ids=[incident]), retried("another page")
    assert results(again) == [("refused", bulk_repairs.ELSEWHERE.zh), ("waiting", "")]
    assert retried(ids=[incident]) == bulk  # the same page, sent twice
    with pytest.raises(KeyReused):
        bulk_repairs.begin(Repairs.SUSPEND, [(case, None)], by=lead(), key="k", reason="核查")
    bulk_repair_work.work(bulk)
    bulk_repair_work.work(bulk)  # the queue gives a job twice: there is nothing left to do
    assert machines.ledger(case).count("incident-retried") == 1
    bulk_repair_work.work(again)
    assert machines.ledger(other).count("incident-retried") == 1
    # The job fails anew: a later page takes it up again.
    for _ in range(2):
        with pytest.raises(LookupError):
            engine_jobs.run(_job(case))
    engine_jobs.run(_job(case))
    third = retried("third page", [only_incident(case)])
    assert results(third) == [("waiting", "")]


def _job(case: int) -> int:
    row = sql().execute("select id from engine_job where case_id = %s", (case,)).fetchone()
    assert row is not None
    return int(row[0])


def test_two_jobs_work_on_it(db: SQLAlchemy) -> None:
    release = machines.publish(WAITS)
    first, second = (machines.run(release)[0] for _ in range(2))
    bulk = bulk_repairs.begin(Repairs.SUSPEND, [(first, None), (second, None)], by=lead(), key="k", reason="核查")
    assert [name for _, name, _ in machines.taken()] == ["run_bulk_repair"] * bulk_repairs.LANES
    bulk_repair_work.work(bulk)
    assert results(bulk) == [("done", "已挂起")] * 2


def test_all_cases_of_a_release_stand_still_and_go_on(db: SQLAlchemy) -> None:
    release = machines.publish(WAITS)
    case, other = machines.run(release)[0], machines.run(release)[0]
    elsewhere = machines.run(machines.publish(WAITS, key="another"))[0]
    ended = machines.run(release)[0]
    machines.done(ended, "a")
    suspension.suspend(other, by=lead(), reason="先前的原因", key="s")
    cases = queries.cases_for(Repairs.SUSPEND, office.BUNDLE, [release], None, 100)
    assert cases == [case]
    bulk = bulk_repairs.begin(
        Repairs.SUSPEND, [(case, None), (other, None)], by=lead(), key="k", reason="系统切换", bundle=office.BUNDLE
    )
    machines.work()
    assert [state for state, _ in results(bulk)] == ["done", "refused"]
    assert machines.ledger(case).count("suspended") == 1
    assert machines.tasks(elsewhere) == ["a"]
    facts = sql().execute("select facts, reason from repair where case_id = %s", (case,)).fetchone()
    assert facts == ({"bulk": bulk}, "系统切换")
    cases = queries.cases_for(Repairs.RESUME, office.BUNDLE, [release], None, 100)
    assert sorted(cases) == sorted([case, other])
    back = bulk_repairs.begin(Repairs.RESUME, [(one, None) for one in cases], by=lead(), key="k2", reason="完成")
    machines.work()
    assert results(back) == [("done", "已恢复")] * 2
    machines.done(case, "a")
    assert list(verify_all()) == []


def test_a_bulk_repair_is_stopped(db: SQLAlchemy) -> None:
    case = machines.run(machines.publish(WAITS))[0]
    bulk = bulk_repairs.begin(Repairs.SUSPEND, [(case, None)], by=lead(), key="k", reason="核查")
    bulk_repairs.stop(bulk, by=lead())
    machines.work()
    assert results(bulk) == [("refused", bulk_repairs.ENDED_BEFORE.zh)]
    assert queries.bulk_repair(bulk).state == "stopped"
    assert "suspended" not in machines.ledger(case)
    with pytest.raises(NotUnderWay):
        bulk_repairs.stop(bulk, by=lead())


def test_who_may_and_how_many(db: SQLAlchemy) -> None:
    case = machines.run(machines.publish(CHOICE), size="many")[0]
    rows: list[tuple[int, int | None]] = [(case, only_incident(case))]
    for act in Repairs:
        with pytest.raises(NotYours):
            bulk_repairs.begin(act, rows, by=office.person("taoran"), key="k", reason="核查")
    with pytest.raises(Incomplete):
        bulk_repairs.begin(Repairs.SUSPEND, [(case, None)], by=lead(), key="k", reason=" ")
    with pytest.raises(NothingToRepair):
        bulk_repairs.begin(Repairs.RETRY, [], by=lead(), key="k")
    with pytest.raises(KeyReused):
        bulk_repairs.begin(Repairs.RETRY, rows, by=lead(), key="")
    many: list[tuple[int, int | None]] = [(case, number) for number in range(bulk_repairs.MOST_RETRIED + 1)]
    with pytest.raises(TooManyRepairs):
        bulk_repairs.begin(Repairs.RETRY, many, by=lead(), key="k")
    assert sql().execute("select count(*) from bulk_repair").fetchone() == (0,)


def test_an_engine_that_cannot_go_on_spoils_no_other_row(db: SQLAlchemy) -> None:
    release = machines.publish(CHOICE)
    damaged, mended = machines.run(release, size="many")[0], machines.run(release, size="many")[0]
    with unit_of_work():
        sql().execute("update process_instance set state = '\\x00' where case_id = %s", (damaged,))
    bulk = retried()
    machines.work()
    (one, why), (other, _) = results(bulk)
    assert (one, other) == ("refused", "done")
    assert "损坏" in why
    assert machines.ledger(mended).count("incident-retried") == 1


def test_incidents_are_grouped_by_what_failed(db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch) -> None:
    failed(2)
    machines.run(machines.publish(CHOICE), size="many")
    found = causes(WantedIncidents())
    assert [(one.count, one.element) for one in found] == [(2, "ask"), (1, "x")]
    assert "ask-register" in found[0].said  # the error's own last line
    [group, other] = found
    assert len(incidents(WantedIncidents(cause=group.digest))[0]) == 2
    assert len(incidents(WantedIncidents(element="x"))[0]) == 1
    assert len(incidents(WantedIncidents(code=other.code))[0]) == 1
    assert incidents(WantedIncidents(days=1))[0] == []
    assert incidents(WantedIncidents(bundle="another"))[0] == []
    assert len(chosen(WantedIncidents(cause=group.digest), None, 100)) == 2


class InHand:
    """Somebody acts on these cases, as far as the worker can see."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *cases: int) -> None:
        self.cases, held = set(cases), bulk_repair_work.lock

        def lock(statement: str, *values: object) -> Any:
            if values[0] in self.cases:
                raise Busy()
            return held(statement, *values)

        monkeypatch.setattr(bulk_repair_work, "lock", lock)


def waiting_jobs() -> list[datetime | None]:
    """When the jobs that wait are given out."""
    rows = sql().execute("select scheduled_at from procrastinate_jobs where status = 'todo' order by id")
    return [at for (at,) in rows]


def test_a_case_in_somebodys_hand_is_left_alone_for_a_while(db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    case, other = (machines.run(machines.publish(WAITS))[0] for _ in range(2))
    bulk = bulk_repairs.begin(Repairs.SUSPEND, [(case, None), (other, None)], by=lead(), key="k", reason="核查")
    machines.taken()
    hand = InHand(monkeypatch, case)
    for times, (seconds, later) in enumerate(((0, 10), (10, 40), (40, 100)), start=1):
        with frozen_at(now + timedelta(seconds=seconds)):
            bulk_repair_work.work(bulk)
            bulk_repair_work.work(bulk)  # another job comes at once: it is not its time yet
        [(state, said), (done, _)] = results(bulk)
        assert (state, done) == ("waiting", "done")
        assert said.startswith("有人正在办理这一件，")
        assert said.endswith(f"以后再试（已试 {times} 次）")
        assert waiting_jobs() == [now + timedelta(seconds=later)]
        machines.taken()
    assert queries.bulk_repair(bulk).state == "under-way"
    hand.cases.clear()
    with frozen_at(now + timedelta(seconds=100)):
        bulk_repair_work.work(bulk)
    assert results(bulk) == [("done", "已挂起")] * 2
    assert queries.bulk_repair(bulk).state == "done"


def test_a_case_that_is_never_let_go_of_is_given_up_in_words(db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch) -> None:
    case = machines.run(machines.publish(WAITS))[0]
    bulk = bulk_repairs.begin(Repairs.SUSPEND, [(case, None)], by=lead(), key="k", reason="核查")
    InHand(monkeypatch, case)
    moment = clock.now()
    for seconds in (*BATCH_WAITS_SECONDS, 0):
        with frozen_at(moment):
            assert results(bulk)[0][0] == "waiting"
            bulk_repair_work.work(bulk)
        moment += timedelta(seconds=seconds)
    assert results(bulk) == [("refused", "一直有人在办理这一件：约 19 分钟内试了 7 次，没有处理")]
    assert queries.bulk_repair(bulk).state == "done"
    assert "suspended" not in machines.ledger(case)


def test_what_fails_again_and_again_is_given_up_and_the_others_go_on(
    db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, other = (machines.run(machines.publish(WAITS))[0] for _ in range(2))
    bulk = bulk_repairs.begin(Repairs.SUSPEND, [(case, None), (other, None)], by=lead(), key="k", reason="核查")
    held, moment = bulk_repair_work.lock, clock.now()

    def lock(statement: str, *values: object) -> Any:
        if values[0] == case:
            raise RuntimeError("a fault of ours")
        return held(statement, *values)

    monkeypatch.setattr(bulk_repair_work, "lock", lock)
    for _ in range(3):
        with frozen_at(moment):
            bulk_repair_work.work(bulk)
        assert results(bulk)[1] == ("done", "已挂起")
        moment += timedelta(minutes=1)
    with frozen_at(moment):
        bulk_repair_work.work(bulk)
    assert results(bulk) == [("refused", "处理这一件时程序出错 3 次，没有处理"), ("done", "已挂起")]
    assert queries.bulk_repair(bulk).state == "done"


def test_a_refusal_waits_for_the_ledger_of_its_case(db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    case, other = (machines.run(machines.publish(WAITS))[0] for _ in range(2))
    suspension.suspend(case, by=lead(), reason="核查", key="s")
    bulk = bulk_repairs.begin(Repairs.SUSPEND, [(case, None), (other, None)], by=lead(), key="k", reason="核查")

    def lock(statement: str, *values: object) -> Any:
        raise Busy()

    with frozen_at(now), monkeypatch.context() as patched:
        patched.setattr(locked_case, "lock", lock)  # somebody took the case up between its turn and the ledger
        bulk_repair_work.work(bulk)
    [(state, said), done] = results(bulk)
    assert (state, done) == ("waiting", ("done", "已挂起"))
    assert said.endswith("以后再试（已试 1 次）")
    assert machines.ledger(case).count("refused-act") == 0
    with frozen_at(now + timedelta(minutes=1)):
        bulk_repair_work.work(bulk)
    assert results(bulk)[0][0] == "refused"
    assert machines.ledger(case).count("refused-act") == 1
    assert queries.bulk_repair(bulk).state == "done"


def test_what_fails_before_its_row_is_read_counts_on(db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch) -> None:
    case = machines.run(machines.publish(WAITS))[0]
    bulk = bulk_repairs.begin(Repairs.SUSPEND, [(case, None)], by=lead(), key="k", reason="核查")
    monkeypatch.setattr(bulk_repair_work, "ROWS", replace(bulk_repair_work.ROWS, read="m.place / (m.place - m.place)"))
    moment = clock.now()
    for times in (1, 2):
        with frozen_at(moment):
            bulk_repair_work.work(bulk)
        assert results(bulk)[0][1].startswith(f"处理时程序出错 {times} 次，")
        moment += timedelta(minutes=1)
    for _ in range(2):
        with frozen_at(moment):
            bulk_repair_work.work(bulk)
    assert results(bulk) == [("refused", "处理这一件时程序出错 3 次，没有处理")]


def test_a_bulk_repair_whose_jobs_are_lost_goes_on(db: SQLAlchemy) -> None:
    case = machines.run(machines.publish(WAITS))[0]
    bulk = bulk_repairs.begin(Repairs.SUSPEND, [(case, None)], by=lead(), key="k", reason="核查")
    assert forgotten_batches.defer_forgotten() == 0
    machines.taken()  # the queue gave up
    assert forgotten_batches.defer_forgotten() == 1
    assert forgotten_batches.defer_forgotten() == 0
    machines.work()
    assert results(bulk) == [("done", "已挂起")]
    assert forgotten_batches.defer_forgotten() == 0


def test_a_bulk_repair_whose_job_always_fails_ends_and_whoever_began_it_is_told(db: SQLAlchemy) -> None:
    case = machines.run(machines.publish(WAITS))[0]
    bulk = bulk_repairs.begin(Repairs.SUSPEND, [(case, None)], by=lead(), key="k", reason="核查")
    sql().execute("update procrastinate_jobs set status = 'failed'")
    assert forgotten_batches.defer_forgotten() == 0
    assert queries.bulk_repair(bulk).state == "done"
    assert results(bulk) == [("refused", "后台作业反复出错，已经停止，没有处理")]
    told = sql().execute("select user_id, kind, facts ->> 'id' from notice where kind = 'bulk-given-up'").fetchall()
    assert told == [(lead().user_id, "bulk-given-up", str(bulk))]
    assert forgotten_batches.defer_forgotten() == 0
    bulk_repair_work.work(bulk)
    assert "suspended" not in machines.ledger(case)
