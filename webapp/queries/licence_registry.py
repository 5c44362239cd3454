"""证照库: the list of licences that a person may see, found by words, narrowed by state, page by key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from engine import Words
from webapp import clock, moments
from webapp.catalogue import current_releases, published
from webapp.identity import Identity
from webapp.permissions import Permission, may
from webapp.search import wanted
from webapp.services.held_licence import EXPIRED, STATUS_WORDS
from webapp.unit_of_work import sql

PAGE_SIZE = 50
#: How near its end a licence is one that ends soon.
SOON = timedelta(days=90)
STATES = ("", "ending", "renewal", "suspended", "expired", "revoked", "cancelled")


@dataclass(frozen=True, slots=True)
class LicenceLine:
    """One licence of the list. `days_left`: calendar days, None without end or past it."""

    id: int
    name: Words
    number: str
    holder: str
    issuer: Words
    issued_on: date
    valid_to: date | None
    status: str
    version: int
    external: bool
    renewal_waits: bool
    days_left: int | None

    @property
    def status_words(self) -> Words:
        return STATUS_WORDS[self.status]


@dataclass(frozen=True, slots=True)
class LicencePage:
    """The lines, what was issued last first; keys of the neighbouring pages, "" where there is none."""

    lines: tuple[LicenceLine, ...]
    following: str
    preceding: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list shows: found by `text`, in `state`, of the type `kind` ("" all), beyond the key `at`.

    `at`: "<id" for what was issued before that licence, ">id" for what was issued after it.
    """

    text: str = ""
    state: str = ""
    kind: str = ""
    at: str = ""


LINES = """
select l.id, l.name_zh, l.name_en, l.number, l.holder, l.issuer_zh, l.issuer_en, l.issued_on, l.valid_to,
    {status}, l.version, l.external,
    exists(select from licence_renewal r where r.licence_id = l.id and r.outcome is null)
from licence l where {where} order by l.id {way} limit {limit}
"""
#: A licence past its end has ended, whether the worker has written that down yet or not.
STATUS = "case when l.status in ('valid', 'suspended') and l.valid_to < %(today)s then 'expired' else l.status end"
IN_STATE = {
    "ending": "l.status = 'valid' and l.valid_to between %(today)s and %(soon)s",
    "renewal": "l.id in (select r.licence_id from licence_renewal r where r.outcome is null)",
    "suspended": "l.status = 'suspended'",
    "expired": "(l.status = 'expired' or l.status in ('valid', 'suspended') and l.valid_to < %(today)s)",
    "revoked": "l.status = 'revoked'",
    "cancelled": "l.status = 'cancelled'",
}
#: By number, holder and name in words; by identifier and by the holder's whole number.
FOUND = """(l.search_tokens @> %(words)s::text[]
    and (position(%(plain)s in lower(l.number || ' ' || l.holder || ' ' || l.name_zh)) > 0 or %(loose)s)
    or l.holder_number = %(exact)s or l.identifier = %(exact)s)"""


def licences(by: Identity, looked_for: Wanted) -> LicencePage:
    """One page of the licences that `by` may see: all for the window, its own for a department."""
    way, beyond = _beyond(looked_for.at)
    conditions, values = _narrowed(by, looked_for, beyond)
    statement = LINES.format(status=STATUS, where=" and ".join(conditions), way=way, limit=PAGE_SIZE + 1)
    rows = sql().execute(statement, values).fetchall()
    more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    if way == "asc":
        rows = list(reversed(rows))
    lines = tuple(_line(row, values["today"]) for row in rows)
    if not lines:
        return LicencePage((), "", "")
    has_later = more if way == "asc" else bool(looked_for.at)
    has_earlier = bool(looked_for.at) if way == "asc" else more
    return LicencePage(lines, f"<{lines[-1].id}" if has_earlier else "", f">{lines[0].id}" if has_later else "")


def kinds(by: Identity) -> list[tuple[str, Words]]:
    """The types of licences that the published bundles give, of one's own department for whoever sees no others."""
    sees_all = may(by, Permission.LICENCE_SEE)
    items = [item for release in current_releases().values() for item in published(release).bundle.items]
    found = {
        item.licence.key: item.licence.name
        for item in items
        if item.licence is not None and (sees_all or item.department == by.department_key)
    }
    return sorted(found.items(), key=lambda kind: kind[1].zh)


def _narrowed(by: Identity, looked_for: Wanted, beyond: str) -> tuple[list[str], dict[str, Any]]:
    today = clock.today(moments.OFFICE_ZONE)
    values: dict[str, Any] = {"today": today, "soon": today + SOON, "unit": by.department_key}
    conditions = ["true"] if may(by, Permission.LICENCE_SEE) else ["l.department_key = %(unit)s"]
    if looked_for.state in IN_STATE:
        conditions.append(IN_STATE[looked_for.state])
    if looked_for.kind:
        conditions.append("l.type_key = %(kind)s")
        values["kind"] = looked_for.kind
    text = looked_for.text.strip()
    if text:
        found = wanted(text)
        conditions.append(FOUND if found else "false")
        # Words that a number writes otherwise (〔〕, spaces) are found by their tokens alone.
        loose = not text.replace(" ", "").isalnum()
        values |= {"words": found, "plain": text.lower(), "exact": text.upper(), "loose": loose}
    if beyond:
        conditions.append(f"l.id {beyond} %(at)s")
        values["at"] = int(looked_for.at[1:])
    return conditions, values


def _beyond(at: str) -> tuple[str, str]:
    """The order in which the page is read, and on which side of the key; nothing for what is no key."""
    number = at[1:]
    if at[:1] not in ("<", ">") or not (number.isascii() and number.isdigit()) or len(number) > 18:
        return "desc", ""
    return ("asc", ">") if at[0] == ">" else ("desc", "<")


def _line(row: Sequence[Any], today: date) -> LicenceLine:
    id_, zh, en, number, holder, issuer_zh, issuer_en, issued_on, valid_to, status, version, external, waits = row
    left = (valid_to - today).days if valid_to is not None and status != EXPIRED else None
    return LicenceLine(
        id_,
        Words(zh, en),
        number,
        holder,
        Words(issuer_zh, issuer_en),
        issued_on,
        valid_to,
        status,
        version,
        external,
        waits,
        left,
    )
