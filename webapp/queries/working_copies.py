"""Reads of working copies: which a bundle has, one with its files, findings and history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from engine import Finding
from engine.bundles import check_bundle
from engine.law import Profile
from engine.trial import check_with_examples
from webapp.catalogue import RULES_IN_FORCE, rules_of
from webapp.errors import NotFound
from webapp.queries.held_against import OFFICE, Office
from webapp.unit_of_work import sql

SHOWN_CHANGES = 100


@dataclass(frozen=True, slots=True)
class CopyRow:
    """A working copy in a list. `changes`: how many savings; `by`: who saved last, "" before the first; `ender`: who
    put it away, "" where it is open or that was not noted."""

    id: int
    bundle_key: str
    base_release_id: int
    base_number: int
    title: str
    author: str
    created_at: datetime
    changed_at: datetime
    ended_at: datetime | None
    ender: str
    release_id: int | None
    release_number: int | None
    changes: int
    by: str

    @property
    def is_open(self) -> bool:
        return self.ended_at is None


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One saving of one file. `is_first`: the first of this file, so that only it knows what stood there before;
    `saving_id`: that of the saving of several files that it is part of."""

    id: int
    path: str
    kind: str  # added | changed | removed
    by: str
    at: datetime
    note: str
    is_first: bool
    saving_id: int | None

    @property
    def has_after(self) -> bool:
        """Whether it left a content that the file can be set back to."""
        return self.kind != "removed"

    @property
    def has_before(self) -> bool:
        """Whether what stood there before can be had back from here, and from nowhere else."""
        return self.kind == "removed" or (self.kind == "changed" and self.is_first)


@dataclass(frozen=True, slots=True)
class Saving:
    """Files that were saved as one. `changed`: those that are by now neither what it left nor what they were before."""

    id: int
    note: str
    files: int
    changed: tuple[str, ...]
    is_undone: bool


COPIES = """
select w.id, w.bundle_key, w.base_release_id, b.number, w.title, a.name, w.created_at, w.changed_at, w.ended_at,
       coalesce(e.name, ''), w.release_id, r.number, (select count(*) from working_change c where c.copy_id = w.id),
       coalesce((select u.name from working_change c join app_user u on u.id = c.by_id
                 where c.copy_id = w.id order by c.id desc limit 1), '')
from working_copy w
join release b on b.id = w.base_release_id
join app_user a on a.id = w.created_by
left join app_user e on e.id = w.ended_by
left join release r on r.id = w.release_id
"""


def copies_of(bundle_key: str) -> list[CopyRow]:
    """The open working copies of a bundle, the one changed last first."""
    found = sql().execute(
        COPIES + "where w.bundle_key = %s and w.ended_at is null order by w.changed_at desc, w.id desc", (bundle_key,)
    )
    return [CopyRow(*row) for row in found]


OWN = """
where w.ended_at is null
    and (w.created_by = %(me)s or exists (select from working_change c where c.copy_id = w.id and c.by_id = %(me)s))
order by w.changed_at desc, w.id desc limit %(most)s
"""


def own_copies(user_id: int, most: int = 12) -> list[CopyRow]:
    """The open working copies that the person began or has changed, the one changed last first."""
    return [CopyRow(*row) for row in sql().execute(COPIES + OWN, {"me": user_id, "most": most})]


def newest_own(base_release_id: int, user_id: int) -> int | None:
    """The working copy of this release that the person began last."""
    row = (
        sql()
        .execute(
            "select max(id) from working_copy where base_release_id = %s and created_by = %s",
            (base_release_id, user_id),
        )
        .fetchone()
    )
    return row[0] if row else None


def working_copy(copy_id: int) -> CopyRow:
    """Raises NotFound."""
    row = sql().execute(COPIES + "where w.id = %s", (copy_id,)).fetchone()
    if row is None:
        raise NotFound()
    return CopyRow(*row)


def digests_of(copy_id: int) -> dict[str, str]:
    """Path -> SHA-256 of every file, in the order of paths."""
    return dict(
        sql().execute("select path, digest from working_file where copy_id = %s order by path", (copy_id,)).fetchall()
    )


