"""The worked examples of a bundle, played: what each says otherwise, and which sequence flows they walk together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from engine import EngineError, Finding, Words
from engine.bpmn import draw
from engine.bundles import Bundle
from engine.trial import (
    Covered,
    Difference,
    ExampleRun,
    Review,
    check_with_examples,
    play_examples,
    readable_examples,
    review_answers,
)
from webapp.catalogue import RULES_IN_FORCE, rules_of
from webapp.queries.diagram import named_in
from webapp.queries.held_against import OFFICE, Office
from webapp.queries.release_diagrams import Diagram, diagrams_of
from webapp.queries.trials import bundle_of
from webapp.services.trial_refusals import words_of
from webapp.services.trials import Source
from webapp.unit_of_work import sql

#: What the browser draws Chinese with, if it has it.
FAMILY = "Noto Sans SC, Microsoft YaHei, PingFang SC, sans-serif"


@dataclass(frozen=True, slots=True)
class FlowLine:
    """A sequence flow as people find it: between two elements, as they are called, with its own name where it has
    one."""

    id: str
    name: str
    source: str
    target: str
    times: int


@dataclass(frozen=True, slots=True)
class DiagramCoverage:
    """The sequence flows of one diagram that cases can reach."""

    path: str
    title: str
    flows: tuple[FlowLine, ...]
    is_drawn: bool

    @property
    def never(self) -> tuple[FlowLine, ...]:
        return tuple(flow for flow in self.flows if not flow.times)


@dataclass(frozen=True, slots=True)
class Played:
    """What came of the examples. `why`: what keeps them from being played."""

    runs: tuple[ExampleRun, ...] = ()
    diagrams: tuple[DiagramCoverage, ...] = ()
    why: Words | None = None

    @property
    def flows(self) -> int:
        return sum(len(one.flows) for one in self.diagrams)

    @property
    def never(self) -> int:
        return sum(len(one.never) for one in self.diagrams)


NO_RULES = Words("还没有载入本地规则。", "No local rules are loaded yet.")


def examples_of(source: Source, language: str) -> Played:
    """The examples of a release or of a working copy by the rules in force; elements are named in `language`."""
    row = sql().execute(f"select {RULES_IN_FORCE}").fetchone()
    versions = tuple(row[0] or ()) if row else ()
    if not any(one.startswith("profile:") for one in versions):
        return Played(why=NO_RULES)
    try:
        runs, covered = _played(source, versions)
    except EngineError as refused:  # the findings say where
        return Played(why=words_of(refused))
    return Played(runs, tuple(_by_diagram(source, covered, language)))


def differences_of(source: Source, path: str) -> tuple[Difference, ...]:
    """What one example still says otherwise; empty where it holds or cannot be played."""
    return next((run.differences for run in examples_of(source, "zh").runs if run.example.file == path), ())


def review_of(source: Source, path: str) -> Review | None:
    """What of an example's answers the questions and the form refuse, by the rules in force.

    None before any rules, and where there is no such example. Raises EngineError where the bundle cannot be read.
    """
    row = sql().execute(f"select {RULES_IN_FORCE}").fetchone()
    versions = tuple(row[0] or ()) if row else ()
    files = source.content()
    example = next((one for one in readable_examples(files) if one.file == path), None)
    if example is None or not any(one.startswith("profile:") for one in versions):
        return None
    rules = rules_of(versions)
    return review_answers(files, example, rules.profile, rules.calendar)


def picture_of(source: Source, path: str, language: str) -> str | None:
    """A diagram as SVG with the number of walks on each sequence flow; None where there is no picture."""
    content = source.content().get(path)
    played = examples_of(source, language)
    flows = next((one.flows for one in played.diagrams if one.path == path), ())
    if content is None or not flows:
        return None
    bundle = bundle_of(source)
    named = named_in(language, content, path, bundle) if bundle is not None and language != "zh" else content
    drawn = draw(named, FAMILY, chinese=language == "zh", walked={one.id: one.times for one in flows})
    return drawn.svg if drawn else None


def findings_with_examples(key: str, files: Mapping[str, bytes]) -> list[Finding]:
    """Every finding of files that are in no release, against the office's groups and the rules in force."""
    row = sql().execute(f"select {OFFICE}, {RULES_IN_FORCE}").fetchone()
    assert row is not None
    versions = tuple(row[2] or ())
    rules = rules_of(versions) if any(one.startswith("profile:") for one in versions) else None
    profile, calendar = (rules.profile, rules.calendar) if rules else (None, None)
    return check_with_examples(files, key, **Office.of(*row[:2]).known, profile=profile, calendar=calendar)


@lru_cache(maxsize=32)
def _played(source: Source, versions: tuple[str, ...]) -> tuple[tuple[ExampleRun, ...], tuple[Covered, ...]]:
    """Played once per content and rules: a source's files never change."""
    rules = rules_of(versions)
    runs, covered = play_examples(source.content(), rules.profile, rules.calendar)
    return tuple(runs), tuple(covered)


def _by_diagram(source: Source, covered: Iterable[Covered], language: str) -> Iterable[DiagramCoverage]:
    by_file: dict[str, list[Covered]] = {}
    for one in covered:
        by_file.setdefault(one.file, []).append(one)
    bundle: Bundle | None = bundle_of(source)
    for diagram in diagrams_of(source.content(), language, bundle):
        of_file = by_file.get(diagram.path)
        if of_file:
            flows = tuple(_line(one, diagram) for one in of_file)
            yield DiagramCoverage(diagram.path, diagram.title, flows, diagram.is_drawn)


def _line(one: Covered, diagram: Diagram) -> FlowLine:
    called = diagram.called
    return FlowLine(one.id, diagram.names.get(one.id, ""), called(one.source), called(one.target), one.times)
