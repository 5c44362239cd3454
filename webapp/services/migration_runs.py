"""批量迁移: running cases of older releases go on with the one in force, many at once.

A designer chooses the cases and how elements are mapped; the worker tries it on every case. What fits is proposed, and
somebody else confirms it: a small batch first, which is looked at, then the rest. What the worker does with each case
stands in `migration_work`; here are the acts of people. Every act is a line in the chain of the bundle's releases.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson

from engine import Words
from webapp import clock, moments, outbox
from webapp.catalogue import published
from webapp.errors import ActRefused, Incomplete, NotFound, ReleaseRefused
from webapp.identity import Identity
from webapp.permissions import Permission, ensure
from webapp.services.notices import NoticeKind, notify, settle
from webapp.services.page_keys import remember
from webapp.services.release_rows import lock_bundle, record
from webapp.services.repairing import digest, given_reason
from webapp.unit_of_work import sql, unit_of_work

CHECKING, CHECKED, PROPOSED = "checking", "checked", "proposed"
FIRST, LOOKED, REST, PAUSED = "first", "looked", "rest", "paused"
DONE, STOPPED, WITHDRAWN, UNDOING, UNDONE = "done", "stopped", "withdrawn", "undoing", "undone"
#: Confirmed and not over; the worker moves cases in two of these states.
UNDER_WAY = (FIRST, LOOKED, REST, PAUSED, UNDOING)
MOVING = (FIRST, REST)
#: Cases of one migration: more are taken by another, after this one.
MOST_CASES = 20_000
FIRST_CASES, MOST_FIRST_CASES = 5, 100
#: Jobs of the queue that work on one migration at the same time.
LANES = 4
#: How long after its end a migration can be taken back: what that takes is kept so long.
UNDO_FOR = timedelta(days=30)
#: The last day that has a next one.
LAST_DAY = date.max - timedelta(days=1)


class MigrationNotNow(ActRefused):
    """The migration has gone on since the page was opened, or another one is under way."""

    def __init__(self, words: Words | None = None) -> None:
        super().__init__(
            words
            or Words(
                "这次迁移已有变化，请核对现在的情况后再办理。",
                "This migration has gone on since. Look at where it stands and try again.",
            )
        )


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which running cases: of these releases; with an open task of this step; received between two days."""

    releases: tuple[int, ...]
    step: str = ""
    since: date | None = None
    until: date | None = None

    def as_json(self) -> str:
        told = {"releases": self.releases, "step": self.step, "since": self.since, "until": self.until}
        return orjson.dumps(told).decode()


#: The case `k` is received and processes of its release still run, also after its own has ended.
CHOSEN = """
k.bundle_key = %(bundle)s and k.release_id = any(%(releases)s) and k.release_id <> %(target)s
and k.received_at is not null
and exists (select from process_instance i where i.case_id = k.id and i.release_id = k.release_id
    and i.ended_at is null)
and (%(step)s = '' or exists (select from user_task t where t.case_id = k.id and t.state = 'open'
    and t.process || ':' || t.element = %(step)s))
and (%(since)s::timestamptz is null or k.received_at >= %(since)s)
and (%(before)s::timestamptz is null or k.received_at < %(before)s)
"""
BEGIN = """
insert into migration_run (bundle_key, to_release_id, mappings, filters, reason, state, created_by, created_at)
values (%(bundle)s, %(target)s, %(mappings)s::jsonb, %(filters)s::jsonb, %(reason)s, 'checking', %(by)s, %(now)s)
returning id
"""
TAKE = f"""
insert into migration_case (run_id, case_id, from_release_id, place, state)
select %(run)s, k.id, k.release_id, row_number() over (order by k.received_at, k.id), 'chosen'
from cases k where {CHOSEN} order by k.received_at, k.id limit %(most)s
"""


DAY_WRONG = Words("日期不对，请重新选择。", "This is no day that can be searched for. Choose another.")


