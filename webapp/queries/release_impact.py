"""What a release would touch: cases that run, sheets that people hold, guides, other bundles. Counts, no applicant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from engine import Words
from engine.bundles import inspect_bundle, licences_taken
from webapp.queries.made_under import SheetsUnder, sheets_by_release
from webapp.queries.release_names import names_in_force
from webapp.queries.releases import ReleaseRow
from webapp.services.release_uploads import is_diagram
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class OpenOn:
    """How many cases run on a release of the bundle, and how many are begun and not received."""

    release_id: int
    number: int
    running: int
    begun: int


@dataclass(frozen=True, slots=True)
class OtherBundle:
    """Another bundle in force. `processes`: diagrams of the same path that say something else in the new release,
    which it keeps as it has them; `licences`: of this bundle, that it takes for a material."""

    release_id: int
    name: Words
    processes: tuple[str, ...]
    licences: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Impact:
    """`sheets`: notification sheets of applications that are not closed, by the release they were given under.
    `guides`: changed guide files."""

    cases: tuple[OpenOn, ...]
    sheets: tuple[SheetsUnder, ...]
    guides: tuple[str, ...]
    others: tuple[OtherBundle, ...]


CASES = """
select r.id, r.number, count(*) filter (where c.received_at is not null), count(*) filter (where c.received_at is null)
from cases c join release r on r.id = c.release_id
where c.bundle_key = %s and c.closed_at is null
group by r.id, r.number order by r.number desc
"""

#: Files of others under the same path that say something else.
DIFFERENT = """
select f.release_id, f.path from release_file f join release_file mine on mine.path = f.path
where mine.release_id = %s and f.release_id = any(%s) and f.digest <> mine.digest order by f.path
"""
#: What may say that a licence stands for a material; a file is sent only where the words are in it.
TAKEN_IN = """
select f.release_id, b.digest from release_file f join blob b on b.digest = f.digest
where f.release_id = any(%s) and f.path = 'bundle.toml' and position('satisfied_by'::bytea in b.content) > 0
"""


def impact_of(one: ReleaseRow, old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Impact:
    """What the release, whose files are `new`, touches where it takes the place of the files `old`."""
    guides = tuple(path for path in sorted(old.keys() | new.keys()) if path.startswith("guide/"))
    return Impact(
        tuple(OpenOn(*row) for row in sql().execute(CASES, (one.bundle_key,)).fetchall()),
        sheets_by_release(one.bundle_key),
        tuple(path for path in guides if old.get(path) != new.get(path)),
        _others(one, new),
    )


def _others(one: ReleaseRow, new: Mapping[str, bytes]) -> tuple[OtherBundle, ...]:
    """Those that are touched, in the order of their keys. No other bundle is compiled: there may be hundreds."""
    others = {each: name for each, name in names_in_force().items() if each.key != one.bundle_key}
    ids = [each.release_id for each in others]
    processes: defaultdict[int, list[str]] = defaultdict(list)
    for release_id, path in sql().execute(DIFFERENT, (one.id, ids)):
        if is_diagram(path):
            processes[release_id].append(path)
    licences = _uses_of(_licences_given(new), ids)
    return tuple(
        OtherBundle(id_, name, tuple(processes.get(id_, ())), licences.get(id_, ()))
        for (id_, *_), name in others.items()
        if id_ in processes or id_ in licences
    )


def _licences_given(files: Mapping[str, bytes]) -> dict[str, Words]:
    bundle = inspect_bundle(files).bundle
    return {item.licence.key: item.licence.name for item in bundle.items if item.licence} if bundle else {}


def _uses_of(given: Mapping[str, Words], releases: Sequence[int]) -> dict[int, tuple[Words, ...]]:
    """Release -> the names of those of these licences that it takes for a material."""
    found: dict[int, tuple[Words, ...]] = {}
    for release_id, digest in sql().execute(TAKEN_IN, (releases,)).fetchall() if given else ():
        taken = _taken_in(digest)
        if names := tuple(name for key, name in given.items() if key in taken):
            found[release_id] = names
    return found


@lru_cache(maxsize=4096)
def _taken_in(digest: str) -> frozenset[str]:
    """The licences that a `bundle.toml` takes; a content never changes, so that each process reads it once."""
    row = sql().execute("select content from blob where digest = %s", (digest,)).fetchone()
    return licences_taken(bytes(row[0])) if row else frozenset()
