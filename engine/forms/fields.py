"""Components that are fields: what each type reads from its JSON object."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from marshmallow import ValidationError

from engine.forms.component import Component
from engine.forms.model import INPUT_TYPES, Field, Option
from engine.forms.schema import FORMATS, read_value
from engine.values import Value
from engine.words import Words

_CHOICES = frozenset({"radio", "select", "checklist"})
_RULES = frozenset(
    {"required", "min", "max", "minLength", "maxLength", "pattern", "patternErrorMessage", "validationType"}
)
_VALIDATION_TYPES = frozenset({"", "custom", "email", "phone"})
#: Attributes that would change what an answer is; refused rather than passed over.
_NOT_RUN = ("valuesKey", "valuesExpression", "serializeToString", "isRepeating", "useAMPM")
_SUBTYPES = ("date", "time", "datetime")
GRID_COLUMNS = 16


def read_field(component: Component) -> Field:
    """The field of a component of a known type; faults become findings of its report."""
    if component.type not in INPUT_TYPES:
        return _displayed(component)
    component.check_key()
    _refuse_what_is_not_run(component)
    content, rules = component.content, component.rules
    layout = _layout(component)
    one = Field(
        key=component.key,
        id=component.id,
        type=component.type,
        label=component.text("label", "dateLabel", "timeLabel"),
        description=component.text("description"),
        required=rules.get("required") is True,
        options=_options(component),
        minimum=component.number(rules.get("min"), "validate.min"),
        maximum=component.number(rules.get("max"), "validate.max"),
        min_length=component.length("minLength"),
        max_length=component.length("maxLength"),
        pattern=_pattern(component),
        pattern_words=_pattern_words(component),
        format=_format(component),
        decimals=_decimals(component),
        subtype=_subtype(component),
        items=component.items(),
        hide=component.hide(),
        row=str(layout.get("row") or ""),
        columns=_columns(component, layout.get("columns")),
        readonly=content.get("readonly") is True or content.get("disabled") is True,
        prefix=_adorner(component, "prefixAdorner"),
        suffix=_adorner(component, "suffixAdorner"),
        future_only=content.get("disallowPassedDates") is True,
    )
    if not one.label.zh:
        component.missing("label")
    return replace(one, default=_default(component, one))


def _layout(component: Component) -> dict[str, Any]:
    layout = component.content.get("layout")
    return layout if isinstance(layout, dict) else {}


def _displayed(component: Component) -> Field:
    label = component.text("text") if component.type == "text" else Words("", "")
    return Field(component.key, component.id, component.type, label, Words("", ""), hide=component.hide())


def _refuse_what_is_not_run(component: Component) -> None:
    for attribute in _NOT_RUN:
        if component.content.get(attribute) not in (None, False, ""):
            component.unsupported(attribute, Words("服务器不执行这一项。", "The server does not run it."))
    for rule, value in component.rules.items():
        if rule not in _RULES:
            component.unsupported(f"validate.{rule}", Words("没有这项校验。", "There is no such rule."))
        elif isinstance(value, str) and value.startswith("="):
            component.unsupported(
                f"validate.{rule}", Words("校验规则不能是表达式。", "A rule cannot be an expression.")
            )


def _options(component: Component) -> tuple[Option, ...]:
    if component.type not in _CHOICES:
        return ()
    values = component.content.get("values")
    if not isinstance(values, list) or not values:
        component.missing("values")
        return ()
    options = [_option(component, one) for one in values if isinstance(one, dict)]
    if len({option.value for option in options}) < len(values):
        component.wrong("values", Words("选项的值重复或者缺失。", "Values of options are missing or repeated."))
    return tuple(options)


def _option(component: Component, content: dict[str, object]) -> Option:
    value, label = str(content.get("value", "")), str(content.get("label", ""))
    return Option(value, component.words(component.file, component.key, f"options.{value}", label))


def _pattern(component: Component) -> str | None:
    pattern = component.rules.get("pattern")
    if pattern in (None, ""):
        return None
    try:
        re.compile(str(pattern))
    except re.error as fault:
        component.wrong("validate.pattern", Words(f"正则表达式有误：{fault}", f"The pattern is faulty: {fault}"))
        return None
    return str(pattern)


def _pattern_words(component: Component) -> Words | None:
    chinese = component.rules.get("patternErrorMessage")
    if not isinstance(chinese, str) or not chinese:
        return None
    return component.words(component.file, component.key, "patternErrorMessage", chinese)


def _format(component: Component) -> str | None:
    kind = component.rules.get("validationType") or ""
    if kind not in _VALIDATION_TYPES:
        component.unsupported("validate.validationType", Words("没有这种校验。", "There is no such check."))
    named = component.own_term("format")
    if named and named not in FORMATS:
        known = ", ".join(sorted(FORMATS))
        component.wrong("format", Words(f"只能是：{known}。", f"It must be one of: {known}."))
        return None
    return named or (str(kind) if kind in ("email", "phone") else None)


def _decimals(component: Component) -> int | None:
    if component.type != "number":
        return None
    digits = component.number(component.content.get("decimalDigits"), "decimalDigits")
    return None if digits is None else int(digits)


def _subtype(component: Component) -> str:
    if component.type != "datetime":
        return ""
    subtype = component.content.get("subtype") or "datetime"
    if subtype not in _SUBTYPES:
        component.wrong("subtype", Words("只能是date、time或datetime。", "It must be date, time or datetime."))
        return "date"
    return str(subtype)


def _default(component: Component, field: Field) -> Value:
    """The value that stands in the field at first, read as an answer is."""
    given = component.content.get("defaultValue")
    if given is None or given == "":
        return None
    try:
        return read_value(field, given)
    except ValidationError:
        component.wrong("defaultValue", Words("不是可用的答案。", "It is not a usable answer."))
        return None


def _columns(component: Component, columns: object) -> int | None:
    if columns is None:
        return None
    if isinstance(columns, int) and 1 <= columns <= GRID_COLUMNS:
        return columns
    component.wrong("layout.columns", Words("应为1到16。", "It must be 1 to 16."))
    return None


def _adorner(component: Component, name: str) -> str:
    appearance = component.content.get("appearance")
    value = appearance.get(name) if isinstance(appearance, dict) else None
    return value if isinstance(value, str) else ""
