"""Who has to sign a release and what they said; what waits for a person's signature."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from engine import Words
from engine.bundles import inspect_bundle
from webapp.catalogue import release_files
from webapp.identity import Identity
from webapp.permissions import Permission, SignOffFacts, may
from webapp.queries.releases import ReleaseRow, releases
from webapp.services.release_sign_offs import LEGAL, LEGAL_NAME, SIGNERS
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class SignOff:
    """One party of one release. `parts`: what of its own changes, as (item or None, aspects).

    `agrees` None: not signed yet. `by_letter`: nobody of it can sign here, legal review enters its letter. `may_sign`:
    the person who looks can, now. `ended`: of an earlier round.
    """

    party: str
    name: Words
    parts: tuple[tuple[Words | None, tuple[str, ...]], ...]
    agrees: bool | None
    who: str
    for_whom: str
    comment: str
    letter_number: str
    signed_at: datetime | None
    ended: bool
    by_letter: bool
    may_sign: bool


AUTHORS = "array(select a.user_id from release_author a where a.release_id = s.release_id)"
#: Those who can sign each row's party here.
SIGNERS_OF_ROW = SIGNERS.replace("%(party)s", "s.party").replace("%(but)s", AUTHORS)
SIGN_OFFS = f"""
select s.release_id, s.party, d.name_zh, d.name_en, s.parts, s.agrees, coalesce(u.name, ''), coalesce(f.name, ''),
       s.comment, s.letter_number, s.signed_at, s.ended_at is not null and r.state in ('draft', 'submitted'),
       s.ended_at is null and s.agrees is null and s.party <> '' and not exists ({SIGNERS_OF_ROW}),
       %(by)s = any({AUTHORS})
from release_sign_off s
join release r on r.id = s.release_id
left join department d on d.key = s.party
left join app_user u on u.id = s.signed_by
left join app_user f on f.id = s.for_id
where s.release_id = any(%(releases)s) order by s.id
"""
WAITING = """
select distinct r.id from release_sign_off s join release r on r.id = s.release_id
where r.state = 'submitted' and s.ended_at is null and s.agrees is null order by r.id
"""


def sign_offs_of(release_id: int, by: Identity) -> list[SignOff]:
    """Every party that was asked, those of earlier rounds first."""
    return [_sign_off(row, by) for row in _rows([release_id], by)]


def waiting_for(by: Identity) -> list[tuple[ReleaseRow, tuple[SignOff, ...]]]:
    """The releases that wait for this person's signature, with what they would sign."""
    asked: defaultdict[int, list[SignOff]] = defaultdict(list)
    for row in _rows([row[0] for row in sql().execute(WAITING)], by):
        if _may_sign(row, by):
            asked[row.release_id].append(_sign_off(row, by))
    return [(one, tuple(asked[one.id])) for one in releases(asked)]


class _Row(NamedTuple):
    """`made`: the person who looks made the release."""

    release_id: int
    party: str
    name_zh: str
    name_en: str
    parts: dict[str, list[str]]
    agrees: bool | None
    who: str
    for_whom: str
    comment: str
    letter_number: str
    signed_at: datetime | None
    ended: bool
    by_letter: bool
    made: bool


def _rows(asked: Sequence[int], by: Identity) -> list[_Row]:
    found = sql().execute(SIGN_OFFS, {"releases": list(asked), "by": by.user_id}) if asked else ()
    return [_Row(*row) for row in found]


def _may_sign(row: _Row, by: Identity) -> bool:
    open_now = not row.ended and row.agrees is None
    return open_now and not row.made and may(by, Permission.RELEASE_SIGN, SignOffFacts(row.party, row.by_letter))


def _sign_off(row: _Row, by: Identity) -> SignOff:
    party, zh = row.party, row.name_zh
    return SignOff(
        party, Words(zh, row.name_en) if zh else LEGAL_NAME if party == LEGAL else Words(party, party),
        _named(row.parts, _item_names(row.release_id)), row.agrees, row.who, row.for_whom, row.comment,
        row.letter_number, row.signed_at, row.ended, row.by_letter, _may_sign(row, by),
    )  # fmt: skip


def _named(
    parts: Mapping[str, list[str]], names: Mapping[str, Words]
) -> tuple[tuple[Words | None, tuple[str, ...]], ...]:
    return tuple((names.get(key, Words(key, key)) if key else None, tuple(said)) for key, said in parts.items())


@lru_cache(maxsize=128)
def _item_names(release_id: int) -> dict[str, Words]:
    """Names of the items in the release and in the one it was compared with, which has those that went."""
    row = sql().execute("select compared_id from release where id = %s", (release_id,)).fetchone()
    names: dict[str, Words] = {}
    for one in (row[0] if row else None, release_id):
        read = inspect_bundle(release_files(one)).bundle if one is not None else None
        names |= {item.key: item.name for item in read.items} if read is not None else {}
    return names
