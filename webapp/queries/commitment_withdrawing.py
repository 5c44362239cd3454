"""What a page needs to take a commitment back: the letters of undecided items, and what would be brought."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine import Words
from engine.bundles import Bundle, Guide, Material, guide_for
from webapp.answers import answers_of
from webapp.catalogue import RULES_OF_CASE, published, rules_of
from webapp.errors import NotFound
from webapp.services.letters import KEY, parts_of, subject_of
from webapp.services.proof_withdrawal import comes_along
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class SignedLetter:
    """A letter of an undecided item; `missing` are the materials that are due once it is taken back.

    `at_once`: they come with the withdrawal, since nobody may ask for them afterwards.
    """

    key: str
    name: Words
    is_proof: bool
    missing: tuple[Material, ...]
    at_once: bool


@dataclass(frozen=True, slots=True)
class CommitmentsPage:
    case_id: int
    number: str
    subject: str
    applicant: str
    bundle: Words
    basis: Words
    letters: tuple[SignedLetter, ...]

    @property
    def materials(self) -> tuple[Material, ...]:
        """What is due once one or the other letter is taken back, each once."""
        return tuple({one.key: one for letter in self.letters for one in letter.missing}.values())

    def due_with(self, material_key: str) -> tuple[SignedLetter, ...]:
        """The letters in whose place this material is due."""
        return tuple(one for one in self.letters if any(due.key == material_key for due in one.missing))


CASE = f"""
select k.number, k.subject_name, k.applicant_name, k.release_id, k.guided, {RULES_OF_CASE},
    array(select material_key from submitted_material m where m.case_id = k.id
        and (m.form in ('e-licence', 'exempt')
            or exists (select from material_file f where f.submitted_material_id = m.id)))
from cases k where k.id = %s and k.received_at is not null
"""
SIGNED = f"""
select {KEY}, i.accepted_at from commitment c join item_case i using (case_id, item_key)
where c.case_id = %s and i.outcome is null and i.ruled_at is null and (c.material_key <> '' or i.way = 'commitment')
order by 1
"""


def commitments_page(case_id: int) -> CommitmentsPage:
    """Raises NotFound for a draft."""
    row = sql().execute(CASE, (case_id,)).fetchone()
    if row is None:
        raise NotFound()
    number, subject, applicant, release_id, guided, versions, handed_in = row
    bundle, rules = published(release_id).bundle, rules_of(tuple(versions or ()))
    guide = guide_for(bundle, {**answers_of(case_id), **guided})
    signed: dict[str, Any] = dict(sql().execute(SIGNED, (case_id,)).fetchall())
    letters = tuple(_letters(bundle, guide, signed, frozenset(handed_in)))
    return CommitmentsPage(case_id, number, subject, applicant, bundle.name, rules.profile.commitment_basis, letters)


def _letters(
    bundle: Bundle, guide: Guide, signed: Mapping[str, Any], handed_in: frozenset[str]
) -> Iterator[SignedLetter]:
    for key, accepted_at in signed.items():
        item_key, material_key = parts_of(key)
        subject = subject_of(bundle, key)
        if subject is None:
            continue
        missing = tuple(
            one.material
            for one in guide.materials
            if not one.exempt
            and one.material.key not in handed_in
            and (one.material.key == material_key if material_key else item_key in one.replaced_for)
        )
        at_once = bool(material_key) and comes_along(accepted_at, subject.item)
        yield SignedLetter(key, subject.name, bool(material_key), missing, at_once)
