"""What HTML sends, put together as the form nests answers; rows of lists added and removed.

A control is called as its field on the page ("owner.name", "staff[0].name"). A list sends its rows' numbers
under "staff[]", in order, so that a row can go without the others being called anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from engine.expressions import Context
from engine.forms.answers import MOST_ROWS, defaults, fields_of
from engine.forms.computed import Evaluating
from engine.forms.form import Form
from engine.forms.model import FILES, LIST, LIST_TYPES, Field, Raw, Section
from engine.forms.places import has, put, row_prefix, rows_at, value_at
from engine.values import Value

#: Name -> the values sent under it.
Sent = Mapping[str, Sequence[str]]
#: What a list's rows, and the files to be taken away from a file picker, are sent under.
ROWS, TAKEN_AWAY = "[]", "~remove"


def gather(
    form: Form,
    sent: Sent,
    *,
    shown: Collection[str],
    before: Raw,
    files: Mapping[str, Sequence[Value]] | None = None,
) -> dict[str, Any]:
    """The answers that a page sent. A control that it did not show keeps what was answered `before`.

    `files` are references to files that came with the page, by control. Never raises: what a page of ours
    would not send is left aside or judged later.
    """
    return _gather(form.sections, "", sent, frozenset(shown), before, files or {})


def _gather(
    sections: Sequence[Section],
    prefix: str,
    sent: Sent,
    shown: frozenset[str],
    before: Mapping[str, Any],
    files: Mapping[str, Sequence[Value]],
) -> dict[str, Any]:
    gathered: dict[str, Any] = {}
    for one in fields_of(sections):
        name = prefix + one.key
        if one.type == LIST:
            put(gathered, one.key, _rows(one, name, sent, shown, before, files))
        elif one.type == FILES:
            put(gathered, one.key, _files(one, name, sent, before, files))
        elif one.is_asked and sent.get(name):
            put(gathered, one.key, list(sent[name]) if one.type in LIST_TYPES else sent[name][-1])
        elif one.is_asked and name not in shown and has(before, one.key):
            put(gathered, one.key, value_at(before, one.key))
    return gathered


def _rows(
    one: Field,
    name: str,
    sent: Sent,
    shown: frozenset[str],
    before: Mapping[str, Any],
    files: Mapping[str, Sequence[Value]],
) -> list[Any]:
    rows = rows_at(before, one.key)
    if name not in shown and not sent.get(name + ROWS):
        return list(rows)
    numbers = [int(text) for text in sent.get(name + ROWS, ()) if text.isascii() and text.isdigit() and len(text) < 5]
    return [
        _gather(
            one.sections,
            row_prefix(name, number),
            sent,
            shown,
            rows[number] if number < len(rows) else {},
            files,
        )
        for number in list(dict.fromkeys(numbers))[:MOST_ROWS]
    ]


def _files(
    one: Field, name: str, sent: Sent, before: Mapping[str, Any], files: Mapping[str, Sequence[Value]]
) -> list[Value]:
    """The files that were there and stay, and the ones that came; a page cannot name others."""
    had = value_at(before, one.key)
    gone = set(sent.get(name + TAKEN_AWAY, ()))
    there = [file for file in had if isinstance(file, dict)] if isinstance(had, list) else []
    stay = [file for file in there if file.get("documentId") not in gone]
    return [*stay, *files.get(name, ())]


def without_row(sent: Sent, row: str) -> dict[str, Sequence[str]]:
    """What was sent, without one row: "staff[1]"."""
    name, _, number = row.removesuffix("]").rpartition("[")
    rows = [text for text in sent.get(name + ROWS, ()) if text != number]
    return {**sent, name + ROWS: rows}


def with_row(
    form: Form, raw: Raw, name: str, known: Mapping[str, Value], context: Context | None = None
) -> dict[str, Any]:
    """The answers with one more row, as it stands at first, in the list `name`; no such list, no change."""
    return _with_row(form.sections, "", raw, name, known, Evaluating(context))


def _with_row(
    sections: Sequence[Section],
    prefix: str,
    raw: Raw,
    name: str,
    known: Mapping[str, Value],
    evaluating: Evaluating,
) -> dict[str, Any]:
    changed = dict(raw)
    for one in fields_of(sections):
        at = prefix + one.key
        if one.type != LIST or not name.startswith(at):
            continue
        rows: list[Any] = list(rows_at(raw, one.key))
        if name == at and one.add_remove and len(rows) < MOST_ROWS:
            rows.append(defaults(one.sections, {**known, **raw}, evaluating, ({},)))
        else:
            rows = [
                _with_row(one.sections, row_prefix(at, number), row, name, known, evaluating)
                for number, row in enumerate(rows)
            ]
        put(changed, one.key, rows)
    return changed


def lists_on(page: Sequence[Section]) -> dict[str, Field]:
    """Every list on a page by its name, those in rows of others among them."""
    found: dict[str, Field] = {}
    for one in fields_of(page):
        if one.type == LIST:
            found[one.key] = one
            for row in one.rows:
                found |= lists_on(row)
    return found


def controls_on(page: Sequence[Section]) -> dict[str, Field]:
    """Every control on a page by its name, and every list."""
    found: dict[str, Field] = {}
    for one in fields_of(page):
        if one.carries_answer:
            found[one.key] = one
        for row in one.rows:
            found |= controls_on(row)
    return found
