"""Reads for the studio: bundles with their releases, one release, its findings. No case, no applicant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any

import orjson

from engine import Finding, Severity, Words, errors_in
from engine.bundles import check_bundle
from engine.trial import check_with_examples
from webapp.catalogue import RULES_IN_FORCE, Rules, release_files, rules_of
from webapp.errors import NotFound
from webapp.queries.held_against import OFFICE, Office
from webapp.queries.release_names import Named, bundle_name, bundle_names
from webapp.services.release_rows import APPROVED, DISCARDED, DRAFT, IS_OVERTAKEN, PUBLISHED, SUBMITTED, WAS_PUBLISHED
from webapp.unit_of_work import sql

SHOWN_RELEASES = 6
SHOWN_BUNDLES = 20


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """One release in a list. `open_cases` are received and not closed; people are staff."""

    id: int
    bundle_key: str
    number: int
    state: str
    digest: str
    note: str
    author_id: int
    author: str
    created_at: datetime
    submitted_at: datetime | None
    publisher: str | None
    published_at: datetime | None
    retired_at: datetime | None
    open_cases: int
    effective_on: date | None
    approver: str | None
    approved_at: datetime | None
    was_published: bool  # it, or another of the bundle with the same files, was in force before
    is_overtaken: bool  # signed against another release than the one in force: it has to be returned

    @property
    def waits(self) -> bool:
        """Something is still to be done with it."""
        return self.state in (DRAFT, SUBMITTED, APPROVED)


@dataclass(frozen=True, slots=True)
class BundleRow:
    """A bundle of the office with its releases, the newest first."""

    key: str
    published: ReleaseRow | None
    releases: tuple[ReleaseRow, ...]

    @property
    def name(self) -> Words:
        """As the release in force says it, else the newest that is kept."""
        return name_of(self.published or self.newest)

    @property
    def waiting(self) -> ReleaseRow | None:
        """The newest release that waits."""
        return next((row for row in self.releases if row.waits), None)

    @property
    def newest(self) -> ReleaseRow:
        """The newest that was not discarded; where all were, the newest."""
        return next((one for one in self.releases if one.state != DISCARDED), self.releases[0])

    @property
    def is_discarded(self) -> bool:
        """It has nothing but discarded drafts."""
        return self.newest.state == DISCARDED


@dataclass(frozen=True, slots=True)
class Overview:
    """A page of bundles: `found` of `every` fit; `waiting` releases of all of them wait for publishing, and
    `overtaken` ones have to be returned. `discarded` bundles, of nothing but discarded drafts, are not among `every`.
    """

    bundles: tuple[BundleRow, ...]
    found: int
    every: int
    page: int
    waiting: int
    overtaken: int
    discarded: int

    @property
    def is_last(self) -> bool:
        return self.page * SHOWN_BUNDLES >= self.found


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of the chain of a bundle's releases."""

    at: datetime
    kind: str  # one of `EVENTS` of pages/studio/shared.py
    who: str
    number: int | None
    release_id: int | None
    reason: str


RELEASES = f"""
select r.id, r.bundle_key, r.number, r.state, r.digest, r.note, r.created_by, a.name, r.created_at,
       r.submitted_at, p.name, r.published_at, r.retired_at,
       (select count(*) from cases c
        where c.release_id = r.id and c.received_at is not null and c.closed_at is null),
       r.effective_on, v.name, r.approved_at,
       {WAS_PUBLISHED}, {IS_OVERTAKEN}
from release r
join app_user a on a.id = r.created_by
left join app_user p on p.id = r.published_by
left join app_user v on v.id = r.approved_by
"""
#: Cases are counted as far as this.
COUNTED = 10_000
HELD = """
select count(*) from (select from cases where release_id = %s and received_at is not null limit %s) counted
"""
HISTORY = """
select e.at, e.kind, u.name, e.body from release_event e left join app_user u on u.id = e.actor_id
where e.bundle_key = %s order by e.seq desc limit %s
"""
HISTORY_OF_RELEASE = """
select e.at, e.kind, u.name, e.body from release_event e left join app_user u on u.id = e.actor_id
where e.bundle_key = %s and (e.body::jsonb ->> 'release')::bigint = %s order by e.seq desc
"""


