"""The form as its templates draw it: every section, its fields side by side, the rows of its lists."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from engine import Words
from engine.forms import LIST, Field, FileReference, Section, controls_on, files_of, value_at
from webapp.form_values import control_value
from webapp.queries.application import Draft
from webapp.queries.application_steps import Reader, department_names, form_context, readers_of

#: Columns of form-js's grid.
GRID = 16


def control_id(name: str) -> str:
    """The id of a control, a row or a list, as the macro of the same name writes it."""
    return "f-" + name.replace(".", "-").replace("[", "-").replace("]", "")


@dataclass(frozen=True, slots=True)
class ShownField:
    """One field with what stands in it. `attrs` are those of its controls; `span` is its width in the grid."""

    field: Field
    value: Any = None
    readers: tuple[Reader, ...] = ()  # empty where the section already says it
    attrs: Mapping[str, str] | None = None
    span: int = 0
    rows: tuple[ShownRow, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownLine:
    """Fields side by side; without a grid they share the width as they come."""

    fields: tuple[ShownField, ...]
    in_grid: bool


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A section as it stands on the page; without fields it is an empty place that htmx may fill."""

    section: Section
    place: str  # the end of its id
    readers: tuple[Reader, ...]
    lines: tuple[ShownLine, ...]
    look: str  # changes when anything a person sees of it does, but for the answers

    @property
    def fields(self) -> tuple[ShownField, ...]:
        return tuple(one for line in self.lines for one in line.fields)


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One row of a list. `name` is what its buttons send: "staff[0]"."""

    name: str
    number: int
    sections: tuple[ShownSection, ...]
    focus: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the macros of the form need besides the fields."""

    errors: Mapping[str, Any]
    focus: str  # the row or list that takes the focus
    case_id: int
    asks: Mapping[str, str]
    submit: Mapping[str, str]

    def list_attrs(self, name: str, value: str) -> dict[str, str]:
        """Attributes of a button that changes a list, so that with script only its section is sent."""
        return {**self.asks, "hx-vals": json.dumps({name: value})}

    def file_url(self, file_id: str) -> str | None:
        """Where a file of this case opens; none for what is kept elsewhere."""
        if not file_id.isdecimal():
            return None
        return url_for("application.file", case_id=self.case_id, file_id=int(file_id))

    def files_of(self, value: Any) -> tuple[FileReference, ...]:
        return files_of(value)


@dataclass(frozen=True, slots=True)
class FormPage:
    """The whole form. `shown` are the names of the controls that can be written, `labels` all of them by name."""

    sections: tuple[ShownSection, ...]
    shown: str
    labels: Mapping[str, Words]
    drawing: Drawing

    @property
    def seen(self) -> str:
        """How each section looks, for the page to send back."""
        return " ".join(one.look for one in self.sections)

    def changed_since(self, seen: str) -> list[ShownSection]:
        """The sections that do not look as the browser saw them, and the one that takes the focus."""
        looks = frozenset(seen.split())
        return [one for one in self.sections if one.look not in looks]


def form_page(draft: Draft, answers: Mapping[str, Any], errors: Mapping[str, Any], *, focus: str = "") -> FormPage:
    """The form of a draft over these answers."""
    page = draft.release.form.page(answers, draft.guided, form_context())
    drawing = _Drawing(draft, answers, department_names(), focus)
    sections = tuple(drawing.sections(page, ""))
    controls = controls_on(page)
    writable = (name for name, one in controls.items() if not one.readonly)
    rest = Drawing(errors, focus, draft.id, drawing.asks, {"name": "act", "value": "next"})
    return FormPage(sections, " ".join(sorted(writable)), _labels(controls), rest)


def _labels(controls: Mapping[str, Field]) -> dict[str, Words]:
    """What each control is called in the list of errors: in a row of a list, with the list and the row's number."""
    labels: dict[str, Words] = {}
    for name, one in controls.items():
        around, _, rest = name.rpartition("]")
        outer, _, number = around.rpartition("[")
        if rest and outer in labels:
            of_list, row = labels[outer], int(number) + 1
            zh = f"{of_list.zh}第{row}项 · {one.label.zh}"
            en = f"{of_list.en or of_list.zh} {row} · {one.label.en or one.label.zh}"
            labels[name] = Words(zh, en)
        else:
            labels[name] = one.label
    return labels


class _Drawing:
    """One page being put together."""

    def __init__(self, draft: Draft, answers: Mapping[str, Any], departments: Mapping[str, Words], focus: str) -> None:
        self.draft = draft
        self.answers = answers
        self.departments = departments
        self.focus = focus
        self.steering = draft.release.form.steering
        url = url_for("application.changed_sections", case_id=draft.id)
        self.asks = {
            "hx-post": url,
            "hx-swap": "none",
            "hx-include": "#application-form",
            "hx-sync": "#application-form:replace",
        }

    def sections(self, page: Sequence[Section], prefix: str) -> Iterator[ShownSection]:
        for number, section in enumerate(page):
            readers = () if prefix else readers_of(self.draft, section, self.departments)
            fields = [self._field(one, prefix, readers) for one in section.fields]
            place = section.key.removeprefix(prefix) or f"{number + 1}"
            look = hashlib.sha256(repr((place, section)).encode()).hexdigest()[:12]
            yield ShownSection(section, place, readers, tuple(lines_of(fields)), look)

    def _field(self, one: Field, prefix: str, of_section: tuple[Reader, ...]) -> ShownField:
        readers = () if prefix else readers_of(self.draft, one, self.departments)
        roots = {key.partition(".")[0].partition("[")[0] for key in (one.key, one.key.removeprefix(prefix))}
        steers = not self.steering.isdisjoint(roots) and one.is_asked and not one.readonly
        return ShownField(
            one,
            self._value(one),
            () if readers == of_section else readers,
            {**self.asks, "hx-trigger": "change"} if steers else None,
            rows=tuple(self._rows(one)) if one.type == LIST else (),
        )

    def _value(self, one: Field) -> Any:
        value = value_at(self.answers, one.key)
        if value is None and (one.readonly or one.disabled):
            known = value_at(self.draft.guided, one.key)
            value = one.default if known is None else known
        return control_value(value)

    def _rows(self, one: Field) -> Iterator[ShownRow]:
        for number, row in enumerate(one.rows):
            name = f"{one.key}[{number}]"
            yield ShownRow(name, number, tuple(self.sections(row, f"{name}.")), name == self.focus)


def lines_of(fields: Sequence[ShownField]) -> Iterator[ShownLine]:
    """Fields of one row of the grid stand side by side; a section without any layout is filled as it comes."""
    if not any(one.field.row or one.field.columns for one in fields):
        if fields:
            yield ShownLine(tuple(fields), False)
        return
    line: list[ShownField] = []
    for one in fields:
        if line and (not one.field.row or one.field.row != line[-1].field.row):
            yield _spread(line)
            line = []
        line.append(one)
    if line:
        yield _spread(line)


def _spread(line: Sequence[ShownField]) -> ShownLine:
    """Widths in columns: as the form says, what is left shared evenly."""
    said = [one.field.columns for one in line]
    left = max(GRID - sum(columns or 0 for columns in said), 0)
    share = max(left // max(said.count(None), 1), 2)
    return ShownLine(
        tuple(
            ShownField(one.field, one.value, one.readers, one.attrs, columns or share, one.rows)
            for one, columns in zip(line, said, strict=True)
        ),
        True,
    )
