"""The form as it stands on a page over given answers: what is shown, with its texts, options and limits worked out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.forms.computed import Computed, Evaluating, Scope
from engine.forms.markdown import html_of
from engine.forms.markup import is_image_source, safe_html
from engine.forms.model import EXPRESSION, LIST, Cells, Column, Field, FileReference, Option, Section
from engine.forms.options import is_choice, options_from, text_of_choice
from engine.forms.places import row_prefix, rows_at
from engine.forms.settling import Settled
from engine.forms.templates import said
from engine.values import Value
from engine.words import Words

#: Of a table's columns (by key) the words of each value that can be chosen.
Choices = Mapping[str, Mapping[str, Words]]
#: Rows of a table that are put on a page.
MOST_TABLE_ROWS = 500
#: Types of which a page shows something that is made for it.
_MADE = frozenset({LIST, "table", "text", "html", "image"})
#: Attributes that are no text for people.
_PLAIN = frozenset({"source", "accept"})


def page_of(sections: Sequence[Section], settled: Settled, evaluating: Evaluating) -> tuple[Section, ...]:
    """Every section with the fields that are shown; one that is hidden has none.

    Keys of fields are the names of their controls.
    """
    return _Page(sections, settled, evaluating).sections(sections, "", settled.values, settled.scope())


class _Page:
    """One page being made."""

    def __init__(self, whole: Sequence[Section], settled: Settled, evaluating: Evaluating) -> None:
        self.whole = whole
        self.settled = settled
        self.evaluating = evaluating

    def sections(
        self, sections: Sequence[Section], prefix: str, values: Mapping[str, Value], scope: Scope
    ) -> tuple[Section, ...]:
        variables = scope.variables()
        return tuple(self._section(one, prefix, values, scope, variables) for one in sections)

    def _section(
        self,
        section: Section,
        prefix: str,
        values: Mapping[str, Value],
        scope: Scope,
        variables: Mapping[str, Value],
    ) -> Section:
        name = prefix + section.key
        fields: tuple[Field, ...] = ()
        if name not in self.settled.hidden:
            fields = tuple(
                self._field(one, prefix, values, scope, variables)
                for one in section.fields
                if one.type != EXPRESSION and prefix + one.key not in self.settled.hidden
            )
        label = section.label
        for part in section.computed:
            label = part.words(name, variables, self.evaluating)
        return replace(section, key=name, label=label, fields=fields, hides=(), computed=())

    def _field(
        self,
        one: Field,
        prefix: str,
        values: Mapping[str, Value],
        scope: Scope,
        variables: Mapping[str, Value],
    ) -> Field:
        if not prefix and not one.computed and one.hide is None and one.type not in _MADE:
            return one  # most of them: as it stands in the form
        name = prefix + one.key
        worked_out: dict[str, Any] = {"key": name, "computed": (), "hide": None}
        for part in one.computed:
            worked_out[part.attribute] = self._part(part, name, one, variables)
        if one.type == LIST:
            worked_out["rows"] = self._rows(one, name, values, scope)
        elif one.type == "table":
            columns = worked_out.pop("table_columns", one.table_columns)
            worked_out["cells"] = cells_of(worked_out.get("cells"), columns, self._choices(one, columns, variables))
        elif one.type in ("text", "html"):
            worked_out["content"] = _html(one.type, worked_out.get("content", one.content))
        elif one.type == "image":
            source = worked_out.get("source", one.source)
            worked_out["source"] = source if is_image_source(source) else ""
        return replace(one, **worked_out)

    def _choices(self, table: Field, columns: Sequence[Column], variables: Mapping[str, Value]) -> Choices:
        """The words of the choices in a table's columns: of the fields of those lists that its rows come from."""
        read: frozenset[str] = frozenset()
        for part in table.computed:
            if part.attribute == "cells" and part.expression is not None:
                read |= part.expression.names
        wanted = {column.key for column in columns}
        found: dict[str, dict[str, Words]] = {}
        for field in _fields_of_lists(self.whole, read):
            if field.key in wanted:
                of_field = {option.value: option.label for option in self._options(field, variables)}
                found[field.key] = {**of_field, **found.get(field.key, {})}
        return found

    def _options(self, field: Field, variables: Mapping[str, Value]) -> tuple[Option, ...]:
        for part in field.computed:
            if part.attribute == "options":
                worked_out: tuple[Option, ...] = self._part(part, field.key, field, variables)
                return worked_out
        return field.options

    def _rows(
        self, one: Field, name: str, values: Mapping[str, Value], scope: Scope
    ) -> tuple[tuple[Section, ...], ...]:
        return tuple(
            self.sections(
                one.sections,
                row_prefix(name, number),
                row,
                Scope(scope.whole, (*scope.rows, row), (*scope.numbers, number + 1)),
            )
            for number, row in enumerate(rows_at(values, one.key))
        )

    def _part(self, part: Computed, name: str, one: Field, variables: Mapping[str, Value]) -> Any:
        if part.expression is None:
            words = part.words(name, variables, self.evaluating)
            return words.zh if part.attribute in _PLAIN else words
        value = self.evaluating.value(name, part.expression, variables)
        return _FROM_VALUE[part.attribute](value)


