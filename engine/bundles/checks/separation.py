"""职责分离 as the diagrams declare it: words that say something, steps that exist, rules that can be met.

A step at which the law wants two people is warned of where the drawing does not say so: the rule holds all the same.
"""

from __future__ import annotations

from collections.abc import Collection

from engine.bpmn import Node, Process, Program
from engine.bundles.checks.checking import Checking
from engine.bundles.separation import (
    NOT,
    PROPERTY,
    TWO_PERSONS,
    StepSeparation,
    declared_separation,
    legal_separation,
    steps_in_law,
)
from engine.words import Words

_READ = Words(
    f"属性 {PROPERTY} 只能写 not:环节、two-persons、no-relatives，以空格分隔。",
    f"The property {PROPERTY} takes not:<step>, two-persons and no-relatives, with spaces between.",
)


def check_separation(checking: Checking, program: Program) -> None:
    """Every user task's rule is understood, names steps that are drawn, and can be met."""
    steps = {step for process in program.processes.values() for node in process.nodes.values() if (step := _step(node))}
    for process in program.processes.values():
        for node in process.nodes.values():
            if node.type != "userTask":
                continue
            rule = declared_separation(node)
            _check_words(checking, process, node, rule, steps)
            _check_can_be_met(checking, process, node, rule)
            _check_law(checking, process, node, rule, steps)


def _said(node: Node, name: str, default: str = "") -> str:
    return next((slot.text for key, slot in node.properties if key == name), default)


def _step(node: Node) -> str:
    return _said(node, "step") if node.type == "userTask" else ""


def _check_words(
    checking: Checking, process: Process, node: Node, rule: StepSeparation, steps: Collection[str]
) -> None:
    for word in rule.unknown:
        checking.error(
            "separation-unknown-rule",
            process.file,
            node.id,
            Words(
                f"“{node.name}”的职责分离规则“{word}”无法识别。",
                f"“{node.name}” has a rule of separation that nobody knows: “{word}”.",
            ),
            _READ,
        )
    for step in sorted(rule.apart - set(steps) - steps_in_law()):
        checking.error(
            "separation-unknown-step",
            process.file,
            node.id,
            Words(
                f"“{node.name}”要求与环节“{step}”不是同一人，但图中没有这个环节。",
                f"“{node.name}” is to be done by somebody else than “{step}”, but no such step is drawn.",
            ),
            Words("改正环节名称，或者删去这条规则。", "Correct the step's name, or take the rule out."),
        )


def _check_can_be_met(checking: Checking, process: Process, node: Node, rule: StepSeparation) -> None:
    """A step that comes again after a return is done by the same people; two persons are two signatures."""
    if _step(node) in rule.apart:
        checking.error(
            "separation-from-itself",
            process.file,
            node.id,
            Words(
                f"“{node.name}”要求与自身不是同一人：退回重办时无人能办。",
                f"“{node.name}” excludes whoever did it before: once it comes again, nobody could do it.",
            ),
            Words(f"删去 {NOT}{_step(node)}。", f"Take {NOT}{_step(node)} out."),
        )
    signs = _said(node, "participants", "1")
    if rule.two_persons and not (signs.isdecimal() and int(signs) > 1):
        checking.error(
            "separation-one-signer",
            process.file,
            node.id,
            Words(
                f"“{node.name}”要求 {TWO_PERSONS}，但只由一人签字。",
                f"“{node.name}” wants {TWO_PERSONS}, but one person alone signs it.",
            ),
            Words(
                "在属性中写明 participants 为 2 或者更多。", "Give the task the property participants with 2 or more."
            ),
        )
    if (name := _assigned(node)) and rule.two_persons:
        checking.error(
            "separation-one-assignee",
            process.file,
            node.id,
            Words(
                f"“{node.name}”要求两人，但固定指派给“{name}”一人。",
                f"“{node.name}” wants two persons, but is always assigned to “{name}”.",
            ),
            Words("改为指派给岗位（候选组）。", "Offer it to a candidate group."),
        )


def _assigned(node: Node) -> str:
    """The one login that the task is always assigned to."""
    slot = node.assigned.assignee if node.assigned else None
    return slot.text if slot is not None and slot.is_text else ""


def _check_law(checking: Checking, process: Process, node: Node, rule: StepSeparation, steps: Collection[str]) -> None:
    legal = legal_separation(_step(node))
    missing = sorted((legal.declared & set(steps)) - rule.apart)
    if not missing:
        return
    words = " ".join(f"{NOT}{step}" for step in missing)
    checking.warning(
        "separation-not-drawn",
        process.file,
        node.id,
        Words(
            f"“{node.name}”没有写明职责分离（{legal.why.zh}）；系统仍按此执行。",
            f"“{node.name}” does not say who may not do it ({legal.why.en}); the rule holds all the same.",
        ),
        Words(f"在属性中写明 {PROPERTY}：{words}。", f"Give the task the property {PROPERTY}: {words}."),
    )
