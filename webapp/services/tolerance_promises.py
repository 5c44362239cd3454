"""容缺受理承诺: offered by the window or the department, promised in writing or declined, never forced.

A promise is a letter that is read in full and signed, like a commitment: at the window in a draft, or after receipt
where the department has offered it; then also on the tracking page, with the code and who may speak for the applicant.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from engine import Words
from engine.bundles import PLACES, Guide, Item, render
from engine.law import CONSEQUENCES, amount, day_words
from webapp.catalogue import Published
from webapp.errors import ActRefused, Incomplete, LetterChanged, NotFound
from webapp.identity import Identity
from webapp.papers import keep
from webapp.permissions import Permission, ensure
from webapp.services.applicants import ensure_applicant
from webapp.services.clocks import start_day
from webapp.services.commitments import COMMITMENT
from webapp.services.document_places import answer_places, item_places, table, unit_of
from webapp.services.drafts import ensure_draft
from webapp.services.events import Event
from webapp.services.files import Checked, Upload, keep_file
from webapp.services.locked_case import LockedCase, on_case
from webapp.services.page_keys import remember
from webapp.services.signature_files import check_drawing, check_scan
from webapp.services.tasks import ensure_step
from webapp.services.tolerance_acceptance import HEADS, asking_of
from webapp.services.tolerance_terms import (
    DECLINED,
    HOW,
    OFFERED,
    PROMISED,
    Asking,
    Promise,
    Term,
    ensure_tolerable,
    requirement_of,
    term_of,
)
from webapp.services.work import on_task, record_refusal
from webapp.unit_of_work import sql

LETTER = "tolerance-promise"
TABLET, SCAN, BY_CODE = "tablet", "scan", "code"
LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Signed:
    """Under which letter (its digest as it was read), by whom, how. `signature` None: with the tracking code."""

    digest: str
    name: str
    channel: str
    signature: Upload | None = None
    id_number: str = ""


@dataclass(frozen=True, slots=True)
class PromiseLetter:
    """容缺受理承诺书 as it is read and signed; `digest` is over the Chinese."""

    item: Item
    term: Term
    zh: str
    en: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.zh.encode()).hexdigest()


class OfferGone(ActRefused):
    """No offer is open to be answered: it was answered, or the item is accepted or corrected."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "该事项没有等待答复的容缺受理，可能已经答复，或者部门已经作出受理结果。",
                "No offer of this item waits for an answer: it was answered, or acceptance was decided on.",
            )
        )


def letter_for(release: Published, asking: Asking, promise: Promise, started: date) -> PromiseLetter:
    """The letter of a promise that the rules allow. Raises as `term_of` does."""
    item = release.bundle.item(promise.item_key)
    term = term_of(asking, item, promise, started)
    return PromiseLetter(item, term, *(_text(release, asking, promise, term, language) for language in ("zh", "en")))


def _text(release: Published, asking: Asking, promise: Promise, term: Term, language: str) -> str:
    profile, item = asking.rules.profile, release.bundle.item(promise.item_key)
    assert profile.tolerance is not None
    bundle = release.bundle
    rows = [(bundle.material(key).name, HOW[how]) for key, how in promise.materials.items()]
    limit = profile.tolerance.limit
    longest = amount(limit.value, limit.unit)
    places = {
        **answer_places(release, asking.rules, asking.answers, language),
        **unit_of(item.reviewing_department).places(language, profile.demo),
        **item_places(item, language),
        "missing_table": table(HEADS, rows),
        "missing_until": day_words(term.until).in_language(language),
        "missing_days": amount(term.days, term.unit).in_language(language),
        "missing_limit": Words(
            f"补齐期限最长{longest.zh}，依据：{limit.basis.zh}", f"{longest.en} at the longest: {limit.basis.en}"
        ).in_language(language),
        "consequence": CONSEQUENCES[profile.tolerance.late].in_language(language),
        "tolerance_basis": profile.tolerance.basis.in_language(language),
    }
    template = release.document(LETTER, language, profile.key)
    return keep(render(template, places, language=language, optional=PLACES))


# In a draft, at the window


