"""Are the processes and decisions that an element names among the files?"""

from __future__ import annotations

from collections.abc import Collection

from engine.bpmn.program import Process
from engine.bpmn.wording import Reporter


def check_calls(
    process: Process, processes: Collection[str], decisions: Collection[str], report: Reporter
) -> None:
    """Reports called processes and decisions that are named outright and missing."""
    for node in process.nodes.values():
        if node.call is not None and node.call.process.expression is None:
            _require("missing-process", node.id, node.call.process.text, processes, report)
        if node.decision is not None and node.decision.slot.expression is None:
            _require("missing-decision", node.id, node.decision.slot.text, decisions, report)


def _require(code: str, element: str, name: str, known: Collection[str], report: Reporter) -> None:
    if name and name not in known:
        report(code, element, value=name[:80])
