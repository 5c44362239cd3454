"""Whether a release runs the same on SpiffWorkflow: its sample paths walked on both cores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from engine import DefinitionInvalid, Words
from engine.bundles import read_bundle
from engine.reference import Allowance, Portability, SampleReport, bundle_samples, check_portability
from webapp.catalogue import engine_context, release_files, rules_in_force
from webapp.clock import now
from webapp.queries.release_diagrams import Diagram, diagrams_of
from webapp.queries.releases import ReleaseRow

#: About four seconds of work: every worked example of a bundle, and short other paths from the same starts.
ALLOWANCE = Allowance(acts_each=10, acts=120)


@dataclass(frozen=True, slots=True)
class Line:
    """One sample on the page. `name` and `after` are elements by their name, else their id; `diagram` is the
    path of the diagram on which the place is drawn, "" where it is on none."""

    report: SampleReport
    name: str
    after: str
    diagram: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found. Without it `why` says what keeps the release from being walked."""

    found: Portability | None
    lines: tuple[Line, ...] = ()
    why: Words | None = None


def portability_of(one: ReleaseRow) -> Outcome:
    """Walks the samples of a release, once: its files never change."""
    try:
        found = _walked(one.id, one.digest)
    except DefinitionInvalid as refused:
        return Outcome(None, why=refused.findings[0].message)
    return Outcome(found, tuple(_lines(found.samples, diagrams_of(release_files(one.id)))))


@lru_cache(maxsize=64)
def _walked(release_id: int, digest: str) -> Portability:
    files, context = release_files(release_id), engine_context(now(), rules_in_force())
    entry = read_bundle(files).entry_process
    return check_portability(files, entry, bundle_samples(files, context), context, ALLOWANCE)


def _lines(reports: Iterable[SampleReport], diagrams: Iterable[Diagram]) -> Iterator[Line]:
    by_path = {diagram.path: diagram for diagram in diagrams}
    for report in reports:
        place = by_path.get(report.file)
        drawn = place is not None and report.element in place.drawn
        yield Line(
            report,
            _name(report.element, [place] if place else by_path.values()),
            _name(report.after, by_path.values()),
            report.file if drawn else "",
        )


def _name(element: str, diagrams: Iterable[Diagram]) -> str:
    return next((diagram.names[element] for diagram in diagrams if diagram.names.get(element)), element)
