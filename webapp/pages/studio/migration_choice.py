"""What the page of a new migration offers: which cases, and what becomes of each element, release by release.

The same id may be one step in one release and another step in the next. So each release has its own matches; those
that say the same of several releases are one row, and a choice by hand counts for the releases of its row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext

from engine import Words
from engine.runtime import other_inputs
from webapp.catalogue import Published, published
from webapp.errors import Incomplete
from webapp.languages import language
from webapp.pages.support import words
from webapp.queries.migration_matching import BY_HAND, OPEN, SAME, Match, mapping_of, proposed
from webapp.queries.migration_runs import OlderRelease
from webapp.queries.release_diagrams import Diagram, read_named
from webapp.services.migration_runs import DAY_WRONG, LAST_DAY, Chosen

#: `map-<ids of releases>-<process>:<element>`, as many releases as the row is about.
PREFIX, AND = "map-", "."
#: how an element was matched -> (words, kind of badge, icon)
HOW = {
    "both": (Words("同名同位置", "same name and place"), "info", "check"),
    "name": (Words("同名", "same name"), "info", "check"),
    "place": (Words("同位置", "same place"), "warn", "alert-triangle"),
    BY_HAND: (Words("手工选择", "chosen by hand"), "ok", "check"),
    OPEN: (Words("需要手工选择", "needs a choice by hand"), "bad", "alert-circle"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address or the form chooses. `by_hand`: release -> element -> what it becomes; `wrong`: what could not
    be read, and is left out, by field."""

    chosen: Chosen
    by_hand: dict[int, dict[str, str]]
    wrong: dict[str, list[Words]] = field(default_factory=dict)

    @classmethod
    def of(cls, given: Any, offered: Sequence[OlderRelease]) -> Asked:
        wanted = {int(one) for one in given.getlist("releases") if one.isdecimal()}
        ids = [one.id for one in offered if one.id in wanted]
        if "releases" not in given and not ids:
            ids = [one.id for one in offered if one.cases]
        days, wrong = dict[str, date | None](), dict[str, list[Words]]()
        for name in ("since", "until"):
            try:
                days[name] = _day(name, given.get(name))
            except Incomplete as refusal:
                days[name], wrong[name] = None, [refusal.words]
        picked = Chosen(tuple(ids), given.get("step", ""), days["since"], days["until"])
        return cls(picked, _by_hand(given.items()), wrong)

    def mappings(self, target: int) -> dict[int, dict[str, str]]:
        """What the engine is told of the elements of each release."""
        new, by_hand = published(target), self.by_hand
        return {one: mapping_of(published(one), new, by_hand.get(one, {})) for one in self.chosen.releases}


@dataclass(frozen=True, slots=True)
class Row:
    """One element that is the same to these releases (id -> number): its match, and the field that chooses another."""

    match: Match
    releases: Mapping[int, int]

    @property
    def field(self) -> str:
        return f"{PREFIX}{AND.join(map(str, self.releases))}-{self.match.field}"

    @property
    def anchor(self) -> str:
        return "match-" + self.field.removeprefix(PREFIX).replace(":", "-").replace(AND, "-")


def rows_of(asked: Asked, target: int) -> list[Row]:
    """Every element of the chosen releases on which a token may wait."""
    found: dict[Match, dict[int, int]] = {}
    for release_id in asked.chosen.releases:
        old = published(release_id)
        for one in proposed(old, published(target), asked.by_hand.get(release_id, {})):
            found.setdefault(one, {})[release_id] = old.number
    return [Row(match, releases) for match, releases in found.items()]


def steps_of(releases: Iterable[int]) -> list[tuple[str, str]]:
    """The user tasks of the releases: ("process:element", its name, or its names where they differ)."""
    found: dict[str, dict[str, None]] = {}
    for release in map(published, releases):
        for process in release.program.processes.values():
            for node in process.nodes.values():
                if node.type == "userTask":
                    name = words(release.element_name(process.id, node.id))
                    found.setdefault(f"{process.id}:{node.id}", {})[name] = None
    return [(step, gettext("、").join(names)) for step, names in found.items()]


def other_posts(releases: Iterable[int], target: int) -> Iterator[tuple[int, Words, str, tuple[str, ...]]]:
    """What gives the tasks of its process to other posts in the new release: the release's number, the element (or
    the item, with its key) and the inputs that differ. Cases that are moved keep what they were given."""
    new = published(target)
    for old in map(published, releases):
        for one in other_inputs(old.program, new.program, mapping_of(old, new, {})):
            yield old.number, old.element_name(one.process, one.element), one.element, one.names
        there = {item.key: item for item in new.bundle.items}
        for item in old.bundle.items:
            if item.key in there and there[item.key].groups != item.groups:
                yield old.number, item.name, item.key, ()


def pictures_of(rows: Sequence[Row], target: int) -> Iterator[dict[str, Any]]:
    """The old and the new diagram of each file with elements that have another id, both marked: of each release that
    has one which no release before it has."""
    shown: set[int] = set()
    for release_id in dict.fromkeys(release for row in rows for release in row.releases):
        own = [row for row in rows if release_id in row.releases]
        if any(shown.isdisjoint(row.releases) for row in own):
            shown.add(release_id)
            yield from _pictures(published(release_id), published(target), own)


def _pictures(old: Published, new: Published, rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    drawn_in = {one.match.process: old.program.file_of(one.match.process) for one in rows}
    for file in dict.fromkeys(drawn_in.values()):
        there = [one for one in rows if drawn_in[one.match.process] == file]
        for release, side in ((old, "old"), (new, "new")):
            path = file if file in release.files else ""
            drawn = _drawn(release, path) if path else None
            if drawn is not None and drawn.is_drawn:
                marks = [mark for one in there if (mark := _mark(one, side)) and mark["element"] in drawn.drawn]
                src = url_for("studio.diagram", release_id=release.id, path=path)
                yield {"side": side, "title": drawn.title, "number": release.number, "src": src, "marks": marks}


def _drawn(release: Published, path: str) -> Diagram | None:
    return read_named(path, release.files[path], language(), release.bundle if language() != "zh" else None)


def _mark(row: Row, side: str) -> dict[str, str] | None:
    one = row.match
    element = one.element if side == "old" else one.new
    if not element:
        return None
    said = words(HOW[one.how][0])
    severity = "error" if one.how == OPEN else "warning" if one.how == "place" else "note"
    text = f"{words(one.name)}{gettext('：')}{said}"
    return {"element": element, "severity": severity, "text": text, "target": row.anchor}


def moved(rows: Iterable[Row]) -> list[Row]:
    """Those whose element has no namesake of its kind in the new release."""
    return [one for one in rows if one.match.how != SAME]


def _by_hand(given: Iterable[tuple[str, str]]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for name, value in given:
        if name.startswith(PREFIX) and value:
            releases, _, element = name.removeprefix(PREFIX).partition("-")
            for one in releases.split(AND):
                if one.isdecimal():
                    found.setdefault(int(one), {})[element] = value
    return found


def _day(name: str, text: str | None) -> date | None:
    """Raises Incomplete for what is no day."""
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError as wrong:
        raise Incomplete(name, DAY_WRONG) from wrong
    if found is not None and found > LAST_DAY:
        raise Incomplete(name, DAY_WRONG)
    return found
