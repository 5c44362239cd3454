"""What follows of itself from a merged diagram or table: lines at their shapes, cells in their columns."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from engine.merging.model import Document, Entry
from engine.merging.xml_documents import COLUMN, TAG, TEXT, WAYPOINTS_FACT
from engine.merging.xml_language import bounds_of, ends_of, plain
from engine.merging.xml_terms import CELLS, COLUMNS, REPEATED_REFERENCES, local_name

Entries = dict[str, Entry]
Order = dict[str, tuple[str, ...]]


def repaired(merged: Document, versions: Iterable[Document]) -> Document:
    """The document with lines that end at their shapes, as many cells in each rule as columns, and no element that
    names a flow which does not touch it. `versions`: those that it was merged from.
    """
    entries, order = dict(merged.entries), dict(merged.order)
    _take_out_stale_references(entries, order)
    _fill_tables(entries, order)
    whole = Document(entries, order)
    known = list(versions)
    for key, entry in list(entries.items()):
        if key.startswith("BPMNEdge:") and WAYPOINTS_FACT in entry.facts:
            entries[key] = _led(whole, known, key, entry)
    return whole


def _take_out_stale_references(entries: Entries, order: Order) -> None:
    for key, entry in list(entries.items()):
        tag = local_name(entry.facts.get(TAG, ""))
        if tag not in REPEATED_REFERENCES:
            continue
        flow = entries.get(entry.facts.get(TEXT, "").strip())
        end = "@targetRef" if tag == "incoming" else "@sourceRef"
        if flow is not None and end in flow.facts and plain(flow.facts[end]) != entry.parent:
            del entries[key]
            order[entry.parent] = tuple(one for one in order[entry.parent] if one != key)


def _fill_tables(entries: Entries, order: Order) -> None:
    for key, entry in list(entries.items()):
        if local_name(entry.facts.get(TAG, "")) == "decisionTable":
            space = entry.facts[TAG].removesuffix("decisionTable")
            of_tag: dict[str, list[str]] = {}
            for one in order[key]:
                of_tag.setdefault(entries[one].facts.get(TAG, ""), []).append(one)
            columns = [
                (cell, each)
                for cell, column in zip(CELLS, COLUMNS, strict=True)
                for each in of_tag.get(f"{space}{column}", ())
            ]
            for rule in of_tag.get(f"{space}rule", ()):
                _fill_rule(entries, order, space, rule, columns)


def _fill_rule(entries: Entries, order: Order, space: str, rule: str, columns: Iterable[tuple[str, str]]) -> None:
    """Cells in the order of their columns; a new column is any value, or nothing, in a rule that came without it."""
    cells = {entries[key].facts[COLUMN]: key for key in order[rule] if COLUMN in entries[key].facts}
    rest = [key for key in order[rule] if COLUMN not in entries[key].facts]
    if not cells:
        return
    found: list[str] = []
    for cell, column in columns:
        if column not in cells and cell != "annotationEntry":
            cells[column] = _new_cell(entries, order, space, rule, cell, column)
        if column in cells:
            found.append(cells[column])
    order[rule] = (*[key for key in rest if _is_before(entries[key])], *found, *_after(entries, rest))


def _is_before(entry: Entry) -> bool:
    return local_name(entry.facts.get(TAG, "")) in ("description", "extensionElements", "")


def _after(entries: Entries, rest: Iterable[str]) -> list[str]:
    return [key for key in rest if not _is_before(entries[key])]


def _new_cell(entries: Entries, order: Order, space: str, rule: str, cell: str, column: str) -> str:
    key = f"{rule}/{cell}@{column}"
    said = "-" if cell == "inputEntry" else ""
    entries[key] = Entry(rule, {TAG: f"{space}{cell}", COLUMN: column})
    entries[f"{key}/text"] = Entry(key, {TAG: f"{space}text", TEXT: said})
    order[key], order[f"{key}/text"] = (f"{key}/text",), ()
    return key


def _led(merged: Document, versions: list[Document], key: str, entry: Entry) -> Entry:
    """The line with its first and last point moved as the shapes there have moved since the version it comes from."""
    ends = ends_of(merged.entries.get(key.partition(":")[2]))
    line = entry.facts[WAYPOINTS_FACT]
    drawn = [one for one in versions if key in one.entries and one.entries[key].facts.get(WAYPOINTS_FACT) == line]
    if len(ends) != 2 or not drawn:
        return entry
    fitting = [sum(bounds_of(one, end) == bounds_of(merged, end) for end in ends) for one in drawn]
    version = drawn[fitting.index(max(fitting))]
    tag, *points = line.split(" ")
    for place, end in ((0, ends[0]), (-1, ends[1])):
        points[place] = _moved(points[place], bounds_of(version, end), bounds_of(merged, end))
    return Entry(entry.parent, {**entry.facts, WAYPOINTS_FACT: " ".join([tag, *points])})


def _moved(point: str, was: str, now: str) -> str:
    if was == now or not was or not now:
        return point
    try:
        (x, y), (old_x, old_y), (new_x, new_y) = (
            map(Decimal, pair) for pair in (point.split(","), was.split(" ")[1:3], now.split(" ")[1:3])
        )
    except InvalidOperation:
        return point  # a file whose numbers are none: the checks say so
    return f"{_number(x + new_x - old_x)},{_number(y + new_y - old_y)}"


def _number(value: Decimal) -> str:
    return f"{value:f}"
