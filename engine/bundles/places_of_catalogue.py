"""The places of a bundle's catalogue: items with their limits, conditions and checks, materials, the bundle as such."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from engine.bundles.affected_items import ITEM_ASPECTS, WHOLE_ASPECTS
from engine.bundles.model import Bundle, CommitmentTerms, ExtensionTerms, Item, Limit, Material, Requirement
from engine.bundles.places import Place, PlaceKind
from engine.bundles.reading import BUNDLE_FILE
from engine.expressions import Expression
from engine.words import Words

#: The limit of a bundle as such, and that of how long a licence is good for.
JOINT, VALIDITY = "joint", "validity"
_PART_OF = {field: part for part, names in ITEM_ASPECTS.items() for field in names}
_PART_OF_WHOLE = {field: part for part, names in WHOLE_ASPECTS.items() for field in names}
#: Fields of which each entry is a place of its own.
_EACH = ("limits", "situations", "checklist", "visit_checklist", "questions")


def places_of_catalogue(bundle: Bundle) -> Iterator[Place]:
    """Every place of the items, the materials and the bundle."""
    yield from _whole(bundle)
    for item in bundle.items:
        yield from _item(item)
    for material in bundle.materials:
        yield from _material(material)


def limits_of(bundle: Bundle) -> dict[str, tuple[Words, Limit]]:
    """The limits of a bundle by the key by which places name them: "P2.promised", "P2.validity", "joint".

    With each the name of what it belongs to."""
    found: dict[str, tuple[Words, Limit]] = {}
    for item in bundle.items:
        found |= {f"{item.key}.{name}": (item.name, limit) for name, limit in item.limits.items()}
        if item.licence is not None and item.licence.validity is not None:
            found[f"{item.key}.{VALIDITY}"] = (item.licence.name, item.licence.validity)
    if bundle.joint_limit is not None:
        found[JOINT] = (bundle.name, bundle.joint_limit)
    return found


def _whole(bundle: Bundle) -> Iterator[Place]:
    told = {"items", "materials", "texts"}
    for each in fields(bundle):
        value = getattr(bundle, each.name)
        if each.name in told or value is None:
            continue
        refs = {f"limit:{JOINT}"} if each.name in ("joint_limit", "joint_extension") else set[str]()
        part = _PART_OF_WHOLE.get(each.name, "")
        yield from _field("", bundle.name, BUNDLE_FILE, each.name, value, part, refs, frozenset())


def _item(item: Item) -> Iterator[Place]:
    file, items = f"items/{item.key}.toml", frozenset({item.key})
    for each in fields(item):
        value = getattr(item, each.name)
        if value is not None:
            part = _PART_OF.get(each.name, "")
            yield from _field(item.key, item.name, file, each.name, value, part, set(), items)


def _field(
    key: str, name: Words, file: str, field: str, value: Any, part: str, refs: set[str], items: frozenset[str]
) -> Iterator[Place]:
    kind = PlaceKind.ITEM if key else PlaceKind.BUNDLE
    for entry, one in _entries(field, value):
        said = tuple(_said(one))
        if not said:
            continue
        named = frozenset(refs | set(_refs(key, field, entry, one)))
        element = ".".join(word for word in (key, field, entry) if word)
        yield Place(kind, file, element, name, said, items, named, part)


def _entries(field: str, value: Any) -> Iterable[tuple[str, Any]]:
    if field not in _EACH:
        return [("", value)]
    if isinstance(value, Mapping):
        return value.items()
    return [(one.key, one) for one in value]


def _refs(item: str, field: str, entry: str, value: Any) -> Iterator[str]:
    if field == "limits":
        yield f"limit:{item}.{entry}"
    if isinstance(value, ExtensionTerms):
        yield from (f"limit:{item}.{clock}" for clock in value.clocks if item)
    if isinstance(value, CommitmentTerms):
        yield from _refs_of_commitment(value)
    if field == "licence":
        yield f"licence:{value.key}"
        if value.validity is not None:
            yield f"limit:{item}.{VALIDITY}"


def _refs_of_commitment(terms: CommitmentTerms) -> Iterator[str]:
    yield f"parameter:{terms.verification_parameter}"
    yield from (f"material:{key}" for key in terms.replaces)


def _material(material: Material) -> Iterator[Place]:
    own = f"material:{material.key}"
    users = frozenset(one.item for one in material.requirements)
    licences = frozenset(f"licence:{use.licence}" for use in material.satisfied_by)
    itself = tuple(_said([material.name, material.exempt_reason, material.satisfied_by]))
    element = f"materials.{material.key}"
    yield Place(PlaceKind.MATERIAL, BUNDLE_FILE, element, material.name, itself, users, frozenset({own}) | licences)
    for one in material.requirements:
        yield _requirement(material, one, element)


def _requirement(material: Material, one: Requirement, element: str) -> Place:
    refs = {f"material:{material.key}"}
    if one.commitment is not None:
        refs |= set(_refs_of_commitment(one.commitment))
    return Place(
        PlaceKind.MATERIAL, BUNDLE_FILE, f"{element}.required.{one.item}", material.name, tuple(_said(one)),
        frozenset({one.item}), frozenset(refs),
    )  # fmt: skip


def _said(value: Any) -> Iterator[Words]:
    """Every text inside a value: words, plain texts, the sources of expressions."""
    pending = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, Words):
            yield one
        elif isinstance(one, Expression):
            yield Words(one.source, "")
        elif isinstance(one, str) and one:
            yield Words(one, "")
        elif isinstance(one, Mapping):
            pending += reversed(list(one.values()))
        elif isinstance(one, (tuple, list)):
            pending += reversed(one)
        elif is_dataclass(one) and not isinstance(one, type):
            pending += reversed([getattr(one, each.name) for each in fields(one)])
