"""What is looked at on the spot is signed by as many officers as the place's texts want: the diagrams say so."""

from __future__ import annotations

from engine.bpmn import Program
from engine.bundles.checks.checking import Checking
from engine.law.item_kinds import Officers
from engine.words import Words

#: Steps of the office at which something is looked at where it is.
ON_THE_SPOT = frozenset({"visit", "verify", "recheck"})


def check_officers(checking: Checking, program: Program) -> None:
    """Each such step has `participants` of at least as many as any kind of the bundle's items needs here."""
    wanted = _wanted(checking)
    if wanted is None:
        return
    for process in program.processes.values():
        for node in process.nodes.values():
            said = {name: slot.text for name, slot in node.properties}
            signs = said.get("participants", "1")
            if said.get("step") not in ON_THE_SPOT or (signs.isdecimal() and int(signs) >= wanted.value):
                continue
            checking.error(
                "one-officer-on-the-spot",
                process.file,
                node.id,
                Words(
                    f"“{node.name}”的签字人数不足：实地核查应当由{wanted.value}名以上工作人员进行（{wanted.basis.zh}）。",
                    f"“{node.name}” is signed by too few: what is looked at on the spot is looked at by {wanted.value}"
                    f" officers or more ({wanted.basis.en}).",
                ),
                Words(
                    f"在该任务的属性中写明 participants 为 {wanted.value} 或者更多。",
                    f"Give the task the property participants with {wanted.value} or more.",
                ),
            )


def _wanted(checking: Checking) -> Officers | None:
    """The strictest text of the place for the bundle's items: a visit and its process are shared by all kinds."""
    if checking.profile is None:
        return None
    kinds = [checking.profile.kinds.get(kind) for kind in sorted({item.kind for item in checking.bundle.items})]
    stated = [rules.officers for rules in kinds if rules is not None and rules.officers is not None]
    return max(stated, key=lambda one: one.value, default=None)
