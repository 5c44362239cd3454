"""Putting releases in force: by a publisher, now or from a later day; taking a bundle out of use; going back.

Who publishes neither made the release nor signed it, so that at least three people have seen what goes out.
"""

from __future__ import annotations

from datetime import date, timedelta

import structlog
from psycopg.errors import DeadlockDetected, LockNotAvailable

from engine import EngineError, Words
from webapp import clock, moments
from webapp.errors import ActRefused, Busy, Incomplete, ReleaseRefused
from webapp.identity import Identity
from webapp.permissions import Permission, ensure
from webapp.services import start_timers
from webapp.services.migration_runs import MigrationUnderWay, ensure_none_under_way
from webapp.services.notices import NoticeKind, settle
from webapp.services.release_rows import (
    APPROVED,
    IS_OVERTAKEN,
    LONGEST_NOTE,
    PUBLISHED,
    RETIRED,
    STOPPED,
    SUBMITTED,
    LockedRelease,
    authors_of,
    in_force,
    lock_release,
    read_release,
    record,
)
from webapp.services.release_sign_offs import end_round, ensure_signed, tell
from webapp.services.releases import ensure_it_runs, ensure_no_errors
from webapp.unit_of_work import sql, unit_of_work

log = structlog.get_logger(__name__)

#: A day further away is a slip of the hand.
FURTHEST = timedelta(days=366)
AT_ONCE = 20
#: After so long, what could not come in force yet is tried again.
TRIED_AGAIN_AFTER = timedelta(minutes=5)
WHILE_CASES_MOVE = Words(
    "这件事的在办件正在迁移，迁移结束后自动生效。",
    "Running cases of this bundle are being moved to another release; it comes in force by itself after that.",
)

APPROVE = """
update release set state = 'approved', effective_on = %(on)s, approved_by = %(by)s, approved_at = %(now)s,
    put_off_until = null, put_off_zh = '', put_off_en = ''
where id = %(release)s
"""
PUBLISH = """
update release set state = 'published', published_by = %(by)s, published_at = %(now)s, retired_at = null
where id = %(release)s
"""
DUE = """
select id from release
where state = 'approved' and effective_on <= %s and (put_off_until is null or put_off_until <= %s)
order by effective_on, id limit %s
"""
#: Returns whether it was put off for another reason until now, or for none.
PUT_OFF = """
update release r set put_off_until = %(until)s, put_off_zh = %(zh)s, put_off_en = %(en)s
from release before where r.id = %(release)s and before.id = r.id returning before.put_off_zh <> %(zh)s
"""
OVERTAKEN = f"select r.id from release r where r.bundle_key = %s and {IS_OVERTAKEN} order by r.id"
NOT_NOW = """
update release set state = 'submitted', effective_on = null, approved_by = null, approved_at = null where id = %s
"""


def publish_release(release_id: int, *, by: Identity, effective_on: date | None = None, reason: str = "") -> None:
    """Publish what others made and signed, from `effective_on` (None: at once); running cases keep their release.

    `reason` is needed where the same files were in force before. Raises ReleaseRefused, Incomplete.
    """
    ensure(by, Permission.RELEASE_PUBLISH)
    with unit_of_work():
        release = lock_release(release_id)
        if release.state != SUBMITTED:
            raise ReleaseRefused(Words("该版本尚未提交发布。", "This release has not been submitted."))
        _ensure_second_person(release, by)
        _ensure_base_stands(release)
        ensure_signed(release, by)
        _ensure_reason(reason, needed=release.was_published)
        today = clock.today(moments.OFFICE_ZONE)
        _ensure_day(effective_on, today)
        ensure_no_errors(release.key, release_id)
        ensure_it_runs(release.key, release_id)
        said = {"reason": reason.strip()} if reason.strip() else {}
        if effective_on is None or effective_on == today:
            _put_in_force(release, by, by.user_id, "published", **said)
            return
        values = {"on": effective_on, "by": by.user_id, "now": clock.now(), "release": release_id}
        sql().execute(APPROVE, values)
        record(release.key, "approved", by, release_id, effective=effective_on.isoformat(), **said)
        settle([NoticeKind.RELEASE_SIGNED], {"release": str(release_id)})
        facts = {"by": by.name, "day": effective_on.isoformat()}
        tell(authors_of(release_id), NoticeKind.RELEASE_APPROVED, release, facts)


def stop_bundle(release_id: int, *, by: Identity, reason: str) -> None:
    """Take the bundle of the release in force out of use: nobody applies any more, running cases go on."""
    ensure(by, Permission.RELEASE_PUBLISH)
    with unit_of_work():
        release = lock_release(release_id)
        if release.state == STOPPED:
            raise ReleaseRefused(Words("该事项已经停用。", "The bundle was taken out of use already."))
        if release.state != PUBLISHED:
            raise ReleaseRefused(Words("只有现行版本可以停用。", "Only the release in force can be taken out of use."))
        _ensure_reason(reason, needed=True)
        sql().execute("update release set state = 'stopped', retired_at = %s where id = %s", (clock.now(), release_id))
        start_timers.disarm(release.key)
        record(release.key, "stopped", by, release_id, reason=reason.strip())
        _tell_overtaken(release.key)


def restore_release(release_id: int, *, by: Identity, reason: str) -> None:
    """Put a former release in force again: its files were signed for when they were published."""
    ensure(by, Permission.RELEASE_PUBLISH)
    with unit_of_work():
        release = lock_release(release_id)
        if release.state not in (RETIRED, STOPPED):
            raise ReleaseRefused(
                Words("只有以前发布过的版本可以恢复。", "Only a former release can be put in force again.")
            )
        _ensure_second_person(release, by)
        _ensure_reason(reason, needed=True)
        ensure_no_errors(release.key, release_id)
        _put_in_force(release, by, by.user_id, "restored", reason=reason.strip())


