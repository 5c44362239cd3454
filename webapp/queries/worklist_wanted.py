"""What a list of the inbox is narrowed to, as its address says it. Reading one never fails: what is unknown is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from urllib.parse import parse_qsl, urlencode

from werkzeug.datastructures import MultiDict

#: The folders. `unit` is for those who lead one; `done` is a list of its own (`worklist_done`).
GROUPS, MINE, FREE, WAITING, DONE, UNIT = "groups", "mine", "free", "waiting", "done", "unit"
TABS = (GROUPS, MINE, FREE, WAITING, DONE, UNIT)
DUE_STATES = ("overdue", "today", "near", "later", "none", "paused")
COLOURS = ("red", "yellow")
FOLLOWED = ("due", "set")
SORTS = ("due", "arrived", "newest", "number", "applicant", "holder")
NOBODY = "none"
MOST_COLUMNS = 4
LONGEST_TEXT, LONGEST_VALUE = 100, 200
#: Names of the address whose place in the list is not part of what is wanted.
PLACE = frozenset({"after", "before", "view"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """Every part empty: the tasks of all one's posts, the most urgent first.

    `item` is one of `bundle`, `situation` one of `item`; `data` ("key:value") and `columns` (keys) are of the form
    of `bundle`. `holder` is an account's id, or NOBODY. `first`: only what a lead has set first.
    """

    tab: str = GROUPS
    group: str = ""
    text: str = ""
    bundle: str = ""
    item: str = ""
    situation: str = ""
    place: str = ""
    due: str = ""
    colour: str = ""
    holder: str = ""
    follow: str = ""
    first: str = ""
    data: str = ""
    sort: str = "due"
    columns: tuple[str, ...] = ()

    @property
    def is_narrowed(self) -> bool:
        """Whether something beside folder, post and text narrows the list."""
        return any(getattr(self, name) for name in NARROWING)

    @property
    def query(self) -> dict[str, str | list[str]]:
        """The address's parameters; what is as ever is left out."""
        said = {NAMES.get(one.name, one.name): getattr(self, one.name) for one in fields(self)}
        told: dict[str, str | list[str]] = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in said.items()
            if value and value != USUAL.get(name)
        }
        return told

    def with_(self, **changed: str | tuple[str, ...]) -> Wanted:
        """The same with some parts changed. What depends on a changed part goes with it."""
        if changed.get("bundle", self.bundle) != self.bundle:
            changed = {"item": "", "data": "", "columns": (), **changed}
        if changed.get("item", self.item) != self.item:
            changed = {"situation": "", **changed}
        return replace(self, **changed)  # type: ignore[arg-type]

    @property
    def address(self) -> str:
        """As it is kept with a saved view."""
        return urlencode(self.query, doseq=True)


NARROWING = ("bundle", "item", "situation", "place", "due", "colour", "holder", "follow", "first", "data")
NAMES = {"text": "q", "columns": "col"}
USUAL: Mapping[str, object] = {"tab": GROUPS, "sort": "due"}


def _one_of(*allowed: str) -> Callable[[str], bool]:
    return frozenset(allowed).__contains__


def _key(value: str) -> bool:
    return len(value) <= LONGEST_VALUE and re.fullmatch(r"[\w.\-]+", value) is not None


def _data(value: str) -> bool:
    key, colon, wanted = value.partition(":")
    return bool(colon and wanted) and len(value) <= LONGEST_VALUE and _key(key)


def _holder(value: str) -> bool:
    return value == NOBODY or re.fullmatch(r"[1-9][0-9]{0,17}", value) is not None


READ: Mapping[str, Callable[[str], bool]] = {
    "tab": _one_of(*TABS),
    "group": _key,
    "bundle": _key,
    "item": _key,
    "situation": _key,
    "place": _key,
    "due": _one_of(*DUE_STATES),
    "colour": _one_of(*COLOURS),
    "holder": _holder,
    "follow": _one_of(*FOLLOWED),
    "first": _one_of("1"),
    "data": _data,
    "sort": _one_of(*SORTS),
}


def read_wanted(args: MultiDict[str, str]) -> tuple[Wanted, tuple[str, ...]]:
    """What an address asks for, and the names in it that say nothing (any more)."""
    known: dict[str, str] = {}
    ignored: list[str] = []
    for name in args:
        value = (args.get(name) or "").strip()
        if name in READ and value:
            if READ[name](value):
                known[name] = value
            else:
                ignored.append(name)
        elif name not in READ and name not in PLACE and name not in NAMES.values():
            ignored.append(name)
    text = "".join(c for c in (args.get("q") or "") if c.isprintable()).strip()[:LONGEST_TEXT]
    columns = [key for key in dict.fromkeys(args.getlist("col")) if _key(key)][:MOST_COLUMNS]
    wanted = Wanted(text=text, columns=tuple(columns), **known)
    return _coherent(wanted), tuple(ignored)


def read_address(query: str) -> tuple[Wanted, tuple[str, ...]]:
    """As `read_wanted`, of what was kept with a saved view."""
    return read_wanted(MultiDict(parse_qsl(query, max_num_fields=64)))


def _coherent(wanted: Wanted) -> Wanted:
    """What depends on something that is not said says nothing."""
    if not wanted.bundle:
        wanted = replace(wanted, item="", data="", columns=())
    if not wanted.item:
        wanted = replace(wanted, situation="")
    return wanted


def without(wanted: Wanted, names: Sequence[str]) -> Wanted:
    """The same without these parts."""
    usual = Wanted()
    return _coherent(replace(wanted, **{name: getattr(usual, name) for name in names}))
