"""Reads a form-js schema (JSON) into a `Form`, naming everything in it that cannot be run."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from engine.errors import DefinitionInvalid
from engine.findings import Finding, Report, errors_in
from engine.forms.component import Component, WordsFor
from engine.forms.displays import read_display, read_expression
from engine.forms.fields import read_field, with_layout
from engine.forms.form import Form
from engine.forms.model import DISPLAY_TYPES, EXPRESSION, INPUT_TYPES, LIST, NO_WORDS, Field, Section
from engine.forms.order import order_of
from engine.forms.properties import check_attributes
from engine.words import Words

#: Newest form-js schema whose meaning is known.
NEWEST_SCHEMA = 19
#: Groups and lists inside groups and lists.
DEEPEST = 8
#: Components of one form.
MOST_COMPONENTS = 5_000
#: Fields outside every group.
_LOOSE = Section("", NO_WORDS, ())
_ALIGNMENTS = ("", "start", "center", "end")
#: What a form may say of itself besides its components; nothing of it changes how it runs.
_ROOT = frozenset(
    {"type", "id", "components", "schemaVersion", "exporter", "executionPlatform", "executionPlatformVersion"}
    | {"versionTag", "generated", "$schema"}
)


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
    sections = tuple(reading.read(root["components"], _Around()))
    form_key = file.rpartition("/")[2].removesuffix(".form")
    return Form(form_key, sections, order_of(sections, report)), report.findings


def _root(content: bytes, report: Report) -> dict[str, Any] | None:
    try:
        root = json.loads(content.decode("utf-8"), parse_float=Decimal)
        if b"\\u" in content:  # an escape may name half a character, which no page can hold
            json.dumps(root, ensure_ascii=False, default=str).encode("utf-8")
    except (ValueError, RecursionError) as fault:
        report.error(
            "not-json",
            "",
            Words(f"文件不是有效的 JSON：{fault}", f"The file is not valid JSON: {fault}"),
            Words("从表单编辑器重新导出。", "Export it from the form editor again."),
        )
        return None
    if not isinstance(root, dict) or not isinstance(root.get("components"), list):
        report.error(
            "not-a-form",
            "",
            Words("文件里没有表单组件。", "The file holds no form components."),
            Words("上传 form-js 表单文件。", "Upload a form-js file."),
        )
        return None
    version = root.get("schemaVersion", NEWEST_SCHEMA)
    if not isinstance(version, int) or version > NEWEST_SCHEMA:
        report.error(
            "newer-schema",
            "",
            Words(
                f"表单格式版本 {version} 新于 {NEWEST_SCHEMA}。",
                f"Schema version {version} is newer than {NEWEST_SCHEMA}.",
            ),
            Words("用较早版本的编辑器保存。", "Save it with an earlier editor."),
        )
    for attribute in sorted(root.keys() - _ROOT):
        report.warning(
            "unknown-attribute",
            "",
            Words(f"表单的“{attribute}”没有作用。", f"The form's “{attribute}” has no effect."),
            Words("删去它。", "Remove it."),
        )
    return root


@dataclass(frozen=True, slots=True)
class _Around:
    """What the groups and lists around a component give it."""

    section: Section = _LOOSE
    path: str = ""  # "owner."
    place: str = ""  # "staff."
    depth: int = 0


@dataclass
class _Reading:
    """One pass over the components: sections in the order of the page."""

    report: Report
    file: str
    words: WordsFor
    taken: set[str] = field(default_factory=set)
    count: int = 0

    def read(self, components: list[Any], around: _Around) -> list[Section]:
        """The section with its own fields; groups inside it follow as sections of their own."""
        section, fields = around.section, list[Field]()
        sections: list[Section] = []
        for content in components:
            component = self._component(content, around)
            if component is None:
                continue
            if component.type == "group" or (component.type == LIST and content.get("isRepeating") is not True):
                sections += _closed(section, fields)
                sections += self._group(component, around)
                section, fields = replace(section, label=NO_WORDS, computed=()), []
            elif component.type == LIST:
                fields.append(self._list(component, around))
            else:
                one = self._field(component)
                fields.append(_read_by(one, section))
        return sections + _closed(section, fields)

    def _component(self, content: Any, around: _Around) -> Component | None:
        """The component, once it is known what it is and what to call it."""
        component = Component(
            self.report, self.file, self.words, content if isinstance(content, dict) else {}, around.path, around.place
        )
        self.count += 1
        if self.count > MOST_COMPONENTS:
            if self.count == MOST_COMPONENTS + 1:
                component.unsupported(
                    "components", Words(f"组件超过 {MOST_COMPONENTS} 个。", f"There are more than {MOST_COMPONENTS}.")
                )
            return None
        if component.type not in INPUT_TYPES | DISPLAY_TYPES | {"group", LIST, EXPRESSION}:
            _unsupported(component)
            return None
        check_attributes(component)
        if not component.own_key:
            keyed = component.type in INPUT_TYPES or component.type == EXPRESSION
            component.missing("key" if keyed else "id")
            return None
        return component

    def _field(self, component: Component) -> Field:
        self._take(component, component.key)
        if component.type in INPUT_TYPES:
            return read_field(component)
        return read_expression(component) if component.type == EXPRESSION else read_display(component)

    def _group(self, component: Component, around: _Around) -> list[Section]:
        outer, hide = around.section, component.hide()
        path = self._path(component, around)
        if self._is_too_deep(component, around):
            return []
        self._take(component, component.own_key)
        outline, items = component.content.get("showOutline"), component.items()
        inner = Section(
            key=component.own_key,
            label=component.text("label"),
            fields=(),
            items=items or outer.items,
            items_by=component.own_key if items else outer.items_by,
            hides=outer.hides + ((hide,) if hide else ()),
            level=outer.level + 1 if outer.key else 1,
            outline=outline is None or component.flag("showOutline"),
            alignment=component.one_of("verticalAlignment", _ALIGNMENTS),
            computed=tuple(component.computed),
        )
        inside = replace(around, section=inner, path=path, depth=around.depth + 1)
        return self.read(_children(component), inside)

    def _list(self, component: Component, around: _Around) -> Field:
        path = self._path(component, around)
        if not component.content.get("path"):
            component.missing("path")
        key = path.removesuffix(".")
        self._take(component, key)
        repetitions = component.whole(component.content.get("defaultRepetitions"), "defaultRepetitions")
        for drawn_in_full in ("disableCollapse", "showOutline"):  # rows are all shown, in a frame each
            component.flag(drawn_in_full)
        component.whole(component.content.get("nonCollapsedItems"), "nonCollapsedItems")
        component.one_of("verticalAlignment", _ALIGNMENTS)
        one = Field(
            key=key,
            id=component.id,
            type=LIST,
            label=component.text("label"),
            description=NO_WORDS,
            items=component.items(),
            hide=component.hide(),
            repetitions=1 if repetitions is None else min(repetitions, 200),
            add_remove=component.flag("allowAddRemove"),
            computed=tuple(component.computed),
        )
        one = _read_by(one, around.section)
        if self._is_too_deep(component, around):
            return one
        inside = _Around(place=f"{around.place}{key}.", depth=around.depth + 1)
        rows = _Reading(self.report, self.file, self.words, count=self.count)
        sections = rows.read(_children(component), inside)
        self.count = rows.count
        return replace(with_layout(component, one), sections=tuple(sections))

    def _path(self, component: Component, around: _Around) -> str:
        """The contexts in which what is inside stands."""
        path = component.content.get("path")
        if path in (None, ""):
            return around.path
        replace(component, content={**component.content, "key": path}, path="").check_key("path")
        return f"{around.path}{path}."

    def _is_too_deep(self, component: Component, around: _Around) -> bool:
        if around.depth < DEEPEST:
            return False
        component.unsupported("components", Words("分组嵌套过深。", "Groups are nested too deeply."))
        return True

    def _take(self, component: Component, key: str) -> None:
        """Note that the key is used; one key may not lead through another's answer."""
        steps = key.split(".")
        through = {".".join(steps[:length]) for length in range(1, len(steps))}
        if key in self.taken or f"{key}." in self.taken or through & self.taken:
            component.report.error(
                "duplicate-key",
                component.element,
                Words(f"“{key}”出现了两次。", f"“{key}” is used twice."),
                Words("每个组件使用自己的键。", "Give every component a key of its own."),
            )
        self.taken |= {key, *(f"{one}." for one in through)}