def chosen_values(bundle: str, target: int, chosen: Chosen) -> dict[str, Any]:
    """What CHOSEN is asked with. Raises Incomplete for an end of the days that no calendar has."""
    if chosen.until and chosen.until > LAST_DAY:
        raise Incomplete("until", DAY_WRONG)
    return {
        "bundle": bundle,
        "target": target,
        "releases": list(chosen.releases),
        "step": chosen.step,
        "since": _midnight(chosen.since) if chosen.since else None,
        "before": _midnight(chosen.until + timedelta(days=1)) if chosen.until else None,
    }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, moments.OFFICE_ZONE)


Mappings = Mapping[int, Mapping[str, str]]


def begin(bundle: str, chosen: Chosen, mappings: Mappings, *, by: Identity, reason: str, key: str | None = None) -> int:
    """Choose the cases and have the worker try the move on each of them; returns the id of the migration.

    `mappings`: release that cases come from -> what its elements become; none where all keep their ids. `key` is the
    page's, so that sent twice it counts once. Raises NotYours, NotFound (no release in force), Incomplete (no reason,
    no case), MigrationNotNow, AlreadyCarriedOut, KeyReused.
    """
    ensure(by, Permission.MIGRATION_PROPOSE)
    reason = given_reason(reason)
    with unit_of_work():
        lock_bundle(bundle)
        if key is not None:
            remember(by, key, clock.now(), f"migration:{bundle}")
        _ensure_no_other(bundle)
        target = _in_force(bundle)
        values = {
            **chosen_values(bundle, target, chosen),
            "mappings": orjson.dumps({str(of): dict(told) for of, told in mappings.items()}).decode(),
            "filters": chosen.as_json(),
            "reason": reason,
            "by": by.user_id,
            "now": clock.now(),
            "most": MOST_CASES,
        }
        row = sql().execute(BEGIN, values).fetchone()
        assert row is not None
        count = sql().execute(TAKE, {**values, "run": row[0]}).rowcount
        if not count:
            raise Incomplete("releases", Words("没有符合条件的在办件。", "No running case is chosen by this."))
        outbox.defer(sql(), outbox.CHECK_MIGRATION, run_id=row[0])
        record(bundle, "migration-begun", by, target, run=row[0], cases=count)
    return int(row[0])


#: Who may confirm it (`Permission.MIGRATION_RUN`) and has not proposed it.
CONFIRMERS = """
select distinct u.id from app_user u join membership m on m.user_id = u.id
join candidate_group g on g.id = m.group_id
where g.role in ('publisher', 'lead') and u.active and u.id <> %s
"""


def propose(run_id: int, *, by: Identity) -> None:
    """Ask somebody else to confirm it: whoever may is told. Raises NotYours, NotFound, MigrationNotNow."""
    ensure(by, Permission.MIGRATION_PROPOSE)
    with unit_of_work():
        run = _locked(run_id, CHECKED)
        if not _has(run_id, "fits"):
            raise MigrationNotNow(Words("没有可以迁移的办件。", "None of the cases can be moved."))
        _set(run, PROPOSED)
        record(run.bundle, "migration-proposed", by, run.target, run=run_id)
        row = sql().execute(FITTING, (run_id,)).fetchone()
        facts = {**told_of(run.target), "by": by.name, "cases": str(row[0] if row else 0), "run": str(run_id)}
        told = {user for (user,) in sql().execute(CONFIRMERS, (run.author,))}
        notify(told, NoticeKind.MIGRATION_TO_CONFIRM, case_id=None, task_id=None, facts=facts, now=clock.now())


FITTING = "select count(*) from migration_case where run_id = %s and state = 'fits'"


def told_of(target: int) -> dict[str, str]:
    """What a notice says of a migration to this release."""
    release = published(target)
    name = release.bundle.name
    return {"bundle": name.zh, "bundle_en": name.en or name.zh, "number": str(release.number)}


