"""何时出具: which documents a step, a job or a turn of a case issues, as `issued_documents.toml` says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files as package_files

from engine.bundles.model import ItemKind
from engine.findings import Report
from engine.law.profile import Profile
from engine.law.tables import Table, read_toml
from engine.values import Value
from engine.words import Words


class On(StrEnum):
    """What issues a document: a completed step, a job that is done, or a turn of the case."""

    STEP = "step"
    JOB = "job"
    TURN = "at"


TURNS = RECEIVED, INTAKE_KNOWN, TURNED_DOWN = "received", "intake-known", "turned-down"


@dataclass(frozen=True, slots=True)
class Issuing:
    """One line of the table. `name`: of the step, job or turn; `kind` "": a line that only ends the item, or a licence.

    `when`: variable -> texts of what it may hold, for each of the variables. `item_kinds` empty: every kind of item.
    `pauses`: the variable that names a procedure which must stop a limit in the place; "": none.
    """

    on: On
    name: str
    kind: str
    is_licence: bool
    ends_item: bool
    on_request: bool
    when: tuple[tuple[str, tuple[str, ...]], ...]
    item_kinds: tuple[str, ...]
    pauses: str

    def holds(self, given: Mapping[str, Value], item_kind: str, item: str = "", place: Profile | None = None) -> bool:
        """Whether it holds for what was given and for an item; without a place, as if it paused for nothing."""
        if any(_text(given.get(variable)) not in values for variable, values in self.when):
            return False
        if self.item_kinds and item_kind not in self.item_kinds:
            return False
        return not self.pauses or _pauses(place, _text(given.get(self.pauses)), item)


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def issued_on(
    on: On,
    name: str,
    given: Mapping[str, Value] | None = None,
    *,
    item_kind: str = "",
    item: str = "",
    place: Profile | None = None,
) -> Iterator[Issuing]:
    """The lines that hold when this step, job or turn has given `given` for an item of this kind, in order."""
    for one in _table().get((on, name), ()):
        if one.holds(given or {}, item_kind, item, place):
            yield one


def kinds_issued(
    on: On,
    name: str,
    given: Mapping[str, Value] | None = None,
    *,
    item_kind: str = "",
    item: str = "",
    place: Profile | None = None,
) -> tuple[str, ...]:
    """The kinds of document of `issued_on`."""
    lines = issued_on(on, name, given, item_kind=item_kind, item=item, place=place)
    return tuple(one.kind for one in lines if one.kind)


def every_issuing() -> tuple[Issuing, ...]:
    """All lines of the table."""
    return tuple(one for lines in _table().values() for one in lines)


def is_issued_for(kind: str, item_kind: str) -> bool:
    """Whether a document of this kind is ever issued about items of that kind; one that no line names, about all."""
    lines = [one for one in every_issuing() if one.kind == kind]
    return not lines or any(not one.item_kinds or item_kind in one.item_kinds for one in lines)


def _pauses(place: Profile | None, procedure: str, item: str) -> bool:
    known = place.pauses.get(procedure) if place is not None else None
    return known is not None and known.holds_for(item)


@lru_cache(maxsize=1)
def _table() -> Mapping[tuple[On, str], tuple[Issuing, ...]]:
    file = "issued_documents.toml"
    report = Report(file)
    root = read_toml((package_files("engine.bundles") / file).read_bytes(), report)
    root.integer("format", least=1)
    found: dict[tuple[On, str], tuple[Issuing, ...]] = {}
    for table in root.rows("issued"):
        for one in _lines(table):
            found[one.on, one.name] = (*found.get((one.on, one.name), ()), one)
    root.finish()
    report.raise_errors()
    return found


def _lines(table: Table) -> list[Issuing]:
    """A line for each of the steps, jobs or turns that a row names."""
    on = next((one for one in On if one in table), On.TURN)
    names = table.choice(on, TURNS) if on is On.TURN else table.text(on)
    when = _conditions(table.table("when", required=False))
    lines = [
        Issuing(
            on=on,
            name=name,
            kind=table.text("kind", required=False),
            is_licence=table.boolean("licence", False),
            ends_item=table.boolean("ends_item", False),
            on_request=table.boolean("on_request", False),
            when=when,
            item_kinds=table.texts("item_kinds", required=False),
            pauses=table.text("pauses", required=False),
        )
        for name in names.split()
    ]
    for key in table.content.get("item_kinds", ()):
        if key not in tuple(ItemKind):
            table.wrong("item_kinds", Words(f"没有“{key}”这类事项。", f"There is no kind of item “{key}”."))
    table.finish()
    return lines


def _conditions(table: Table | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if table is None:
        return ()
    when = tuple((variable, table.texts(variable)) for variable in table.content)
    table.finish()
    return when
