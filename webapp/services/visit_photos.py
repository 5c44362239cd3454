"""Photos of a joint visit: taken with the phone, kept with place, time and person until the record is signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine import Words
from webapp.errors import ActRefused, Incomplete, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.events import Event
from webapp.services.files import Checked, Upload, keep_file
from webapp.services.photo_facts import Stated, stated_in
from webapp.services.separation import InConflict
from webapp.services.tasks import ensure_step
from webapp.services.verification_photos import checked_photo
from webapp.services.work import OpenTask, on_task
from webapp.unit_of_work import sql

MOST_PHOTOS = 100
LONGEST_PLACE, LONGEST_KEY = 200, 64
#: How far the clock of a phone may be ahead of ours.
AHEAD = timedelta(minutes=5)
VISIT = "visit"


@dataclass(frozen=True, slots=True)
class Shot:
    """A photo as the phone sends it. `key`: the phone's own mark of it, so that it may be sent again."""

    upload: Upload
    key: str


@dataclass(frozen=True, slots=True)
class Said:
    """What its officer says of a photo. `point`: "<item>.<point>", or empty for the whole."""

    point: str
    taken_at: datetime | None
    place: str


class RecordSigned(ActRefused):
    """The record with its photos is signed; what comes later does not get into it by itself."""

    def __init__(self, name: str) -> None:
        super().__init__(
            Words(
                f"{name}已在核查记录上签字，照片不能再增减。需要补充的，请不予签字并写明理由，退回记录。",
                f"{name} has signed the record: its photos stay as they are. To add to them, decline to sign and say"
                " why; the record then goes back.",
            )
        )


KEPT = """
insert into visit_photo (task_id, file_id, device_key, point, taken_at, place, stated_at, stated_place, by_id, at)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
KNOWN = "select device_key from visit_photo where task_id = %s"


def add_photos(task_id: int, shots: Sequence[Shot], *, by: Identity, said: Said) -> int:
    """Keep photos of one point, or of the whole; returns how many are new. What was sent before is not kept twice.

    Raises FileRefused (no picture, too large, damaged), Incomplete (no photo, no time or one to come, no place, an
    unknown point, too many), RecordSigned, InConflict.
    """
    if not shots or any(not 0 < len(shot.key) <= LONGEST_KEY for shot in shots):
        raise Incomplete("photo", Words("请选择照片。", "Choose a photo."))
    checked = [(shot.key, checked_photo(shot.upload), stated_in(shot.upload.content)) for shot in shots]
    with on_task(task_id, by, permission=Permission.TASK_SEE) as task:
        known = {row[0] for row in sql().execute(KNOWN, (task.id,)).fetchall()}
        new = [one for one in checked if one[0] not in known]
        if not new:  # the answer to what was sent first got lost on the way
            ensure_step(task, VISIT)
            return 0
        _ensure_may_change(task, by)
        taken_at = _ensure_told(task, said)
        if len(known) + len(new) > MOST_PHOTOS:
            most = Words(f"每次核查最多{MOST_PHOTOS}张照片。", f"At most {MOST_PHOTOS} photos in one visit.")
            raise Incomplete("photo", most)
        for key, one, stated in new:
            _keep(task, by, one, key, Said(said.point, taken_at, said.place.strip()), stated)
    return len(new)


def _ensure_told(task: OpenTask, said: Said) -> datetime:
    """When it was taken. Raises Incomplete."""
    if said.taken_at is None or said.taken_at > task.case.now + AHEAD:
        raise Incomplete("photo_taken_at", Words("请填写拍摄时间，不能晚于现在。", "Enter when it was taken."))
    if not said.place.strip():
        raise Incomplete("photo_place", Words("请填写拍摄地点。", "Enter where it was taken."))
    if len(said.place) > LONGEST_PLACE:
        raise Incomplete("photo_place", Words("请控制在 200 字以内。", "Keep it within 200 characters."))
    if said.point and said.point not in points_of(task):
        raise Incomplete("photo", Words("照片所示要点不在核查清单中。", "The list has no such point."))
    return min(said.taken_at, task.case.now)


def points_of(task: OpenTask) -> frozenset[str]:
    """Keys of all points that the items of the case may be visited for."""
    items = task.case.release.bundle.items
    return frozenset(f"{item.key}.{point.key}" for item in items for point in item.visit_checklist)


def _keep(task: OpenTask, by: Identity, one: Checked, key: str, said: Said, stated: Stated) -> None:
    file_id = keep_file(one, by)
    facts = (said.point, said.taken_at, said.place, stated.at, stated.place)
    sql().execute(KEPT, (task.id, file_id, key, *facts, by.user_id, task.case.now))
    task.case.record(Event.PHOTO_ADDED, by, task=task.id, file=file_id, digest=one.digest, point=said.point)


def remove_photo(task_id: int, photo_id: int, *, by: Identity) -> None:
    """Take out a photo of one's own; its line in the ledger stays. Raises NotFound, RecordSigned."""
    with on_task(task_id, by, permission=Permission.TASK_SEE) as task:
        _ensure_may_change(task, by)
        gone = sql().execute(
            "delete from visit_photo where id = %s and task_id = %s and by_id = %s", (photo_id, task.id, by.user_id)
        )
        if gone.rowcount != 1:
            raise NotFound()
        task.case.record(Event.PHOTO_REMOVED, by, task=task.id, photo=photo_id)


SIGNER = """
select u.name from participant p join app_user u on u.id = p.user_id where p.task_id = %s order by p.at limit 1
"""


def _ensure_may_change(task: OpenTask, by: Identity) -> None:
    ensure_step(task, VISIT)
    if by.user_id in task.conflicted:
        raise InConflict()
    signed = sql().execute(SIGNER, (task.id,)).fetchone()
    if signed is not None:
        raise RecordSigned(signed[0])