#: Of each bundle its name's release (in force, else the newest that is kept), and how many releases stand how.
STANDING = f"""
select distinct on (bundle_key) bundle_key, id, digest,
    count(*) filter (where state = 'submitted' and not is_overtaken) over whole,
    count(*) filter (where state = 'draft') over whole, count(*) filter (where state = 'published') over whole,
    count(*) filter (where is_overtaken) over whole, count(*) filter (where state <> 'discarded') over whole
from (select r.*, {IS_OVERTAKEN} as is_overtaken from release r) release
window whole as (partition by bundle_key)
order by bundle_key, (state = 'published') desc, (state <> 'discarded') desc, number desc
"""


@dataclass(frozen=True, slots=True)
class _Standing:
    """A bundle in the list, before its releases are read."""

    key: str
    named_by: int
    digest: str
    submitted: int
    drafts: int
    published: int
    overtaken: int
    kept: int

    @property
    def needs_publisher(self) -> bool:
        """A publisher has something to do with it: to publish or to return a release."""
        return bool(self.submitted or self.overtaken)

    @property
    def kinds(self) -> frozenset[str]:
        """What the list can be narrowed to, as far as it is so; a discarded one is found as such alone."""
        if not self.kept:
            return frozenset({"discarded"})
        told = {
            "waiting": self.submitted,
            "overtaken": self.overtaken,
            "draft": self.drafts,
            "published": self.published,
        }
        kinds = {kind for kind, releases in told.items() if releases}
        return frozenset(kinds if self.published else {*kinds, "unpublished"})

    def is_called(self, text: str, name: Words) -> bool:
        return any(text in said.casefold() for said in (self.key, name.zh, name.en))


