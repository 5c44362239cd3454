"""The acts of a revocation: what each takes from the page, handed to its command."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine import Words
from webapp.identity import Identity
from webapp.pages.workspace.posted import Posted
from webapp.pages.workspace.typed import Typed, revision_of, text
from webapp.services import revocations

LABELS = {
    "statement": Words("陈述、申辩", "Statement and defence"),
    "decision": Words("是否撤销", "Revoke?"),
    "grounds": Words("决定的理由", "Reasons of the decision"),
}


def tell(task: Posted, typed: Typed, by: Identity) -> Words:
    revocations.tell_of_revocation(
        task.id,
        by=by,
        facts=text(typed, "facts"),
        reasons=text(typed, "reasons"),
        revision=revision_of(typed),
        key=text(typed, "key"),
    )
    return Words("撤销事先告知书已出具。", "The notice before revocation is issued.")


def hear(task: Posted, typed: Typed, by: Identity) -> Words:
    revocations.hear_holder(
        task.id,
        by=by,
        statement=text(typed, "statement"),
        nothing_said=text(typed, "nothing_said") == "true",
        revision=revision_of(typed),
        key=text(typed, "key"),
    )
    return Words("陈述、申辩情况已记录。", "What the holder said is recorded.")


def decide(task: Posted, typed: Typed, by: Identity) -> Words:
    decision = text(typed, "decision")
    revocations.decide_revocation(
        task.id,
        by=by,
        decision=decision,
        grounds=text(typed, "grounds"),
        revision=revision_of(typed),
        key=text(typed, "key"),
    )
    if decision == revocations.REVOKE:
        return Words("已作出撤销决定，证照状态已更新。", "Revoked: everyone who checks the licence sees it.")
    return Words("已决定不予撤销。", "Not revoked.")


ACTS: Mapping[str, Callable[[Posted, Typed, Identity], Words]] = {
    "revocation-notice": tell,
    "statement": hear,
    "revoke": decide,
}
