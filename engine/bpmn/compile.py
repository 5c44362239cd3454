"""`compile_program`: the entry process and everything it can reach, ready to run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.bpmn.checks.calls import check_calls
from engine.bpmn.checks.references import check_references
from engine.bpmn.compiler import compile_process
from engine.bpmn.library import Library, read_library, version_key
from engine.bpmn.model import NodeSource, ProcessSource
from engine.bpmn.program import Node, Process, Program
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
        raise DefinitionInvalid([*missing.findings, *errors_in(library.findings())])
    processes = _closure(entry, library, missing)
    problems = errors_in(missing.findings + _findings_of(processes, library))
    if problems:
        raise DefinitionInvalid(problems)
    return Program(entry, processes, library.decisions)


def _closure(entry: str, library: Library, missing: Reporter) -> dict[str, Process]:
    compiled: dict[str, Process] = {}
    pending = [entry, *_started_by_events(library)]
    while pending:
        process_id = pending.pop()
        if process_id in compiled:
            continue
        source, definitions = library.processes[process_id]
        report = library.reports[source.file]
        check_references(source, report)
        compiled[process_id] = compile_process(source, definitions, report)
        check_calls(source, library.processes, library.decisions, report)
        for node in compiled[process_id].nodes.values():
            pending.extend(_called(node, library))
    return compiled


def _started_by_events(library: Library) -> Iterator[str]:
    """Processes of the files that an event from outside starts: they belong to the program."""
    for key, (source, _) in library.processes.items():
        if source.executable and any(_begins_by_event(node, source) for node in source.nodes.values()):
            yield key


def _begins_by_event(node: NodeSource, source: ProcessSource) -> bool:
    if node.container is not None:
        return False
    if node.type == "startEvent":
        return bool(node.events)
    return node.instantiates and not any(flow.target == node.id for flow in source.flows.values())


def _called(node: Node, library: Library) -> Iterator[str]:
    """Ids of the processes that `node` may call; where an expression names it, any of the files."""
    if node.call is None:
        return
    if node.call.process.expression is not None:
        yield from library.processes
        return
    for key in (node.call.process.text, version_key(node.call.process.text, node.call.version)):
        if key in library.processes:
            yield key


def _findings_of(processes: Mapping[str, Process], library: Library) -> list[Finding]:
    files = {process.file for process in processes.values()}
    return [finding for file in sorted(files) for finding in library.reports[file].findings]
