"""Variables that the diagrams read and nothing gives: a condition on one never holds."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import Node, Program
from engine.bpmn.checks.doubts import slots_of
from engine.bpmn.checks.writers import written_by
from engine.bundles.checks.checking import Checking
from engine.bundles.checks.variables import given_variables
from engine.bundles.known_work import given_besides, known_jobs, known_steps, step_of
from engine.words import Words

#: What the engine itself gives to each instance of a loop.
_OF_LOOPS = frozenset({"loopCounter"})


def check_written(checking: Checking, program: Program) -> None:
    """Each name that an expression reads is given by a start, a form, an element, a decision or known work.

    Nothing is said where an element may give variables that the diagram does not name (a job or a decision that is
    worked out, a whole context).
    """
    known = _known_by(checking, program)
    if known is None:
        return
    for process in program.processes.values():
        told: set[str] = set()
        for node in process.nodes.values():
            for element, name in _read_by(node):
                if name not in known and name not in told:
                    told.add(name)
                    _tell(checking, process.file, element, name)


def _known_by(checking: Checking, program: Program) -> set[str] | None:
    """Every name that something gives; None where something may give any."""
    known = {*given_variables(checking.bundle, checking.main_form, checking.forms.values()), *given_besides()}
    known |= _OF_LOOPS | {item.termination_variable for item in checking.bundle.items}
    for process in program.processes.values():
        for node in process.nodes.values():
            if _gives_anything(node):
                return None
            known.update(written_by(node), _of_work(node), _of_decision(node, program))
    return known


def _gives_anything(node: Node) -> bool:
    job, decision, call = node.job, node.decision, node.call
    if job is not None and not job.type.is_text and not node.result_variable:
        return True
    if decision is not None and not decision.slot.is_text and not decision.variable:
        return True
    if call is not None and (call.given is not None or call.taken is not None or not call.process.is_text):
        return True
    if node.type == "userTask" and step_of(node) is None:
        return True
    return any(event.payload is not None for event in node.events)


def _of_work(node: Node) -> Iterator[str]:
    if node.job is not None and (work := known_jobs().get(node.job.type.text.strip())) is not None:
        yield from work.gives
    if (work := known_steps().get(step_of(node) or "")) is not None:
        yield from work.gives


def _of_decision(node: Node, program: Program) -> Iterator[str]:
    said = node.decision
    if said is None or said.variable or not said.slot.is_text:
        return
    if (decisions := program.decisions.get(said.slot.text)) is not None:
        yield from decisions.decision(said.slot.text).columns


def _read_by(node: Node) -> Iterator[tuple[str, str]]:
    """(element, name) of every variable that a FEEL expression of the node or of its flows reads."""
    for element, slot, _ in slots_of(node):
        if slot.expression is not None and slot.expression.language == "feel":
            for name in sorted(slot.expression.names):
                yield element, name


def _tell(checking: Checking, file: str, element: str, name: str) -> None:
    answered = name in checking.answer_keys
    checking.warning(
        "variable-never-written",
        file,
        element,
        Words(
            f"这里读取变量“{name}”，但没有任何环节给它赋值，结果总是空。",
            f"The variable “{name}” is read here, but nothing gives it a value: it is always null.",
        ),
        Words(
            "它是申请人的答案：请在 bundle.toml 的 case_variables 中列出。",
            "It is an answer of the applicant: list it in case_variables of bundle.toml.",
        )
        if answered
        else Words(
            "请改正变量名称，或者用脚本、映射、决策表或任务表单给它赋值；由系统外的消息带来的，可忽略此项。",
            "Correct the name, or give it a value by a script, a mapping, a decision table or the form of a task; if a"
            " message from outside brings it, leave it.",
        ),
    )
