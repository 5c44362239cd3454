"""On what the intake of an item, and a paper about it, stands: the item's own entry, its kind's in the place, the item.

What a law says of licences is never cited for another kind (LAW 2.11).
"""

from __future__ import annotations

from engine.bundles.document_kinds import DocumentKind
from engine.bundles.model import Item
from engine.law.profile import Profile
from engine.words import Words

#: Papers that tell an outcome of intake, by their kind: "" where several outcomes are told with the same.
TOLD_WITH = {"correction-notice": "correction", "not-accepted": "", "not-required": "not-required"}


def states_intake_basis(item: Item, profile: Profile) -> bool:
    """Whether the catalogue or the place says on what the intake of the item stands."""
    return item.intake_basis is not None or item.kind in profile.kinds


def intake_basis(item: Item, profile: Profile, outcome: str = "") -> Words:
    """The text behind the intake of an item, or behind one outcome of it.

    Rules from before there were any for kinds of item state none: then the text that establishes the item.
    """
    if item.intake_basis is not None:
        return item.intake_basis
    rules = profile.kinds.get(item.kind)
    return rules.basis_of(outcome) if rules else item.basis[0]


def paper_basis(kind: DocumentKind, item: Item, profile: Profile) -> Words:
    """The text that a document of this kind about the item stands on."""
    rules = profile.kinds.get(item.kind)
    if rules is not None and kind.key in rules.documents:
        return rules.documents[kind.key]
    if kind.key in TOLD_WITH:
        return intake_basis(item, profile, TOLD_WITH[kind.key])
    return kind.basis if not kind.basis_for or item.kind in kind.basis_for else item.basis[0]
