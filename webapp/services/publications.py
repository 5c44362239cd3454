"""公示: a revocation is made known: whose what, by which document; without personal numbers and without the grounds."""

from __future__ import annotations

from engine import Words
from engine.bundles import Item
from engine.law import ruling_words
from webapp import moments
from webapp.services.locked_case import LockedCase

PUBLISHED = """
insert into publication (revocation_id, document_id, unit_key, subject, act_zh, act_en, licence_zh, licence_en,
    licence_number, published_on)
values (%(published)s, %(published_paper)s, %(published_unit)s, %(published_subject)s, %(published_zh)s,
    %(published_en)s, %(published_licence_zh)s, %(published_licence_en)s, %(published_number)s, %(published_on)s)
"""


def publish(
    case: LockedCase,
    item: Item,
    revocation_id: int,
    *,
    document: int,
    subject: str,
    licence: Words,
    number: str,
) -> None:
    """The public entry of a revocation, in the words of the item's kind, with the act that revokes."""
    undone = ruling_words(item.kind).undone
    case.writing.add(
        "publication",
        PUBLISHED,
        published=revocation_id,
        published_paper=document,
        published_unit=item.department,
        published_subject=subject,
        published_zh=undone.zh,
        published_en=undone.en,
        published_licence_zh=licence.zh or item.name.zh,
        published_licence_en=licence.en or item.name.en,
        published_number=number,
        published_on=moments.local(case.now).date(),
    )