def confirm(run_id: int, *, by: Identity, first_cases: int = FIRST_CASES) -> None:
    """Let a small batch go; by somebody else than who proposed it.

    Raises NotYours, NotFound, Incomplete, MigrationNotNow, and ReleaseRefused to who proposed it, or where another
    release is in force by now.
    """
    ensure(by, Permission.MIGRATION_RUN)
    if not 1 <= first_cases <= MOST_FIRST_CASES:
        raise Incomplete(
            "first",
            Words(f"先迁移的件数为 1 至 {MOST_FIRST_CASES}。", f"The first batch has 1 to {MOST_FIRST_CASES} cases."),
        )
    with unit_of_work():
        run = _locked(run_id, PROPOSED)
        if run.author == by.user_id:
            raise ReleaseRefused(
                Words("迁移须由另一人确认，不能确认自己提出的。", "Another person confirms it: not who proposed it.")
            )
        if _in_force(run.bundle) != run.target:
            raise ReleaseRefused(
                Words(
                    "现行版已更换，请按新的现行版重新发起迁移。",
                    "Another release is in force by now. Begin a migration to that one.",
                )
            )
        _ensure_no_other(run.bundle)
        sql().execute(
            "update migration_run set confirmed_by = %s, confirmed_at = %s, first_cases = %s where id = %s",
            (by.user_id, clock.now(), first_cases, run_id),
        )
        sql().execute(NUMBER_ANEW, {"run": run_id})
        settle([NoticeKind.MIGRATION_TO_CONFIRM], {"run": str(run_id)})
        _go(run, FIRST)
        record(run.bundle, "migration-confirmed", by, run.target, run=run_id, first=first_cases)


#: The first batch is of cases that fit.
NUMBER_ANEW = """
update migration_case m set place = n.place
from (select case_id, row_number() over (order by state <> 'fits', place) as place
      from migration_case where run_id = %(run)s) n
where m.run_id = %(run)s and m.case_id = n.case_id
"""


def go_on(run_id: int, *, by: Identity) -> None:
    """Go on with the rest after the first batch, or with what was paused: the first batch is looked at in any case.

    Raises NotYours, NotFound, MigrationNotNow.
    """
    ensure(by, Permission.MIGRATION_RUN)
    with unit_of_work():
        run = _locked(run_id, LOOKED, PAUSED)
        settle([NoticeKind.MIGRATION_LOOKED], {"run": str(run_id)})
        if run.state == LOOKED:
            sql().execute("update migration_run set rest_at = %s where id = %s", (clock.now(), run_id))
        _go(run, REST if run.state == LOOKED or run.rest_at is not None else FIRST)
        record(run.bundle, "migration-continued", by, run.target, run=run_id)


def pause(run_id: int, *, by: Identity) -> None:
    """Let no further case go; the one whose turn it is just now is finished. Raises NotYours, NotFound,
    MigrationNotNow."""
    ensure(by, Permission.MIGRATION_RUN)
    with unit_of_work():
        run = _locked(run_id, *MOVING)
        _set(run, PAUSED)
        record(run.bundle, "migration-paused", by, run.target, run=run_id)


def stop(run_id: int, *, by: Identity) -> None:
    """Leave the other cases with their releases. Raises NotYours, NotFound, MigrationNotNow."""
    ensure(by, Permission.MIGRATION_RUN)
    with unit_of_work():
        run = _locked(run_id, LOOKED, PAUSED)
        settle([NoticeKind.MIGRATION_LOOKED], {"run": str(run_id)})
        _set(run, STOPPED, over=True)
        record(run.bundle, "migration-stopped", by, run.target, run=run_id)


def withdraw(run_id: int, *, by: Identity) -> None:
    """Who proposed or may confirm it lets go of it before any case has moved.

    Raises NotYours, NotFound, MigrationNotNow.
    """
    ensure(by, Permission.MIGRATION_SEE)
    with unit_of_work():
        run = _locked(run_id, CHECKING, CHECKED, PROPOSED)
        if run.author != by.user_id:
            ensure(by, Permission.MIGRATION_RUN)
        settle([NoticeKind.MIGRATION_TO_CONFIRM], {"run": str(run_id)})
        _set(run, WITHDRAWN, over=True)
        record(run.bundle, "migration-withdrawn", by, run.target, run=run_id)