def _html(kind: str, content: Words) -> Words:
    make = html_of if kind == "text" else safe_html
    return Words(make(content.zh), make(content.en) if content.en else "")


def _limit(value: Value) -> Decimal | None:
    """A limit worked out; as in form-js, one that is no number is none."""
    return Decimal(value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else None


def _length(value: Value) -> int | None:
    number = _limit(value)
    return None if number is None or number < 0 or number > 1_000_000 else int(number)


def _columns(value: Value) -> tuple[Column, ...]:
    """Columns from the data, contexts with `key` and `label`; anything else is none."""
    found: list[Column] = []
    for one in value if isinstance(value, list) else []:
        key, label = (one.get("key"), one.get("label")) if isinstance(one, dict) else (None, None)
        if not isinstance(key, str) or not isinstance(label, str):
            return ()
        found.append(Column(key, Words(label, label)))
    return tuple(found)


def _fields_of_lists(sections: Sequence[Section], names: Collection[str]) -> Iterator[Field]:
    """The fields in the rows of the dynamic lists of these keys, lists in lists too."""
    waiting: list[tuple[Section, bool]] = [(section, False) for section in sections]
    while waiting:
        section, inside = waiting.pop()
        for one in section.fields:
            if inside:
                yield one
            if one.type == LIST:
                waiting.extend((row, inside or one.key in names) for row in one.sections)


def cells_of(value: Value, columns: Sequence[Column], choices: Choices | None = None) -> Cells:
    """The cells of a table over a list of contexts; what was chosen (column -> value -> words) in its words."""
    known = choices or {}
    rows = [row for row in value if row is not None] if isinstance(value, list) else []
    shown = rows[:MOST_TABLE_ROWS]
    return Cells(
        tuple(column.label for column in columns),
        tuple(
            tuple(_cell(row.get(one.key), known.get(one.key, {})) if isinstance(row, dict) else "" for one in columns)
            for row in shown
        ),
        len(rows) - len(shown),
    )


def _cell(value: Value, words: Mapping[str, Words]) -> str | Words:
    if isinstance(value, list) and words and all(is_choice(one) and text_of_choice(one) in words for one in value):
        chosen = [words[text_of_choice(one)] for one in value]
        return Words("、".join(one.zh for one in chosen), ", ".join(one.en or one.zh for one in chosen))
    text = said(value)
    return words.get(text, text)


def files_of(value: Value) -> tuple[FileReference, ...]:
    """The files that a list of references names: {documentId, metadata: {fileName, contentType}}."""
    found: list[FileReference] = []
    for one in value if isinstance(value, list) else []:
        facts = one.get("metadata") if isinstance(one, dict) else None
        id_, name = (one.get("documentId"), facts.get("fileName")) if isinstance(facts, dict) else (None, None)
        if isinstance(id_, str) and isinstance(name, str):
            kind = facts.get("contentType") if isinstance(facts, dict) else None
            found.append(FileReference(id_, name, kind if isinstance(kind, str) else ""))
    return tuple(found)


_FROM_VALUE: Mapping[str, Any] = {
    "readonly": lambda value: value is True,
    "multiple": lambda value: value is True,
    "minimum": _limit,
    "maximum": _limit,
    "min_length": _length,
    "max_length": _length,
    "options": options_from,
    "default": lambda value: value,
    "cells": lambda value: value,
    "files": files_of,
    "table_columns": _columns,
}
