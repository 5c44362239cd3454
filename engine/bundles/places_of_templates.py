"""占位项: which places a template may name, what each of them means, and what stands there in a sample."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files as package_files

from engine.bundles.document_kinds import (
    COMMON,
    OF_ITEM,
    OF_LETTERS,
    OF_LICENCES,
    OF_PROOFS,
    DocumentKind,
    FieldType,
    kind_of_template,
)
from engine.bundles.documents import PLACES, places_of
from engine.bundles.model import Bundle, ItemKind
from engine.findings import Report
from engine.law.tables import read_toml
from engine.words import Words

#: Tags of HTML, addresses that run something, and statements of template languages.
_MARKUP = re.compile(r"</?[a-zA-Z][\w-]*(?:\s[^<>]*)?/?>|<!--|javascript:|data:text/html|\{%", re.IGNORECASE)
LONGEST_MARKUP = 40


class TemplateUse(StrEnum):
    """What a template is the text of."""

    DOCUMENT = "document"
    LETTER = "letter"  # of commitment, for an item
    PROOF_LETTER = "proof-letter"  # of commitment, in place of one proof
    LICENCE = "licence"
    OTHER = "other"  # nothing that the application prints: it may name any place


@dataclass(frozen=True, slots=True)
class TemplatePlaces:
    """What a template may name besides the answers of the form. `kind`: of a document."""

    use: TemplateUse
    kind: DocumentKind | None
    fields: Mapping[str, FieldType]


def template_places(key: str, kinds: Mapping[str, DocumentKind], bundle: Bundle | None) -> TemplatePlaces:
    """The places of the template of this key. Without a bundle nothing is known of letters and licences."""
    kind = kind_of_template(key, kinds, tuple(ItemKind))
    if kind is not None:
        return TemplatePlaces(TemplateUse.DOCUMENT, kind, kind.places)
    if bundle is not None:
        if any(item.commitment is not None and item.commitment.letter == key for item in bundle.items):
            return TemplatePlaces(TemplateUse.LETTER, None, {**COMMON, **OF_ITEM, **OF_LETTERS})
        proofs = (one.commitment for material in bundle.materials for one in material.requirements)
        if any(terms is not None and terms.letter == key for terms in proofs):
            return TemplatePlaces(TemplateUse.PROOF_LETTER, None, {**COMMON, **OF_ITEM, **OF_LETTERS, **OF_PROOFS})
        if any(item.licence is not None and item.licence.template == key for item in bundle.items):
            return TemplatePlaces(TemplateUse.LICENCE, None, {**COMMON, **OF_ITEM, **OF_LICENCES})
    return TemplatePlaces(TemplateUse.OTHER, None, dict.fromkeys(PLACES, FieldType.TEXT))


def markup_in(text: str) -> str:
    """The first markup or script in a text that is printed as it stands, shortened; "" where there is none."""
    found = _MARKUP.search(text)
    return found[0][:LONGEST_MARKUP] if found else ""


def lists_in_sentences(text: str, fields: Mapping[str, FieldType]) -> tuple[str, ...]:
    """The places of a template that hold a list or a table and do not stand alone in their paragraph."""
    return tuple(
        place
        for place in places_of(text)
        if place in fields
        and fields[place].stands_alone
        and len(re.findall(rf"^\s*\{{\{{\s*{place}\s*\}}\}}\s*$", text, re.MULTILINE))
        < len(re.findall(rf"\{{\{{\s*{place}\s*\}}\}}", text))
    )


@lru_cache(maxsize=1)
def place_words() -> Mapping[str, Words]:
    """Name of a place -> what it prints."""
    report = Report("place_words.toml")
    root = read_toml((package_files("engine.bundles") / "place_words.toml").read_bytes(), report)
    root.integer("format", least=1)
    told = root.table("places")
    words = {name: told.words(name) for name in told.content} if told is not None else {}
    root.finish()
    report.raise_errors()
    return words


def sample_value(field: FieldType, meaning: Words, at: datetime) -> object:
    """What stands for a value that only the work on a case brings, and says that it is a sample. `at` is local."""
    if field is FieldType.DAY:
        return at.date()
    if field is FieldType.MOMENT:
        return at
    if field is FieldType.NUMBER:
        return 1
    said = _sample(meaning)
    if field is FieldType.LIST:
        return [_numbered(said, 1), _numbered(said, 2)]
    if field is FieldType.TABLE:
        heads = [Words("项目", "Entry"), meaning]
        return [heads, *([_numbered(Words("示例", "sample"), number), said] for number in (1, 2))]
    return said


def _sample(meaning: Words) -> Words:
    return Words(f"〔示例：{meaning.zh}〕", f"[sample: {meaning.en or meaning.zh}]")


def _numbered(said: Words, number: int) -> Words:
    return Words(f"{said.zh}{number}", f"{said.en} {number}")
