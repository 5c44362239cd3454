"""Components that only stand on the page, and computed values: what each type reads from its JSON object."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from html import escape
from typing import Any

from engine.forms.component import Component
from engine.forms.computed import Computed
from engine.forms.fields import with_layout
from engine.forms.markdown import literal
from engine.forms.markup import faults_of, is_image_source, is_link
from engine.forms.model import NO_WORDS, Column, Field
from engine.forms.templates import is_template
from engine.words import Words

_ACTIONS = ("submit", "reset")
#: A spacer's height that is taken, in pixels.
HIGHEST_SPACER = 1_000
_SPACER = 32
_PLACE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_TARGET = re.compile(r"(?<!\\)\]\(([^)\s]+)\)")
#: What stands for a value while the fixed part is looked over: it is a link, an image and a text.
_SOMETHING = "/static/x"


def read_display(component: Component) -> Field:
    """The field of a component that takes no answer; faults become findings of its report."""
    kind = component.type
    one = Field(component.key, component.id, kind, NO_WORDS, NO_WORDS, hide=component.hide(), items=component.items())
    one = replace(with_layout(component, one), **_READERS[kind](component)) if kind in _READERS else one
    return replace(with_layout(component, one), computed=tuple(component.computed))


def read_expression(component: Component) -> Field:
    """A value that the form works out and keeps like an answer."""
    component.check_key()
    component.one_of("computeOn", ("change", "presubmit"))
    expression = component.required_expression("expression")
    if expression is not None:
        component.computed.append(Computed("value", expression))
    return Field(
        component.key,
        component.id,
        component.type,
        NO_WORDS,
        NO_WORDS,
        hide=component.hide(),
        items=component.items(),
        computed=tuple(component.computed),
    )


def _text(component: Component) -> dict[str, Any]:
    component.flag("strict")
    words = component.text("text", name="content", escape=literal)
    _refuse(component, "text", [fault for text in (words.zh, words.en) for fault in _text_faults(text)])
    return {"content": words, "label": words}


def _text_faults(text: str) -> list[str]:
    """HTML in Markdown, and links and images that lead where they may not."""
    if text.startswith("="):
        return []
    fixed = _PLACE.sub(_SOMETHING, text)
    targets = [target for target in _TARGET.findall(fixed) if not (is_link(target) or is_image_source(target))]
    return faults_of(fixed) + targets


def _html(component: Component) -> dict[str, Any]:
    component.flag("strict")
    words = component.text("content", escape=escape)
    fixed = [_PLACE.sub(_SOMETHING, text) for text in (words.zh, words.en) if not text.startswith("=")]
    _refuse(component, "content", [fault for text in fixed for fault in faults_of(text)])
    return {"content": words}


def _refuse(component: Component, attribute: str, faults: list[str]) -> None:
    if faults:
        listed = ", ".join(dict.fromkeys(faults))
        component.unsupported(
            attribute,
            Words(f"页面的安全策略不允许：{listed}。", f"The pages' policy does not allow: {listed}."),
        )


def _image(component: Component) -> dict[str, Any]:
    alt = component.text("alt", name="label")
    source = component.plain("source")
    if not source:
        component.missing("source")
    elif not is_template(source) and not is_image_source(source):
        component.unsupported(
            "source",
            Words(
                "图片只能是内嵌的（data:image/…;base64）或者本站的（/static/…）。",
                "An image must stand in the form (data:image/…;base64) or on this site (/static/…).",
            ),
        )
    return {"label": alt, "source": source}


def _table(component: Component) -> dict[str, Any]:
    found: dict[str, Any] = {
        "label": component.text("label"),
        "most_rows": component.whole(component.content.get("rowCount"), "rowCount"),
    }
    source = component.required_expression("dataSource")
    if source is not None:
        component.computed.append(Computed("cells", source))
    columns, expression = component.content.get("columns"), component.content.get("columnsExpression")
    if columns and expression:
        component.wrong("columnsExpression", Words("列只能有一个来源。", "Columns have one source only."))
    elif expression:
        heads = component.required_expression("columnsExpression")
        if heads is not None:
            component.computed.append(Computed("table_columns", heads))
    else:
        found["table_columns"] = _table_columns(component, columns)
    return found


def _table_columns(component: Component, columns: object) -> tuple[Column, ...]:
    if not isinstance(columns, list) or not columns:
        component.missing("columns")
        return ()
    found: list[Column] = []
    for one in columns:
        key = one.get("key") if isinstance(one, dict) else None
        if not isinstance(key, str) or not key:
            component.wrong("columns", Words("每一列要有“key”。", "Every column has a “key”."))
            continue
        label = one.get("label")
        shown = component.words(component.file, component.element, f"columns.{key}", str(label or key))
        found.append(Column(key, shown))
    return tuple(found)


def _preview(component: Component) -> dict[str, Any]:
    source = component.required_expression("dataSource")
    if source is not None:
        component.computed.append(Computed("files", source))
    component.whole(component.content.get("maxHeight"), "maxHeight")
    return {"label": component.text("label", "title")}


def _spacer(component: Component) -> dict[str, Any]:
    height = component.whole(component.content.get("height"), "height")
    return {"height": min(_SPACER if height is None else height, HIGHEST_SPACER)}


def _button(component: Component) -> dict[str, Any]:
    label = component.text("label")
    if not label.zh:
        component.missing("label")
    return {"label": label, "action": component.one_of("action", _ACTIONS)}


_READERS: Mapping[str, Callable[[Component], dict[str, Any]]] = {
    "text": _text,
    "html": _html,
    "image": _image,
    "table": _table,
    "documentPreview": _preview,
    "spacer": _spacer,
    "button": _button,
}
