"""Which attributes form-js gives each type of component: anything else is named, never passed over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.forms.component import Component
from engine.words import Words

_EVERY = frozenset({"type", "id", "layout", "conditional", "properties"})
_INPUT = _EVERY | {"key", "label", "description", "disabled", "readonly", "validate", "defaultValue"}
_OPTIONS = _INPUT | {"values", "valuesKey", "valuesExpression"}
_CONTAINER = _EVERY | {"label", "components", "path", "showOutline", "verticalAlignment"}

#: Type -> its attributes, as published for schema version 19.
ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "textfield": _INPUT | {"appearance"},
    "textarea": _INPUT,
    "number": _INPUT | {"appearance", "increment", "decimalDigits", "serializeToString"},
    "datetime": _INPUT
    | {"subtype", "dateLabel", "timeLabel", "use24h", "timeSerializingFormat", "timeInterval", "disallowPassedDates"},
    "checkbox": _INPUT,
    "radio": _OPTIONS,
    "checklist": _OPTIONS,
    "taglist": _OPTIONS,
    "select": _OPTIONS | {"searchable"},
    "filepicker": (_INPUT | {"accept", "multiple"}) - {"defaultValue"},
    "text": _EVERY | {"text", "strict"},
    "html": _EVERY | {"content", "strict"},
    "image": _EVERY | {"source", "alt"},
    "table": _EVERY | {"label", "columns", "columnsExpression", "rowCount", "dataSource"},
    "documentPreview": _EVERY | {"label", "title", "dataSource", "maxHeight"},
    "separator": _EVERY,
    "spacer": _EVERY | {"height"},
    "button": _EVERY | {"label", "action"},
    "expression": _EVERY | {"key", "expression", "computeOn"},
    "group": _CONTAINER,
    "dynamiclist": _CONTAINER
    | {"isRepeating", "defaultRepetitions", "allowAddRemove", "disableCollapse", "nonCollapsedItems"},
}
#: Type -> its rules, besides `required`, which every input has.
RULES: Mapping[str, frozenset[str]] = {
    "textfield": frozenset({"minLength", "maxLength", "pattern", "patternErrorMessage", "validationType"}),
    "textarea": frozenset({"minLength", "maxLength"}),
    "number": frozenset({"min", "max"}),
}
_PARTS: Mapping[str, frozenset[str]] = {
    "layout": frozenset({"row", "columns"}),
    "conditional": frozenset({"hide"}),
    "appearance": frozenset({"prefixAdorner", "suffixAdorner"}),
}


def check_attributes(component: Component) -> None:
    """A finding for every attribute, part of one, and rule that the component's type does not have."""
    known = ATTRIBUTES[component.type]
    for attribute, value in component.content.items():
        if attribute not in known and value is not None:
            component.unsupported(attribute, _unknown(component))
        elif attribute in _PARTS:
            _check_part(component, attribute, value, _PARTS[attribute])
    if "validate" in known:
        _check_part(component, "validate", component.content.get("validate"), _rules(component) | {"required"})


def _rules(component: Component) -> frozenset[str]:
    return RULES.get(component.type, frozenset())


def _check_part(component: Component, attribute: str, value: Any, known: frozenset[str]) -> None:
    if value is None:
        return
    if not isinstance(value, dict):
        component.wrong(attribute, Words("应为 JSON 对象。", "It must be a JSON object."))
        return
    for part, given in value.items():
        if part not in known and given not in (None, ""):
            component.unsupported(f"{attribute}.{part}", _unknown(component))


def _unknown(component: Component) -> Words:
    return Words(f"“{component.type}”没有这一项。", f"A “{component.type}” has no such attribute.")
