"""What the panel of intake shows besides its outcomes: the list of corrections, and answers to put right at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from werkzeug.datastructures import MultiDict

from engine import AnswersInvalid, Words
from engine.forms import Field, controls_on, gather, value_at
from engine.law import Fault
from webapp import clock
from webapp.catalogue import engine_context
from webapp.form_values import control_value
from webapp.pages.workspace.posted import TaskAtHand

#: Names of the controls: "fault.material.floor-plan" holds what is wrong, "fix.shop_name" an answer put right.
FAULT, FIX = "fault.", "fix."


@dataclass(frozen=True, slots=True)
class FaultLine:
    """A material or an answer that may be asked for, and what was typed about it."""

    kind: str
    key: str
    label: Words
    typed: str

    @property
    def name(self) -> str:
        return f"{FAULT}{self.kind}.{self.key}"


def fault_lines(task: TaskAtHand, typed: Mapping[str, str]) -> list[FaultLine]:
    """Everything of the item that a correction can name, in the order of materials and form."""
    return [
        FaultLine(kind, key, label, typed.get(f"{FAULT}{kind}.{key}", ""))
        for (kind, key), label in task.correctable.items()
    ]


def faults_of(task: TaskAtHand, typed: Mapping[str, str]) -> list[Fault]:
    """What was typed as wrong."""
    lines = fault_lines(task, typed)
    return [Fault(line.kind, line.key, line.typed.strip()) for line in lines if line.typed.strip()]


@dataclass(frozen=True, slots=True)
class FixField:
    """An answer as a control that puts it right; its name has the prefix."""

    field: Field
    value: Any


def fix_fields(task: TaskAtHand, typed: MultiDict[str, str]) -> list[FixField]:
    """The answers that the item reads, to be put right at once."""
    own = {key for kind, key in task.correctable if kind == "answer"}
    controls = controls_on(task.release.form.page(task.answers, task.guided, engine_context(clock.now(), task.rules)))
    again = any(name.startswith(FIX) for name in typed)
    return [
        FixField(replace(one, key=FIX + name), _shown(task, one, name, typed) if again else _kept(task, name))
        for name, one in controls.items()
        if name in own
    ]


def _shown(task: TaskAtHand, one: Field, name: str, typed: MultiDict[str, str]) -> Any:
    given = typed.getlist(FIX + name)
    several = isinstance(value_at(task.answers, name), list) or one.type in ("checklist", "taglist")
    return given if several else (given[-1] if given else None)


def _kept(task: TaskAtHand, name: str) -> Any:
    return control_value(value_at(task.answers, name))


def fixed_answers(task: TaskAtHand, typed: MultiDict[str, str]) -> dict[str, Any]:
    """The whole form with what was put right in it."""
    shown = frozenset(typed.get("_fixable", "").split())
    sent = {name.removeprefix(FIX): typed.getlist(name) for name in typed if name.startswith(FIX)}
    return gather(task.release.form, sent, shown=shown, before=task.answers)


def named(invalid: AnswersInvalid) -> dict[str, Words]:
    """The faults of the form by the names of the panel's controls."""
    return {FIX + name: messages[0] for name, messages in invalid.errors.items()}


def labels_of(task: TaskAtHand) -> dict[str, Words]:
    """Labels of the panel's controls, for the list of errors."""
    known = task.correctable
    faults = {f"{FAULT}{kind}.{key}": label for (kind, key), label in known.items()}
    return faults | {FIX + key: label for (kind, key), label in known.items() if kind == "answer"}
