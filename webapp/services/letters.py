"""Letters of commitment: for a whole item, or in place of one proof of it. As read, signed and kept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine import Words
from engine.bundles import PLACES, Bundle, CommitmentTerms, Item, Material, render
from engine.law import METHOD_WORDS, RECTIFY, Finding, Profile, amount, ruling_words
from webapp.catalogue import Published, Rules
from webapp.papers import keep
from webapp.services.document_places import Places, Unit, answer_places, item_places, unit_of
from webapp.unit_of_work import sql

SEPARATOR = "/"
#: The key of a letter, of its row in `commitment`.
KEY = "concat_ws('/', item_key, nullif(material_key, ''))"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a letter is for: an item or, with `material`, one proof that the item asks for."""

    item: Item
    material: Material | None
    terms: CommitmentTerms

    @property
    def key(self) -> str:
        """ "P2", or "P5/health-certificates": how ways, letters and the place's list name it."""
        return key_of(self.item.key, self.material.key if self.material else "")

    @property
    def name(self) -> Words:
        """The item, or the item with the material."""
        if self.material is None:
            return self.item.name
        en = f"{self.item.name.en or self.item.name.zh}: {self.material.name.en or self.material.name.zh}"
        return Words(f"{self.item.name.zh}：{self.material.name.zh}", en)


def key_of(item_key: str, material_key: str = "") -> str:
    return f"{item_key}{SEPARATOR}{material_key}" if material_key else item_key


def parts_of(key: str) -> tuple[str, str]:
    """(item, material) of a key; "" for the whole item."""
    item, _, material = key.partition(SEPARATOR)
    return item, material


def subject_of(bundle: Bundle, key: str) -> Subject | None:
    """What the letter of this key is for; None where the bundle knows no such commitment."""
    item_key, material_key = parts_of(key)
    try:
        terms = bundle.commitment_terms(item_key, material_key)
        item, material = bundle.item(item_key), bundle.material(material_key) if material_key else None
    except KeyError:
        return None
    return Subject(item, material, terms) if terms is not None else None


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it is read and signed, kept as `webapp.papers` does; `digest` is over the Chinese."""

    subject: Subject
    zh: str
    en: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.zh.encode()).hexdigest()


def letter_for(release: Published, subject: Subject, answers: Mapping[str, Any], rules: Rules) -> Letter:
    """The letter for this applicant, in both languages. It carries no date: the signature does."""
    return Letter(subject, *(_text(release, subject, answers, rules, language) for language in ("zh", "en")))


def _text(release: Published, subject: Subject, answers: Mapping[str, Any], rules: Rules, language: str) -> str:
    unit = unit_of(subject.item.department)
    places = {
        **answer_places(release, rules, answers, language),
        **letter_places(subject, unit, rules.profile, language),
    }
    template = release.document(subject.terms.letter, language, rules.profile.key)
    return keep(render(template, places, language=language, optional=PLACES))


def letter_places(subject: Subject, unit: Unit, place: Profile, language: str) -> Places:
    """What a letter prints besides the answers: its unit and item, what is told and what is promised.

    Raises KeyError where the place's rules have no limit of its verification.
    """
    terms, item = subject.terms, subject.item
    limit = place.terms(terms.verification_parameter)
    return {
        **unit.places(language, place.demo),
        **item_places(item, language),
        "conditions_list": [words.in_language(language) for words in terms.conditions],
        "told_list": [words.in_language(language) for words in (*terms.told, *checked_how(item, place))],
        "verification_limit": amount(limit.value, limit.unit).in_language(language),
        "material_name": subject.material.name.in_language(language) if subject.material else "",
    }


def checked_how(item: Item, place: Profile) -> list[Words]:
    """What the place's rules have the applicant told of the check: how it is made, and what follows from what is found,
    each with its basis.
    """
    rules, undone = place.verification, ruling_words(item.kind).undone
    method = rules.method(item.key)
    name = METHOD_WORDS[method.method]
    told = [_based(Words(f"核查方式：{name.zh}", f"How it is verified: {name.en}"), method.basis)]
    return told + [_based(_follows(one, undone, place), one.basis) for one in rules.findings.values()]


def _follows(finding: Finding, undone: Words, place: Profile) -> Words:
    kind = place.credit.kinds.get(finding.credit) if place.credit else None
    zh, en = (f"，并记入信用记录（{kind.name.zh}）", f", and put on record ({kind.name.en})") if kind else ("", "")
    if finding.follows == RECTIFY:
        times = finding.rectifications
        return Words(
            f"核查发现{finding.name.zh}的，责令限期整改，最多{times}次；仍不符合的，{undone.zh}{zh}",
            f"Where the check finds “{finding.name.en}”: ordered to be put right, {times} times at most; failing that:"
            f" {undone.en}{en}",
        )
    return Words(
        f"核查发现{finding.name.zh}的，不经整改，{undone.zh}{zh}",
        f"Where the check finds “{finding.name.en}”: {undone.en} without being put right first{en}",
    )


def _based(words: Words, basis: Words) -> Words:
    return Words(f"{words.zh}（{basis.zh}）", f"{words.en} ({basis.en})") if basis.zh else words


def replaces_proof(case_id: int, item_key: str | None) -> bool:
    """Whether a commitment replaces a proof of this item, which itself goes the ordinary way."""
    row = (
        sql()
        .execute(
            "select from commitment where case_id = %s and item_key = %s and material_key <> '' limit 1",
            (case_id, item_key),
        )
        .fetchone()
    )
    return row is not None
