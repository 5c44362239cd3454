"""For which items of a bundle, and proofs of them, a template is printed."""

from __future__ import annotations

from collections.abc import Container, Iterator

from engine import EngineError, Words
from engine.bundles import Bundle, Example, Item, Material, TemplatePlaces, TemplateUse, guide_for, is_issued_for

Subjects = dict[str, tuple[Item, Material | None]]


def subjects_of(
    bundle: Bundle | None, places: TemplatePlaces, key: str, example: Example | None, own: Container[str]
) -> Subjects:
    """Key -> the items (and proofs) that the template of this key is printed for: those of the example first.

    `own`: keys of all templates; an item whose kind has its own (`refusal-filing`) is not printed by the general one.
    """
    if bundle is None:
        return {}
    found = list(_printed_for(bundle, places, key, own))
    applying = _applying(bundle, example)
    found.sort(key=lambda pair: pair[0].key not in applying)
    return {f"{item.key}/{material.key}" if material else item.key: (item, material) for item, material in found}


def _printed_for(
    bundle: Bundle, places: TemplatePlaces, key: str, own: Container[str]
) -> Iterator[tuple[Item, Material | None]]:
    if places.use is TemplateUse.PROOF_LETTER:
        for material in bundle.materials:
            for one in material.requirements:
                if one.commitment is not None and one.commitment.letter == key:
                    yield bundle.item(one.item), material
    yield from ((item, None) for item in bundle.items if _is_printed_for(item, places, key, own))


def _is_printed_for(item: Item, places: TemplatePlaces, key: str, own: Container[str]) -> bool:
    if places.use is TemplateUse.LETTER:
        return item.commitment is not None and item.commitment.letter == key
    if places.use is TemplateUse.LICENCE:
        return item.licence is not None and item.licence.template == key
    kind = places.kind
    if kind is None or not kind.per_item or not is_issued_for(kind.key, item.kind):
        return False
    of_kind = f"{kind.key}-{item.kind}"
    return key == of_kind or (key == kind.key and of_kind not in own)


def _applying(bundle: Bundle, example: Example | None) -> set[str]:
    if example is None:
        return set()
    try:
        return {one.item.key for one in guide_for(bundle, example.guided).items}
    except EngineError:  # the check of the examples says why
        return set()


def subject_name(item: Item, material: Material | None) -> Words:
    if material is None:
        return item.name
    return Words(
        f"{item.name.zh}：{material.name.zh}", f"{item.name.en or item.name.zh}: {material.name.en or material.name.zh}"
    )
