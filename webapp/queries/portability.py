"""Whether a release runs the same on SpiffWorkflow: its sample paths walked on both cores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from engine import EngineError, Words
from engine.bundles import Bundle, read_bundle
from engine.reference import Portability, SampleReport, Verdict, bundle_samples, check_portability
from webapp.catalogue import engine_context, release_files, rules_in_force
from webapp.clock import now
from webapp.queries.release_diagrams import Diagram, diagrams_of
from webapp.queries.releases import ReleaseRow
from webapp.services.trial_refusals import words_of


@dataclass(frozen=True, slots=True)
class Line:
    """One sample on the page. `name` and `after` are elements by their name, else their id; `diagram` is the
    path of the diagram on which the place is drawn, "" where it is on none."""

    report: SampleReport
    name: Words
    after: Words
    diagram: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found. Without it `why` says what keeps the release from being walked."""

    found: Portability | None
    lines: tuple[Line, ...] = ()
    why: Words | None = None

    @property
    def outside(self) -> Line | None:
        """What keeps every path from being walked on the reference core, if it is one and the same."""
        places = {(line.report.process, line.report.element) for line in self.lines}
        whole = all(line.report.verdict is Verdict.OUTSIDE and not line.report.acts for line in self.lines)
        return self.lines[0] if whole and len(places) == 1 else None


def portability_of(one: ReleaseRow) -> Outcome:
    """Walks the samples of a release, once: its files never change."""
    try:
        found = _walked(one.id, one.digest)
    except EngineError as refused:  # the bundle, a diagram or the guide of an example
        return Outcome(None, why=words_of(refused))
    files = release_files(one.id)
    return Outcome(found, tuple(_lines(found.samples, diagrams_of(files), read_bundle(files))))


@lru_cache(maxsize=64)
def _walked(release_id: int, digest: str) -> Portability:
    files, context = release_files(release_id), engine_context(now(), rules_in_force())
    entry = read_bundle(files).entry_process
    return check_portability(files, entry, bundle_samples(files, context), context)


def _lines(reports: Iterable[SampleReport], diagrams: list[Diagram], bundle: Bundle) -> Iterator[Line]:
    by_path = {diagram.path: diagram for diagram in diagrams}
    for report in reports:
        place = by_path.get(report.file)
        drawn = place is not None and report.element in place.drawn
        yield Line(
            report,
            _name(report.element, [place] if place else diagrams, bundle),
            _name(report.after, diagrams, bundle),
            report.file if drawn else "",
        )


def _name(element: str, diagrams: Iterable[Diagram], bundle: Bundle) -> Words:
    """The element's name in the first diagram that has one for it; its id where none has."""
    for diagram in diagrams:
        if name := diagram.names.get(element):
            return bundle.words(diagram.path, element, "name", name)
    return Words(element, element)
