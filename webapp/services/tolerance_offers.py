"""容缺受理 after receipt: the department offers, the applicant promises in writing or declines."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from engine import Words
from engine.bundles import Item
from webapp.errors import ActRefused, Incomplete, LetterChanged
from webapp.identity import Identity
from webapp.permissions import Permission, ensure
from webapp.services.applicants import ensure_applicant
from webapp.services.clocks import start_day
from webapp.services.events import Event
from webapp.services.files import Checked, keep_file
from webapp.services.locked_case import LockedCase, on_case
from webapp.services.page_keys import remember
from webapp.services.tasks import ensure_step
from webapp.services.tolerance_acceptance import asking_of
from webapp.services.tolerance_letters import (
    Signed,
    checked_signature,
    keep_promise,
    letter_for,
    tries_kept,
)
from webapp.services.tolerance_terms import (
    DECLINED,
    OFFERED,
    Promise,
    ensure_tolerable,
    requirement_of,
)
from webapp.services.work import on_task
from webapp.unit_of_work import sql

LONGEST_NOTE = 500


class OfferGone(ActRefused):
    """No offer is open to be answered: it was answered, or the item is accepted or corrected."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "该事项没有等待答复的容缺受理，可能已经答复，或者部门已经作出受理结果。",
                "No offer of this item waits for an answer: it was answered, or acceptance was decided on.",
            )
        )


OFFER = """
insert into tolerance (case_id, item_key, item_case_id, state, materials, offered_by, offered_at, offer_note)
values (%(case)s, %(offered_key)s, %(offered_item)s, 'offered', %(offered)s::jsonb, %(by)s, %(now)s, %(offer_note)s)
on conflict (case_id, item_key) do update set state = 'offered', materials = excluded.materials,
    offered_by = excluded.offered_by, offered_at = excluded.offered_at, offer_note = excluded.offer_note,
    promised_until = null, days = null, letter = '', letter_digest = '', signer_name = '', channel = '',
    signature_file_id = null, promised_at = null, promised_by = null
    where tolerance.state in ('offered', 'declined', 'moot')
returning id
"""


def offer(task_id: int, materials: Sequence[str], *, note: str, by: Identity, key: str) -> None:
    """At the acceptance review: secondary materials that are missing may follow, if the applicant promises so.

    The task stays open and its limit runs. Raises NotTolerable, BarredFromTolerance, Incomplete, and as `on_task`.
    """
    with on_task(task_id, by, permission=Permission.TASK_DO, key=key) as task:
        ensure_step(task, "accept")
        case = task.case
        assert task.item_key is not None
        item, asking = case.release.bundle.item(task.item_key), asking_of(case)
        ensure_tolerable(asking, item)
        if not materials:
            raise Incomplete("materials", Words("请选择可以容缺的材料。", "Choose what may follow."))
        if len(note) > LONGEST_NOTE:
            raise Incomplete("offer_note", Words("请控制在 500 字以内。", "Keep it within 500 characters."))
        for material in materials:
            requirement_of(asking, item, material)
        kept = sql().execute(
            OFFER,
            {
                "case": case.id,
                "offered_key": item.key,
                "offered_item": task.item_case_id,
                "offered": orjson.dumps([[material, "window"] for material in materials]).decode(),
                "by": by.user_id,
                "now": case.now,
                "offer_note": note.strip(),
            },
        )
        if kept.fetchone() is None:
            raise OfferGone()
        _tell_window(case, task.item_case_id, item)
        case.record(Event.TOLERANCE_OFFERED, by, item=task.item_case_id, materials=list(materials))


WINDOW_TOLD = """
insert into reminder (case_id, item_case_id, group_key, text_zh, text_en, at) values (%s, %s, %s, %s, %s, %s)
"""


WINDOW = "window.clerk"


def _tell_window(case: LockedCase, item_case_id: int | None, item: Item) -> None:
    told = Words(
        f"可以容缺受理，请征询申请人：{item.name.zh}", f"May be accepted with materials to follow; ask: {item.name.en}"
    )
    sql().execute(WINDOW_TOLD, (case.id, item_case_id, WINDOW, told.zh, told.en, case.now))


def promise_at_window(case_id: int, promise: Promise, *, by: Identity, signed: Signed, key: str) -> None:
    """The applicant is at the counter and promises what the department offered. Raises OfferGone and as above."""
    checked = checked_signature(signed)
    with tries_kept(case_id, by), on_case(case_id) as case:
        ensure(by, Permission.CASE_RECEIVE)
        remember(by, key, case.now, f"tolerance:{case_id}:{promise.item_key}")
        _promise(case, promise, signed, checked, by)


def promise_by_applicant(case_id: int, promise: Promise, *, signed: Signed) -> None:
    """The applicant alone, on the tracking page. Raises OfferGone, NotTheApplicant and as above."""
    with tries_kept(case_id, None), on_case(case_id) as case:
        _promise(case, promise, signed, None, None)


def _promise(case: LockedCase, promise: Promise, signed: Signed, checked: Checked | None, by: Identity | None) -> None:
    offered = _offered(case, promise.item_key)
    ensure_applicant(case, signed.name, signed.id_number)
    if set(promise.materials) != set(offered):
        raise Incomplete("materials", Words("请承诺部门列出的全部材料。", "Promise all that the department listed."))
    letter = letter_for(case.release, asking_of(case), promise, start_day(case.now, case.rules))
    if letter.digest != signed.digest:
        raise LetterChanged()
    file_id = keep_file(checked, by) if checked is not None else None
    keep_promise(case, promise, letter, signed, file_id, by)
    told = Words(
        f"申请人已书面承诺，可以容缺受理：{letter.item.name.zh}", f"Promised in writing: {letter.item.name.en}"
    )
    row = sql().execute(ITEM_CASE, (case.id, promise.item_key)).fetchone()
    sql().execute(
        WINDOW_TOLD, (case.id, row[0] if row else None, letter.item.groups["intake"], told.zh, told.en, case.now)
    )


def decline(case_id: int, item_key: str, *, name: str, id_number: str, by: Identity | None) -> None:
    """The applicant does not want it: the ordinary way stays open. Raises OfferGone, NotTheApplicant."""
    with tries_kept(case_id, by), on_case(case_id) as case:
        _offered(case, item_key)
        if by is not None:
            ensure(by, Permission.CASE_RECEIVE)
        ensure_applicant(case, name, id_number)
        sql().execute(
            "update tolerance set state = %s where case_id = %s and item_key = %s", (DECLINED, case_id, item_key)
        )
        case.record(Event.TOLERANCE_DECLINED, by, about=item_key)


ITEM_CASE = "select id from item_case where case_id = %s and item_key = %s"


STANDING_OFFER = """
select t.materials from tolerance t join item_case i on i.id = t.item_case_id
where t.case_id = %s and t.item_key = %s and t.state = %s and i.accepted_at is null and i.outcome is null
"""


def _offered(case: LockedCase, item_key: str) -> list[str]:
    row = sql().execute(STANDING_OFFER, (case.id, item_key, OFFERED)).fetchone()
    if row is None:
        raise OfferGone()
    return [key for key, _ in row[0]]
