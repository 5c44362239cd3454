"""What begins by itself at a time: published releases keep a timer for every process that a time starts.

Publishing arms them and takes away those of the release before. Each firing opens a case of the office's own, without
an applicant or a visit, and begins the process in it; the timer then waits for its next time. Times that passed while
nobody worked are not caught up: what begins late begins once.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import structlog
from psycopg.errors import LockNotAvailable

from engine import EngineError, Words
from engine.runtime import TimedStart, timed_starts, upcoming_start
from webapp import clock, moments
from webapp.catalogue import Published, engine_context, published, rules_in_force
from webapp.errors import ActRefused, Busy, ReleaseRefused
from webapp.search import tokens
from webapp.services.advance import begin
from webapp.services.events import Event
from webapp.services.locked_case import LOCK_BY_ID, LockedCase, lock
from webapp.services.numbers import case_number
from webapp.unit_of_work import sql, unit_of_work

log = structlog.get_logger(__name__)

ARM = """
insert into start_timer (release_id, process, element, due_at, starts_left, months, microseconds)
values (%s, %s, %s, %s, %s, %s, %s)
"""
DISARM = """
delete from start_timer where release_id in (select id from release where bundle_key = %s)
"""
CLAIM = """
update start_timer set claimed_until = %s, claimed_by = %s
where id in (select id from start_timer where due_at <= %s and (claimed_until is null or claimed_until < %s)
             order by due_at limit %s for update skip locked)
returning id
"""
CLAIM_FOR = timedelta(minutes=2)
TAKE = """
select t.release_id, t.process, t.element, t.due_at, t.starts_left, t.months, t.microseconds
from start_timer t where t.id = %s and t.claimed_by = %s and t.due_at <= %s for update
"""
AGAIN = """
update start_timer set due_at = %(due)s, starts_left = %(left)s, claimed_until = null, claimed_by = null,
    started_at = coalesce(%(started)s, started_at), failure_zh = %(zh)s, failure_en = %(en)s
