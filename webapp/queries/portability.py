"""Whether a release runs the same on SpiffWorkflow: its sample paths walked on both cores, in words of its diagrams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from engine import EngineError, Words
from engine.bpmn import ElementNames, Placed
from engine.bundles import Bundle, read_bundle
from engine.reference import (
    Fault,
    KnownDifference,
    Open,
    Opened,
    Portability,
    SampleReport,
    Verdict,
    bundle_samples,
    check_portability,
)
from webapp.catalogue import engine_context, release_files, rules_in_force
from webapp.clock import now
from webapp.queries.release_diagrams import Diagram, diagrams_of
from webapp.queries.releases import ReleaseRow
from webapp.services.trial_refusals import words_of


@dataclass(frozen=True, slots=True)
class Place:
    """An element on the page. `called`: as within a sentence; `diagram`: the path of the one on which it is drawn,
    "" where it is on none."""

    element: str
    called: Words
    file: str
    diagram: str


@dataclass(frozen=True, slots=True)
class KnownLine:
    """A difference that a known fault explains. `reads`: None where no element reads the variable, it is lost."""

    fault: Fault
    variable: str
    writes: Place
    reads: Place | None
    parts: Place | None
    after: Words
    said: Words


@dataclass(frozen=True, slots=True)
class Line:
    """One sample on the page. `place`: where it differs or what the reference core lacks; `after`: the element of the
    last act, as within a sentence, "" at the start; `said`: what differs, or why the path was not walked."""

    report: SampleReport
    place: Place | None
    after: Words
    said: Words
    known: KnownLine | None = None


@dataclass(frozen=True, slots=True)
class KnownFault:
    """A known fault with the differences that it explains, each with the paths on which it shows."""

    fault: Fault
    places: tuple[tuple[KnownLine, tuple[Words, ...]], ...]


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

    @property
    def unexplained(self) -> tuple[Line, ...]:
        """The paths that differ for no known reason."""
        return tuple(line for line in self.lines if line.report.verdict is Verdict.DIFFERS)

    @property
    def faults(self) -> tuple[KnownFault, ...]:
        """The known faults that show, those first that come first."""
        by_fault: dict[str, dict[tuple[str, ...], tuple[KnownLine, list[Words]]]] = {}
        for line in self.lines:
            if (known := line.known) is not None:
                reads, parts = (one.element if one else "" for one in (known.reads, known.parts))
                places = by_fault.setdefault(known.fault.key, {})
                key = (known.variable, known.writes.element, reads, parts, known.said.zh)
                places.setdefault(key, (known, []))[1].append(line.report.name)
        return tuple(
            KnownFault(
                next(iter(places.values()))[0].fault, tuple((one, tuple(paths)) for one, paths in places.values())
            )
            for places in by_fault.values()
        )


def portability_of(one: ReleaseRow) -> Outcome:
    """Walks the samples of a release, once: its files never change."""
    try:
        found = _walked(one.id, one.digest)
    except EngineError as refused:  # the bundle, a diagram or the guide of an example
        return Outcome(None, why=words_of(refused))
    files = release_files(one.id)
    told = _Told({diagram.path: diagram for diagram in diagrams_of(files)}, read_bundle(files))
    return Outcome(found, tuple(told.lines(found.samples)))


@lru_cache(maxsize=64)
def _walked(release_id: int, digest: str) -> Portability:
    files, context = release_files(release_id), engine_context(now(), rules_in_force())
    entry = read_bundle(files).entry_process
    return check_portability(files, entry, bundle_samples(files, context), context)


_KINDS = {
    "task": Words("", ""),
    "timer": Words("定时器", "the timer "),
    "message": Words("等待消息", "the message event "),
}
_BOTH = Words(
    "一窗引擎上打开的是{ours}，SpiffWorkflow 上是{theirs}。",
    "Open on the One Window engine: {ours}; on SpiffWorkflow: {theirs}.",
)
_OURS = Words("只有一窗引擎上打开了{ours}。", "Open on the One Window engine alone: {ours}.")
_THEIRS = Words("只有 SpiffWorkflow 上打开着{theirs}。", "Open on SpiffWorkflow alone: {theirs}.")
_NOWHERE = Words("", "")


@dataclass(slots=True)
class _Told:
    """The reports in words of the diagrams."""

    diagrams: Mapping[str, Diagram]
    bundle: Bundle
    names: dict[str, ElementNames] = field(default_factory=dict)

    def lines(self, reports: Iterable[SampleReport]) -> Iterator[Line]:
        for report in reports:
            place = self._place(report.element, report.file) if report.element else None
            said = self._said(report.words, report.opened)
            known = self._known(report.known) if report.known is not None else None
            yield Line(report, place, self._after(report.after), said, known)

    def _known(self, one: KnownDifference) -> KnownLine:
        read, written = one.misread, one.misread.written
        return KnownLine(
            one.fault,
            read.variable,
            self._place(written.element, one.written_in),
            self._place(read.element, one.read_in) if read.element else None,
            self._place(one.element, one.file) if one.element else None,
            self._after(one.after),
            self._said(one.words, one.opened),
        )

    def _said(self, words: Words, opened: Opened) -> Words:
        if not any(opened):
            return words
        ours, theirs = (self._listed(each) for each in opened)
        pattern = _BOTH if all(opened) else _OURS if opened[0] else _THEIRS
        return Words(
            pattern.zh.format(ours=ours.zh, theirs=theirs.zh), pattern.en.format(ours=ours.en, theirs=theirs.en)
        )

    def _listed(self, several: Iterable[Open]) -> Words:
        told = []
        for one in several:
            kind, called = _KINDS[one.kind], self._called(one.element)
            whose = one.about.rpartition(" ")[2] if one.kind == "message" else one.about  # its name says the element
            about = f" ({whose})" if whose else ""
            told.append(Words(f"{kind.zh}{called.zh}{about and f'（{whose}）'}", f"{kind.en}{called.en}{about}"))
        return Words("、".join(one.zh for one in told), ", ".join(one.en for one in told))

    def _place(self, element: str, file: str) -> Place:
        diagram = self.diagrams.get(file)
        drawn = diagram is not None and element in diagram.drawn
        return Place(element, self._called(element, file), file, file if drawn else "")

    def _after(self, element: str) -> Words:
        return self._called(element) if element else _NOWHERE

    def _called(self, element: str, file: str = "") -> Words:
        """As within a sentence: in its file, else in the first diagram that has it; its id where none has."""
        own = self.diagrams.get(file)
        for diagram in [own] if own is not None else self.diagrams.values():
            if element in diagram.names:
                return self._names_in(diagram).quoted(element)
        return Words(element, element)

    def _names_in(self, diagram: Diagram) -> ElementNames:
        def in_both(one: Placed) -> Words:
            return self.bundle.words(diagram.path, one.id, "name", one.name)

        return self.names.setdefault(diagram.path, ElementNames(diagram.elements.elements, in_both))
