"""What a form is made of: sections of fields, with all that a page needs to draw them, but no HTML of its own.

A field is read once, with everything in it that has to be worked out as `computed`. For a page, and for
judging answers, `engine.forms.page` gives the same fields with those parts worked out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine.expressions import Expression
from engine.forms.computed import Computed
from engine.values import Value
from engine.words import Words

#: Types of components into which a person gives an answer.
INPUT_TYPES = frozenset(
    {"textfield", "textarea", "number", "checkbox", "radio", "select", "checklist", "taglist", "datetime", "filepicker"}
)
#: Types that only stand on the page.
DISPLAY_TYPES = frozenset({"text", "html", "image", "table", "documentPreview", "separator", "spacer", "button"})
#: Types whose options stand in the form or in the data.
CHOICE_TYPES = frozenset({"radio", "select", "checklist", "taglist"})
#: Types whose answer is a list that HTML sends as several values of one name.
LIST_TYPES = frozenset({"checklist", "taglist"})
LIST, EXPRESSION, FILES = "dynamiclist", "expression", "filepicker"

NO_WORDS = Words("", "")
#: Answers as they come: texts, or values of any kind, in contexts and lists as the form nests them.
Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Option:
    """One choice. `value` is what HTML sends, `answer` what it means (a number, where the form says so)."""

    value: str
    label: Words
    answer: Value = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: the key of the cell in each row, and its head."""

    key: str
    label: Words


@dataclass(frozen=True, slots=True)
class Cells:
    """What stands in a table now. `left_out`: how many rows are not shown."""

    heads: tuple[Words, ...]
    rows: tuple[tuple[str | Words, ...], ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class FileReference:
    """A file that an answer names. `id` is the keeper's, `name` what the person called it."""

    id: str
    name: str
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One component.

    `key` names its answer: dots lead into contexts ("owner.name"). Where it carries none it is the
    component's id. On a page it is the control's name, with the row where it stands in a list:
    "staff[0].name". `items` are the items that read it (empty: all), `items_by` the
    component that says so: itself, or what it stands in. `hide` hides it when it is true; it
    takes its section's with it. `columns` of 16 in form-js's grid, None: the row is shared evenly. `row`
    names the row of the grid. `subtype` of a datetime: "date", "time" or "datetime". `decimals`: most
    places after the point. `content` of a text or html component is safe HTML on a page, empty before.
    """

    key: str
    id: str
    type: str
    label: Words
    description: Words
    required: bool = False
    options: tuple[Option, ...] = ()
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    pattern_words: Words | None = None
    format: str | None = None
    decimals: int | None = None
    increment: Decimal | None = None
    as_text: bool = False
    subtype: str = ""
    zone_form: str = ""
    interval: int = 0
    items: tuple[str, ...] = ()
    items_by: str = field(default="", repr=False)
    hide: Expression | None = field(default=None, repr=False)
    default: Value = None
    row: str = ""
    columns: int | None = None
    readonly: bool = False
    #: Shown and never changed: neither judged nor kept.
    disabled: bool = False
    prefix: Words = NO_WORDS
    suffix: Words = NO_WORDS
    future_only: bool = False
    multiple: bool = False
    accept: str = ""
    content: Words = NO_WORDS
    source: str = ""
    height: int = 0
    action: str = ""
    table_columns: tuple[Column, ...] = ()
    most_rows: int | None = None
    computed: tuple[Computed, ...] = field(default=(), repr=False)
    #: Of a dynamic list: what stands in each of its rows.
    sections: tuple[Section, ...] = field(default=(), repr=False)
    repetitions: int = 1
    add_remove: bool = False
    #: On a page: the rows of a dynamic list, the cells of a table, the files of a preview.
    rows: tuple[tuple[Section, ...], ...] = ()
    cells: Cells | None = None
    files: tuple[FileReference, ...] = ()

    @property
    def carries_answer(self) -> bool:
        """Something is kept under its key."""
        return not self.disabled and (self.type in INPUT_TYPES or self.type in (LIST, EXPRESSION))

    @property
    def is_asked(self) -> bool:
        """A person answers it: it has a control, and its answer is judged."""
        return not self.disabled and self.type in INPUT_TYPES

    @property
    def root(self) -> str:
        """The variable that holds the answer: the first part of the key."""
        return self.key.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Section:
    """A group of fields. `level` 1 is a section of the form, 2 and more a group inside one.

    `hides` are the expressions that hide the whole section: its own and those of the groups around it. `items_by` is
    the group that names its `items`: itself, or one around it.
    `outline` draws a line around it, `alignment` is that of fields side by side: start, center or end.
    The repr of a section on a page tells all that a person sees of it but the answers.
    """

    key: str
    label: Words
    fields: tuple[Field, ...]
    items: tuple[str, ...] = ()
    items_by: str = field(default="", repr=False)
    hides: tuple[Expression, ...] = field(default=(), repr=False)
    level: int = 1
    outline: bool = True
    alignment: str = ""
    computed: tuple[Computed, ...] = field(default=(), repr=False)