PAST_UNDOING = Words(
    f"留存期已过：迁移结束满 {UNDO_FOR.days} 天后，撤销所需的资料不再留存，不能撤销。",
    f"The time is over: what taking a migration back needs is kept for {UNDO_FOR.days} days after its end.",
)


def is_past_undoing(ended_at: datetime | None) -> bool:
    """Whether a migration that ended then can be taken back no more."""
    return ended_at is not None and ended_at < clock.now() - UNDO_FOR


def undo(run_id: int, *, by: Identity, reason: str) -> None:
    """Take every case back to where it was on which nobody has acted since; the worker does it.

    Raises NotYours, NotFound, Incomplete (no reason), MigrationNotNow (also where it has been over for too long).
    """
    ensure(by, Permission.MIGRATION_RUN)
    reason = given_reason(reason)
    with unit_of_work():
        run = _locked(run_id, LOOKED, PAUSED, STOPPED, DONE)
        settle([NoticeKind.MIGRATION_LOOKED], {"run": str(run_id)})
        if is_past_undoing(run.ended_at):
            raise MigrationNotNow(PAST_UNDOING)
        _ensure_no_other(run.bundle, but=run_id)
        sql().execute(
            "update migration_run set undone_by = %s, undo_reason = %s where id = %s", (by.user_id, reason, run_id)
        )
        _go(run, UNDOING)
        record(run.bundle, "migration-undone", by, run.target, run=run_id, reason=digest(reason))


class MigrationUnderWay(ReleaseRefused):
    """Nothing is wrong with the release; it has to wait for the end of a migration."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "这件事的在办件正在迁移，迁移结束后才能发布。",
                "Running cases of this bundle are being moved to another release; publish after that.",
            )
        )


def ensure_none_under_way(bundle: str) -> None:
    """Under the bundle's lock: nothing is published while cases are on their way. Raises MigrationUnderWay."""
    if sql().execute(OTHER, (bundle, 0)).fetchone() is not None:
        raise MigrationUnderWay()


@dataclass(frozen=True, slots=True)
class _Run:
    id: int
    bundle: str
    target: int
    state: str
    author: int
    rest_at: datetime | None
    ended_at: datetime | None


OTHER = """
select id from migration_run where bundle_key = %s and id <> %s
    and state in ('first', 'looked', 'rest', 'paused', 'undoing')
"""


def _locked(run_id: int, *states: str) -> _Run:
    """The migration under its bundle's lock and its own. Raises NotFound, MigrationNotNow in another state."""
    found = sql().execute("select bundle_key from migration_run where id = %s", (run_id,)).fetchone()
    if found is None:
        raise NotFound()
    lock_bundle(found[0])
    row = (
        sql()
        .execute(
            "select id, bundle_key, to_release_id, state, created_by, rest_at, ended_at from migration_run"
            " where id = %s for no key update",
            (run_id,),
        )
        .fetchone()
    )
    assert row is not None
    run = _Run(*row)
    if run.state not in states:
        raise MigrationNotNow()
    return run


def _set(run: _Run, state: str, *, over: bool = False) -> None:
    ended = clock.now() if over else None
    sql().execute("update migration_run set state = %s, ended_at = %s where id = %s", (state, ended, run.id))


def _go(run: _Run, state: str) -> None:
    """Into a state in which the worker has something to do: one job for each lane."""
    _set(run, state)
    outbox.defer_each(sql(), outbox.RUN_MIGRATION, "run_id", [run.id] * LANES)


def _in_force(bundle: str) -> int:
    row = sql().execute("select id from release where bundle_key = %s and state = 'published'", (bundle,)).fetchone()
    if row is None:
        raise NotFound()
    return int(row[0])


def _ensure_no_other(bundle: str, but: int = 0) -> None:
    if sql().execute(OTHER, (bundle, but)).fetchone() is not None:
        raise MigrationNotNow(
            Words(
                "这件事已有一次迁移正在进行，结束后再办理。",
                "Another migration of this bundle is under way; wait for its end.",
            )
        )


def _has(run_id: int, state: str) -> bool:
    row = sql().execute("select 1 from migration_case where run_id = %s and state = %s limit 1", (run_id, state))
    return row.fetchone() is not None
