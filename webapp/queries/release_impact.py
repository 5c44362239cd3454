"""What a release would touch: cases that run, sheets that people hold, guides, other bundles. Counts, no applicant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine import Words
from engine.bundles import Bundle, inspect_bundle
from webapp.catalogue import current_releases, published, release_files
from webapp.queries.made_under import SheetsUnder, sheets_by_release
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


def impact_of(one: ReleaseRow, old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Impact:
    """What the release touches where it takes the place of the files `old`."""
    guides = tuple(path for path in sorted(old.keys() | new.keys()) if path.startswith("guide/"))
    bundle = inspect_bundle(new).bundle
    others = [
        _other(release_id, bundle, new) for key, release_id in current_releases().items() if key != one.bundle_key
    ]
    return Impact(
        tuple(OpenOn(*row) for row in sql().execute(CASES, (one.bundle_key,)).fetchall()),
        sheets_by_release(one.bundle_key),
        tuple(path for path in guides if old.get(path) != new.get(path)),
        tuple(each for each in others if each.processes or each.licences),
    )


def _other(release_id: int, bundle: Bundle | None, new: Mapping[str, bytes]) -> OtherBundle:
    theirs, files = published(release_id).bundle, release_files(release_id)
    given = {item.licence.key: item.licence.name for item in bundle.items if item.licence} if bundle else {}
    taken = {use.licence for material in theirs.materials for use in material.satisfied_by}
    return OtherBundle(
        release_id,
        theirs.name,
        tuple(path for path in sorted(files) if is_diagram(path) and path in new and files[path] != new[path]),
        tuple(name for key, name in given.items() if key in taken),
    )
