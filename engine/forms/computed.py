"""Parts of a component that are worked out each time: an expression or templates, and what they are for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal

from engine.errors import BudgetExceeded
from engine.expressions import Context, Expression
from engine.forms.templates import Template
from engine.values import Value, Variables, YearsMonths
from engine.words import Words

#: What an answer may be, besides lists and contexts of it.
_SCALARS = (bool, int, Decimal, str, date, time, timedelta, YearsMonths)


def is_answer(value: Value) -> bool:
    """Whether a value is one that answers are: none of the things that only FEEL itself can hold."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            waiting += one.values()
        elif one is not None and not isinstance(one, _SCALARS):
            return False
    return True


@dataclass
class Evaluating:
    """One round of evaluations over a form. What took too long counts as null, and is remembered by key."""

    context: Context | None
    overrun: set[str] = field(default_factory=set)

    def value(self, key: str, expression: Expression, variables: Variables) -> Value:
        """The value of an expression of the component `key`; null where its budget did not suffice."""
        try:
            return expression.evaluate(variables, self.context)
        except BudgetExceeded:
            self.overrun.add(key)
            return None

    def answer(self, key: str, expression: Expression, variables: Variables) -> Value:
        """The same for a value that is kept: a function or a range is none, and counts as not worked out."""
        value = self.value(key, expression, variables)
        if is_answer(value):
            return value
        self.overrun.add(key)
        return None

    def text(self, key: str, template: Template, variables: Variables) -> str:
        """The text of a template of the component `key`; empty where its budget did not suffice."""
        try:
            return template.render(variables, self.context)
        except BudgetExceeded:
            self.overrun.add(key)
            return ""


@dataclass(frozen=True, slots=True)
class Computed:
    """What `attribute` of a field or section is worked out from: an expression, or a text per language."""

    attribute: str
    expression: Expression | None = None
    zh: Template | None = None
    en: Template | None = None

    @property
    def names(self) -> frozenset[str]:
        """The variables that it reads."""
        found = frozenset[str]()
        if self.expression is not None:
            found |= self.expression.names
        for template in (self.zh, self.en):
            if template is not None:
                found |= template.names
        return found

    def words(self, key: str, variables: Variables, evaluating: Evaluating) -> Words:
        """The text in both languages; the English is empty where there is none."""
        return Words(
            evaluating.text(key, self.zh, variables) if self.zh else "",
            evaluating.text(key, self.en, variables) if self.en else "",
        )


@dataclass(frozen=True, slots=True)
class Scope:
    """The variables that an expression sees at one place of a form: of the whole, of the row, of the rows around.

    As in form-js, `this` is the row (or everything), `parent` what is around it, `i` the numbers of the rows.
    """

    whole: Mapping[str, Value]
    rows: tuple[Mapping[str, Value], ...] = ()
    numbers: tuple[int, ...] = ()

    def variables(self) -> dict[str, Value]:
        """One mapping; the names of the innermost row come first."""
        around: Mapping[str, Value] | None = self.rows[-2] if len(self.rows) > 1 else self.whole if self.rows else None
        this = self.rows[-1] if self.rows else self.whole
        special = {"this": this, "parent": around, "i": list(self.numbers), "data": self.whole}
        seen: dict[str, Value] = {**special}
        for level in (self.whole, *self.rows):
            seen |= level
        return seen | {f"_{name}_": value for name, value in special.items()}


#: Names that every expression of a form may read without anybody giving them.
SPECIAL_NAMES = frozenset({"this", "parent", "i", "data", "_this_", "_parent_", "_i_", "_data_"})
