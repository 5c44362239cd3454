"""Which process calls which, as far as the files say."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from engine.bpmn.checks.inspected import Inspected
from engine.bpmn.program import Node
from engine.bpmn.reach import strong_components


def called_by(node: Node, processes: Container[str]) -> str | None:
    """The process that a call activity surely means, if it is among `processes`."""
    call = node.call
    if call is None or not call.process.is_text or call.version or call.process.text not in processes:
        return None
    return call.process.text


def circles(processes: Mapping[str, Inspected]) -> Iterator[tuple[list[str], bool]]:
    """Processes that call one another, called ones first; False for one that does not even call itself."""
    calls = {
        key: [called for node in each.nodes if (called := called_by(node, processes)) is not None]
        for key, each in processes.items()
    }
    for component in strong_components(calls, calls.__getitem__):
        yield component, len(component) > 1 or component[0] in calls[component[0]]
