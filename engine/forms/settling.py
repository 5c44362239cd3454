"""What is hidden over given answers, and what the form computes from them, to a fixed point in one pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from engine.forms.computed import Evaluating, Scope
from engine.forms.options import options_from, text_of_choice
from engine.forms.order import Lists, Settling
from engine.forms.places import put, row_prefix, rows_at, take, value_at
from engine.values import Value


@dataclass
class Settled:
    """`values` are the answers without the hidden ones, with the computed ones; `hidden` names fields and sections.

    `outside` are the variables that are no answers of the form: guided answers.
    """

    values: dict[str, Value]
    outside: Mapping[str, Value]
    hidden: set[str] = field(default_factory=set)

    def scope(self) -> Scope:
        return Scope({**self.outside, **self.values})


def settle(
    order: Sequence[Settling], values: dict[str, Value], outside: Mapping[str, Value], evaluating: Evaluating
) -> Settled:
    """Work out every step over `values`, which are changed: they must be the caller's own.

    The answer of a hidden field counts as null, and so does a missing one; only true hides.
    """
    settled = Settled(values, outside)
    for step in order:
        for prefix, row, scope in _instances(settled, step.lists):
            _settle_one(step, prefix + step.key, row, scope, settled, evaluating)
    return settled


def _settle_one(
    step: Settling, name: str, row: dict[str, Value], scope: Scope, settled: Settled, evaluating: Evaluating
) -> None:
    variables = scope.variables()
    if any(evaluating.value(name, hide, variables) is True for hide in step.hides):
        settled.hidden.add(name)
        take(row, step.key)
    elif step.value is not None:
        put(row, step.key, evaluating.answer(name, step.value, variables))
    elif step.options is not None:
        put(row, step.key, _chosen(value_at(row, step.key), evaluating.value(name, step.options, variables)))


def _chosen(sent: Value, options: Value) -> Value:
    """What was sent of choices from the data, as the data means it; null where it is not offered."""
    offered = {one.value: one.answer for one in options_from(options)}
    if isinstance(sent, list):
        return [offered[text] for one in sent if (text := text_of_choice(one)) in offered]
    return None if sent is None else offered.get(text_of_choice(sent))


def _instances(settled: Settled, lists: Lists) -> Iterator[tuple[str, dict[str, Value], Scope]]:
    """Every place where a component stands: once in the form, or once in each row of the lists around it."""
    places = [("", settled.values, settled.scope())]
    for key in lists:
        places = [
            (row_prefix(prefix + key, number), cast("dict[str, Value]", row), _inside(scope, row, number))
            for prefix, values, scope in places
            for number, row in enumerate(rows_at(values, key))
        ]
    yield from places


def _inside(scope: Scope, row: Mapping[str, Value], number: int) -> Scope:
    return Scope(scope.whole, (*scope.rows, row), (*scope.numbers, number + 1))
