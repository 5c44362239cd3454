"""Are the processes and decisions that an element names among the files?"""

from __future__ import annotations

from collections.abc import Collection

from engine.bpmn.model import NodeSource, ProcessSource, Source
from engine.bpmn.wording import Reporter


def check_calls(
    source: ProcessSource, processes: Collection[str], decisions: Collection[str], report: Reporter
) -> None:
    """Reports called processes and decisions that are named outright and missing."""
    for node in source.nodes.values():
        said = node.extensions
        if node.type == "callActivity" and said.call is not None:
            _require("missing-process", node, said.call.process, processes, report)
        if said.decision is not None:
            _require("missing-decision", node, said.decision.source, decisions, report)


def _require(code: str, node: NodeSource, name: Source, known: Collection[str], report: Reporter) -> None:
    if name.language is None and name.text and name.text not in known:
        report(code, node.id, line=node.line, value=name.text[:80])