def promise_in_draft(
    case_id: int, promises: Sequence[Promise], digests: Mapping[str, str], *, by: Identity, signed: Signed
) -> None:
    """Sign the promises of these items in one sitting; `digests` are of the letters as read, by item.

    Raises NotTolerable, BarredFromTolerance, PromisePastLimit, Incomplete, LetterChanged, FileRefused, NotADraft.
    Nothing is half done; a refused try is kept in the ledger.
    """
    checked = _checked(signed)
    with _tries_kept(case_id, by), on_case(case_id) as case:
        ensure_draft(case, by)
        asking = asking_of(case)
        _ensure_present(case, signed.name)
        there = _there(case)
        file_id = keep_file(checked, by)
        for promise in promises:
            letter = letter_for(case.release, asking, promise, start_day(case.now, case.rules))
            for key in there.intersection(promise.materials):
                name = case.release.bundle.material(key).name
                raise Incomplete(
                    "materials", Words(f"“{name.zh}”已经提交，不需要容缺。", f"“{name.en}” was handed in already.")
                )
            if letter.digest != digests.get(promise.item_key):
                raise LetterChanged()
            _keep(case, promise, letter, signed, file_id, by)


def take_back(case_id: int, item_key: str, *, by: Identity) -> None:
    """The applicant brings everything after all, or goes by commitment: the promise in the draft is withdrawn."""
    with on_case(case_id) as case:
        ensure_draft(case, by)
        gone = sql().execute("delete from tolerance where case_id = %s and item_key = %s", (case_id, item_key))
        if gone.rowcount:
            case.record(Event.TOLERANCE_DECLINED, by, about=item_key)


def _ensure_present(case: LockedCase, signer: str) -> None:
    """Who signs is who stands at the counter: the applicant, or the representative with a mandate."""
    row = sql().execute(PRESENT, (case.id,)).fetchone()
    if row is None or row[0] != signer.strip():
        raise Incomplete(
            "signer_name",
            Words("签署人应为到场的申请人或者经办人。", "The signer is the applicant or representative present."),
        )


PRESENT = "select v.person_name from visit v join cases c on c.visit_id = v.id where c.id = %s"
THERE = """
select material_key from submitted_material m where case_id = %s and (form in ('e-licence', 'exempt')
    or exists(select from material_file f where f.submitted_material_id = m.id))
"""


def _there(case: LockedCase) -> set[str]:
    return {key for (key,) in sql().execute(THERE, (case.id,))}


# At receipt

IN_DRAFT = "select item_key, materials, promised_until, letter_digest from tolerance where case_id = %s"


def covered_by_promises(case: LockedCase, guide: Guide, ways: Mapping[str, str], handed_in: set[str]) -> set[str]:
    """The materials that every item which uses them has promised (or replaced by its commitment), and none is there.

    The promises are checked anew by the rules and answers of now; what no longer applies, or came after all, is
    dropped. Raises NotTolerable, BarredFromTolerance, PromisePastLimit, LetterChanged.
    """
    promised = _promised(case, guide, handed_in)
    if not promised:
        return set()
    return {
        one.material.key
        for one in guide.materials
        if any((item, one.material.key) in promised for item in one.used_by)
        and all(
            (item, one.material.key) in promised or (ways.get(item) == COMMITMENT and item in one.replaced_for)
            for item in one.used_by
        )
    }


def _promised(case: LockedCase, guide: Guide, handed_in: set[str]) -> frozenset[tuple[str, str]]:
    """(item, material) of what was promised and is not there."""
    rows = sql().execute(IN_DRAFT, (case.id,)).fetchall()
    if not rows:
        return frozenset()
    asking, applicable = asking_of(case), {entry.item.key for entry in guide.items}
    promised: set[tuple[str, str]] = set()
    for item_key, materials, until, digest in rows:
        missing = [key for key, _ in materials if key not in handed_in]
        if item_key not in applicable or not missing:
            sql().execute("delete from tolerance where case_id = %s and item_key = %s", (case.id, item_key))
            continue
        promise = Promise(item_key, dict(materials), until)
        letter = letter_for(case.release, asking, promise, start_day(case.now, case.rules))
        if letter.digest != digest:
            raise LetterChanged()
        promised |= {(item_key, key) for key in missing}
    return frozenset(promised)


BIND = """
update tolerance t set item_case_id = i.id from item_case i
where t.case_id = %s and i.case_id = t.case_id and i.item_key = t.item_key
"""


