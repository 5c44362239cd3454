"""免提交: a valid licence of the same holder stands for a material; one that has ended stands for nothing.

Which material takes which type of licence, when, and on what basis is the bundle's data (`satisfied_by`); the holder
is known by the credit code or identity number that the applicant gave.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine import Words
from engine.bundles import Bundle, LicenceUse, Material, RequiredMaterial
from webapp.errors import ActRefused
from webapp.identity import Identity
from webapp.services.events import Event
from webapp.services.held_licence import CANCELLED, REVOKED, STATUS_WORDS, SUSPENDED, VALID
from webapp.services.locked_case import LockedCase
from webapp.unit_of_work import sql

#: What nobody may go round by handing in a copy. An ended one may have been renewed elsewhere since.
NEVER = (REVOKED, CANCELLED, SUSPENDED)


@dataclass(frozen=True, slots=True)
class Reuse:
    """What the registry has for a material: the licence, as it stands today, and on what basis it counts."""

    material: Material
    use: LicenceUse
    licence_id: int
    name: Words
    number: str
    version: int
    valid_to: date | None
    status: str

    @property
    def counts(self) -> bool:
        return self.status == VALID

    def stands_in_the_way(self, *, exempt: bool, handed_in: bool, with_files: bool) -> bool:
        """Whether the material cannot be taken like this: a licence that is not in force does not stand for one that
        is asked of nobody (`exempt`) or was handed in without a file, and a copy of a revoked, cancelled or suspended
        one is none either."""
        if self.counts or not (exempt or handed_in):
            return False
        return self.status in NEVER or not with_files

    @property
    def words(self) -> Words:
        """What is said of it: the licence with its number and what it stands for, or why it does not."""
        if self.counts:
            zh_end = f"有效期至{self.valid_to.isoformat()}" if self.valid_to else "长期有效"
            en_end = f"valid until {self.valid_to.isoformat()}" if self.valid_to else "without end"
            return Words(
                f"证照库中已有{self.name.zh}（{self.number}，{zh_end}），免提交（{self.use.basis.zh}）",
                f"The registry has the {self.name.en} ({self.number}, {en_end}): not asked for ({self.use.basis.en})",
            )
        state = STATUS_WORDS[self.status]
        return Words(
            f"{self.name.zh}（{self.number}）{state.zh}，不能代替“{self.material.name.zh}”：只有有效的证照可以免提交"
            f"（{self.use.basis.zh}）",
            f"The {self.name.en} ({self.number}) is {state.en} and cannot stand for “{self.material.name.en}”:"
            f" only a licence in force does ({self.use.basis.en})",
        )

    @property
    def words_when_asked(self) -> Words:
        """Why the material is asked for although the registry has the licence, and what would do instead."""
        if self.status in NEVER:
            return self.words
        return Words(
            f"{self.words.zh}；已经换发的，请提交新证",
            f"{self.words.en}; where a newer one was issued elsewhere, hand that in",
        )


class LicenceNotReusable(ActRefused):
    """The licence that would stand for a material is not in force."""

    status = 422

    def __init__(self, reuse: Reuse, *, asked: bool = False) -> None:
        self.reuse = reuse
        super().__init__(reuse.words_when_asked if asked else reuse.words)


HELD = """
select type_key, id, name_zh, name_en, number, version, valid_to,
    case when status in ('valid', 'suspended') and valid_to < %(today)s then 'expired' else status end
from licence where holder_number = any(%(holder)s) and holder_number <> '' and type_key = any(%(types)s)
order by issued_on desc, id desc
"""


def reusable(
    bundle: Bundle, materials: Iterable[RequiredMaterial], answers: Mapping[str, Any], today: date
) -> dict[str, Reuse]:
    """Material key -> what the registry has for it: a licence in force before one that is not. `answers`: all of
    them, guided ones too; a material for which the holder has no such licence is not among them."""
    uses = [(one.material, use) for one in materials for use in one.material.satisfied_by if _holds(use, answers)]
    holder = sorted({str(answers[key]).strip().upper() for key in bundle.identity_fields if answers.get(key)})
    if not uses or not holder:
        return {}
    wanted = {"today": today, "holder": holder, "types": sorted({use.licence for _, use in uses})}
    rows = sql().execute(HELD, wanted).fetchall()
    found: dict[str, Reuse] = {}
    for material, use in uses:
        best = _best([row for row in rows if row[0] == use.licence])
        if best is None:
            continue
        reuse = Reuse(material, use, best[1], Words(best[2], best[3]), *best[4:])
        if material.key not in found or (reuse.counts and not found[material.key].counts):
            found[material.key] = reuse
    return found


def _holds(use: LicenceUse, answers: Mapping[str, Any]) -> bool:
    return use.when is None or use.when.evaluate(answers) is True


def _best(rows: Sequence[Sequence[Any]]) -> Sequence[Any] | None:
    """The latest in force, else the latest."""
    return next((row for row in rows if row[-1] == VALID), rows[0] if rows else None)


def ensure_reusable(
    reuses: Mapping[str, Reuse], exempt: Collection[str], handed_in: Collection[str], with_files: Collection[str]
) -> None:
    """Raises LicenceNotReusable where a licence that is not in force would stand for a material (keys of them)."""
    for key, reuse in reuses.items():
        given = {"exempt": key in exempt, "handed_in": key in handed_in, "with_files": key in with_files}
        if reuse.stands_in_the_way(**given):
            raise LicenceNotReusable(reuse)


STANDS = """
with material as (
    insert into submitted_material (case_id, material_key, form, copies, provided_by, by_id, at)
    values (%(case)s, %(material)s, 'exempt', 1, '', %(by)s, %(at)s)
    on conflict (case_id, material_key) do nothing
)
insert into reused_licence (case_id, material_key, licence_id, number, version, basis_zh, basis_en, at)
values (%(case)s, %(material)s, %(licence)s, %(number)s, %(version)s, %(zh)s, %(en)s, %(at)s)
on conflict do nothing
"""


def keep_reused(case: LockedCase, reuses: Mapping[str, Reuse], with_files: Collection[str], by: Identity) -> None:
    """Write which licence stands for which material of the case that is received; what was handed in stays."""
    for key, reuse in reuses.items():
        if not reuse.counts or key in with_files:
            continue
        basis = reuse.use.basis
        sql().execute(
            STANDS,
            {
                "case": case.id,
                "material": key,
                "by": by.user_id,
                "at": case.now,
                "licence": reuse.licence_id,
                "number": reuse.number,
                "version": reuse.version,
                "zh": basis.zh,
                "en": basis.en,
            },
        )
        case.record(Event.LICENCE_REUSED, by, material=key, licence=reuse.licence_id, version=reuse.version)