def file_of(copy_id: int, path: str) -> tuple[bytes, str]:
    """Content and digest of one file. Raises NotFound."""
    row = (
        sql()
        .execute(
            "select b.content, f.digest from working_file f join blob b on b.digest = f.digest"
            " where f.copy_id = %s and f.path = %s",
            (copy_id, path),
        )
        .fetchone()
    )
    if row is None:
        raise NotFound()
    return bytes(row[0]), str(row[1])


def changes_of(copy_id: int, path: str | None = None) -> list[ChangeRow]:
    """The latest savings, of one file or of all, the last first."""
    found = sql().execute(
        "select c.id, c.path, case when c.after is null then 'removed' when c.before is null then 'added'"
        " else 'changed' end, u.name, c.at, c.note, not exists (select from working_change e"
        " where e.copy_id = c.copy_id and e.path = c.path and e.id < c.id), c.saving_id"
        " from working_change c join app_user u on u.id = c.by_id"
        " where c.copy_id = %(copy)s and (%(path)s::text is null or c.path = %(path)s)"
        " order by c.id desc limit %(most)s",
        {"copy": copy_id, "path": path, "most": SHOWN_CHANGES},
    )
    return [ChangeRow(*row) for row in found]


SAVINGS = """
select c.saving_id, max(c.note), count(*),
    coalesce(array_agg(c.path order by c.id) filter (
        where f.digest is distinct from c.after and f.digest is distinct from c.before), '{}'),
    bool_and(f.digest is not distinct from c.before)
from working_change c left join working_file f on f.copy_id = c.copy_id and f.path = c.path
where c.copy_id = %s and c.saving_id is not null group by c.saving_id
"""


def savings_of(copy_id: int) -> dict[int, Saving]:
    """The savings of several files as one, by id."""
    return {
        id_: Saving(id_, note, files, tuple(changed), is_undone)
        for id_, note, files, changed, is_undone in sql().execute(SAVINGS, (copy_id,))
    }


def findings_of_files(key: str, digests: Mapping[str, str]) -> tuple[Finding, ...]:
    """Every finding of these files against the office's groups and the rules in force, errors first."""
    return _checked(key, tuple(sorted(digests.items())), *_judged_by())


def findings_of_contents(key: str, files: Mapping[str, bytes]) -> tuple[Finding, ...]:
    """The same of contents that nobody has saved. Nothing of them is kept."""
    office, versions = _judged_by()
    return _found_in(key, files, office, versions)


def findings_as_typed(key: str, files: Mapping[str, bytes]) -> tuple[Finding, ...]:
    """The same without playing the examples: it is asked at each pause in typing."""
    office, versions = _judged_by()
    return tuple(check_bundle(files, key, **office.known, profile=_profile_of(versions)))


def _profile_of(versions: tuple[str, ...]) -> Profile | None:
    rules = rules_of(versions) if any(one.startswith("profile:") for one in versions) else None
    return rules.profile if rules else None


def _judged_by() -> tuple[Office, tuple[str, ...]]:
    """The office's groups and departments, and the versions of the rules in force."""
    row = sql().execute(f"select {OFFICE}, {RULES_IN_FORCE}").fetchone()
    assert row is not None
    return Office.of(*row[:2]), tuple(row[2] or ())


@lru_cache(maxsize=32)
def _checked(
    key: str, digests: tuple[tuple[str, str], ...], office: Office, versions: tuple[str, ...]
) -> tuple[Finding, ...]:
    """Checked once per content, office and rules."""
    found: dict[str, bytes] = dict(
        sql()
        .execute("select digest, content from blob where digest = any(%s)", ([digest for _, digest in digests],))
        .fetchall()
    )
    return _found_in(key, {path: bytes(found[digest]) for path, digest in digests}, office, versions)


def _found_in(key: str, files: Mapping[str, bytes], office: Office, versions: tuple[str, ...]) -> tuple[Finding, ...]:
    rules = rules_of(versions) if any(one.startswith("profile:") for one in versions) else None
    profile, calendar = (rules.profile, rules.calendar) if rules else (None, None)
    return tuple(check_with_examples(files, key, **office.known, profile=profile, calendar=calendar))
