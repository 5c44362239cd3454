"""容缺受理: what the check of a promised material takes from the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from werkzeug.datastructures import MultiDict

from engine import Words
from webapp.errors import Incomplete
from webapp.identity import Identity
from webapp.pages.workspace.posted import Posted
from webapp.services import tolerance_checks as checks

LABELS: Mapping[str, Words] = {
    "checked": Words("核对结果", "Result of the check"),
    "told": Words("补交材料的问题", "What is wrong with it"),
    "offered": Words("可以容缺的材料", "What may follow"),
    "offer_note": Words("说明", "Note"),
    "majeure_reason": Words("不可抗力的情况", "What happened"),
    "evidence": Words("证明材料", "Evidence"),
}


def check(task: Posted, typed: MultiDict[str, str], by: Identity) -> Words:
    """Raises Incomplete, whose field the page shows."""
    outcome = typed.get("checked", "").strip()
    if outcome not in (checks.ADEQUATE, checks.INADEQUATE):
        raise Incomplete("checked", Words("请选择核对结果。", "Choose the result."))
    checks.check(
        task.id,
        by=by,
        adequate=outcome == checks.ADEQUATE,
        told=typed.get("told", ""),
        revision=typed.get("revision", -1, type=int),
        key=typed.get("key", "").strip(),
    )
    if outcome == checks.ADEQUATE:
        return Words("容缺材料已补齐，可以作出决定。", "Complete: the ruling waits no longer.")
    return Words(
        "已一次性告知申请人，核对所用时间不计入其期限。",
        "The applicant is told, once; the time of the check is given back.",
    )


ACTS: Mapping[str, Callable[[Posted, MultiDict[str, str], Identity], Words]] = {checks.STEP: check}