def bundles(text: str = "", kind: str = "", page: int = 1) -> Overview:
    """A page of the bundles whose name or key holds `text`; what waits for a publisher first.

    `kind`: "waiting" for publishing, with an "overtaken" release that has to be returned, with a "draft", "published",
    "unpublished", "" for all of these, or "discarded": nothing of it is kept. Releases and cases are read and counted
    of the bundles on the page alone.
    """
    known = [_Standing(*row) for row in sql().execute(STANDING)]
    every = [one for one in known if one.kept]
    wanted = text.strip().casefold()
    found = [one for one in known if kind in one.kinds] if kind else every
    if wanted:
        names = bundle_names(Named(one.named_by, one.digest, one.key) for one in found)
        found = [one for one in found if one.is_called(wanted, names[one.named_by])]
    found.sort(key=lambda one: (not one.needs_publisher, one.key))
    page = min(max(page, 1), max(-(-len(found) // SHOWN_BUNDLES), 1))
    keys = [one.key for one in found[(page - 1) * SHOWN_BUNDLES : page * SHOWN_BUNDLES]]
    of_page = sql().execute(RELEASES + "where r.bundle_key = any(%s) order by r.bundle_key, r.number desc", (keys,))
    grouped = groupby((ReleaseRow(*row) for row in of_page), attrgetter("bundle_key"))
    shown = {key: _bundle(list(rows)) for key, rows in grouped}
    waiting, overtaken = sum(one.submitted for one in every), sum(one.overtaken for one in every)
    discarded = len(known) - len(every)
    return Overview(tuple(shown[key] for key in keys), len(found), len(every), page, waiting, overtaken, discarded)


def held(release_id: int) -> int:
    """How many received cases, open and closed, are on a release now, counted up to `COUNTED`, then one more.

    Those that a migration took to another release are that one's.
    """
    row = sql().execute(HELD, (release_id, COUNTED + 1)).fetchone()
    return int(row[0]) if row else 0


def bundle(key: str) -> BundleRow:
    """One bundle with all its releases. Raises NotFound."""
    return _bundle(_releases_of(key))


def release(release_id: int) -> ReleaseRow:
    """Raises NotFound."""
    row = sql().execute(RELEASES + "where r.id = %s", (release_id,)).fetchone()
    if row is None:
        raise NotFound()
    return ReleaseRow(*row)


def releases(ids: Iterable[int]) -> list[ReleaseRow]:
    """Those of these that there are, by id."""
    return [ReleaseRow(*row) for row in sql().execute(RELEASES + "where r.id = any(%s) order by r.id", (list(ids),))]


def compared_with(one: ReleaseRow) -> ReleaseRow | None:
    """What a release is held against: the published one; for what was published, the one before it."""
    others = [row for row in _releases_of(one.bundle_key) if row.id != one.id and row.published_at]
    if one.published_at is not None:
        others = [row for row in others if row.published_at and row.published_at < one.published_at]
    return max(others, key=lambda row: (row.published_at or row.created_at, row.id), default=None)


def newest_id() -> int:
    """The id of the release that was made last, 0 before the first."""
    row = sql().execute("select max(id) from release").fetchone()
    return int(row[0] or 0) if row else 0


def history(key: str, most: int = 50) -> list[HistoryLine]:
    """Who did what with the bundle's releases, the latest first."""
    numbers: dict[int, int] = dict(
        sql().execute("select id, number from release where bundle_key = %s", (key,)).fetchall()
    )
    return [
        _line(at, kind, who, orjson.loads(body), numbers) for at, kind, who, body in sql().execute(HISTORY, (key, most))
    ]


def history_of(one: ReleaseRow) -> list[HistoryLine]:
    """Who did what with this release, from its making on, the latest first."""
    found = sql().execute(HISTORY_OF_RELEASE, (one.bundle_key, one.id))
    return [_line(at, kind, who, orjson.loads(body), {one.id: one.number}) for at, kind, who, body in found]


def findings_of(one: ReleaseRow) -> tuple[Finding, ...]:
    """Every finding of a release against the office's groups and the rules in force, errors first."""
    return _checked(one.id, one.digest, one.bundle_key, *_held_against())


def errors_waiting(bundles: Iterable[BundleRow]) -> dict[str, int]:
    """Bundle -> how many errors the newest of its releases that wait has, where one waits. Its examples are not played
    for that: what they find is no error."""
    waiting = [one.waiting for one in bundles if one.waiting is not None]
    against = _held_against() if waiting else None
    return {one.bundle_key: _errors(one.id, one.digest, one.bundle_key, *against) for one in waiting if against}


def _held_against() -> tuple[Office, tuple[str, ...]]:
    """The office's groups and departments, and the versions of the rules in force."""
    row = sql().execute(f"select {OFFICE}, {RULES_IN_FORCE}").fetchone()
    assert row is not None
    return Office.of(*row[:2]), tuple(row[2] or ())


def counts(findings: Iterable[Finding]) -> dict[Severity, int]:
    """How many of each severity."""
    severities = [one.severity for one in findings]
    return {severity: severities.count(severity) for severity in Severity}


@lru_cache(maxsize=512)
def _checked(release_id: int, digest: str, key: str, office: Office, versions: tuple[str, ...]) -> tuple[Finding, ...]:
    """Checked once per release, office and rules: a release's files never change."""
    rules = _rules(versions)
    profile, calendar = (rules.profile, rules.calendar) if rules else (None, None)
    files = release_files(release_id)
    return tuple(check_with_examples(files, key, **office.known, profile=profile, calendar=calendar))


@lru_cache(maxsize=1024)
def _errors(release_id: int, digest: str, key: str, office: Office, versions: tuple[str, ...]) -> int:
    rules = _rules(versions)
    files = release_files(release_id)
    return len(errors_in(check_bundle(files, key, **office.known, profile=rules.profile if rules else None)))


def _rules(versions: tuple[str, ...]) -> Rules | None:
    return rules_of(versions) if any(one.startswith("profile:") for one in versions) else None


def name_of(one: ReleaseRow) -> Words:
    """The name of the bundle as this release says it."""
    return bundle_name(one.id, one.digest, one.bundle_key)


def _releases_of(key: str) -> list[ReleaseRow]:
    found = sql().execute(RELEASES + "where r.bundle_key = %s order by r.number desc", (key,))
    rows = [ReleaseRow(*row) for row in found]
    if not rows:
        raise NotFound()
    return rows


def _bundle(rows: list[ReleaseRow]) -> BundleRow:
    published = next((row for row in rows if row.state == PUBLISHED), None)
    return BundleRow(rows[0].bundle_key, published, tuple(rows))


def _line(at: datetime, kind: str, who: str | None, body: dict[str, Any], numbers: dict[int, int]) -> HistoryLine:
    release_id = body.get("release")
    # Why a migration was undone stands in the chain as a digest alone; its page has the words.
    reason = "" if kind == "migration-undone" else body.get("reason", "")
    return HistoryLine(at, kind, who or "", numbers.get(release_id or 0), release_id, reason)
