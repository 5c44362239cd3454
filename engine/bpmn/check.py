"""`check`: everything wrong or doubtful in a set of files, at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from engine.bpmn.checks.calls import check_calls
from engine.bpmn.checks.choices import check_choices
from engine.bpmn.checks.paths import check_paths
from engine.bpmn.checks.references import check_references
from engine.bpmn.checks.soundness.findings import check_soundness
from engine.bpmn.checks.soundness.game import Effort
from engine.bpmn.checks.work import check_work, check_writes
from engine.bpmn.compiler import compile_process
from engine.bpmn.library import read_library
from engine.bpmn.wording import Level
from engine.findings import Finding

#: Moves that the token game may take, over all processes of an upload.
MOST_MOVES = 50_000


def check(
    files: Mapping[str, bytes],
    *,
    level: Level = "engine",
    known_groups: Collection[str] | None = None,
    language: str | None = None,
) -> list[Finding]:
    """All findings about the diagrams and decisions in `files` (path -> bytes; other files are passed over).

    `level` "office" adds what a bundle must have (candidate groups, soundness); `known_groups` are the
    group keys that exist, None where they are not known; `language` is the language ("feel", "juel", "python")
    that the uploader names for expressions for which a file names none. Never raises on what the files hold.
    """
    library = read_library(files, level, with_schema=True, language=language)
    effort = Effort(MOST_MOVES)
    for source, definitions in library.processes.values():
        report = library.reports[source.file]
        check_references(source, report)
        process = compile_process(source, definitions, report)
        check_paths(source, process, report)
        lines = {node.id: node.line for node in source.nodes.values()}
        check_soundness(process, lines, effort, report)
        check_choices(source, process, report)
        check_work(source, process, known_groups, report)
        check_writes(source, process, report)
        check_calls(source, library.processes, library.decisions, report)
    return library.findings()
