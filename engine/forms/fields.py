"""Components into which a person gives an answer: what each type reads from its JSON object."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError

from engine.forms.component import Component
from engine.forms.model import CHOICE_TYPES, FILES, Field
from engine.forms.options import read_options
from engine.forms.patterns import machine_of
from engine.forms.schema import FORMATS, read_value
from engine.values import Value
from engine.words import Words

_VALIDATION_TYPES = ("", "custom", "email", "phone")
_SUBTYPES = ("date", "time", "datetime")
_ZONE_FORMS = ("", "utc_offset", "utc_normalized", "no_timezone")
_INTERVALS = (1, 5, 10, 15, 30, 60)
_MOST_DECIMALS = 34
GRID_COLUMNS = 16


def read_field(component: Component) -> Field:
    """The field of a component that takes an answer; faults become findings of its report."""
    component.check_key()
    rules = component.rules
    one = Field(
        key=component.key,
        id=component.id,
        type=component.type,
        label=component.text("label", "dateLabel", "timeLabel"),
        description=component.text("description"),
        required=_required(component),
        options=read_options(component),
        minimum=component.number(rules.get("min"), "validate.min", "minimum"),
        maximum=component.number(rules.get("max"), "validate.max", "maximum"),
        min_length=component.whole(rules.get("minLength"), "validate.minLength", "min_length"),
        max_length=component.whole(rules.get("maxLength"), "validate.maxLength", "max_length"),
        pattern=_pattern(component),
        pattern_words=_pattern_words(component),
        format=_format(component),
        decimals=_decimals(component),
        increment=_increment(component),
        as_text=component.flag("serializeToString"),
        subtype=component.one_of("subtype", _SUBTYPES[2:] + _SUBTYPES[:2]) if component.type == "datetime" else "",
        zone_form=component.one_of("timeSerializingFormat", _ZONE_FORMS),
        interval=_interval(component),
        items=component.items(),
        hide=component.hide(),
        readonly=component.flag("readonly", "readonly"),
        disabled=component.flag("disabled"),
        prefix=_adorner(component, "prefixAdorner", "prefix"),
        suffix=_adorner(component, "suffixAdorner", "suffix"),
        future_only=component.flag("disallowPassedDates"),
        multiple=component.flag("multiple", "multiple"),
        accept=component.plain("accept"),
    )
    for shown_otherwise in ("use24h", "searchable"):  # the browser's own controls decide
        component.flag(shown_otherwise)
    if not one.label.zh:
        component.missing("label")
    _check_limits(component, one)
    one = with_layout(component, one)
    return replace(one, default=_default(component, one), computed=tuple(component.computed))


def _check_limits(component: Component, one: Field) -> None:
    """A least value above the greatest leaves no answer that could be given."""
    limits = (
        (one.minimum, one.maximum, Words("最小值", "least value"), Words("最大值", "greatest value")),
        (one.min_length, one.max_length, Words("最少字数", "least length"), Words("最多字数", "greatest length")),
    )
    for least, most, low, high in limits:
        if least is not None and most is not None and least > most:
            component.contradicting(
                Words(
                    f"“{one.label.zh}”的{low.zh}（{least}）大于{high.zh}（{most}），没有可以填的值。",
                    f"“{one.label.en or one.label.zh}”: its {low.en} ({least}) is above its {high.en} ({most});"
                    " nothing can be entered.",
                )
            )


def with_layout(component: Component, one: Field) -> Field:
    """The field with its place in the grid."""
    layout = component.content.get("layout")
    if not isinstance(layout, dict):
        return one
    return replace(one, row=str(layout.get("row") or ""), columns=_columns(component, layout.get("columns")))


def _columns(component: Component, columns: object) -> int | None:
    if columns is None:
        return None
    if isinstance(columns, int) and not isinstance(columns, bool) and 1 <= columns <= GRID_COLUMNS:
        return columns
    component.wrong("layout.columns", Words("应为 1 到 16。", "It must be 1 to 16."))
    return None


def _required(component: Component) -> bool:
    required = component.rules.get("required")
    if required in (None, False, ""):
        return False
    if required is not True:
        component.unsupported("validate.required", Words("只能是 true 或 false。", "It is true or false."))
    return True


def _pattern(component: Component) -> str | None:
    pattern = component.rules.get("pattern")
    if pattern in (None, ""):
        return None
    if not isinstance(pattern, str) or machine_of(pattern) is None:
        component.wrong(
            "validate.pattern",
            Words(
                "这个正则表达式不能执行（不支持前瞻、后顾和反向引用）。",
                "The pattern cannot be run (it may not look ahead or behind, nor refer back).",
            ),
        )
        return None
    return pattern


def _pattern_words(component: Component) -> Words | None:
    chinese = component.rules.get("patternErrorMessage")
    if not isinstance(chinese, str) or not chinese:
        return None
    return component.words(component.file, component.element, "patternErrorMessage", chinese)


def _format(component: Component) -> str | None:
    kind = component.rules.get("validationType") or ""
    if kind not in _VALIDATION_TYPES:
        component.unsupported("validate.validationType", Words("没有这种校验。", "There is no such check."))
    named = component.own_term("format")
    if named and component.type != "textfield":
        component.wrong("format", Words("只用于单行文本。", "Only text fields have one."))
        return None
    if named and named not in FORMATS:
        known = ", ".join(sorted(FORMATS))
        component.wrong("format", Words(f"只能是：{known}。", f"It must be one of: {known}."))
        return None
    return named or (str(kind) if kind in ("email", "phone") else None)


def _decimals(component: Component) -> int | None:
    digits = component.whole(component.content.get("decimalDigits"), "decimalDigits")
    if digits is not None and digits > _MOST_DECIMALS:
        component.wrong("decimalDigits", Words("最多 34 位。", "At most 34."))
        return None
    return digits


def _increment(component: Component) -> Decimal | None:
    step = component.number(component.content.get("increment"), "increment")
    if step is not None and not (step > 0 and -_MOST_DECIMALS <= step.adjusted() <= _MOST_DECIMALS):
        component.wrong("increment", Words("应大于零，且位数可用。", "It must be above zero, of a usable size."))
        return None
    return step


def _interval(component: Component) -> int:
    """Minutes between two times that can be given; 0: any."""
    interval = component.content.get("timeInterval")
    if interval is None or component.content.get("subtype") == "date":
        return 0
    if interval not in _INTERVALS or isinstance(interval, bool):
        known = ", ".join(map(str, _INTERVALS))
        component.wrong("timeInterval", Words(f"只能是：{known}。", f"It must be one of: {known}."))
        return 0
    return int(interval)


def _adorner(component: Component, attribute: str, name: str) -> Words:
    appearance = component.content.get("appearance")
    text = appearance.get(attribute) if isinstance(appearance, dict) else None
    return component.said(f"appearance.{attribute}", text, attribute, name) if text else Words("", "")


def _default(component: Component, field: Field) -> Value:
    """The value that stands in the field at first, read as an answer is."""
    given: Any = component.content.get("defaultValue")
    if given is None or given == "" or component.type == FILES:
        return None
    if component.compute("default", "defaultValue", given):
        return None
    free = any(one.attribute == "options" for one in component.computed) and field.type in CHOICE_TYPES
    try:
        return given if free else read_value(field, given)
    except ValidationError:
        component.wrong("defaultValue", Words("不是可用的答案。", "It is not a usable answer."))
        return None
