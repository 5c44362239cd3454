"""A document is issued: its row at once, so that the command can refer to it; number and words when all else is done.

The number comes last of all, because its series stays locked to the end of the transaction (docs/documents.md).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine import Words
from engine.bundles import DocumentKind, FieldMissing, FieldUnknown, FieldWrong, render
from engine.law import tracking_code
from webapp import moments, outbox
from webapp.errors import ActRefused
from webapp.identity import Identity
from webapp.papers import digest_of, keep
from webapp.services.document_places import (
    LANGUAGES,
    UNIT_COLUMNS,
    Places,
    Unit,
    case_places,
    known_answers,
    unit_from,
)
from webapp.services.events import Event
from webapp.services.locked_case import LockedCase
from webapp.services.numbers import next_numbers
from webapp.settings import current_settings
from webapp.unit_of_work import sql

PUBLIC_CODE_BITS = 50


class DocumentNotPossible(ActRefused):
    """The document cannot be written: its template is missing, or what it must say was not given."""

    status = 422

    def __init__(self, title: Words, why: Words) -> None:
        super().__init__(
            Words(f"不能出具“{title.zh}”：{why.zh}", f"The document “{title.en}” cannot be issued: {why.en}")
        )


@dataclass(frozen=True, slots=True)
class Known:
    """What is asked before a document is issued: the id it gets, its unit, when its item was accepted."""

    id: int
    unit: Unit
    accepted_at: datetime | None


KNOWN = f"""
select nextval('document_id_seq'), (select accepted_at from item_case where id = %(item)s), {UNIT_COLUMNS}
from department d left join unit_seal s on s.department_key = d.key and s.role = %(role)s where d.key = %(unit)s
"""


def known_of(unit: str, kind: DocumentKind, item_case_id: int | None = None) -> Known:
    """Raises NotFound for a unit that is not there."""
    row = sql().execute(KNOWN, {"unit": unit, "role": kind.seal, "item": item_case_id}).fetchone()
    id_, accepted_at, *of_unit = row or (0, None)
    return Known(int(id_), unit_from(of_unit), accepted_at)


def known_with_next(unit: str, kind: DocumentKind) -> tuple[Known, int]:
    """As `known_of`, and an id more: for a paper of the same unit that is issued in the same act."""
    statement = KNOWN.replace("select nextval", "select nextval('document_id_seq'), nextval", 1)
    row = sql().execute(statement, {"unit": unit, "role": kind.seal, "item": None}).fetchone()
    following, id_, accepted_at, *of_unit = row or (0, 0, None)
    return Known(int(id_), unit_from(of_unit), accepted_at), int(following)


@dataclass(frozen=True, slots=True)
class Unnumbered:
    """A document of the running command that waits for its number. `places` has everything else, per language."""

    id: int
    kind: DocumentKind
    title: Words
    series: str
    prefix: str
    templates: Mapping[str, str]
    places: Mapping[str, Places]
    by: Identity | None
    seal_way: str = ""


def issue(
    case: LockedCase,
    kind: DocumentKind,
    known: Known,
    fields: Mapping[str, Any],
    by: Identity | None,
    *,
    item_case_id: int | None = None,
    template: str = "",
    title: Words | None = None,
    places: Mapping[str, Places] | None = None,
    answers: Mapping[str, Any] | None = None,
) -> int:
    """Issue a document of `kind` by the unit in `known`; returns its id.

    `fields` are the kind's own, checked against their types; `places` what the document prints besides; `answers` the
    case's, where the act has read them already. Raises DocumentNotPossible.
    """
    title = title or kind.title
    _ensure_fields(kind, title, fields)
    place = case.rules.profile.key
    path, texts = _templates(case, title, template or kind.key, place)
    if answers is None:
        answers = known_answers(case.id, case.release.bundle)
    code = tracking_code(secrets.randbits(PUBLIC_CODE_BITS))
    demo = case.rules.profile.demo
    seal = known.unit.seal_in(demo) if kind.seal else None
    common: dict[str, Places] = {
        language: {
            **case_places(case, answers, language),
            **known.unit.places(language, demo),
            "document_basis": kind.basis.in_language(language),
            "check_url": check_address(code),
            **(places or {}).get(language, {}),
            **kind.as_printed(fields),
        }
        for language in LANGUAGES
    }
    year = moments.local(case.now).year
    mark = known.unit.mark or case.rules.profile.document_prefix
    row = {
        "case": case.id,
        "item": item_case_id,
        "unit": known.unit.key,
        "kind": kind.key,
        "title_zh": title.zh,
        "title_en": title.en,
        "at": case.now,
        "by": by.user_id if by else None,
        "template": path,
        "template_digest": hashlib.sha256(case.release.files[path]).hexdigest(),
        "seal_zh": seal.name.zh if seal else "",
        "seal_en": seal.name.en if seal else "",
        "seal_way": seal.way if seal else "",
        "code": code,
        **WORDLESS,
    }
    case.writing.add(f"document_{known.id}", DOCUMENT.format(d=f"d{known.id}_"), **_of(known.id, row))
    if not case.unnumbered:
        case.closing.append(lambda: _number(case))
    case.unnumbered.append(
        Unnumbered(
            known.id,
            kind,
            title,
            f"document:{known.unit.key}:{kind.key}:{year}",
            f"{mark}{kind.mark}〔{year}〕",
            texts,
            common,
            by,
            seal.way if seal else "",
        )
    )
    return known.id


def check_address(code: str) -> str:
    """The public page on which anyone sees that a document is ours."""
    return f"{current_settings().public_url}/documents/{code}"


def _ensure_fields(kind: DocumentKind, title: Words, fields: Mapping[str, Any]) -> None:
    try:
        kind.ensure_values(fields)
    except FieldMissing as fault:
        why = Words(f"应当载明“{fault.name}”。", f"it must say “{fault.name}”.")
    except FieldUnknown as fault:
        why = Words(f"没有“{fault.name}”这一项。", f"it has no field “{fault.name}”.")
    except FieldWrong as fault:
        why = Words(
            f"“{fault.name}”应为{fault.wanted}类型。", f"its field “{fault.name}” takes a value of type {fault.wanted}."
        )
    else:
        return
    raise DocumentNotPossible(title, why)


def _templates(case: LockedCase, title: Words, key: str, place: str) -> tuple[str, Mapping[str, str]]:
    """The path of the template that is the document, and the texts per language."""
    path = case.release.template_path(key, "zh", place)
    if path is None:
        raise DocumentNotPossible(
            title,
            Words("所用发布版没有这份文书的模板。", "the release that the case runs on has no template of it."),
        )
    return path, {language: case.release.document(key, language, place) for language in LANGUAGES}


#: Each document has placeholders of its own, so that all of a command's go out together.
DOCUMENT = """
insert into document (id, case_id, item_case_id, unit_key, kind, title_zh, title_en, issued_at, by_id, template,
    template_digest, seal_zh, seal_en, seal_way, public_code, number, series, serial, content_zh, content_en, digest,
    digest_en)
