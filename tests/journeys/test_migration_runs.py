"""Running cases of older releases go on with the one in force, many at once: proposed, tried, confirmed, undone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from flask_sqlalchemy import SQLAlchemy

from tests.engine.runtime.diagrams import ext
from tests.journeys.test_statements import business, counted
from tests.support import machines, office
from webapp import clock
from webapp.clock import frozen_at
from webapp.errors import Busy, Incomplete, NotYours, ReleaseRefused
from webapp.queries.audit import verify_all
from webapp.services import forgotten_batches, migration_work, suspension
from webapp.services import migration_runs as runs
from webapp.services.batch_ends import JOB_FAILED
from webapp.services.cleaning import clean
from webapp.services.migration_runs import UNDO_FOR, Chosen, MigrationNotNow
from webapp.services.release_rows import lock_bundle
from webapp.unit_of_work import sql, unit_of_work

DESIGNER, PUBLISHER, LEAD = "taoran", "jiangwen", "weixiaohong"
OLD = "start s\nuser a\nuser b\nuser c\ntimer late on a PT48H\nuser remind\ns -> a -> b -> c\nlate -> remind"
NEW = OLD.replace("user a\n", "user z\n").replace("on a ", "on z ").replace("s -> a", "s -> z")
RENAMED = {"a": "z"}


def person(login: str) -> Any:
    return office.person(login)


def cases(release: int, *, of: int = 3) -> list[int]:
    return [machines.run(release)[0] for _ in range(of)]


def begun(old: int, mapping: Mapping[str, str] | None = None, **chosen: Any) -> int:
    """A migration that was chosen and tried."""
    wanted = Chosen((old,), **chosen)
    told = {old: mapping or RENAMED}
    run = runs.begin(office.BUNDLE, wanted, told, by=person(DESIGNER), reason="审查环节改名")
    machines.work()
    return run


def confirmed(run: int, *, first: int = 1) -> None:
    """Proposed, confirmed by somebody else, and its first batch done."""
    runs.propose(run, by=person(DESIGNER))
    runs.confirm(run, by=person(PUBLISHER), first_cases=first)
    machines.work()


def state(run: int) -> str:
    row = sql().execute("select state from migration_run where id = %s", (run,)).fetchone()
    assert row is not None
    return str(row[0])


def outcomes(run: int) -> list[str]:
    rows = sql().execute("select state from migration_case where run_id = %s order by case_id", (run,))
    return [one for (one,) in rows]


def reasons(run: int, case: int) -> str:
    row = sql().execute("select reasons from migration_case where run_id = %s and case_id = %s", (run, case)).fetchone()
    assert row is not None
    return " ".join(words for _, _, words, _ in row[0])


def release_of(case: int) -> int:
    row = sql().execute("select release_id from cases where id = %s", (case,)).fetchone()
    assert row is not None
    return int(row[0])


def rows_of(case: int) -> dict[str, Any]:
    """Everything of the case that a migration touches, without what counts how often it was written."""
    asked = {
        "case": "select release_id from cases where id = %s",
        "instances": "select id, release_id, process, state, scopes from process_instance where case_id = %s",
        "tasks": "select id, process, element, step, name_zh, groups, due_on, state, assignee_id from user_task"
        " where case_id = %s order by id",
        "inbox": "select c.* from task_candidate c join user_task t on t.id = c.task_id where t.case_id = %s"
        " order by 1, 2",
        "timers": "select id, engine_timer, element, due_at from timer where case_id = %s order by id",
        "waits": "select w.* from message_wait w join process_instance i on i.id = w.instance_id"
        " where i.case_id = %s order by 1",
    }
    return {name: sql().execute(query, (case,)).fetchall() for name, query in asked.items()}


def test_a_small_batch_goes_first_and_the_rest_after_somebody_has_looked(db: SQLAlchemy) -> None:
    old = machines.publish(OLD)
    moved = cases(old, of=4)
    new = machines.publish(NEW)
    run = begun(old)
    assert state(run) == "checked"
    assert outcomes(run) == ["fits"] * 4
    assert {release_of(case) for case in moved} == {old}
    confirmed(run, first=2)
    assert state(run) == "looked"
    assert outcomes(run) == ["moved", "moved", "fits", "fits"]
    assert machines.tasks(moved[0]) == ["z"]
    assert machines.tasks(moved[3]) == ["a"]
    runs.go_on(run, by=person(LEAD))
    machines.work()
    assert state(run) == "done"
    assert {release_of(case) for case in moved} == {new}
    machines.done(moved[3], "z")
    assert machines.tasks(moved[3]) == ["b"]
    assert machines.ledger(moved[3]).count("release-changed") == 1
    row = sql().execute("select reason, by_id from repair where case_id = %s", (moved[0],)).fetchone()
    assert row == ("审查环节改名", person(PUBLISHER).user_id)
    told = sql().execute("select kind from release_event where kind like 'migration-%%' order by seq").fetchall()
    assert [kind for (kind,) in told] == [
        "migration-begun",
        "migration-proposed",
        "migration-confirmed",
        "migration-continued",
    ]
    assert list(verify_all()) == []


def test_a_case_that_does_not_fit_says_why_and_stays(db: SQLAlchemy) -> None:
    old = machines.publish(OLD)
    _, stays = cases(old, of=2)
    machines.done(stays, "a")
    machines.publish(NEW.replace("user b\n", "manual b\n"))
    run = begun(old)
    assert outcomes(run) == ["fits", "unfit"]
    assert "元素类型不同" in reasons(run, stays)
    confirmed(run, first=5)
    runs.go_on(run, by=person(PUBLISHER))
    machines.work()
    assert outcomes(run) == ["moved", "unfit"]
    assert release_of(stays) == old
    assert "release-changed" not in machines.ledger(stays)


def test_a_case_that_went_on_since_it_was_tried_is_looked_at_again(db: SQLAlchemy) -> None:
    old = machines.publish(OLD)
    [case] = cases(old, of=1)
    machines.publish(NEW.replace("user b\n", "manual b\n"))
    run = begun(old)
    machines.done(case, "a")
    confirmed(run)
    assert outcomes(run) == ["refused"]
    assert "元素类型不同" in reasons(run, case)
    assert (state(run), release_of(case)) == ("looked", old)


def test_it_is_taken_back_row_by_row_where_nobody_has_acted_since(db: SQLAlchemy) -> None:
    old = machines.publish(OLD)
    untouched, claimed, gone_on = cases(old)
    before = rows_of(untouched)
    new = machines.publish(NEW.replace("timer late on z PT48H", "timer soon on z PT24H").replace("late ->", "soon ->"))
    run = begun(old)
    confirmed(run, first=3)
    assert outcomes(run) == ["moved"] * 3
    assert rows_of(untouched) != before
    machines.done(claimed, "z")
    suspension.suspend(gone_on, by=person(LEAD), reason="核对", key="s")
    runs.undo(run, by=person(PUBLISHER), reason="新版有误")
    machines.work()
    assert state(run) == "undone"
    assert outcomes(run) == ["undone", "kept", "kept"]
    assert rows_of(untouched) == before
    assert "已有人办理" in reasons(run, claimed)
    assert [release_of(case) for case in (untouched, claimed, gone_on)] == [old, new, new]
    assert machines.ledger(untouched)[-1] == "release-restored"
    machines.done(untouched, "a")
    assert machines.tasks(untouched) == ["b"]
    assert list(verify_all()) == []


def test_after_thirty_days_nothing_is_taken_back_any_more(db: SQLAlchemy) -> None:
    old = machines.publish(OLD)
    [case] = cases(old, of=1)
    new = machines.publish(NEW)
    run = begun(old)
    confirmed(run)
    runs.go_on(run, by=person(PUBLISHER))
    machines.work()
    ended = clock.now()
    with frozen_at(ended + UNDO_FOR + timedelta(minutes=1)):
        clean()
        with pytest.raises(MigrationNotNow) as refused:
            runs.undo(run, by=person(PUBLISHER), reason="新版有误")
    assert "留存期已过" in refused.value.words.zh
    assert (state(run), outcomes(run), release_of(case)) == ("done", ["moved"], new)


def test_what_is_needed_to_take_it_back_is_kept_for_thirty_days(db: SQLAlchemy) -> None:
    old = machines.publish(OLD)
    [case] = cases(old, of=1)
    machines.publish(NEW)
    run = begun(old)
    confirmed(run)
    runs.go_on(run, by=person(PUBLISHER))
    machines.work()
    with frozen_at(clock.now() + UNDO_FOR - timedelta(minutes=1)):
        clean()
        runs.undo(run, by=person(PUBLISHER), reason="新版有误")
        machines.work()
    assert (state(run), outcomes(run), release_of(case)) == ("undone", ["undone"], old)


def test_what_began_something_at_once_cannot_be_taken_back(db: SQLAlchemy) -> None:
    old = machines.publish(OLD)
    [case] = cases(old, of=1)
    machines.publish(NEW + "\nalso condition now on z 1 = 1\nuser told\nnow -> told")
    run = begun(old)
    confirmed(run)
    assert machines.tasks(case) == ["z", "told"]
    runs.undo(run, by=person(PUBLISHER), reason="新版有误")
    machines.work()
    assert outcomes(run) == ["kept"]
    assert "不能撤销" in reasons(run, case)


def test_it_is_paused_and_stopped_between_two_cases(db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch) -> None:
    old = machines.publish(OLD)
    cases(old, of=4)
    machines.publish(NEW)
    run = begun(old)
    confirmed(run, first=1)
    runs.go_on(run, by=person(PUBLISHER))
    monkeypatch.setattr(migration_work, "MOVED_AT_ONCE", 1)
    [first, *_] = machines.taken()
    migration_work.work(**first[2])
    runs.pause(run, by=person(LEAD))
    machines.work()
    assert state(run) == "paused"
    assert outcomes(run).count("moved") == 2
    with pytest.raises(MigrationNotNow):
        runs.pause(run, by=person(LEAD))
    runs.stop(run, by=person(LEAD))
    assert state(run) == "stopped"
    with pytest.raises(MigrationNotNow):
        runs.go_on(run, by=person(LEAD))


def test_the_first_batch_is_looked_at_also_where_a_pause_came_behind_its_last_case(
    db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = machines.publish(OLD)
    cases(old, of=3)
    machines.publish(NEW)
    run = begun(old)
    runs.propose(run, by=person(DESIGNER))
    runs.confirm(run, by=person(PUBLISHER), first_cases=1)
    moved = migration_work.carry_over

    def pausing(*given: Any, **more: Any) -> None:
        moved(*given, **more)
        sql().execute("update migration_run set state = 'paused' where id = %s", (run,))

    with monkeypatch.context() as patch:
        patch.setattr(migration_work, "carry_over", pausing)
        machines.work()
    assert (state(run), outcomes(run)) == ("paused", ["moved", "fits", "fits"])
    runs.go_on(run, by=person(LEAD))
    machines.work()
    assert (state(run), outcomes(run)) == ("looked", ["moved", "fits", "fits"])
    assert notices(PUBLISHER)[-1] == "migration-looked"
    runs.go_on(run, by=person(LEAD))
    runs.pause(run, by=person(LEAD))
    runs.go_on(run, by=person(LEAD))
    machines.work()
    assert (state(run), outcomes(run)) == ("done", ["moved"] * 3)


def test_four_eyes_and_who_may_what(db: SQLAlchemy) -> None:
    old = machines.publish(OLD)
    cases(old, of=1)
    machines.publish(NEW)
    for login in (PUBLISHER, LEAD, "zhaolin"):
        with pytest.raises(NotYours):
            runs.begin(office.BUNDLE, Chosen((old,)), {}, by=person(login), reason="改名")
    run = begun(old)
    with pytest.raises(MigrationNotNow):
        runs.confirm(run, by=person(PUBLISHER))
    runs.propose(run, by=person(DESIGNER))
    with pytest.raises(NotYours):
        runs.confirm(run, by=person(DESIGNER))
    sql().execute("update migration_run set created_by = %s", (person(PUBLISHER).user_id,))
    with pytest.raises(ReleaseRefused):
        runs.confirm(run, by=person(PUBLISHER))
    runs.withdraw(run, by=person(LEAD))
    assert state(run) == "withdrawn"


def notices(login: str) -> list[str]:
    """The kinds of what somebody was told of migrations, in order."""
    rows = sql().execute("select kind from notice where user_id = %s order by id", (person(login).user_id,))
    return [kind for (kind,) in rows if kind.startswith("migration-")]


def test_who_may_confirm_it_is_told_and_who_confirmed_it_of_the_first_batch(db: SQLAlchemy) -> None:
    old = machines.publish(OLD)
    cases(old, of=3)
    machines.publish(NEW)
    run = begun(old)
    assert notices(PUBLISHER) == notices(LEAD) == []
    runs.propose(run, by=person(DESIGNER))
    assert notices(PUBLISHER) == notices(LEAD) == ["migration-to-confirm"]
    assert notices(DESIGNER) == []
    row = sql().execute("select facts from notice where kind = 'migration-to-confirm' limit 1").fetchone()
    assert row is not None
    assert (row[0]["cases"], row[0]["by"]) == ("3", person(DESIGNER).name)
    runs.confirm(run, by=person(PUBLISHER), first_cases=1)
    machines.work()
    assert notices(PUBLISHER) == ["migration-to-confirm", "migration-looked"]
    assert notices(LEAD) == ["migration-to-confirm"]
    unread = "select kind from notice where read_at is null and kind like 'migration-%'"
    assert [kind for (kind,) in sql().execute(unread)] == ["migration-looked"]  # what was confirmed asks nobody
    runs.go_on(run, by=person(LEAD))
    machines.work()
    assert notices(PUBLISHER) == ["migration-to-confirm", "migration-looked"]
    assert sql().execute(unread).fetchall() == []


def test_nothing_to_choose_no_reason_and_a_release_that_is_not_in_force_any_more(db: SQLAlchemy) -> None:
    old = machines.publish(OLD)
    cases(old, of=1)
    machines.publish(NEW)
    with pytest.raises(Incomplete):
        runs.begin(office.BUNDLE, Chosen((old,)), {}, by=person(DESIGNER), reason=" ")
    with pytest.raises(Incomplete) as refused:
        runs.begin(office.BUNDLE, Chosen((old,), until=date.max), {}, by=person(DESIGNER), reason="改名")
    assert refused.value.field == "until"
    with pytest.raises(Incomplete):
        runs.begin(office.BUNDLE, Chosen((old,), step=f"{machines.PROCESS}:c"), {}, by=person(DESIGNER), reason="改名")
    run = begun(old, step=f"{machines.PROCESS}:a")
    runs.propose(run, by=person(DESIGNER))
    machines.publish(NEW)
    with pytest.raises(ReleaseRefused):
        runs.confirm(run, by=person(PUBLISHER))


def test_nothing_is_published_while_cases_are_on_their_way(db: SQLAlchemy) -> None:
    old = machines.publish(OLD)
    cases(old, of=2)
    machines.publish(NEW)
    run = begun(old)
    lock_bundle(office.BUNDLE)
    runs.ensure_none_under_way(office.BUNDLE)
    second = begun(old)
    runs.propose(second, by=person(DESIGNER))
    confirmed(run)
    with pytest.raises(ReleaseRefused):
        runs.ensure_none_under_way(office.BUNDLE)
    with pytest.raises(MigrationNotNow):
        runs.confirm(second, by=person(PUBLISHER))
    with pytest.raises(MigrationNotNow):
        runs.begin(office.BUNDLE, Chosen((old,)), {old: RENAMED}, by=person(DESIGNER), reason="审查环节改名")
    runs.go_on(run, by=person(PUBLISHER))
    machines.work()
    runs.ensure_none_under_way(office.BUNDLE)


def test_a_case_costs_at_most_three_statements_more_than_a_completion(
    db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = machines.publish(OLD, {"a": ext('<zeebe:assignmentDefinition candidateGroups="drug.review" />')})
    [completed, *_] = cases(old, of=3)
    machines.publish(NEW)
    with counted(monkeypatch) as completion:  # the lock, its task, the instance, all rows
        machines.done(completed, "a")
    run = begun(old)
    runs.propose(run, by=person(DESIGNER))
    runs.confirm(run, by=person(PUBLISHER), first_cases=1)
    [(_, _, given), *_] = machines.taken()
    with counted(monkeypatch) as one:
        migration_work.work(**given)
    runs.go_on(run, by=person(PUBLISHER))
    [(_, _, given), *_] = machines.taken()
    with counted(monkeypatch) as two:
        migration_work.work(**given)
    assert outcomes(run) == ["moved"] * 3
    each = len(business(two)) - len(business(one))
    assert each <= len(business(completion)) + 3, (business(two), business(completion))


def test_a_worker_that_fails_in_the_middle_leaves_whole_cases(db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch) -> None:
    old = machines.publish(OLD)
    moved = cases(old, of=2)
    machines.publish(NEW)
    run = begun(old)
    runs.propose(run, by=person(DESIGNER))
    runs.confirm(run, by=person(PUBLISHER), first_cases=2)
    before = [rows_of(case) for case in moved]
    [(_, _, given), *_] = machines.taken()
    execute, count = psycopg.Cursor.execute, 0

    def breaking(cursor: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal count
        count += "insert into repair" in str(query)
        if count == 1:
            count = 2
            raise psycopg.OperationalError("the server went away")
        return execute(cursor, query, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", breaking)
        with pytest.raises(psycopg.OperationalError):
            migration_work.work(**given)
    assert [rows_of(case) for case in moved] == before
    assert outcomes(run) == ["fits", "fits"]
    migration_work.work(**given)
    assert sorted(outcomes(run)) == ["fits", "moved"]  # what failed waits a little
    with frozen_at(clock.now() + timedelta(minutes=1)):
        migration_work.work(**given)
    assert outcomes(run) == ["moved", "moved"]


def test_a_case_in_somebodys_hand_is_moved_or_taken_back_later(db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch) -> None:
    old = machines.publish(OLD)
    held, other = cases(old, of=2)
    machines.publish(NEW)
    run = begun(old)
    runs.propose(run, by=person(DESIGNER))
    runs.confirm(run, by=person(PUBLISHER), first_cases=2)
    in_hand, locked, moment = {held}, migration_work.lock, clock.now()

    def lock(statement: str, *values: object) -> Any:
        if values[0] in in_hand:
            raise Busy()
        return locked(statement, *values)

    monkeypatch.setattr(migration_work, "lock", lock)
    for which, after, ends in (("fits", "moved", "looked"), ("moved", "undone", "undone")):
        in_hand.add(held)
        with frozen_at(moment):
            migration_work.work(run)
        assert outcomes(run) == [which, after]
        assert reasons(run, held).startswith("有人正在办理这一件")
        assert state(run) != ends
        in_hand.clear()
        moment += timedelta(seconds=10)
        with frozen_at(moment):
            migration_work.work(run)
        assert outcomes(run) == [after, after]
        assert reasons(run, held) == ""
        assert state(run) == ends
        if ends == "looked":
            runs.undo(run, by=person(PUBLISHER), reason="新版有误")
    assert [release_of(case) for case in (held, other)] == [old, old]


def test_what_a_job_had_claimed_is_free_at_once_after_a_pause(db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch) -> None:
    old = machines.publish(OLD)
    cases(old, of=3)
    machines.publish(NEW)
    run = begun(old)
    confirmed(run, first=1)
    runs.go_on(run, by=person(PUBLISHER))
    machines.taken()
    moved = migration_work.carry_over

    def pausing(*given: Any, **more: Any) -> None:
        moved(*given, **more)
        sql().execute("update migration_run set state = 'paused'")

    monkeypatch.setattr(migration_work, "carry_over", pausing)
    migration_work.work(run)
    monkeypatch.setattr(migration_work, "carry_over", moved)
    assert state(run) == "paused"
    rows = sql().execute("select tries, not_before from migration_case where state = 'fits'").fetchall()
    assert set(rows) == {(0, None)}
    runs.go_on(run, by=person(PUBLISHER))
    machines.work()
    assert (state(run), outcomes(run)) == ("done", ["moved"] * 3)


def failed_for_good() -> None:
    """The queue gives up what it has, and looks after batches without a job."""
    with unit_of_work():
        sql().execute("update procrastinate_jobs set status = 'failed' where status = 'todo'")
    assert forgotten_batches.defer_forgotten() == 0


def test_a_migration_whose_job_always_fails_ends_and_whoever_began_it_is_told(db: SQLAlchemy) -> None:
    old = machines.publish(OLD)
    moved = cases(old, of=3)
    machines.publish(NEW)
    untried = runs.begin(office.BUNDLE, Chosen((old,)), {old: RENAMED}, by=person(DESIGNER), reason="审查环节改名")
    failed_for_good()
    assert (state(untried), outcomes(untried)) == ("checked", ["unfit"] * 3)
    assert reasons(untried, moved[0]) == JOB_FAILED.zh
    assert notices(DESIGNER)[-1] == "migration-given-up"
    run = begun(old)
    runs.propose(run, by=person(DESIGNER))
    runs.confirm(run, by=person(PUBLISHER), first_cases=1)
    failed_for_good()
    assert (state(run), outcomes(run)) == ("looked", ["refused", "fits", "fits"])
    assert notices(PUBLISHER)[-1] == "migration-given-up"
    runs.go_on(run, by=person(LEAD))
    machines.work()
    assert (state(run), outcomes(run)) == ("done", ["refused", "moved", "moved"])
    runs.undo(run, by=person(LEAD), reason="名称有误")
    failed_for_good()
    assert (state(run), outcomes(run)) == ("undone", ["refused", "kept", "kept"])
    assert {release_of(case) for case in moved[1:]} != {old}
    assert notices(LEAD)[-1] == "migration-given-up"
