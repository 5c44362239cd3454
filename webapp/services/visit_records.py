"""现场核查笔录 as it is signed: written by the first officer, read and signed by the others by its digest.

The visited party's person who was there reads it and signs, or why they did not is written down. 行政许可法 art. 34
asks for the two officers; that the visited sign is the practice of records of inspections.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from engine import Words
from webapp.errors import ActRefused, Incomplete, SecondOfficerNeeded
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.beside import tell
from webapp.services.events import Event
from webapp.services.files import Checked, Upload, keep_file
from webapp.services.notices import NoticeKind
from webapp.services.page_keys import remember
from webapp.services.review_rows import Marks
from webapp.services.signature_files import check_drawing
from webapp.services.tasks import ensure_step
from webapp.services.two_officers import SIGNED, SignedForAnother
from webapp.services.work import OpenTask, on_task
from webapp.unit_of_work import sql

LONGEST_NAME, LONGEST_REASON = 60, 500
VISIT = "visit"


@dataclass(frozen=True, slots=True)
class Attendance:
    """Who was there for the visited party: signed, or why not. `signature` None: not signed."""

    name: str
    position: str
    signature: Checked | None
    unsigned_because: str


NOBODY_SAID = Words(
    "请由在场人签字；不签字的，写明原因。",
    "The person present signs; where they do not, say why.",
)


class RecordChanged(ActRefused):
    """The record is not the one that was read."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "核查记录与您阅读的不是同一份，请重新打开并阅读后再签字。",
                "The record is not the one that you read. Open it again and read it before you sign.",
            )
        )


class NothingToReturn(ActRefused):
    """Nobody has recorded anything that could go back."""

    def __init__(self) -> None:
        super().__init__(Words("还没有可以退回的核查记录。", "There is no record that could go back yet."))


def attendance(name: str, position: str, signature: Upload | None, unsigned_because: str) -> Attendance:
    """Who was there, checked before any case is locked. Raises Incomplete, FileRefused."""
    name, because = name.strip(), unsigned_because.strip()
    if signature is not None and because:
        both = Words("已签字的，不用填写未签字的原因。", "There is a signature: leave out why there is none.")
        raise Incomplete("person_unsigned", both)
    if signature is None and not because:
        raise Incomplete("signature_of_person", NOBODY_SAID)
    if signature is not None and not name:
        raise Incomplete("person_name", Words("请填写签字人姓名。", "Enter the name of who signs."))
    for field, text, longest in (
        ("person_name", name, LONGEST_NAME),
        ("person_position", position, LONGEST_NAME),
        ("person_unsigned", because, LONGEST_REASON),
    ):
        if len(text) > longest:
            raise Incomplete(field, Words(f"请控制在 {longest} 字以内。", f"Keep it within {longest} characters."))
    return Attendance(name, position.strip(), check_drawing(signature) if signature else None, because)