values (%({d}id)s, %({d}case)s, %({d}item)s, %({d}unit)s, %({d}kind)s, %({d}title_zh)s, %({d}title_en)s, %({d}at)s,
    %({d}by)s, %({d}template)s, %({d}template_digest)s, %({d}seal_zh)s, %({d}seal_en)s, %({d}seal_way)s, %({d}code)s,
    %({d}number)s, %({d}series)s, %({d}serial)s, %({d}zh)s, %({d}en)s, %({d}digest)s, %({d}digest_en)s)
returning id
"""
NUMBERED = """
update document set number = %({d}number)s, series = %({d}series)s, serial = %({d}serial)s, content_zh = %({d}zh)s,
    content_en = %({d}en)s, digest = %({d}digest)s, digest_en = %({d}digest_en)s
where id = %({d}id)s returning id
"""
#: What a document is without until the command's end.
WORDLESS: Mapping[str, Any] = {
    "number": "",
    "series": None,
    "serial": None,
    "zh": "",
    "en": "",
    "digest": "",
    "digest_en": "",
}


def _of(document_id: int, values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"d{document_id}_{key}": value for key, value in {"id": document_id, **values}.items()}


def _number(case: LockedCase) -> None:
    """At the end of the command: one number per document in one statement, then their words with the last rows."""
    waiting = list(case.unnumbered)
    case.unnumbered.clear()
    serials = next_numbers([document.series for document in waiting])
    parts = []
    for document, serial in zip(waiting, serials, strict=True):
        words = _words(document, serial)
        name = f"document_{document.id}"
        if not case.writing.amend(name, **_of(document.id, words)):
            name = f"numbered_{document.id}"
            case.writing.add(name, NUMBERED.format(d=f"d{document.id}_"), **_of(document.id, words))
        parts.append(f"select id from {name}")
        facts = {"document_kind": document.kind.key, "digest": words["digest"]}
        case.record(Event.DOCUMENT_ISSUED, document.by, document=document.id, **facts)
    case.writing.ask(outbox.deferring(outbox.MAKE_PAPER, "document_id", " union all ".join(parts)))


def _words(document: Unnumbered, serial: int) -> dict[str, Any]:
    number = f"{document.prefix}{serial}号"
    kept = {
        language: keep(
            render(
                document.templates[language],
                {**document.places[language], "document_number": number},
                language=language,
                optional=document.kind.places,
            )
        )
        for language in LANGUAGES
    }
    return {
        "number": number,
        "series": document.series,
        "serial": serial,
        **kept,
        "digest": digest_of(kept["zh"]),
        "digest_en": digest_of(kept["en"]),
    }
