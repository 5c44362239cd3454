"""Reads a form-js schema (JSON) into a `Form`, naming everything in it that cannot be run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from engine.errors import DefinitionInvalid
from engine.findings import Finding, Report, errors_in
from engine.forms.component import Component, WordsFor
from engine.forms.fields import read_field
from engine.forms.form import Form
from engine.forms.model import DISPLAY_TYPES, INPUT_TYPES, Field, Section
from engine.forms.order import order_of_hides
from engine.words import Words

#: Newest form-js schema whose meaning is known.
NEWEST_SCHEMA = 19
#: Groups inside groups.
DEEPEST = 8


def read_form(content: bytes, file: str, words: WordsFor) -> Form:
    """The form of a `.form` file.

    `words` turns (file, element, attribute, Chinese text) into `Words`. Raises DefinitionInvalid with
    every component, rule or expression that is not understood.
    """
    form, findings = inspect_form(content, file, words)
    if form is None or errors_in(findings):
        raise DefinitionInvalid(findings)
    return form


def inspect_form(content: bytes, file: str, words: WordsFor) -> tuple[Form | None, list[Finding]]:
    """The form as far as it can be read (None: not at all), and every finding."""
    report = Report(file)
    root = _root(content, report)
    if root is None:
        return None, report.findings
    reading = _Reading(report, file, words)
    reading.read_components(root["components"])
    form_key = file.rpartition("/")[2].removesuffix(".form")
    sections = tuple(reading.sections)
    order = order_of_hides(sections, report)
    return Form(form_key, sections, order), report.findings


def _root(content: bytes, report: Report) -> dict[str, Any] | None:
    try:
        root = json.loads(content.decode("utf-8"), parse_float=Decimal)
    except (ValueError, RecursionError) as fault:
        report.error(
            "not-json",
            "",
            Words(f"文件不是有效的JSON：{fault}", f"The file is not valid JSON: {fault}"),
            Words("从表单编辑器重新导出。", "Export it from the form editor again."),
        )
        return None
    if not isinstance(root, dict) or not isinstance(root.get("components"), list):
        report.error(
            "not-a-form",
            "",
            Words("文件里没有表单组件。", "The file holds no form components."),
            Words("上传form-js表单文件。", "Upload a form-js file."),
        )
        return None
    version = root.get("schemaVersion", NEWEST_SCHEMA)
    if not isinstance(version, int) or version > NEWEST_SCHEMA:
        report.error(
            "newer-schema",
            "",
            Words(
                f"表单格式版本{version}新于{NEWEST_SCHEMA}。",
                f"Schema version {version} is newer than {NEWEST_SCHEMA}.",
            ),
            Words("用较早版本的编辑器保存。", "Save it with an earlier editor."),
        )
    return root


@dataclass
class _Reading:
    """One pass over the components: sections in the order of the page."""

    report: Report
    file: str
    words: WordsFor
    sections: list[Section] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def read_components(self, components: list[Any]) -> None:
        self._read_into(Section("", Words("", ""), ()), components)

    def _read_into(self, section: Section, components: list[Any]) -> None:
        """Adds the section with its own fields; groups inside it follow as sections of their own."""
        fields: list[Field] = []
        for content in components:
            component = Component(self.report, self.file, self.words, content if isinstance(content, dict) else {})
            if component.type == "group":
                self._close(section, fields)
                self._read_group(component, section)
                section, fields = replace(section, label=Words("", "")), []
            elif component.type in INPUT_TYPES | DISPLAY_TYPES:
                fields += self._field(component, section)
            else:
                _unsupported(component)
        self._close(section, fields)

    def _close(self, section: Section, fields: list[Field]) -> None:
        if fields or (section.label.zh and section.key):
            self.sections.append(replace(section, fields=tuple(fields)))

    def _read_group(self, component: Component, outer: Section) -> None:
        hide = component.hide()
        if component.content.get("path"):
            component.unsupported(
                "path", Words("分组不能改变字段的路径。", "A group cannot change the path of fields.")
            )
        if outer.level > DEEPEST:
            component.unsupported("group", Words("分组嵌套过深。", "Groups are nested too deeply."))
            return
        inner = Section(
            key=component.key,
            label=component.text("label"),
            fields=(),
            items=component.items() or outer.items,
            hides=outer.hides + ((hide,) if hide else ()),
            level=outer.level + 1 if outer.key else 1,
        )
        self._take(component)
        components = component.content.get("components")
        self._read_into(inner, components if isinstance(components, list) else [])

    def _field(self, component: Component, section: Section) -> Iterator[Field]:
        if not component.key:
            component.missing("key" if component.type in INPUT_TYPES else "id")
            return
        self._take(component)
        one = read_field(component)
        yield replace(one, items=one.items or section.items)

    def _take(self, component: Component) -> None:
        if component.key in self.taken:
            component.report.error(
                "duplicate-key",
                component.key,
                Words(f"“{component.key}”出现了两次。", f"“{component.key}” is used twice."),
                Words("每个组件使用自己的键。", "Give every component a key of its own."),
            )
        self.taken.add(component.key)


def _unsupported(component: Component) -> None:
    kind = component.type or "?"
    component.report.error(
        "unsupported-component",
        component.key,
        Words(f"不支持组件类型“{kind}”。", f"The component type “{kind}” is not supported."),
        Words(
            "改用文本、数字、单选、多选、下拉、日期或者分组。",
            "Use text, number, radio, checklist, select, date or group.",
        ),
    )
