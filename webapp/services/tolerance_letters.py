"""容缺受理承诺书: the letter as it is read and signed, and what is kept of a signature under it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from engine import Words
from engine.bundles import PLACES, Item, render
from engine.law import amount, day_words
from webapp.catalogue import Published
from webapp.errors import ActRefused, Incomplete, NotFound
from webapp.identity import Identity
from webapp.papers import keep
from webapp.services.document_places import answer_places, item_places, table, unit_of
from webapp.services.events import Event
from webapp.services.files import Checked, Upload
from webapp.services.locked_case import LockedCase
from webapp.services.signature_files import check_drawing, check_scan
from webapp.services.tolerance_acceptance import HEADS
from webapp.services.tolerance_terms import (
    HOW,
    PROMISED,
    Asking,
    Promise,
    Term,
    consequence_of,
    term_of,
)
from webapp.services.work import record_refusal
from webapp.unit_of_work import sql

LETTER = "tolerance-promise"


TABLET, SCAN, BY_CODE = "tablet", "scan", "code"


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
        "consequence": consequence_of(profile, profile.tolerance.late, profile.tolerance.late_credit).in_language(
            language
        ),
        "tolerance_basis": profile.tolerance.basis.in_language(language),
    }
    template = release.document(LETTER, language, profile.key)
    return keep(render(template, places, language=language, optional=PLACES))


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


def keep_promise(
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


def checked_signature(signed: Signed) -> Checked:
    """The signature of a promise at the window, looked into before the case is locked.

    Raises Incomplete, FileRefused.
    """
    if not signed.name.strip():
        raise Incomplete("signer_name", Words("请填写签署人姓名。", "Enter the signer's name."))
    if signed.channel not in (TABLET, SCAN) or signed.signature is None:
        raise Incomplete("signature", Words("请申请人在容缺受理承诺书上签名。", "The applicant must sign the promise."))
    return check_drawing(signed.signature) if signed.channel == TABLET else check_scan(signed.signature)


@contextmanager
def tries_kept(case_id: int, by: Identity | None) -> Iterator[None]:
    """Around a command: a tolerance that the rules refuse is in the ledger after the rollback."""
    try:
        yield
    except NotFound:
        raise
    except ActRefused as refusal:
        if not isinstance(refusal, Incomplete):
            record_refusal(case_id, by, None, refusal)
        raise