def bind_promises(case: LockedCase) -> None:
    """The items of the received case have their rows: the promises belong to them."""
    sql().execute(BIND, (case.id,))


# After receipt: the department offers, the applicant answers

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
    checked = _checked(signed)
    with _tries_kept(case_id, by), on_case(case_id) as case:
        ensure(by, Permission.CASE_RECEIVE)
        remember(by, key, case.now, f"tolerance:{case_id}:{promise.item_key}")
        _promise(case, promise, signed, checked, by)


def promise_by_applicant(case_id: int, promise: Promise, *, signed: Signed) -> None:
    """The applicant alone, on the tracking page. Raises OfferGone, NotTheApplicant and as above."""
    with _tries_kept(case_id, None), on_case(case_id) as case:
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
    _keep(case, promise, letter, signed, file_id, by)
    told = Words(
        f"申请人已书面承诺，可以容缺受理：{letter.item.name.zh}", f"Promised in writing: {letter.item.name.en}"
    )
    row = sql().execute(ITEM_CASE, (case.id, promise.item_key)).fetchone()
    sql().execute(
        WINDOW_TOLD, (case.id, row[0] if row else None, letter.item.groups["intake"], told.zh, told.en, case.now)
    )


def decline(case_id: int, item_key: str, *, name: str, id_number: str, by: Identity | None) -> None:
    """The applicant does not want it: the ordinary way stays open. Raises OfferGone, NotTheApplicant."""
    with _tries_kept(case_id, by), on_case(case_id) as case:
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


# Common

KEEP = """
insert into tolerance (case_id, item_key, state, materials, promised_until, days, unit, letter, letter_digest,
    signer_name, channel, signature_file_id, promised_at, promised_by)
values (%(case)s, %(item)s, %(state)s, %(materials)s::jsonb, %(until)s, %(days)s, %(unit)s, %(letter)s, %(digest)s,
    %(signer)s, %(channel)s, %(file)s, %(now)s, %(by)s)
on conflict (case_id, item_key) do update set state = excluded.state, materials = excluded.materials,
    promised_until = excluded.promised_until, days = excluded.days, unit = excluded.unit, letter = excluded.letter,
    letter_digest = excluded.letter_digest, signer_name = excluded.signer_name, channel = excluded.channel,
    signature_file_id = excluded.signature_file_id, promised_at = excluded.promised_at,
    promised_by = excluded.promised_by
"""


def _keep(
    case: LockedCase,
    promise: Promise,
    letter: PromiseLetter,
    signed: Signed,
    file_id: int | None,
    by: Identity | None,
) -> None:
    values: dict[str, Any] = {
        "case": case.id,
        "item": promise.item_key,
        "state": PROMISED,
        "materials": orjson.dumps(list(promise.materials.items())).decode(),
        "until": promise.until,
        "days": letter.term.days,
        "unit": letter.term.unit,
        "letter": letter.zh,
        "digest": letter.digest,
        "signer": signed.name.strip(),
        "channel": signed.channel,
        "file": file_id,
        "now": case.now,
        "by": by.user_id if by else None,
    }
    sql().execute(KEEP, values)
    assert promise.until is not None
    case.record(
        Event.TOLERANCE_PROMISED,
        by,
        about=promise.item_key,
        materials=list(promise.materials),
        until=promise.until.isoformat(),
        letter=letter.digest,
        channel=signed.channel,
    )


def _checked(signed: Signed) -> Checked:
    """The signature of a promise at the window, looked into before the case is locked.

    Raises Incomplete, FileRefused.
    """
    if not signed.name.strip():
        raise Incomplete("signer_name", Words("请填写签署人姓名。", "Enter the signer's name."))
    if signed.channel not in (TABLET, SCAN) or signed.signature is None:
        raise Incomplete("signature", Words("请申请人在容缺受理承诺书上签名。", "The applicant must sign the promise."))
    return check_drawing(signed.signature) if signed.channel == TABLET else check_scan(signed.signature)


@contextmanager
def _tries_kept(case_id: int, by: Identity | None) -> Iterator[None]:
    """Around a command: a tolerance that the rules refuse is in the ledger after the rollback."""
    try:
        yield
    except NotFound:
        raise
    except ActRefused as refusal:
        if not isinstance(refusal, Incomplete):
            record_refusal(case_id, by, None, refusal)
        raise
