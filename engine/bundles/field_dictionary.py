"""The shared field dictionary: fields that every form asks for in the same way (`_shared/fields.form`).

It is a form-js file like any other, so the same editor changes it, but no page: each component with a key declares a
field. What it declares is what makes answers of two forms the same thing: type, label, choices, and how an answer is
judged. What one form alone knows stays free: whether the field is required, its hint, when it is hidden, where it
stands, which items read it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.findings import Finding, Severity
from engine.forms.model import INPUT_TYPES
from engine.words import Words

DICTIONARY_FILE = "_shared/fields.form"
#: Attributes of a component that the dictionary declares, with what a person calls them.
_DECLARED: Mapping[str, Words] = {
    "type": Words("类型", "type"),
    "label": Words("名称", "label"),
    "values": Words("选项", "choices"),
    "subtype": Words("日期或者时间", "date or time"),
    "decimalDigits": Words("小数位数", "decimal digits"),
    "increment": Words("步长", "step"),
    "serializeToString": Words("保存为文字", "kept as text"),
    "timeSerializingFormat": Words("时间格式", "format of times"),
    "format": Words("格式", "format"),
    "minLength": Words("最少字数", "minimum length"),
    "maxLength": Words("最多字数", "maximum length"),
    "min": Words("最小值", "minimum"),
    "max": Words("最大值", "maximum"),
    "pattern": Words("正则表达式", "pattern"),
    "validationType": Words("校验", "check"),
}
_RULES = ("minLength", "maxLength", "min", "max", "pattern", "validationType")
#: Texts that go with the declaration into other languages.
_TRANSLATED = ("label", "description", "dateLabel", "timeLabel")


@dataclass(frozen=True, slots=True)
class DeclaredField:
    """A field of the dictionary. `content` is its form-js component, `group` the heading that it stands under."""

    key: str
    group: str
    content: Mapping[str, Any]


def declared_fields(files: Mapping[str, bytes]) -> dict[str, DeclaredField]:
    """Key -> field of these files' dictionary; empty where they have none, or none that can be read."""
    found: dict[str, DeclaredField] = {}
    for group, component in _components(files.get(DICTIONARY_FILE, b"")):
        key = component.get("key")
        if isinstance(key, str) and key and component.get("type") in INPUT_TYPES:
            found.setdefault(key, DeclaredField(key, group, component))
    return found


def deviations(path: str, content: bytes, declared: Mapping[str, DeclaredField]) -> Iterator[Finding]:
    """A warning for every field of a form that has a declared field's key and says something else."""
    for _, component in _components(content):
        one = declared.get(str(component.get("key")))
        if one is None:
            continue
        mine, theirs = _said(component), _said(one.content)
        differing = [name for name in _DECLARED if mine.get(name) != theirs.get(name)]
        if differing:
            yield _deviates(path, one, [_DECLARED[name] for name in differing])


def translate_declared(files: Mapping[str, bytes], texts: MutableMapping[str, dict[str, str]]) -> None:
    """Give fields taken from the dictionary its translations, where they say the same and have none of their own.

    `texts` are language -> "<file>#<element>.<attribute>" -> text, and are added to.
    """
    declared = declared_fields(files)
    if not declared:
        return
    for path, content in files.items():
        if path == DICTIONARY_FILE or not path.lower().endswith(".form"):
            continue
        for _, component in _components(content):
            one = declared.get(str(component.get("key")))
            if one is not None:
                _translate(f"{path}#{one.key}.", component, one, texts)


def _translate(
    at: str, component: Mapping[str, Any], one: DeclaredField, texts: MutableMapping[str, dict[str, str]]
) -> None:
    for attribute in _same_texts(component, one.content):
        for lines in texts.values():
            text = lines.get(f"{DICTIONARY_FILE}#{one.key}.{attribute}")
            if text:
                lines.setdefault(at + attribute, text)


def _deviates(path: str, one: DeclaredField, what: list[Words]) -> Finding:
    listed = Words("、".join(each.zh for each in what), ", ".join(each.en for each in what))
    label = str(one.content.get("label") or one.key)
    return Finding(
        Severity.WARNING,
        "field-deviates",
        path,
        one.key,
        Words(
            f"与共用字段“{label}”（{one.key}）不一致：{listed.zh}。",
            f"Differs from the shared field “{one.key}”: {listed.en}.",
        ),
        Words("按字段字典改回，或者换一个键。", "Take over what the dictionary declares, or give it another key."),
    )


def _said(component: Mapping[str, Any]) -> dict[str, Any]:
    """What a component says of what a dictionary declares; nothing for what it leaves out."""
    rules, terms = _rules(component), component.get("properties")
    said = {name: component.get(name) for name in _DECLARED} | {name: rules.get(name) for name in _RULES}
    said["format"] = terms.get("format") if isinstance(terms, dict) else None
    said["values"] = _choices(component.get("values"))
    return {name: value for name, value in said.items() if not (value is None or value is False or value == "")}


def _rules(component: Mapping[str, Any]) -> Mapping[str, Any]:
    rules = component.get("validate")
    return rules if isinstance(rules, dict) else {}


def _choices(values: Any) -> Any:
    """Value and label of each choice; an order of its own is no deviation."""
    if not isinstance(values, list):
        return values
    return sorted(
        json.dumps([one.get("value"), one.get("label")], default=str) for one in values if isinstance(one, dict)
    )


def _same_texts(component: Mapping[str, Any], declared: Mapping[str, Any]) -> Iterator[str]:
    """The keys of texts that both say alike."""
    for attribute in _TRANSLATED:
        if component.get(attribute) and component.get(attribute) == declared.get(attribute):
            yield attribute
    message, theirs_message = (_rules(each).get("patternErrorMessage") for each in (component, declared))
    if message and message == theirs_message:
        yield "patternErrorMessage"
    theirs = {one.get("value"): one.get("label") for one in _listed(declared)}
    for one in _listed(component):
        value = one.get("value")
        if isinstance(value, str) and one.get("label") and one.get("label") == theirs.get(value):
            yield f"options.{value}"


def _listed(component: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    values = component.get("values")
    return (
        one
        for one in (values if isinstance(values, list) else [])
        if isinstance(one, dict) and _is_key(one.get("value"))
    )


def _is_key(value: Any) -> bool:
    return isinstance(value, (str, int, Decimal))


def _components(content: bytes) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every component of a form file with the label of the group around it; none of what is no form."""
    try:
        root = json.loads(content.decode("utf-8"), parse_float=Decimal) if content else None
    except (ValueError, RecursionError):
        return  # the form's own check names it
    waiting = [("", root)]
    while waiting:
        group, one = waiting.pop()
        if not isinstance(one, dict):
            continue
        if one.get("type") not in (None, "default"):
            yield group, one
        children = one.get("components")
        label = one.get("label") if one.get("type") == "group" else group
        named = label if isinstance(label, str) else group
        waiting += [(named, each) for each in reversed(children)] if isinstance(children, list) else []
