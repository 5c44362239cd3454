"""`check`: everything wrong or doubtful in a set of files, at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from engine.bpmn.checks.activities import check_activities
from engine.bpmn.checks.calls import check_calls
from engine.bpmn.checks.catching import check_catching
from engine.bpmn.checks.compensation import check_compensation
from engine.bpmn.checks.drawing import check_drawing, drawn_in
from engine.bpmn.checks.gateways import check_gateways
from engine.bpmn.checks.inspected import Inspected
from engine.bpmn.checks.links import check_links
from engine.bpmn.checks.paths import check_paths
from engine.bpmn.checks.positions import check_positions
from engine.bpmn.checks.races import check_races
from engine.bpmn.checks.recursion import check_recursion
from engine.bpmn.checks.references import check_references
from engine.bpmn.checks.soundness.findings import check_soundness
from engine.bpmn.checks.soundness.game import Effort
from engine.bpmn.checks.times import check_times
from engine.bpmn.checks.work import check_work
from engine.bpmn.checks.writes import check_writes
from engine.bpmn.compiler import compile_process
from engine.bpmn.library import read_library
from engine.bpmn.wording import Level
from engine.findings import Finding

#: Moves that the token game may take, over all processes of an upload.
MOST_MOVES = 50_000
#: Checks of one process by itself.
_CHECKS = (
    check_paths,
    check_gateways,
    check_races,
    check_positions,
    check_links,
    check_compensation,
    check_activities,
    check_times,
)


def check(
    files: Mapping[str, bytes],
    *,
    level: Level = "engine",
    known_groups: Collection[str] | None = None,
    language: str | None = None,
    variables: Mapping[str, str] | None = None,
) -> list[Finding]:
    """All findings about the diagrams and decisions in `files` (path -> bytes; other files are passed over).

    `level` "office" adds what a bundle must have (candidate groups, soundness, a whole picture); `known_groups` are the
    group keys that exist, None where they are not known; `language` is the language ("feel", "juel", "python")
    that the uploader names for expressions for which a file names none; `variables` are those that come from
    outside, each with its FEEL type ("" where it is not known). Never raises on what the files hold.
    """
    # What runs no check needs none of it: keep its start fast.
    from engine.bpmn.checks.doubts import check_decisions, check_expressions

    library = read_library(files, level, with_schema=True, language=language)
    effort = Effort(MOST_MOVES)
    inspected: list[Inspected] = []
    drawn: dict[str, frozenset[str]] = {}
    for source, definitions in library.processes.values():
        report = library.reports[source.file]
        check_references(source, report)
        checked = Inspected(source, compile_process(source, definitions, report), report)
        for check_one in _CHECKS:
            check_one(checked)
        check_soundness(checked, effort)
        check_work(checked, known_groups)
        if level == "office":
            if source.file not in drawn:
                drawn[source.file] = drawn_in(files[source.file], source.file)
            check_drawing(checked, drawn[source.file])
        check_calls(source, library.processes, library.decisions, report)
        inspected.append(checked)
    check_catching(inspected)
    check_recursion(inspected)
    check_writes(inspected)
    doubts = check_expressions(inspected, variables or {}, files, library) + check_decisions(files, library)
    return library.findings() + doubts
