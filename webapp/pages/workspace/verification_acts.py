"""The act of a verification: what it takes from the page, handed to its command."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from werkzeug.datastructures import MultiDict

from engine import Words
from engine.law import DATA_COMPARISON, ComparedFact
from webapp.errors import Incomplete
from webapp.identity import Identity
from webapp.pages.workspace.points import marks_posted, unmarked
from webapp.pages.workspace.posted import Posted, TaskAtHand
from webapp.services import verification
from webapp.services.compared_facts import Comparison

Typed = MultiDict[str, str]
LABELS = {
    "photo": Words("现场照片", "Photos"),
    "photo_taken_at": Words("拍摄时间", "When it was taken"),
    "photo_place": Words("拍摄地点", "Where it was taken"),
    "kind": Words("原因", "Reason"),
    "officer": Words("核查人员", "Officer"),
    "aside_reason": Words("具体说明", "Explanation"),
}


def facts_of(task: TaskAtHand) -> tuple[ComparedFact, ...]:
    """What is compared at this task; nothing where it is verified otherwise."""
    item = task.catalogue_item
    if item is None or task.step != "verify":
        return ()
    method = task.rules.profile.verification.method(item.key)
    return method.facts if method.method == DATA_COMPARISON else ()


def labels_of(task: TaskAtHand) -> dict[str, Words]:
    """Labels of the controls of each compared fact, for the error summary."""
    labels = {}
    for fact in facts_of(task):
        for part, words in (
            ("source", Words("数据来源", "source")),
            ("found", Words("来源记载", "what stands there")),
            ("result", Words("比对结果", "result")),
        ):
            labels[f"fact.{fact.key}.{part}"] = Words(f"{fact.name.zh}：{words.zh}", f"{fact.name.en}: {words.en}")
    return labels


def compared(task: Posted, typed: Typed) -> dict[str, Comparison]:
    """Fact -> what was entered of it."""

    def text(fact: ComparedFact, part: str) -> str:
        return typed.get(f"fact.{fact.key}.{part}", "").strip()

    return {
        fact.key: Comparison(text(fact, "source"), text(fact, "found"), text(fact, "result")) for fact in facts_of(task)
    }


def verify(task: Posted, typed: Typed, by: Identity) -> Words:
    if not task.signers and task.is_open:
        missing = list(unmarked(task, typed).items())
        if not typed.get("result", "").strip():
            missing.append(("result", Words("请选择核查结论。", "Choose the result.")))
        if not typed.get("record", "").strip():
            missing.append(("record", Words("请填写核查记录。", "Write the record.")))
        if missing:
            raise Incomplete(*missing[0], *missing[1:])
    complete = verification.verify(
        task.id,
        by=by,
        result=typed.get("result", "").strip(),
        record=typed.get("record", "").strip(),
        checklist=marks_posted(typed),
        compared=compared(task, typed),
        revision=typed.get("revision", -1, type=int),
        key=typed.get("key", "").strip(),
    )
    if complete:
        return Words("核查结果已记录。", "The result of the verification is recorded.")
    return Words("已签字，等待另一名核查人员签字。", "Signed; another officer must sign too.")


ACTS: Mapping[str, Callable[[Posted, Typed, Identity], Words]] = {"verify": verify, "recheck": verify}
