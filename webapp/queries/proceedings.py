"""What was ordered of an item besides its ordinary way, as its applicant follows it: the hearing, a longer limit.

The notices of it, and the decisions, are read there too, by number and code: word for word but for names, which that
page masks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from engine import Words
from engine.bundles import JOINT, Document
from engine.law import amount
from webapp.answers import answers_of
from webapp.errors import NotFound
from webapp.queries.case_view import release_of
from webapp.queries.masking import paper_without_names, persons_in
from webapp.services.kept_documents import KeptDocument, kept_document
from webapp.unit_of_work import sql

#: The kinds of papers that are read with number and code; what is addressed to third persons is none of them.
READ_BY_CODE = (
    "special-procedure-notice",
    "hearing-right-notice",
    "hearing-notice",
    "hearing-announcement",
    "public-notice",
    "extension-notice",
    "grant",
    "refusal",
    "not-accepted",
    "not-required",
    "tolerance-notice",
    "ordinary-way-notice",
    "proof-brought-notice",
    "acceptance-revocation",
    "termination-notice",
    "rectification-order",
    "revocation-notice",
    "revocation-hearing-notice",
    "revocation",
    "filing-cancellation-notice",
    "filing-cancellation",
)


@dataclass(frozen=True, slots=True)
class SetHearing:
    """A hearing that is set and not over."""

    at: datetime
    place: str


@dataclass(frozen=True, slots=True)
class GrantedExtension:
    """A limit was made longer. `joint`: that of all items together."""

    length: Words
    level: Words
    basis: Words
    reason: str
    decided_at: datetime
    joint: bool


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A paper that can be read here."""

    id: int
    title: Words
    number: str
    issued_at: datetime


@dataclass(slots=True)
class Proceedings:
    """Of one item, oldest first."""

    hearing: SetHearing | None = None
    extensions: list[GrantedExtension] = field(default_factory=list)
    notices: list[NoticeLine] = field(default_factory=list)


HEARINGS = """
select ic.item_key, p.held_at, p.place from special_procedure p join item_case ic on ic.id = p.item_case_id
where ic.case_id = %s and p.held_at is not null and p.ended_at is null
"""
EXTENSIONS = """
select ic.item_key, x.value, x.unit, x.level_zh, x.level_en, x.basis_zh, x.basis_en, x.reason, x.decided_at, x.clock
from clock_extension x join item_case ic on ic.id = x.item_case_id where ic.case_id = %s and x.granted order by x.id
"""
#: A paper is one when it bears its seal.
SEALED = "(d.seal_way not in ('hand', 'certified') or exists(select from document_seal s where s.document_id = d.id))"
NOTICES = f"""
select ic.item_key, d.id, d.title_zh, d.title_en, d.number, d.issued_at
from document d join item_case ic on ic.id = d.item_case_id
where d.case_id = %s and d.kind = any(%s) and {SEALED} order by d.id
"""
READABLE = f"""
select k.applicant_name, k.subject_name from document d join cases k on k.id = d.case_id
where d.id = %s and d.case_id = %s and d.kind = any(%s) and {SEALED}
"""


def proceedings_of(case_id: int) -> dict[str, Proceedings]:
    """By item key; items without any are not in it."""
    found: dict[str, Proceedings] = {}
    for item, at, place in sql().execute(HEARINGS, (case_id,)):
        found.setdefault(item, Proceedings()).hearing = SetHearing(at, place)
    for item, value, unit, level_zh, level_en, zh, en, reason, at, clock in sql().execute(EXTENSIONS, (case_id,)):
        granted = GrantedExtension(
            amount(value, unit), Words(level_zh, level_en), Words(zh, en), reason, at, clock == JOINT
        )
        found.setdefault(item, Proceedings()).extensions.append(granted)
    for item, id_, zh, en, number, at in sql().execute(NOTICES, (case_id, list(READ_BY_CODE))):
        found.setdefault(item, Proceedings()).notices.append(NoticeLine(id_, Words(zh, en), number, at))
    return found


@dataclass(frozen=True, slots=True)
class MaskedPaper:
    """A notice as the tracking page shows it, per language."""

    kept: KeptDocument
    texts: Mapping[str, Document]


def masked_notice(case_id: int, document_id: int) -> MaskedPaper:
    """Raises NotFound for a paper that is another case's, of another kind or not sealed yet; DocumentDamaged."""
    row = sql().execute(READABLE, (document_id, case_id, list(READ_BY_CODE))).fetchone()
    if row is None:
        raise NotFound()
    kept, persons = kept_document(document_id), persons_in(release_of(case_id).bundle, answers_of(case_id))
    texts = {language: paper_without_names(kept.text(language), row, persons) for language in ("zh", "en")}
    return MaskedPaper(kept, texts)
