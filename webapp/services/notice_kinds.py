"""The kinds of notice, with their words: data of the processes (`_shared/messages/notices.toml`)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from engine import Words
from webapp.masks import masked_number, masked_organisation, masked_person
from webapp.settings import current_settings

FILE = "_shared/messages/notices.toml"
ENGLISH = "_en"
PLACE = re.compile(r"\{(\w+)\}")
#: What a person wrote: it stands as it is in the texts of both languages.
TYPED = "typed"
#: How a fact is kept and sent.
MASKS: Mapping[str, Callable[[str], str]] = {
    "plain": str,
    TYPED: str,
    "person": masked_person,
    "organisation": masked_organisation,
    "number": masked_number,
}
OPENS = frozenset(
    {
        "task", "case", "comments", "corrections", "inbox", "asked", "studio", "migrations", "bulk-repairs", "imports",
        "deliveries", "incidents",
    }
)  # fmt: skip


class NoticeKind(StrEnum):
    ASSIGNED = "assigned"
    HANDED_OVER = "handed-over"
    DELEGATED = "delegated"
    DELEGATION_RETURNED = "delegation-returned"
    OPINION_ASKED = "opinion-asked"
    OPINION_GIVEN = "opinion-given"
    VISIT_DAYS_ASKED = "visit-days-asked"
    VISIT_DAYS_ANSWERED = "visit-days-answered"
    VISIT_DAYS_OFF = "visit-days-off"
    VISIT_FIXED = "visit-fixed"
    SIGNER_ADDED = "signer-added"
    SIGNED = "signed"
    COPIED = "copied"
    URGED = "urged"
    ORDERED = "ordered"
    ORDER_ANSWERED = "order-answered"
    ORDER_LIFTED = "order-lifted"
    ORDER_ENDED = "order-ended"
    SENT_BACK = "sent-back"
    ACT_WITHDRAWN = "act-withdrawn"
    STANDING_IN = "standing-in"
    CONFLICT_DECLARED = "conflict-declared"
    MENTIONED = "mentioned"
    CORRECTION_TO_MERGE = "correction-to-merge"
    CORRECTION_WENT_ALONE = "correction-went-alone"
    RELEASE_TO_SIGN = "release-to-sign"
    RELEASE_AGREED = "release-agreed"
    RELEASE_SIGNED = "release-signed"
    RELEASE_RETURNED = "release-returned"
    RELEASE_WITHDRAWN = "release-withdrawn"
    RELEASE_KEPT_BACK = "release-kept-back"
    RELEASE_APPROVED = "release-approved"
    RELEASE_PUBLISHED = "release-published"
    RELEASE_OVERTAKEN = "release-overtaken"
    MIGRATION_TO_CONFIRM = "migration-to-confirm"
    MIGRATION_LOOKED = "migration-looked"
    MIGRATION_GIVEN_UP = "migration-given-up"
    BULK_GIVEN_UP = "bulk-given-up"
    IMPORT_GIVEN_UP = "import-given-up"
    CHANGE_ASSIGNED = "change-assigned"
    COPY_ENDED = "copy-ended"
    INCIDENT_OPENED = "incident-opened"
    NOT_DELIVERED = "not-delivered"


class NoticeWrong(Exception):
    """A notice whose facts are not those that its kind declares, or a kind whose words are not complete."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a notice; `typed`: as a person wrote it, in whatever language."""

    text: str
    typed: bool


@dataclass(frozen=True, slots=True)
class KindWords:
    """What a kind says. `facts`: name -> mask. `opens`: where the notice leads."""

    name: Words
    text: Words
    facts: Mapping[str, str]
    opens: str
    urgent: bool
    may_stop: bool

    def kept(self, facts: Mapping[str, str]) -> dict[str, str]:
        """The facts as they are stored: those declared, masked. Raises NoticeWrong for others, or one missing."""
        needed = set(PLACE.findall(self.text.zh))
        if unknown := facts.keys() - self.facts.keys():
            raise NoticeWrong(f"not declared: {', '.join(sorted(unknown))}")
        if missing := needed - facts.keys():
            raise NoticeWrong(f"missing: {', '.join(sorted(missing))}")
        return {name: MASKS[self.facts[name]](value) for name, value in facts.items()}

    def said(self, facts: Mapping[str, str]) -> Words:
        """The notice as it reads."""
        return filled(self.text, facts)

    def pieces(self, facts: Mapping[str, str], language: str) -> tuple[Piece, ...]:
        """The same in one language, with what a person typed told from the office's words around it."""
        parts = PLACE.split(self.text.in_language(language))  # words, place, words, place, …
        pieces = [Piece(parts[0], False)]
        for name, after in zip(parts[1::2], parts[2::2], strict=True):
            typed = self.facts.get(name) == TYPED and name + ENGLISH not in facts
            pieces += [Piece(_value(name, facts, language), typed), Piece(after, False)]
        return tuple(one for one in pieces if one.text)


def filled(text: Words, facts: Mapping[str, str]) -> Words:
    """`text` with its places filled; a place that has no value stays empty."""
    return Words(
        PLACE.sub(lambda place: _value(place[1], facts, "zh"), text.zh),
        PLACE.sub(lambda place: _value(place[1], facts, "en"), text.en),
    )


def _value(name: str, facts: Mapping[str, str], language: str) -> str:
    english = facts.get(name + ENGLISH) if language == "en" else None
    return english or facts.get(name, "")


def kind_words(kind: str) -> KindWords:
    """The words of a kind, as the data has them now. Raises NoticeWrong."""
    found = _kinds(current_settings().processes_dir.joinpath(FILE).read_bytes()).get(kind)
    if found is None:
        raise NoticeWrong(f"no words for {kind}")
    return found


def all_kinds() -> Mapping[str, KindWords]:
    """Every kind, in the order of the data."""
    return _kinds(current_settings().processes_dir.joinpath(FILE).read_bytes())


@lru_cache(maxsize=4)
def _kinds(content: bytes) -> Mapping[str, KindWords]:
    try:
        told = tomllib.loads(content.decode("utf-8"))["kinds"]
        return {key: _read(key, one) for key, one in told.items()}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as fault:
        raise NoticeWrong(f"{FILE}: {fault}") from fault


def _read(key: str, told: Mapping[str, object]) -> KindWords:
    name, text, facts = _words(told["name"]), _words(told["text"]), told["facts"]
    assert isinstance(facts, dict)
    opens = str(told["opens"])
    if unknown := {str(mask) for mask in facts.values()} - MASKS.keys():
        raise NoticeWrong(f"{key}: no mask {', '.join(sorted(unknown))}")
    if unknown := set(PLACE.findall(text.zh + text.en)) - facts.keys():
        raise NoticeWrong(f"{key}: not declared: {', '.join(sorted(unknown))}")
    if opens not in OPENS:
        raise NoticeWrong(f"{key}: opens {opens}")
    return KindWords(name, text, facts, opens, told.get("urgent") is True, told.get("may_stop") is True)


def _words(told: object) -> Words:
    assert isinstance(told, dict)
    return Words(str(told["zh"]), str(told["en"]))