where id = %(timer)s
"""
OPEN_CASE = """
insert into cases (bundle_key, release_id, subject_name, created_at, created_by, received_at)
select bundle_key, id, %(subject)s, %(now)s, coalesce(published_by, created_by), %(now)s
from release where id = %(release)s returning id
"""
NUMBERED = "update cases set number = %s, search_tokens = %s where id = %s"


#: What the release's page says of a failure that is no refusal; the log has the rest.
FAILED = Words("系统故障，稍后自动重试。", "The system failed; it is tried again by itself.")


class StartNeverDue(ReleaseRefused):
    """A start event waits for what only a running case has."""

    def __init__(self, element: str) -> None:
        super().__init__(
            Words(
                f"开始事件“{element}”等待办理时限的时点，而流程开始前没有计时，永远不会触发。请写日期、时长或者循环。",
                f"Start event {element!r} waits for the mark of a legal clock; none runs before the process begins, so"
                " it never fires. Write a date, a duration or a cycle.",
            )
        )


def arm(release_id: int, bundle_key: str, release: Published) -> None:
    """The timers of a release that is being published, in place of those of the bundle's former release.

    A date that has passed starts nothing. Raises ReleaseRefused for a time that cannot be read, or never comes.
    """
    disarm(bundle_key)
    context = engine_context(clock.now(), rules_in_force())
    try:
        found = timed_starts(release.program, context)
    except EngineError as fault:
        raise ReleaseRefused(Words(f"开始事件的时间无法确定：{fault}", f"A start has no time: {fault}")) from fault
    known = {(one.process, one.event) for one in found}
    for process, event, _ in release.program.timer_starts():
        if (process, event) not in known:
            raise StartNeverDue(event)
    for start in found:
        if (upcoming := upcoming_start(start, context)) is not None:
            sql().execute(ARM, (release_id, start.process, start.event, upcoming.at, *(upcoming.cycle or (None,) * 3)))


def disarm(bundle_key: str) -> None:
    """Nothing of the bundle begins by itself any more."""
    sql().execute(DISARM, (bundle_key,))


def fire_due(limit: int = 20) -> int:
    """Begin what is due; returns how many were taken on. Any number of workers may call it at once.

    What cannot begin says so on the release's page and waits for its next time. What failed for another reason says so
    too, and is tried again when its claim lapses; where another command held what it needs, that is all.
    """
    me, now = f"{os.getpid()}", clock.now()
    with unit_of_work():
        claimed = sql().execute(CLAIM, (now + CLAIM_FOR, me, now, now, limit)).fetchall()
    for (timer_id,) in claimed:
        try:
            _fire_one(timer_id, me)
        except (Busy, LockNotAvailable) as busy:  # the claim lapses, and it is taken again
            log.warning("start-waits", timer=timer_id, error=repr(busy))
        except (ActRefused, EngineError) as fault:
            log.warning("start-failed", timer=timer_id, error=repr(fault))
            _keep_failure(timer_id, me, fault)
        except Exception as fault:  # noqa: BLE001  # the worker's: one that fails holds up no other, and is seen
            log.warning("start-failed", timer=timer_id, error=repr(fault))
            _say_failed(timer_id, me)
    return len(claimed)


def _fire_one(timer_id: int, me: str) -> None:
    with unit_of_work():
        row = sql().execute(TAKE, (timer_id, me, clock.now())).fetchone()
        if row is None:  # another release was published meanwhile
            return
        start = _start(row)
        case = _open_case(row[0], start)
        case.record(Event.STARTED_BY_TIME, None, process=start.process, element=start.event, due=start.at.isoformat())
        begin(case, start.process, {}, event=start.event)
        _again(timer_id, start, case)
        case.write_ledger()


def _open_case(release_id: int, start: TimedStart) -> LockedCase:
    """A case of the office's own: nobody applied, so it has no visit, no code and no items."""
    release = published(release_id)
    subject = release.start_name(start.process, start.event).zh
    values = {"subject": subject, "release": release_id, "now": clock.now()}
    row = sql().execute(OPEN_CASE, values).fetchone()
    assert row is not None
    case = lock(LOCK_BY_ID, row[0])
    case.number = case_number(release.bundle.case_prefix, moments.local(case.now).year)
    sql().execute(NUMBERED, (case.number, tokens(f"{case.number} {subject}"), case.id))
    return case


def _again(timer_id: int, start: TimedStart, case: LockedCase | None, failure: Words | None = None) -> None:
    following = upcoming_start(start, engine_context(clock.now(), rules_in_force()))
    values = {
        "timer": timer_id,
        "due": following.at if following else None,
        "left": following.cycle[0] if following and following.cycle else None,
        "started": case.now if case else None,
        "zh": failure.zh if failure else "",
        "en": failure.en if failure else "",
    }
    sql().execute(AGAIN, values)


def _keep_failure(timer_id: int, me: str, fault: ActRefused | EngineError) -> None:
    words = fault.words if isinstance(fault, ActRefused) else Words(str(fault), str(fault))
    with unit_of_work():
        row = sql().execute(TAKE, (timer_id, me, clock.now())).fetchone()
        if row is not None:
            _again(timer_id, _start(row), None, words)


SAY_FAILED = "update start_timer set failure_zh = %s, failure_en = %s where id = %s and claimed_by = %s"


def _say_failed(timer_id: int, me: str) -> None:
    """It stays due: its claim holds it back for a while."""
    with unit_of_work():
        sql().execute(SAY_FAILED, (FAILED.zh, FAILED.en, timer_id, me))


def _start(row: Any) -> TimedStart:
    _, process, element, due_at, left, months, microseconds = row
    cycle = (left, months, microseconds) if microseconds is not None else None
    return TimedStart(process, element, due_at, cycle)
