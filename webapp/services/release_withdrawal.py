"""撤回提交: who made a release, or submitted it, takes it back as long as no publisher has approved it."""

from __future__ import annotations

from engine import Words
from webapp.errors import Incomplete, NotYours, ReleaseRefused
from webapp.identity import Identity
from webapp.permissions import Permission, ensure
from webapp.services.notices import NoticeKind
from webapp.services.release_rows import LONGEST_NOTE, SUBMITTED, LockedRelease, authors_of, lock_release, record
from webapp.services.release_sign_offs import asked_of, tell, to_draft
from webapp.unit_of_work import sql, unit_of_work

#: Who submitted the release last.
SUBMITTER = """
select actor_id from release_event where bundle_key = %s and kind = 'submitted'
    and (body::jsonb ->> 'release')::bigint = %s order by seq desc limit 1
"""
NO_REASON = Words(
    f"请写明撤回的原因（{LONGEST_NOTE} 字以内）。", f"Say why you take it back ({LONGEST_NOTE} characters)."
)


def withdraw_release(release_id: int, *, by: Identity, reason: str) -> None:
    """The release is a draft again, its signatures of this round over; whoever was asked to sign is told why.

    Raises NotYours (neither made nor submitted it), NotFound, Incomplete (no reason), ReleaseRefused (not submitted, or
    approved already: then the publisher returns it).
    """
    ensure(by, Permission.RELEASE_DRAFT)
    said = reason.strip()
    with unit_of_work():
        release = lock_release(release_id)
        if by.user_id not in may_withdraw(release):
            raise NotYours(Permission.RELEASE_DRAFT)
        if release.state != SUBMITTED:
            raise ReleaseRefused(
                Words(
                    "该版本不在会签中，不能撤回；已核准的由发布人退回。",
                    "This release is not being signed. One that is approved is returned by its publisher.",
                )
            )
        if not said or len(said) > LONGEST_NOTE:
            raise Incomplete("reason", NO_REASON)
        told = asked_of(release) - {by.user_id}
        record(release.key, "withdrawn", by, release_id, reason=said)
        to_draft(release)
        tell(told, NoticeKind.RELEASE_WITHDRAWN, release, {"by": by.name, "reason": said})


def may_withdraw(release: LockedRelease) -> frozenset[int]:
    """Ids of those whose submission it is: its makers, and who submitted it."""
    row = sql().execute(SUBMITTER, (release.key, release.id)).fetchone()
    submitter = {row[0]} if row is not None and row[0] is not None else set()
    return authors_of(release.id) | submitter