def _children(component: Component) -> list[Any]:
    children = component.content.get("components")
    return children if isinstance(children, list) else []


def _read_by(one: Field, section: Section) -> Field:
    """By whom its answer is read: the items that it names itself, or its section."""
    if one.items:
        return replace(one, items_by=one.key)
    return replace(one, items=section.items, items_by=section.items_by)


def _closed(section: Section, fields: list[Field]) -> list[Section]:
    if fields or (section.label.zh and section.key):
        return [replace(section, fields=tuple(fields))]
    return []


#: Types that are known and refused: what to do instead.
_REFUSED = {
    "iframe": Words(
        "页面的安全策略不允许嵌入其他网页；请改用链接或者文字。",
        "The pages' policy lets no other page in; use a link or a text instead.",
    ),
    "multipage": Words("把各页改成分组。", "Make groups of its pages."),
    "page": Words("改成分组。", "Make it a group."),
}


def _unsupported(component: Component) -> None:
    kind = component.type or "?"
    component.report.error(
        "unsupported-component",
        component.element,
        Words(f"不支持组件类型“{kind}”。", f"The component type “{kind}” is not supported."),
        _REFUSED.get(kind)
        or Words(
            "改用文本、数字、单选、多选、下拉、日期、文件、列表或者分组。",
            "Use text, number, radio, checklist, select, date, file, list or group.",
        ),
    )
