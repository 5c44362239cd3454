"""Options of radios, selects, checklists and tag lists: written in the form, or taken from the data."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.forms.component import Component
from engine.forms.computed import Computed
from engine.forms.model import CHOICE_TYPES, Option
from engine.forms.templates import said
from engine.values import Value
from engine.words import Words

#: Options that one field offers.
MOST_OPTIONS = 2_000


def read_options(component: Component) -> tuple[Option, ...]:
    """The options in the form; those from the data are computed."""
    if component.type not in CHOICE_TYPES:
        return ()
    sources = [one for one in ("values", "valuesKey", "valuesExpression") if component.content.get(one)]
    if len(sources) != 1:
        if sources:
            component.wrong(sources[1], Words("选项只能有一个来源。", "Options have one source only."))
        else:
            component.missing("values")
        return ()
    if sources[0] == "values":
        return _written(component)
    _computed(component, sources[0])
    return ()


def _written(component: Component) -> tuple[Option, ...]:
    values = component.content["values"]
    if not isinstance(values, list) or len(values) > MOST_OPTIONS:
        component.wrong("values", Words("不是可用的选项表。", "It is not a usable list of options."))
        return ()
    options = [one for one in (_option(component, value) for value in values) if one is not None]
    if len({option.value for option in options}) < len(values):
        component.wrong("values", Words("选项的值重复或者缺失。", "Values of options are missing or repeated."))
    return tuple(options)


def _option(component: Component, content: Any) -> Option | None:
    value = content.get("value") if isinstance(content, dict) else None
    if not is_choice(value):
        return None
    label = content.get("label")
    key = text_of_choice(value)
    shown = component.words(component.file, component.element, f"options.{key}", str(label or key))
    return Option(key, shown, value)


def _computed(component: Component, source: str) -> None:
    given = component.content[source]
    if not isinstance(given, str) or (source == "valuesExpression" and not given.startswith("=")):
        component.required_expression(source)
        return
    expression = component.compiled(source, given)
    if expression is not None:
        component.computed.append(Computed("options", expression))


def options_from(value: Value) -> tuple[Option, ...]:
    """The options that a list in the data gives: plain values, or contexts with `label` and `value`.

    As in form-js, what is neither is left out, and so is what was there before.
    """
    found: dict[str, Option] = {}
    for one in value if isinstance(value, list) else []:
        answer = one.get("value") if isinstance(one, dict) else one
        label = one.get("label") if isinstance(one, dict) else None
        if is_choice(answer) and len(found) < MOST_OPTIONS:
            key = text_of_choice(answer)
            text = label if isinstance(label, str) and label else key
            found.setdefault(key, Option(key, Words(text, text), answer))
    return tuple(found.values())


def is_choice(value: Any) -> bool:
    """A text, a number or a boolean: what an option may mean."""
    return isinstance(value, (bool, int, Decimal)) or (isinstance(value, str) and value != "")


def text_of_choice(value: Value) -> str:
    """What HTML sends for it."""
    return said(value)
