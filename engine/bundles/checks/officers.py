"""What is looked at on the spot is looked at by two officers (行政许可法 art. 34): the diagrams have to say so."""

from __future__ import annotations

from engine.bpmn import Program
from engine.bundles.checks.checking import Checking
from engine.words import Words

#: Steps of the office at which something is looked at where it is.
ON_THE_SPOT = frozenset({"visit", "verify", "recheck"})


def check_officers(checking: Checking, program: Program) -> None:
    """Each such step has `participants` of at least two."""
    for process in program.processes.values():
        for node in process.nodes.values():
            said = {name: slot.text for name, slot in node.properties}
            signs = said.get("participants", "1")
            if said.get("step") not in ON_THE_SPOT or (signs.isdecimal() and int(signs) > 1):
                continue
            checking.error(
                "one-officer-on-the-spot",
                process.file,
                node.id,
                Words(
                    f"“{node.name}”只由一名工作人员签字：实地核查应当由两名以上工作人员进行（行政许可法第三十四条）。",
                    f"“{node.name}” is signed by one officer: what is looked at on the spot is looked at by two or more"
                    " (Licensing Law, art. 34).",
                ),
                Words(
                    "在该任务的属性中写明participants为2或者更多。",
                    "Give the task the property participants with 2 or more.",
                ),
            )
