"""Decision files that can be tried: those of releases in force and of drafts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.runtime import Context
from webapp import clock, moments
from webapp.catalogue import engine_context, release_files, rules_in_force
from webapp.errors import NotFound
from webapp.queries import releases
from webapp.services.release_rows import DRAFT, PUBLISHED, SUBMITTED
from webapp.unit_of_work import sql

#: Files that are offered, the newest releases of each bundle first.
MOST_FILES = 200
FILES = """
select r.id, r.number, r.state, f.path from release r join release_file f on f.release_id = r.id
where r.state = any(%s) and lower(f.path) like '%%.dmn'
order by r.bundle_key, r.number desc, f.path limit %s
"""


@dataclass(frozen=True, slots=True)
class DecisionFile:
    """A DMN file of a release. `key` names it in a form's field."""

    release_id: int
    number: int
    state: str
    path: str

    @property
    def key(self) -> str:
        return f"{self.release_id}:{self.path}"


def decision_files() -> list[DecisionFile]:
    """All that can be chosen."""
    rows = sql().execute(FILES, ([PUBLISHED, SUBMITTED, DRAFT], MOST_FILES)).fetchall()
    return [DecisionFile(*row) for row in rows]


def content_of(key: str) -> tuple[str, bytes, Mapping[str, bytes]]:
    """Path and content of a decision file, and the files beside it. Raises NotFound."""
    release_id, _, path = key.partition(":")
    if not release_id.isdecimal() or len(release_id) > 18:
        raise NotFound()
    files = release_files(releases.release(int(release_id)).id)
    if path not in files or not path.lower().endswith(".dmn"):
        raise NotFound()
    return path, files[path], {name: content for name, content in files.items() if name != path}


def context_now() -> Context:
    """What an expression may know of the outside now; without a calendar where the office has no rules yet."""
    now: datetime = clock.now()
    try:
        return engine_context(now, rules_in_force())
    except NotFound:
        return Context(now=now, zone=moments.OFFICE_ZONE)
