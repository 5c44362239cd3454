"""`compile_program`: the entry process and everything it can reach, ready to run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from engine.bpmn.checks.calls import check_calls
from engine.bpmn.checks.references import check_references
from engine.bpmn.compiler import compile_process
from engine.bpmn.library import Library, read_library, version_key
from engine.bpmn.model import NodeSource
from engine.bpmn.program import CallWork, Process, Program
from engine.bpmn.wording import Reporter
from engine.errors import DefinitionInvalid
from engine.findings import Finding, errors_in


def compile_program(files: Mapping[str, bytes], entry: str, *, language: str | None = None) -> Program:
    """The program of process `entry`: with all processes it calls, those that a message starts, and the
    decisions. `files` maps a path (`*.bpmn`, `*.dmn`) to its bytes; `language` is that of expressions for which a
    file names none (FEEL where it is missing).

    Raises DefinitionInvalid with every reason that keeps it from running.
    """
    library = read_library(files, "engine", language=language)
    missing = Reporter("", "engine")
    if entry not in library.processes:
        missing("missing-process", entry, value=entry)
        raise DefinitionInvalid([*errors_in(library.findings()), *missing.findings])
    processes = _closure(entry, library, missing)
    problems = errors_in(missing.findings + _findings_of(processes, library))
    if problems:
        raise DefinitionInvalid(problems)
    return Program(entry, processes, library.decisions)


@dataclass(frozen=True, slots=True)
class Programs:
    """The programs of one set of files, each compiled once however often it is asked for.

    Whoever checks a bundle and then plays its examples hands them on: reading the diagrams is most of the work.
    """

    files: Mapping[str, bytes]
    _compiled: dict[str, Program] = field(default_factory=dict)

    def of(self, entry: str) -> Program:
        """As `compile_program`. Raises DefinitionInvalid."""
        if entry not in self._compiled:
            self._compiled[entry] = compile_program(self.files, entry)
        return self._compiled[entry]


def _closure(entry: str, library: Library, missing: Reporter) -> dict[str, Process]:
    compiled: dict[str, Process] = {}
    pending = [entry, *_started_by_events(library)]
    with_all = False
    while pending:
        process_id = pending.pop()
        if process_id in compiled:
            continue
        source, definitions = library.processes[process_id]
        report = library.reports[source.file]
        check_references(source, report)
        compiled[process_id] = compile_process(source, definitions, report)
        check_calls(source, library.processes, library.decisions, report)
        calls = [node.call for node in compiled[process_id].nodes.values() if node.call is not None]
        pending += [key for call in calls for key in _called(call, library)]
        if not with_all and not all(call.process.is_text for call in calls):
            pending += library.processes  # one that an expression names may be any of them
            with_all = True
    return compiled


def _started_by_events(library: Library) -> Iterator[str]:
    """Processes of the files that an event from outside starts: they belong to the program."""
    for key, (source, _) in library.processes.items():
        targets = {flow.target for flow in source.flows.values()}
        if source.executable and any(_begins_by_event(node, targets) for node in source.nodes.values()):
            yield key


def _begins_by_event(node: NodeSource, targets: Collection[str | None]) -> bool:
    if node.container is not None:
        return False
    if node.type == "startEvent":
        return bool(node.events)
    return node.instantiates and node.id not in targets


def _called(call: CallWork, library: Library) -> Iterator[str]:
    """Ids of the processes that a call may mean, as far as it names one itself."""
    if call.process.is_text:
        for key in (call.process.text, version_key(call.process.text, call.version)):
            if key in library.processes:
                yield key


def _findings_of(processes: Mapping[str, Process], library: Library) -> list[Finding]:
    files = {process.file for process in processes.values()}
    return [finding for file in sorted(files) for finding in library.reports[file].findings]
