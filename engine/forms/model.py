"""What a form is made of: sections of fields, with all that a page needs to draw them, but no HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.expressions import Expression
from engine.values import Value
from engine.words import Words

#: Types of components that carry an answer.
INPUT_TYPES = frozenset({"textfield", "textarea", "number", "checkbox", "radio", "select", "checklist", "datetime"})
#: Types that only stand on the page.
DISPLAY_TYPES = frozenset({"text", "separator", "spacer"})

#: What HTML sends: one text per key, or several.
Raw = Mapping[str, "str | Sequence[str]"]


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a radio, select or checklist."""

    value: str
    label: Words


@dataclass(frozen=True, slots=True)
class Field:
    """One component. `key` names its answer (the component's id where it carries none).

    `items` are the items that read it (empty: all). `hide` hides it when it is true; it takes its
    section's with it. `columns` of 16 in form-js's grid, None: the whole row is shared evenly.
    `subtype` of a datetime: "date", "time" or "datetime". `decimals`: most places after the point.
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
    subtype: str = ""
    items: tuple[str, ...] = ()
    hide: Expression | None = None
    default: Value = None
    row: str = ""
    columns: int | None = None
    readonly: bool = False
    prefix: str = ""
    suffix: str = ""
    future_only: bool = False

    @property
    def carries_answer(self) -> bool:
        return self.type in INPUT_TYPES


@dataclass(frozen=True, slots=True)
class Section:
    """A group of fields. `level` 1 is a section of the form, 2 and more a group inside one.

    `hides` are the expressions that hide the whole section: its own and those of the groups around it.
    """

    key: str
    label: Words
    fields: tuple[Field, ...]
    items: tuple[str, ...] = ()
    hides: tuple[Expression, ...] = ()
    level: int = 1
