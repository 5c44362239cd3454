"""Are the processes and decisions that an element names among the files?"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from engine.bpmn.library import version_key
from engine.bpmn.model import CallSource, Definitions, NodeSource, ProcessSource, Source
from engine.bpmn.wording import Reporter

Processes = Mapping[str, tuple[ProcessSource, Definitions]]


def check_calls(source: ProcessSource, processes: Processes, decisions: Collection[str], report: Reporter) -> None:
    """Reports called processes (of the version that is named) and decisions that are named and missing."""
    for node in source.nodes.values():
        said = node.extensions
        if node.type == "callActivity" and said.call is not None and not _is_there(said.call, processes):
            shown = said.call.process.text[:80] + (f" ({said.call.version[:40]})" if said.call.version else "")
            report("missing-process", node.id, line=node.line, value=shown)
        if said.decision is not None:
            _require(node, said.decision.source, decisions, report)


def _is_there(call: CallSource, processes: Processes) -> bool:
    name = call.process.text
    if call.process.language is not None or not name:
        return True  # known only when it runs, or reported as empty
    if call.binding != "version":
        return name in processes
    keys = (name, version_key(name, call.version))
    return any(key in processes and processes[key][0].version_tag == call.version for key in keys)


def _require(node: NodeSource, name: Source, known: Collection[str], report: Reporter) -> None:
    if name.language is None and name.text and name.text not in known:
        report("missing-decision", node.id, line=node.line, value=name.text[:80])
