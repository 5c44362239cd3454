"""The acts of the supervising unit on what was handed over to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from werkzeug.datastructures import MultiDict

from engine import Words
from webapp.identity import Identity
from webapp.pages.workspace.posted import Posted
from webapp.services import supervision_handovers

Typed = MultiDict[str, str]
LABELS = {
    "responsible": Words("监管责任单位或者人员", "Who supervises it"),
    "supervision_note": Words("处理情况", "What was found and done"),
}


def take_over(task: Posted, typed: Typed, by: Identity) -> Words:
    supervision_handovers.take_over(
        task.id,
        by=by,
        responsible=typed.get("responsible", ""),
        revision=typed.get("revision", -1, type=int),
        key=typed.get("key", ""),
    )
    return Words("已接收审批信息，纳入监管。", "Taken over for supervision.")


def report_back(task: Posted, typed: Typed, by: Identity) -> Words:
    supervision_handovers.report_back(
        task.id,
        by=by,
        result=typed.get("result", ""),
        note=typed.get("supervision_note", ""),
        revision=typed.get("revision", -1, type=int),
        key=typed.get("key", ""),
    )
    return Words("监管结果已回传审批部门。", "Reported back to the unit that decided.")


ACTS: Mapping[str, Callable[[Posted, Typed, Identity], Words]] = {
    supervision_handovers.TAKE_OVER: take_over,
    supervision_handovers.REPORT: report_back,
}
