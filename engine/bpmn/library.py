"""The given files, read together: which process and which decision stands where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from engine.bpmn.allowance import Allowance
from engine.bpmn.bounds import is_within_bounds
from engine.bpmn.model import Definitions, ProcessSource
from engine.bpmn.reader import read_tree
from engine.bpmn.schema import check_schema
from engine.bpmn.wording import Level, Reporter
from engine.bpmn.xmlread import read_xml
from engine.findings import Finding, errors_in

if TYPE_CHECKING:
    from engine.dmn import Decisions

_DIAGRAMS = (".bpmn", ".bpmn20.xml", ".bpmn.xml")


def is_diagram(path: str) -> bool:
    """True for the path of a BPMN file."""
    return path.lower().endswith(_DIAGRAMS)


def is_decision(path: str) -> bool:
    """True for the path of a DMN file."""
    return path.lower().endswith(".dmn")


@dataclass(frozen=True, slots=True)
class Library:
    """All readable definitions by process id; `reports` keeps each diagram's findings."""

    processes: Mapping[str, tuple[ProcessSource, Definitions]]
    decisions: Mapping[str, Decisions]
    reports: Mapping[str, Reporter]
    decision_findings: tuple[Finding, ...] = ()
    definitions: Mapping[str, Definitions] = field(default_factory=dict)

    def findings(self) -> list[Finding]:
        """All findings so far, diagrams first, in the order of the files."""
        found = [finding for report in self.reports.values() for finding in report.findings]
        return found + list(self.decision_findings)


def read_library(
    files: Mapping[str, bytes], level: Level, *, with_schema: bool = False, language: str | None = None
) -> Library:
    """Reads every diagram and decision file, passing over others; `with_schema` adds the XSD check, `language`
    is that of expressions for which a file names none."""
    reports: dict[str, Reporter] = {}
    definitions: dict[str, Definitions] = {}
    allowance = Allowance()
    for path, content in files.items():
        if is_diagram(path):
            reports[path] = Reporter(path, level, allowance=allowance)
            root = read_xml(content, reports[path])
            if root is not None and not is_within_bounds(root, reports[path]):
                root = None
            read = None if root is None else read_tree(root, reports[path], language)
            if root is not None and read is not None:
                definitions[path] = read
                if with_schema:
                    check_schema(content, root, reports[path])
    decisions, decision_findings = _read_decisions(files)
    processes = _by_id(definitions, reports)
    return Library(processes, decisions, reports, tuple(decision_findings), definitions)


def _by_id(
    definitions: Mapping[str, Definitions], reports: Mapping[str, Reporter]
) -> dict[str, tuple[ProcessSource, Definitions]]:
    """Processes by id. Several versions of one id may stand side by side if their version tags differ: the
    untagged or highest one keeps the id, the others are `id@tag`."""
    versions: dict[str, dict[str, tuple[ProcessSource, Definitions]]] = {}
    for path, read in definitions.items():
        for process in read.processes:
            same = versions.setdefault(process.id, {})
            known = same.get(process.version_tag)
            if known is not None and known[0].file != path:  # within one file the reader reports it
                reports[path]("duplicate-id", process.id, line=process.line, value=process.id)
            same.setdefault(process.version_tag, (process, read))
    processes: dict[str, tuple[ProcessSource, Definitions]] = {}
    for identity, same in versions.items():
        main = "" if "" in same else max(same, key=_as_version)
        for tag, (process, read) in same.items():
            key = identity if tag == main else version_key(identity, tag)
            processes[key] = (replace(process, id=key), read)
    return processes


def version_key(process: str, tag: str) -> str:
    """The id under which a version that is not the main one stands in a program."""
    return f"{process}@{tag}"


def _as_version(tag: str) -> list[tuple[int, int, str]]:
    """Version tags in their natural order: 1.9 before 1.10."""
    return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in re.split(r"(\d+)", tag) if part]


def _read_decisions(files: Mapping[str, bytes]) -> tuple[dict[str, Decisions], list[Finding]]:
    decisions: dict[str, Decisions] = {}
    findings: list[Finding] = []
    tables = {path: content for path, content in files.items() if is_decision(path)}
    if tables:
        from engine.dmn import read_decisions  # most programs have no table: keep their start fast
    for path, content in tables.items():
        read, found = read_decisions(content, path, tables)
        findings += [each for each in found if each not in findings]  # of an imported file they come again
        if not errors_in(found):
            decisions.update(dict.fromkeys(read.ids, read))
    return decisions, findings
