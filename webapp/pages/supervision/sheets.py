"""A list as it stands on the screen: the same cells make the table of the page and the lines of its CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from flask import Response
from flask_babel import gettext

from webapp import clock, moments
from webapp.queries.due import Due

#: A spreadsheet would take a cell that begins with one of these for a formula.
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
DUE_GLYPHS = {"overdue": "alert-triangle", "paused": "clock-pause", "waits": "clock-pause", "none": "minus"}
DUE_LOOKS = {"over": "none", "waits": "paused"}
NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: what it says, where it leads, and how it looks ("number", "nowrap"; `badge`: its classes)."""

    text: str
    url: str = ""
    look: str = ""
    badge: str = ""
    glyph: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    label: str
    look: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list with its heads. `name` is that of its file; the first cell of a row names it."""

    name: str
    caption: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    keys: bool = False  # j, k and Enter work on its rows


def number(value: int, url: str = "") -> Cell:
    """A count; it leads somewhere only where there is something to see."""
    return Cell(str(value), url if value else "", "number")


def average(value: float, known: bool) -> Cell:
    """An average of days, to a tenth; a dash where nothing is known."""
    return Cell(f"{value:.1f}" if known else NOTHING, look="number")


def due_cell(due: Due, why: str) -> Cell:
    """How near a due day is, in words, with the day itself; it leads to `why` it is that day."""
    said, known = due_words(due), due.on is not None and due.state != "none"
    if due.on and known:
        said += gettext("（%(day)s）", day=due.on.isoformat())
    glyph = DUE_GLYPHS.get(due.state, "clock")
    return Cell(
        said, why if known else "", look="nowrap", badge=f"due due-{DUE_LOOKS.get(due.state, due.state)}", glyph=glyph
    )


def due_words(due: Due) -> str:
    if due.state == "paused":
        return gettext("暂停计时")
    if due.state == "waits":
        return gettext("待送达")
    if due.state == "over":
        return gettext("当事人期限已满")
    if due.state == "none" or due.remaining is None:
        return gettext("无期限")
    if due.state == "today":
        return gettext("今日到期")
    if due.state == "overdue":
        return gettext("逾期 %(days)s 个工作日", days=-due.remaining)
    return gettext("剩 %(days)s 个工作日", days=due.remaining)


def as_csv(sheet: Sheet) -> Response:
    """The sheet as a file: UTF-8 with its mark, so that spreadsheets read the Chinese; one line per row shown."""
    today = clock.today(moments.OFFICE_ZONE)
    return Response(
        csv_text(sheet),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{file_name(sheet, today)}"'},
    )


def csv_text(sheet: Sheet) -> str:
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow([harmless(head.label) for head in sheet.heads])
    writer.writerows(_lines(sheet))
    return "\ufeff" + target.getvalue()


def _lines(sheet: Sheet) -> Iterator[list[str]]:
    for row in sheet.rows:
        yield [harmless(cell.text) for cell in row]


def harmless(text: str) -> str:
    """The text as a spreadsheet will show it and nothing else: what looks like a formula gets a quote before it."""
    return f"'{text}" if text.startswith(FORMULA_MARKS) else text


def file_name(sheet: Sheet, day: date) -> str:
    return f"{sheet.name}-{day.isoformat()}.csv"
