"""Variables as they were typed: which of them are new values, and what is wrong with the others."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine import Words
from webapp.feel_text import NotAValue, read
from webapp.queries.incident_page import VariableLine

#: Rows in which a variable can be typed that is not there yet.
NEW_ROWS = 2
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Row:
    """One variable on the page. `mark` tells on the way back whether its text is still the one that was shown."""

    name: str
    text: str
    mark: str


@dataclass(slots=True)
class Typed:
    """What was typed: values by name, and messages by the field's name."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, list[Words]] = field(default_factory=dict)

    def take(self, name: str, text: str, place: str) -> None:
        """Read one value."""
        try:
            self.values[name] = read(text)
        except NotAValue as refused:
            self.errors.setdefault(place, []).append(refused.words)


def rows_of(variables: Iterable[VariableLine]) -> list[Row]:
    """The variables as the page shows them."""
    return [Row(one.name, one.text, _mark(one.text)) for one in variables]


def corrected(form: Mapping[str, str]) -> Typed:
    """The variables whose text was changed, and the new ones. An unchanged one is not given again: another branch
    may have written it meanwhile."""
    typed = Typed()
    number = 0
    while f"name-{number}" in form:
        text = _plain(form.get(f"value-{number}", ""))
        if _mark(text) != form.get(f"was-{number}", ""):
            typed.take(form[f"name-{number}"], text, f"value-{number}")
        number += 1
    _take_new(typed, form, "new")
    return typed


def added(form: Mapping[str, str], prefix: str) -> Typed:
    """The variables that were typed into the rows `prefix`."""
    typed = Typed()
    _take_new(typed, form, prefix)
    return typed


def _take_new(typed: Typed, form: Mapping[str, str], prefix: str) -> None:
    for number in range(NEW_ROWS):
        name = form.get(f"{prefix}-name-{number}", "").strip()
        text = _plain(form.get(f"{prefix}-value-{number}", ""))
        if not name and not text.strip():
            continue
        if not name or len(name) > LONGEST_NAME:
            words = Words(
                f"请填写变量名（不超过 {LONGEST_NAME} 字）。", f"Name it (at most {LONGEST_NAME} characters)."
            )
            typed.errors.setdefault(f"{prefix}-name-{number}", []).append(words)
            continue
        typed.take(name, text, f"{prefix}-value-{number}")


def _plain(text: str) -> str:
    """Browsers send line ends of their own."""
    return text.replace("\r\n", "\n")


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
