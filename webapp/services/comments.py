"""留言: said, changed, taken away; each a line of the ledger with the digest of the words, never the words themselves.

A comment to the applicant stands on the tracking page. It asks for nothing: what has to be corrected is asked for in
the one notice before acceptance (行政许可法 art. 32), and a comment is not one.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence

from engine import Words
from webapp.errors import ActRefused, Incomplete, NotFound, NotYours
from webapp.identity import Identity
from webapp.permissions import CaseFacts, Permission, ensure, is_window, may
from webapp.services.acting import act_on
from webapp.services.case_facts import case_facts
from webapp.services.comment_mentions import Mentions, mentions_in
from webapp.services.events import Event
from webapp.services.files import Upload, check_upload, keep_file
from webapp.services.locked_case import LockedCase, on_case
from webapp.services.notices import NoticeKind, notify
from webapp.services.page_keys import remember
from webapp.unit_of_work import sql

INTERNAL, APPLICANT = "internal", "applicant"
LONGEST = 4000
MOST_FILES = 5
MOST_VERSIONS = 50
EMPTY = Words("请填写留言内容。", "Please write something.")
TOO_LONG = Words(f"留言不超过 {LONGEST} 个字。", f"A comment has at most {LONGEST} characters.")
TOO_MANY_FILES = Words(f"一条留言最多 {MOST_FILES} 个附件。", f"A comment has at most {MOST_FILES} files.")
NO_FILES = Words(
    "对申请人的留言不能带附件；需要交付的文件请以文书送达。",
    "A comment to the applicant has no files; what has to be handed over is issued as a document.",
)
AUDIENCE_WRONG = Words("请选择谁能看到。", "Please choose who reads it.")


class CommentGone(ActRefused):
    """It was deleted meanwhile."""

    def __init__(self) -> None:
        super().__init__(Words("这条留言已被删除。", "This comment was deleted."))


def facts_of(case_id: int) -> CaseFacts:
    """Who has a part in the case. Raises NotFound; also for a draft, which nobody comments on."""
    facts = case_facts(case_id)
    if facts.is_draft:
        raise NotFound()
    return facts


def may_tell_applicant(by: Identity, lead_department: str) -> bool:
    """One voice to the applicant: the window, and reviewers and deciders of the department that leads the bundle."""
    own = by.department_key == lead_department
    return may(by, Permission.COMMENT_TO_APPLICANT) and (is_window(by, None) or own)


INSERT = """
insert into comment (case_id, task_id, author_id, audience, body, at)
values (%s, (select id from user_task where id = %s and case_id = %s), %s, %s, %s, %s) returning id
"""


def comment(
    case_id: int,
    body: str,
    *,
    audience: str,
    by: Identity,
    key: str,
    files: Sequence[Upload] = (),
    task_id: int | None = None,
) -> Mentions:
    """Say something about a case; who was named, and what was written like a name and is none.

    Raises NotFound, NotYours, Incomplete, FileRefused, MayNotSee, TooManyMentions, AlreadyCarriedOut.
    """
    said = plain(body)
    if audience not in (INTERNAL, APPLICANT):
        raise Incomplete("audience", AUDIENCE_WRONG)
    if len(files) > MOST_FILES:
        raise Incomplete("files", TOO_MANY_FILES)
    if files and audience == APPLICANT:
        raise Incomplete("files", NO_FILES)
    checked = [check_upload(one) for one in files]
    with on_case(case_id) as case:
        facts = facts_of(case_id)
        act_on(case, by, Permission.PERSONAL_SEE, facts)
        _ensure_may_tell(case, audience, by)
        remember(by, key, case.now, f"comment:{case_id}")
        mentions = mentions_in(said, facts) if audience == INTERNAL else Mentions((), (), ())
        values = (case_id, task_id, case_id, by.user_id, audience, said, case.now)
        row = sql().execute(INSERT, values).fetchone()
        assert row is not None
        for file in checked:
            sql().execute("insert into comment_file values (%s, %s)", (row[0], keep_file(file, by)))
        case.record(Event.COMMENTED, by, comment=row[0], audience=audience, digest=_digest(said), files=len(checked))
        _tell(case, row[0], mentions.people, by)
    return mentions


def _ensure_may_tell(case: LockedCase, audience: str, by: Identity) -> None:
    if audience == APPLICANT and not may_tell_applicant(by, case.release.bundle.lead_department):
        raise NotYours(Permission.COMMENT_TO_APPLICANT)
    if audience == APPLICANT:
        act_on(case, by, Permission.COMMENT_TO_APPLICANT)


def _tell(case: LockedCase, comment_id: int, people: Sequence[int], by: Identity) -> None:
    """Those who are named now and were not before."""
    if not people:
        return
    new = sql().execute(
        "insert into comment_mention (comment_id, user_id) select %s, unnest(%s::bigint[])"
        " on conflict do nothing returning user_id",
        (comment_id, list(people)),
    )
    told = [row[0] for row in new.fetchall() if row[0] != by.user_id]
    row = sql().execute("select subject_name from cases where id = %s", (case.id,)).fetchone()
    assert row is not None
    facts = {"by": by.name, "subject": row[0], "number": case.number or ""}
    notify(told, NoticeKind.MENTIONED, case_id=case.id, task_id=None, facts=facts, now=case.now)


LOCK = "select case_id, author_id, audience, body, deleted_at is not null from comment where id = %s and case_id = %s"
KEEP_OLD = """
insert into comment_version (comment_id, number, body, until, by_id)
select %(comment)s, coalesce(max(number), 0) + 1, %(body)s, %(now)s, %(by)s
from comment_version where comment_id = %(comment)s
returning number
"""


def change_comment(case_id: int, comment_id: int, body: str, *, by: Identity) -> Mentions:
    """The author says it otherwise; what it said before is kept and stays to be read.

    Raises NotFound, NotYours, CommentGone, Incomplete, MayNotSee.
    """
    said = plain(body)
    with on_case(case_id) as case:
        author, audience, before = _held(case, comment_id, by)
        if author != by.user_id:
            raise NotYours(Permission.COMMENT_TO_APPLICANT)
        _ensure_may_tell(case, audience, by)
        if before == said:
            return Mentions((), (), ())
        mentions = mentions_in(said, facts_of(case_id)) if audience == INTERNAL else Mentions((), (), ())
        values = {"comment": comment_id, "body": before, "now": case.now, "by": by.user_id}
        number = sql().execute(KEEP_OLD, values).fetchone()
        if number is None or number[0] > MOST_VERSIONS:
            raise Incomplete(
                "body", Words("这条留言修改次数太多，请另写一条。", "It was changed too often: write another.")
            )
        sql().execute("update comment set body = %s, edited_at = %s where id = %s", (said, case.now, comment_id))
        case.record(Event.COMMENT_CHANGED, by, comment=comment_id, digest=_digest(said), before=_digest(before))
        _tell(case, comment_id, mentions.people, by)
    return mentions


def delete_comment(case_id: int, comment_id: int, *, by: Identity) -> None:
    """Take it away, for its author or who leads: what it said is kept, and that it was there stays to be read.

    Raises NotFound, NotYours, CommentGone.
    """
    with on_case(case_id) as case:
        author, _, before = _held(case, comment_id, by)
        if author != by.user_id and not may(by, Permission.COMMENT_DELETE):
            raise NotYours(Permission.COMMENT_DELETE)
        if author != by.user_id:
            act_on(case, by, Permission.COMMENT_DELETE)
        sql().execute(KEEP_OLD, {"comment": comment_id, "body": before, "now": case.now, "by": by.user_id})
        sql().execute(
            "update comment set body = '', deleted_at = %s, deleted_by = %s where id = %s",
            (case.now, by.user_id, comment_id),
        )
        case.record(Event.COMMENT_DELETED, by, comment=comment_id, before=_digest(before))


def _held(case: LockedCase, comment_id: int, by: Identity) -> tuple[int, str, str]:
    """Author, audience and words of a comment of this case that stands."""
    ensure(by, Permission.PERSONAL_SEE, facts_of(case.id))
    row = sql().execute(LOCK, (comment_id, case.id)).fetchone()
    if row is None:
        raise NotFound()
    _, author, audience, body, gone = row
    if gone:
        raise CommentGone()
    return author, audience, body


#: Marks that turn the direction of what stands after them: a name could be made to read backwards.
TURNING = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def plain(body: str) -> str:
    """The words without control characters and marks that turn the direction; emoji stay. Raises Incomplete."""
    kept = "".join(
        mark
        for mark in body.replace("\r\n", "\n").replace("\r", "\n")
        if mark == "\n" or (mark not in TURNING and unicodedata.category(mark) not in ("Cc", "Cs"))
    ).strip()
    if not any(unicodedata.category(mark)[0] not in "ZC" for mark in kept):
        raise Incomplete("body", EMPTY)
    if len(kept) > LONGEST:
        raise Incomplete("body", TOO_LONG)
    return kept


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