PHOTOS = """
select f.digest, p.point, p.taken_at, p.place, p.by_id from visit_photo p join stored_file f on f.id = p.file_id
where p.task_id = %s order by p.id
"""
KEEP = """
insert into visit_record (task_id, digest, content, person_name, person_position, signature_file_id, unsigned_because,
    by_id, at)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def keep_record(
    task: OpenTask,
    by: Identity,
    conclusion: str,
    record: str,
    checklist: Mapping[str, str],
    present: Attendance,
) -> str:
    """Keep what the first officer recorded, with the photos so far; returns the digest that is signed."""
    photos = sql().execute(PHOTOS, (task.id,)).fetchall()
    signature = present.signature
    content = {
        "task": task.id,
        "case": task.case.id,
        "officer": by.user_id,
        "at": task.case.now,
        "conclusion": conclusion,
        "record": record.strip(),
        "points": dict(checklist),
        "remarks": checklist.remarks if isinstance(checklist, Marks) else {},
        "photos": [
            {"sha256": digest, "point": point, "taken_at": taken_at, "place": place, "by": person}
            for digest, point, taken_at, place, person in photos
        ],
        "present": {
            "name": present.name,
            "position": present.position,
            "signature": signature.digest if signature else None,
            "unsigned_because": present.unsigned_because,
        },
    }
    text = orjson.dumps(content, option=orjson.OPT_SORT_KEYS).decode()
    digest = hashlib.sha256(text.encode()).hexdigest()
    file_id = keep_file(signature, by) if signature else None
    who = (present.name, present.position, file_id, present.unsigned_because)
    sql().execute(KEEP, (task.id, digest, text, *who, by.user_id, task.case.now))
    return digest


STANDING = "select digest from visit_record where task_id = %s and ended_at is null"


def ensure_read(task: OpenTask, digest: str) -> str:
    """The digest of the record that stands. Raises RecordChanged where another was read, or none.

    "" where it was signed before records had one.
    """
    row = sql().execute(STANDING, (task.id,)).fetchone()
    stands = str(row[0]) if row else ""
    if digest != stands:
        raise RecordChanged()
    return stands


END = """
update visit_record set ended_by = %s, ended_at = %s, end_reason = %s where task_id = %s and ended_at is null
"""


def end_record(task: OpenTask, by: Identity, reason: str = "") -> None:
    """The record stands no longer; it stays as it was."""
    sql().execute(END, (by.user_id, task.case.now, reason, task.id))


WITHDRAWN = """
update review set withdrawn_at = %s where task_id = %s and withdrawn_at is null
returning by_id, conclusion, opinion, checklist, remarks
"""
# What the first officer has typed since stays.
DRAFT = """
insert into task_draft (task_id, user_id, fields, at) values (%s, %s, %s::jsonb, %s)
on conflict (task_id, user_id) do nothing
"""


def return_record(task_id: int, *, by: Identity, reason: str, digest: str, revision: int, key: str) -> None:
    """不予签字: a second officer declines to sign, in words, and the record goes back to who wrote it.

    Their entries are their draft again; the record that was returned stays with the reason. Raises Incomplete,
    NothingToReturn, RecordChanged, SecondOfficerNeeded (of one's own), SignedForAnother.
    """
    with on_task(task_id, by, permission=Permission.TASK_SEE, revision=revision) as task:
        ensure_step(task, VISIT)
        remember(by, key, task.case.now, f"visit-return:{task_id}")  # not the act: what one typed of it stays
        signed = sql().execute(SIGNED, (task.id,)).fetchall()
        if not signed:
            raise NothingToReturn()
        if by.user_id in [user for user, _ in signed]:
            raise SecondOfficerNeeded()
        if not {by.user_id, task.case.acting_for or by.user_id}.isdisjoint(one for line in signed for one in line):
            raise SignedForAnother()
        if not reason.strip():
            raise Incomplete("return_reason", Words("请写明不予签字的理由。", "Say why you decline to sign."))
        if len(reason) > LONGEST_REASON:
            raise Incomplete("return_reason", Words("请控制在 500 字以内。", "Keep it within 500 characters."))
        ensure_read(task, digest)
        end_record(task, by, reason.strip())
        found = sql().execute(WITHDRAWN, (task.case.now, task.id)).fetchone()
        sql().execute("delete from participant where task_id = %s", (task.id,))
        sql().execute("update user_task set revision = revision + 1 where id = %s", (task.id,))
        if found is not None:
            first, *entered = found
            fields = orjson.dumps(entered_fields(*entered)).decode()
            sql().execute(DRAFT, (task.id, first, fields, task.case.now))
        task.case.record(Event.VISIT_RETURNED, by, task=task.id)
        tell(task, NoticeKind.SENT_BACK, [user for user, _ in signed], by, reason.strip())


def entered_fields(
    conclusion: str, record: str, checklist: Mapping[str, str], remarks: Mapping[str, str] | None
) -> list[tuple[str, str]]:
    """What was recorded, by the controls of the page."""
    return [
        *((f"check.{point}", mark) for point, mark in checklist.items()),
        *((f"remark.{point}", text) for point, text in (remarks or {}).items()),
        ("conclusion", conclusion),
        ("record", record),
    ]
