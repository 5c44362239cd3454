"""Reads for the studio: bundles with their releases, one release, its findings. No case, no applicant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import orjson

from engine import Finding, Severity, Words
from engine.bundles import inspect_bundle
from engine.trial import check_with_examples
from webapp.catalogue import RULES_IN_FORCE, release_files, rules_of
from webapp.errors import NotFound
from webapp.services.release_rows import APPROVED, DRAFT, PUBLISHED, SUBMITTED
from webapp.unit_of_work import sql

SHOWN_RELEASES = 6


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
    all_cases: int
    effective_on: date | None
    approver: str | None
    approved_at: datetime | None
    was_published: bool  # it, or another of the bundle with the same files, was in force before

    @property
    def waits(self) -> bool:
        """Something is still to be done with it."""
        return self.state in (DRAFT, SUBMITTED, APPROVED)


@dataclass(frozen=True, slots=True)
class BundleRow:
    """A bundle of the office with its releases, the newest first."""

    key: str
    name: Words
    published: ReleaseRow | None
    submitted: tuple[ReleaseRow, ...]
    releases: tuple[ReleaseRow, ...]
    errors: int | None  # of the newest release that waits

    @property
    def newest(self) -> ReleaseRow:
        return self.releases[0]


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of the chain of a bundle's releases."""

    at: datetime
    kind: str  # one of `EVENTS` of pages/studio/shared.py
    who: str
    number: int | None
    release_id: int | None
    reason: str


RELEASES = """
select r.id, r.bundle_key, r.number, r.state, r.digest, r.note, r.created_by, a.name, r.created_at,
       r.submitted_at, p.name, r.published_at, r.retired_at, coalesce(c.open, 0), coalesce(c.every, 0),
       r.effective_on, v.name, r.approved_at,
       exists (select from release o where o.bundle_key = r.bundle_key and o.digest = r.digest
               and o.published_at is not null)
from release r
join app_user a on a.id = r.created_by
left join app_user p on p.id = r.published_by
left join app_user v on v.id = r.approved_by
left join (
    select release_id, count(*) filter (where closed_at is null) as open, count(*) as every
    from cases where received_at is not null group by release_id
) c on c.release_id = r.id
"""
HISTORY = """
select e.at, e.kind, u.name, e.body from release_event e left join app_user u on u.id = e.actor_id
where e.bundle_key = %s order by e.seq desc limit %s
"""


def bundles() -> list[BundleRow]:
    """Every bundle, with what waits for publishing first."""
    rows = [ReleaseRow(*row) for row in sql().execute(RELEASES + "order by r.bundle_key, r.number desc")]
    keys = dict.fromkeys(row.bundle_key for row in rows)
    found = [_bundle([row for row in rows if row.bundle_key == key]) for key in keys]
    return sorted(found, key=lambda one: (not one.submitted, one.key))


def bundle(key: str) -> BundleRow:
    """One bundle with all its releases. Raises NotFound."""
    return _bundle(_releases_of(key))


def release(release_id: int) -> ReleaseRow:
    """Raises NotFound."""
    row = sql().execute(RELEASES + "where r.id = %s", (release_id,)).fetchone()
    if row is None:
        raise NotFound()
    return ReleaseRow(*row)


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


def findings_of(one: ReleaseRow) -> tuple[Finding, ...]:
    """Every finding of a release against the office's groups and the rules in force, errors first."""
    row = sql().execute(f"select array(select key from candidate_group order by key), {RULES_IN_FORCE}").fetchone()
    assert row is not None
    return _checked(one.id, one.digest, one.bundle_key, tuple(row[0]), tuple(row[1] or ()))


def counts(findings: Iterable[Finding]) -> dict[Severity, int]:
    """How many of each severity."""
    severities = [one.severity for one in findings]
    return {severity: severities.count(severity) for severity in Severity}


@lru_cache(maxsize=128)
def _checked(
    release_id: int, digest: str, key: str, groups: tuple[str, ...], versions: tuple[str, ...]
) -> tuple[Finding, ...]:
    """Checked once per release, groups and rules: a release's files never change."""
    rules = rules_of(versions) if any(one.startswith("profile:") for one in versions) else None
    profile, calendar = (rules.profile, rules.calendar) if rules else (None, None)
    files = release_files(release_id)
    return tuple(check_with_examples(files, key, known_groups=groups, profile=profile, calendar=calendar))


@lru_cache(maxsize=1024)
def bundle_name(release_id: int, digest: str, key: str) -> Words:
    """The bundle's name in this release; its key where bundle.toml cannot be read."""
    read = inspect_bundle(release_files(release_id)).bundle
    return read.name if read is not None and read.name.zh else Words(key, key)


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
    waiting = next((row for row in rows if row.waits), None)
    return BundleRow(
        rows[0].bundle_key,
        name_of(published or rows[0]),
        published,
        tuple(row for row in rows if row.state == SUBMITTED),
        tuple(rows),
        counts(findings_of(waiting))[Severity.ERROR] if waiting else None,
    )


def _line(at: datetime, kind: str, who: str | None, body: dict[str, Any], numbers: dict[int, int]) -> HistoryLine:
    release_id = body.get("release")
    # Why a migration was undone stands in the chain as a digest alone; its page has the words.
    reason = "" if kind == "migration-undone" else body.get("reason", "")
    return HistoryLine(at, kind, who or "", numbers.get(release_id or 0), release_id, reason)