def put_due_in_force() -> int:
    """Put in force what was approved for today or before; returns how many were due. The worker's.

    Each is checked again, against the rules of the day. What cannot go out is a submitted release again, with all its
    signatures. What has to wait for the end of a migration, or failed for a reason of ours, stays approved and is tried
    again. The publisher and the author are told why, once.
    """
    due = sql().execute(DUE, (clock.today(moments.OFFICE_ZONE), clock.now(), AT_ONCE)).fetchall()
    for (release_id,) in due:
        try:
            _look_at(release_id)
        except (Busy, LockNotAvailable, DeadlockDetected) as held:  # it is due in the next look, too
            log.warning("release-waits", release=release_id, error=repr(held))
        except Exception:  # the worker's: one that fails holds up no other, and is seen
            log.exception("release-failed", release=release_id)
            _put_off(release_id, start_timers.FAILED)
    return len(due)


def _look_at(release_id: int) -> None:
    try:
        _in_its_time(release_id)
    except Busy:
        raise
    except MigrationUnderWay:
        _put_off(release_id, WHILE_CASES_MOVE)
    except (ActRefused, EngineError) as fault:
        log.warning("release-not-in-force", release=release_id, error=repr(fault))
        _keep_back(release_id, fault.words if isinstance(fault, ActRefused) else Words(str(fault), str(fault)))


def _in_its_time(release_id: int) -> None:
    with unit_of_work():
        release = lock_release(release_id)
        if release.state != APPROVED or release.approved_by is None:
            return  # returned, or put in force by another worker, meanwhile
        _ensure_base_stands(release)
        ensure_no_errors(release.key, release_id)
        _put_in_force(release, None, release.approved_by, "published", approved_by=release.approved_by)


def _put_off(release_id: int, why: Words) -> None:
    """It stays approved, and is tried again after a while; whoever waits for it is told once."""
    with unit_of_work():
        release = lock_release(release_id)
        if release.state != APPROVED or release.approved_by is None:
            return
        values = {"until": clock.now() + TRIED_AGAIN_AFTER, "zh": why.zh, "en": why.en, "release": release_id}
        row = sql().execute(PUT_OFF, values).fetchone()
        if row is None or not row[0]:
            return
        record(release.key, "put-off", None, release_id, reason=why.zh)
        _tell_why(release, release.approved_by, why)


def _keep_back(release_id: int, why: Words) -> None:
    with unit_of_work():
        release = lock_release(release_id)
        if release.state != APPROVED or release.approved_by is None:
            return
        sql().execute(NOT_NOW, (release_id,))
        record(release.key, "kept-back", None, release_id, reason=why.zh)
        _tell_why(release, release.approved_by, why)


def _tell_why(release: LockedRelease, approved_by: int, why: Words) -> None:
    told = {approved_by, release.created_by}
    tell(told, NoticeKind.RELEASE_KEPT_BACK, release, {"reason": why.zh, "reason_en": why.en})


def _put_in_force(release: LockedRelease, by: Identity | None, publisher: int, kind: str, **said: object) -> None:
    ensure_none_under_way(release.key)
    runs = ensure_it_runs(release.key, release.id)
    now = clock.now()
    sql().execute(
        "update release set state = 'retired', retired_at = %s where bundle_key = %s and state = 'published'",
        (now, release.key),
    )
    sql().execute(PUBLISH, {"by": publisher, "now": now, "release": release.id})
    start_timers.arm(release.id, release.key, runs)
    end_round(release.id)
    record(release.key, kind, by, release.id, **said)
    tell(authors_of(release.id) - {publisher}, NoticeKind.RELEASE_PUBLISHED, release)
    _tell_overtaken(release.key)


def _tell_overtaken(key: str) -> None:
    """The makers of what was signed against another release, and who approved it, hear at once that it has to go back.

    They are told again where still another one comes in force.
    """
    for (release_id,) in sql().execute(OVERTAKEN, (key,)).fetchall():
        release = read_release(release_id)
        told = authors_of(release_id) | ({release.approved_by} if release.approved_by is not None else set())
        tell(told, NoticeKind.RELEASE_OVERTAKEN, release)


def _ensure_second_person(release: LockedRelease, by: Identity) -> None:
    if by.user_id in authors_of(release.id):
        raise ReleaseRefused(
            Words(
                "发布须由另一人确认，不能发布自己制作的版本。",
                "Publishing needs a second person: not one's own draft.",
            )
        )


def _ensure_base_stands(release: LockedRelease) -> None:
    """What was signed is the difference to one release: where another is in force by now, nobody has seen it."""
    if not release.was_published and in_force(release.key) != release.compared_id:
        raise ReleaseRefused(
            Words(
                "提交之后现行版本已经变化，会签的差异不再成立。请退回制作人，核对后重新提交。",
                "Another release came in force since this one was submitted, so what was signed no longer holds:"
                " return it, to be compared and submitted again.",
            )
        )


def _ensure_reason(reason: str, *, needed: bool) -> None:
    if (needed and not reason.strip()) or len(reason) > LONGEST_NOTE:
        raise Incomplete(
            "reason", Words(f"请写明理由（{LONGEST_NOTE} 字以内）。", f"Give the reason ({LONGEST_NOTE} characters).")
        )


def _ensure_day(effective_on: date | None, today: date) -> None:
    if effective_on is not None and effective_on < today:
        raise Incomplete("effective_on", Words("生效日期不能早于今天。", "The effective date cannot have passed."))
    if effective_on is not None and effective_on > today + FURTHEST:
        raise Incomplete(
            "effective_on",
            Words("生效日期在一年以后，请核对。", "The effective date is more than a year ahead: check it."),
        )
