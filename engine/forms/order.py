"""The order in which hide expressions are evaluated: whatever an expression reads is settled before it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from engine.expressions import Expression
from engine.findings import Report
from engine.forms.model import Section
from engine.words import Words

Hiding = tuple[str, tuple[Expression, ...]]


def order_of_hides(sections: Sequence[Section], report: Report) -> tuple[Hiding, ...]:
    """Every field and section that can be hidden, in an order that settles each after what it reads.

    One pass in this order is the fixed point. Where expressions wait for each other in a circle there is
    none: a finding names the fields, and they come last.
    """
    hides = _hides(sections)
    waits_for = {
        key: {name for hide in expressions for name in hide.names if name in hides}
        for key, expressions in hides.items()
    }
    awaited_by: dict[str, list[str]] = {key: [] for key in hides}
    for key, names in waits_for.items():
        for name in names:
            awaited_by[name].append(key)
    open_count = {key: len(names) for key, names in waits_for.items()}
    ready = deque(key for key, count in open_count.items() if count == 0)
    order: list[str] = []
    while ready:
        key = ready.popleft()
        order.append(key)
        for waiting in awaited_by[key]:
            open_count[waiting] -= 1
            if open_count[waiting] == 0:
                ready.append(waiting)
    circle = [key for key in hides if open_count[key] > 0]
    if circle:
        _name_circle(circle, report)
    return tuple((key, hides[key]) for key in (*order, *circle))


def _hides(sections: Sequence[Section]) -> dict[str, tuple[Expression, ...]]:
    found: dict[str, tuple[Expression, ...]] = {}
    for section in sections:
        if section.hides:
            found[section.key] = section.hides
        for field in section.fields:
            own = section.hides + ((field.hide,) if field.hide else ())
            if own:
                found[field.key] = own
    return found


def _name_circle(circle: Sequence[str], report: Report) -> None:
    listed = ", ".join(circle)
    report.error(
        "hide-cycle",
        circle[0],
        Words(f"隐藏条件互相依赖：{listed}。", f"Hide expressions depend on each other in a circle: {listed}."),
        Words("去掉其中一个条件对其他字段的引用。", "Let one of them no longer read the others."),
    )
