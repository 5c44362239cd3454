"""Changing by hand where a process stands: tokens moved, added, removed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from engine import ChangeRefused, Words
from engine.runtime import Add, Move, Remove
from webapp.errors import ActRefused, Incomplete, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.advance import apply
from webapp.services.engine_border import modify, snapshot
from webapp.services.events import Event
from webapp.services.instances import load_instance
from webapp.services.repairing import given_reason, repairing, write_repair
from webapp.services.suspended import hold_timers

Change = Move | Add | Remove


class ChangesRefused(ActRefused):
    """Changes that cannot be done; `refusals` are (element or token, words), every one of them."""

    status = 422

    def __init__(self, refusals: Sequence[tuple[str, Words]]) -> None:
        self.refusals = tuple(refusals)
        super().__init__(
            Words(
                "流程未作改动：" + "；".join(f"“{where}”{words.zh}" for where, words in refusals),
                "Nothing has changed: " + "; ".join(f"“{where}” {words.en}" for where, words in refusals),
            )
        )


class ProcessMoved(ActRefused):
    """The process has gone on since the page was opened."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "您打开页面后流程已有变化，请核对现在的位置后再办理。",
                "The process has gone on since you opened the page. Check where it stands and try again.",
            )
        )


def state_mark(state: bytes) -> str:
    """What a page carries to say which state it shows."""
    return hashlib.sha256(state).hexdigest()[:16]


def change_tokens(
    case_id: int, instance_id: int, changes: Sequence[Change], *, by: Identity, reason: str, seen: str, key: str
) -> None:
    """Move, add and remove tokens of an instance, in this order, and let it go on from there.

    `seen` is the mark of the state that the page showed. The case may be suspended: what opens then waits.
    Raises NotYours, NotFound, Incomplete (no reason, no change), ProcessMoved, ChangesRefused, RepairFailed.
    """
    with repairing(case_id, by, Permission.CASE_REPAIR, key=key, what=f"change-tokens:{instance_id}") as case:
        reason = given_reason(reason)
        if not changes:
            raise Incomplete("changes", Words("请选择要移动、移除或者新增的令牌。", "Choose what to change."))
        instance = load_instance(case, instance_id)
        before = snapshot(instance.state)
        if before.ended:
            raise NotFound()
        if state_mark(instance.state) != seen:
            raise ProcessMoved()
        try:
            step = modify(instance.release.program, instance.state, changes, case.context)
        except ChangeRefused as refused:
            raise ChangesRefused(refused.refusals) from refused
        stood = {one.token: one.element for one in before.active}
        facts = {"instance": instance_id, "changes": [_fact(change, stood) for change in changes]}
        write_repair(case, Event.TOKENS_CHANGED, by, reason, facts)
        apply(case, instance, step)
        if case.suspended_at is not None:
            hold_timers(case)


def _fact(change: Change, stood: dict[int, str]) -> dict[str, Any]:
    if isinstance(change, Move):
        return {"move": change.token, "from": stood.get(change.token), "to": change.element}
    if isinstance(change, Remove):
        return {"remove": change.token, "from": stood.get(change.token)}
    return {"add": change.element, "scope": change.scope}
