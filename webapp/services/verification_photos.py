"""Photos of a verification: taken on the spot, checked as every upload is, with time and place as entered."""

from __future__ import annotations

from datetime import datetime

from engine import Words, numbered
from webapp.errors import FileRefused, Incomplete, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.draws import ensure_may_verify
from webapp.services.events import Event
from webapp.services.files import Checked, Upload, check_upload, keep_file
from webapp.services.tasks import ensure_step
from webapp.services.took_part import VERIFYING, ensure_took_no_part
from webapp.services.two_officers import SIGNED
from webapp.services.work import OpenTask, on_task
from webapp.unit_of_work import sql

MOST_PHOTOS = 40
PICTURES = ("image/jpeg", "image/png")
KEPT = """
insert into verification_photo (task_id, file_id, point, taken_at, place, by_id, at)
values (%s, %s, %s, %s, %s, %s, %s)
"""


def add_photos(
    task_id: int, uploads: list[Upload], *, by: Identity, point: str, taken_at: datetime | None, place: str, key: str
) -> int:
    """Keep photos of one point (or of the whole, `point` empty); returns how many.

    Raises FileRefused (no picture, too large, damaged), Incomplete (no photo, no time or one to come, no place, too
    many), VerifierTookPart, NotDrawn. What two have begun to sign is not added to.
    """
    if not uploads:
        raise Incomplete("photo", Words("请选择照片。", "Choose a photo."))
    checked = [checked_photo(upload) for upload in uploads]
    with on_task(task_id, by, permission=Permission.TASK_SEE, key=key) as task:
        _ensure_may_add(task, by)
        if taken_at is None or taken_at > task.case.now:
            raise Incomplete(
                "photo_taken_at",
                Words("请填写拍摄时间，不能晚于现在。", "Enter when it was taken."),
            )
        if not place.strip():
            raise Incomplete("photo_place", Words("请填写拍摄地点。", "Enter where it was taken."))
        row = sql().execute("select count(*) from verification_photo where task_id = %s", (task.id,)).fetchone()
        if row is not None and row[0] + len(checked) > MOST_PHOTOS:
            raise Incomplete(
                "photo", Words(f"每次核查最多{MOST_PHOTOS}张照片。", f"At most {MOST_PHOTOS} photos per verification.")
            )
        for one in checked:
            file_id = keep_file(one, by)
            values = (task.id, file_id, point, taken_at, place.strip(), by.user_id, task.case.now)
            sql().execute(KEPT, values)
            task.case.record(Event.PHOTO_ADDED, by, task=task.id, file=file_id, digest=one.digest, point=point)
    return len(checked)


def remove_photo(task_id: int, photo_id: int, *, by: Identity, key: str) -> None:
    """Take a photo out of what is not signed yet; its line in the ledger stays. Raises NotFound."""
    with on_task(task_id, by, permission=Permission.TASK_SEE, key=key) as task:
        _ensure_may_add(task, by)
        gone = sql().execute("delete from verification_photo where id = %s and task_id = %s", (photo_id, task.id))
        if gone.rowcount != 1:
            raise NotFound()
        task.case.record(Event.PHOTO_REMOVED, by, task=task.id, photo=photo_id)


def ensure_enough_photos(task: OpenTask, least: int) -> None:
    """Raises Incomplete for fewer photos than the place asks for."""
    if not least:
        return
    row = sql().execute("select count(*) from verification_photo where task_id = %s", (task.id,)).fetchone()
    if row is None or row[0] < least:
        raise Incomplete(
            "photo",
            Words(f"该事项的核查应当至少有{least}张现场照片。", f"At least {numbered(least, 'photo')} must be taken."),
        )


def _ensure_may_add(task: OpenTask, by: Identity) -> None:
    ensure_step(task, *VERIFYING)
    assert task.item_case_id is not None
    ensure_took_no_part(task.case, task.item_case_id, by)
    ensure_may_verify(task, by)
    if sql().execute(SIGNED, (task.id,)).fetchone() is not None:
        raise Incomplete(
            "photo", Words("核查记录已经签字，不能再增减照片。", "The record is signed: its photos stay as they are.")
        )


def checked_photo(upload: Upload) -> Checked:
    """A photo as it may be kept: JPEG or PNG by its content. Raises FileRefused."""
    checked = check_upload(upload)
    if checked.media_type not in PICTURES:
        raise FileRefused(upload.name, Words("照片应为 JPG 或 PNG。", "a photo is a JPEG or PNG."))
    return checked
