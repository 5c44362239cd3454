"""Rows that change the catalogue of a working copy: judged, compared with what stands, and saved as one version.

What a page shows and what it saves is made by the same steps, so that nothing is saved that was not shown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from engine import Finding
from engine.bundles import Bundle, inspect_bundle
from engine.catalogue import (
    SHEETS,
    Catalogue,
    Change,
    Fault,
    Mention,
    NotEditable,
    Record,
    apply_edits,
    coverage_findings,
    gone_with,
    lock_faults,
    mentions_of,
    propose,
)
from engine.law import Profile
from webapp.catalogue import rules_in_force
from webapp.errors import Incomplete, NotFound
from webapp.identity import Identity
from webapp.organisation_names import department_names, post_names
from webapp.permissions import Permission, ensure
from webapp.services import working_copies
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class Prepared:
    """What rows would do to the files as they stand: the files with their new content, differences, faults.

    `bases` are the digests of these files now. `takes_out`: a row is removed; `removed` (path -> digest): files that go
    as a whole; `mentions`: what then still speaks of what is taken out. `coverage` is what the questions' check finds
    afterwards, None where the catalogue cannot be read, and `worse` what of it was not there before.
    """

    contents: Mapping[str, bytes]
    bases: Mapping[str, str | None]
    changes: Sequence[Change]
    faults: Sequence[Fault]
    coverage: Sequence[Finding] | None = None
    worse: Sequence[Finding] = field(default_factory=tuple)
    removed: Mapping[str, str] = field(default_factory=dict)
    mentions: Sequence[Mention] = field(default_factory=tuple)
    takes_out: bool = False

    @property
    def digest(self) -> str:
        """Tells whether it is still the same that somebody saw."""
        told = [f"{path} {hashlib.sha256(content).hexdigest()}" for path, content in sorted(self.contents.items())]
        told += [f"{path} -{digest}" for path, digest in sorted(self.removed.items())]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()

    def applied(self, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """The files as they would be."""
        return {path: content for path, content in {**files, **self.contents}.items() if path not in self.removed}


def place_rules() -> Profile | None:
    """The office's own rules; None before any were loaded."""
    try:
        return rules_in_force().profile
    except NotFound:
        return None


def bundle_of(files: Mapping[str, bytes]) -> Bundle | None:
    """The bundle that a copy's files of the catalogue say; None where they cannot be read."""
    return _read(tuple(sorted((path, content) for path, content in files.items() if path.endswith(".toml"))))


@lru_cache(maxsize=16)
def _read(files: tuple[tuple[str, bytes], ...]) -> Bundle | None:
    """Read once per content: a page asks for the same several times, and again with each letter typed."""
    return inspect_bundle(dict(files)).bundle


def prepare(copy_id: int, records: Sequence[Record], faults: Sequence[Fault] = ()) -> Prepared:
    """Judge these rows against the copy as it stands; `faults` are those that were found while they were read."""
    files = working_copies.files_of(copy_id)
    proposal = propose(files, records, department_names(), post_names())
    known = {(one.sheet, one.number, one.column) for one in faults}
    found = [*faults, *(one for one in proposal.faults if (one.sheet, one.number, one.column) not in known)]
    contents: dict[str, bytes] = {}
    gone = frozenset(proposal.removed)
    try:
        contents = apply_edits(files, [edit for edit in proposal.edits if edit.file not in gone])
    except NotEditable as refused:
        found.append(Fault(records[0].sheet if records else "", 0, "", refused.words))
    left = {path: content for path, content in {**files, **contents}.items() if path not in gone}
    before, after = bundle_of(files), bundle_of(left)
    profile = place_rules()
    if profile is not None and not found:
        found += lock_faults(profile.unified, before, after, list(records))
    stood = coverage_findings(before) if before is not None else []
    later = coverage_findings(after) if after is not None else None
    worse = [one for one in later or () if one not in stood]
    digests = {path: hashlib.sha256(files[path]).hexdigest() if path in files else None for path in contents}
    removed = {path: hashlib.sha256(files[path]).hexdigest() for path in proposal.removed}
    mentions = mentions_of(left, gone_with(files, records))
    takes_out = any(one.remove for one in records)
    return Prepared(contents, digests, proposal.changes, found, later, worse, removed, mentions, takes_out)


def save(copy_id: int, prepared: Prepared, *, by: Identity, note: str = "", apart: bool = False) -> None:
    """Save what was prepared, as one version; what takes a row out, or is to stand `apart`, can be undone as one.

    Raises Incomplete for what has faults, ChangedMeanwhile when a file was saved since, CopyEnded, NotFound.
    """
    ensure(by, Permission.RELEASE_DRAFT)
    if prepared.faults:
        raise Incomplete(prepared.faults[0].column, prepared.faults[0].words)
    working_copies.save_together(
        copy_id,
        prepared.contents,
        prepared.bases,
        by=by,
        note=note,
        removed=prepared.removed,
        apart=apart or prepared.takes_out,
    )


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """A record that a colleague changed since the page was opened, as it stood then and as it stands now."""

    before: Record | None
    now: Record | None


def changed_meanwhile(
    copy_id: int, opened: Mapping[str, str], keys: Sequence[tuple[str, tuple[str, ...]]], language: str
) -> list[Meanwhile]:
    """Which of these records (table, keys) are others than in the files that the page was opened with.

    `opened`: path -> digest then. Files that are as they were cost nothing.
    """
    now = working_copies.files_of(copy_id)
    if all(_digest(now, path) == digest for path, digest in opened.items()):
        return []
    then = Catalogue({**now, **_contents(opened)})
    current = Catalogue(now)
    found = []
    for name, key in keys:
        before, after = (_record(one, name, key, language) for one in (then, current))
        if before != after:
            found.append(Meanwhile(before, after))
    return found


def _record(catalogue: Catalogue, name: str, key: tuple[str, ...], language: str) -> Record | None:
    sheet = SHEETS[name]
    return catalogue.record(sheet, key, 1, language) if key in catalogue.keys_of(sheet) else None


def _contents(digests: Mapping[str, str]) -> dict[str, bytes]:
    found: dict[str, bytes] = dict(
        sql().execute("select digest, content from blob where digest = any(%s)", (list(digests.values()),)).fetchall()
    )
    return {path: bytes(found[digest]) for path, digest in digests.items() if digest in found}


def _digest(files: Mapping[str, bytes], path: str) -> str:
    return hashlib.sha256(files[path]).hexdigest() if path in files else ""
