"""Expressions that read no variable: their value is known before anything runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from engine.bpmn.program import Slot
from engine.errors import BudgetExceeded, ExpressionFailed
from engine.values import Value
from engine.words import Words

#: The value is not known.
UNKNOWN: Value = object()


@dataclass(frozen=True, slots=True)
class _FewSteps:
    """A constant is short work; of a longer one the value is not known."""

    expression_steps: int = 100


@dataclass(frozen=True, slots=True)
class _AtUpload:
    """The context of an evaluation in which there is no time and no place yet."""

    budgets: _FewSteps = field(default_factory=_FewSteps)
    calendar: object | None = None

    @property
    def now(self) -> datetime:
        raise ExpressionFailed("", "", Words("还没有时间", "no time yet"))

    @property
    def zone(self) -> ZoneInfo:
        raise ExpressionFailed("", "", Words("还没有时区", "no zone yet"))


_AT_UPLOAD = _AtUpload()


def constant_of(slot: Slot | None) -> Value:
    """The value of a slot that reads no variable, else UNKNOWN (for null too: it may need a calendar)."""
    if slot is None or slot.is_variable or slot.is_everything or slot.parts:
        return UNKNOWN
    if slot.expression is None:
        return slot.text
    if slot.expression.names:
        return UNKNOWN
    try:
        value = slot.value({}, _AT_UPLOAD)
    except (ExpressionFailed, BudgetExceeded):
        return UNKNOWN
    return UNKNOWN if value is None else value
