"""Who has to sign a release and what they said; what waits for a person's signature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from engine import Words
from engine.bundles import inspect_bundle
from webapp.catalogue import release_files
from webapp.identity import Identity
from webapp.permissions import Permission, SignOffFacts, may
from webapp.queries.releases import ReleaseRow, release
from webapp.services.release_rows import authors_of
from webapp.services.release_sign_offs import LEGAL, LEGAL_NAME, signers_of
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


SIGN_OFFS = """
select s.party, d.name_zh, d.name_en, s.parts, s.agrees, coalesce(u.name, ''), coalesce(f.name, ''), s.comment,
       s.letter_number, s.signed_at, s.ended_at is not null and r.state in ('draft', 'submitted')
from release_sign_off s
join release r on r.id = s.release_id
left join department d on d.key = s.party
left join app_user u on u.id = s.signed_by
left join app_user f on f.id = s.for_id
where s.release_id = %s order by s.id
"""
WAITING = """
select distinct r.id from release_sign_off s join release r on r.id = s.release_id
where r.state = 'submitted' and s.ended_at is null and s.agrees is null order by r.id
"""


def sign_offs_of(release_id: int, by: Identity) -> list[SignOff]:
    """Every party that was asked, those of earlier rounds first."""
    found = sql().execute(SIGN_OFFS, (release_id,)).fetchall()
    authors = authors_of(release_id) if found else frozenset()
    names = _item_names(release_id) if found else {}
    made = []
    for party, zh, en, parts, agrees, who, for_whom, comment, letter, at, ended in found:
        open_now = not ended and agrees is None
        by_letter = open_now and party != LEGAL and not signers_of(party, authors)
        asked = SignOffFacts(party, by_letter)
        may_sign = open_now and by.user_id not in authors and may(by, Permission.RELEASE_SIGN, asked)
        made.append(
            SignOff(
                party, Words(zh, en) if zh else LEGAL_NAME if party == LEGAL else Words(party, party),
                _named(parts, names), agrees, who, for_whom, comment, letter, at, ended, by_letter, may_sign,
            )
        )  # fmt: skip
    return made


def waiting_for(by: Identity) -> list[tuple[ReleaseRow, tuple[SignOff, ...]]]:
    """The releases that wait for this person's signature, with what they would sign."""
    ids = [row[0] for row in sql().execute(WAITING).fetchall()]
    signable = [(one, tuple(each for each in sign_offs_of(one, by) if each.may_sign)) for one in ids]
    return [(release(one), asked) for one, asked in signable if asked]


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
