"""Question coverage: every way through the questions ends in exactly one situation, and none is out of reach."""

from __future__ import annotations

from engine.bpmn import Programs
from engine.bundles.checks.checking import Checking
from engine.bundles.model import Bundle, Item
from engine.bundles.questions import (
    Budget,
    ItemCoverage,
    item_coverage,
    nothing_applies,
    questions_never_asked,
    way_words,
)
from engine.findings import Finding
from engine.words import Words


def coverage_findings(bundle: Bundle) -> list[Finding]:
    """What `check_coverage` finds in a bundle."""
    checking = Checking({}, bundle, {}, None, None, None, Programs({}))
    check_coverage(checking)
    return checking.findings


def check_coverage(checking: Checking) -> None:
    """Where the questions lead to two situations, to none although the item applies, or never to one."""
    budget = Budget()
    for item in checking.bundle.items:
        _check_item(checking, item, item_coverage(checking.bundle, item, budget))
    for key in questions_never_asked(checking.bundle, budget):
        checking.warning(
            "question-never-asked",
            "bundle.toml",
            f"questions.{key}",
            Words("没有任何回答会引出这个问题。", "No answers lead to this question."),
            Words("改正它的条件，或者删去这个问题。", "Correct its condition, or remove the question."),
        )
    _check_nothing_applies(checking, budget)


def _check_item(checking: Checking, item: Item, found: ItemCoverage) -> None:
    file = f"items/{item.key}.toml"
    if found.tree is None:
        checking.note(
            "coverage-bounded",
            file,
            "situations",
            Words("情形的条件过于复杂，没有查完。", "The situations' conditions are too many to be gone through."),
            Words("减少情形条件用到的问题。", "Let the situations read fewer questions."),
        )
        return
    names = {one.key: one.name for one in item.situations}
    for overlap in found.overlaps:
        listed = "、".join(f"“{names[key].zh}”" for key in overlap.situations)
        listed_en = ", ".join(f"“{names[key].en or key}”" for key in overlap.situations)
        example = way_words(checking.bundle, overlap.example)
        checking.error(
            "situations-overlap",
            file,
            f"situations.{overlap.situations[0]}",
            Words(
                f"情形{listed}可能同时成立，例如：{example.zh}",
                f"The situations {listed_en} can hold at once, for example: {example.en}",
            ),
            Words("改写条件，使任何回答只对应一种情形。", "Write the conditions so that only one can hold."),
        )
    for key in found.unreached:
        checking.warning(
            "situation-never-reached",
            file,
            f"situations.{key}",
            Words("没有任何回答导向这一情形。", "No answers lead to this situation."),
            Words("改正条件，或者删去这一情形。", "Correct the condition, or remove the situation."),
        )
    _check_applies(checking, file, found)


def _check_applies(checking: Checking, file: str, found: ItemCoverage) -> None:
    """What the item says of when it applies, against what its situations say."""
    if found.missing is not None:
        example = way_words(checking.bundle, found.missing)
        checking.error(
            "path-without-situation",
            file,
            "situations",
            Words(
                f"事项适用，但没有情形对应，例如：{example.zh}",
                f"The item applies, but no situation holds, for example: {example.en}",
            ),
            Words("补上这种情形，或者改正 applies。", "Add a situation for it, or correct “applies”."),
        )
    if found.outside is not None:
        example = way_words(checking.bundle, found.outside.example)
        checking.error(
            "situation-although-not-applicable",
            file,
            f"situations.{found.outside.situations[0]}",
            Words(
                f"按 applies 事项不适用，但这一情形成立，例如：{example.zh}",
                f"By “applies” the item does not apply, yet this situation holds, for example: {example.en}",
            ),
            Words("改正情形的条件，或者改正 applies。", "Correct the situation's condition, or “applies”."),
        )


def _check_nothing_applies(checking: Checking, budget: Budget) -> None:
    """Someone who answers everything and needs no item at all should hear that at the end, not here."""
    found = nothing_applies(checking.bundle, budget)
    if found is None:
        return
    example = way_words(checking.bundle, found)
    checking.warning(
        "no-item-applies",
        "bundle.toml",
        "questions",
        Words(
            f"有的回答不涉及任何事项，例如：{example.zh}", f"Some answers lead to no item, for example: {example.en}"
        ),
        Words("确认这是否符合实际。", "See whether that is meant."),
    )
