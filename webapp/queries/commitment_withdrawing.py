"""What a page needs to take a commitment back: the undecided items that go by one, and what would be brought."""

from __future__ import annotations

from dataclasses import dataclass

from engine import Words
from engine.bundles import guide_for
from webapp.answers import answers_of
from webapp.catalogue import RULES_OF_CASE, published, rules_of
from webapp.errors import NotFound
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class CommittedItem:
    """An item by commitment that is undecided; `missing` are the materials that the ordinary way asks for besides."""

    key: str
    name: Words
    missing: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class CommitmentsPage:
    case_id: int
    number: str
    subject: str
    applicant: str
    bundle: Words
    basis: Words
    items: tuple[CommittedItem, ...]


CASE = f"""
select k.number, k.subject_name, k.applicant_name, k.release_id, k.guided, {RULES_OF_CASE},
    array(select item_key from item_case ic where ic.case_id = k.id and ic.way = 'commitment' and ic.outcome is null
        and ic.ruled_at is null order by item_key),
    array(select material_key from submitted_material m where m.case_id = k.id)
from cases k where k.id = %s and k.received_at is not null
"""


def commitments_page(case_id: int) -> CommitmentsPage:
    """Raises NotFound for a draft."""
    row = sql().execute(CASE, (case_id,)).fetchone()
    if row is None:
        raise NotFound()
    number, subject, applicant, release_id, guided, versions, keys, handed_in = row
    bundle, rules = published(release_id).bundle, rules_of(tuple(versions or ()))
    guide = guide_for(bundle, {**answers_of(case_id), **guided})
    items = tuple(
        CommittedItem(
            key,
            bundle.item(key).name,
            tuple(
                one.material.name
                for one in guide.materials
                if key in one.replaced_for and not one.exempt and one.material.key not in handed_in
            ),
        )
        for key in keys
    )
    return CommitmentsPage(case_id, number, subject, applicant, bundle.name, rules.profile.commitment_basis, items)
