"""The list as it stands on the screen and in its file: the same cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext

from webapp import clock, moments
from webapp.languages import language
from webapp.pages.inbox.blueprint import Asked
from webapp.pages.supervision.sheets import NOTHING, Cell, Head, Sheet, due_words
from webapp.pages.support import when, words
from webapp.queries.worklist import Page, Row
from webapp.queries.worklist_beside import column_fields
from webapp.queries.worklist_done import DonePage, DoneRow
from webapp.queries.worklist_picks import release_of

Columns = Mapping[int, Mapping[str, str]]


def list_sheet(said: Asked, page: Page | DonePage, columns: Columns) -> Sheet:
    """The rows of a page. The chosen fields of the form stand last."""
    more, to = column_heads(said), addresses()
    heads = _heads() if isinstance(page, Page) else _done_heads()
    rows = []
    for row in page.rows:
        cells = _cells(row, said, to) if isinstance(row, Row) else _done_cells(row, to)
        rows.append((*cells, *(Cell(columns[row.case_id].get(key, "") or NOTHING) for key in more)))
    return Sheet(
        "inbox",
        gettext("待办任务"),
        (*(Head(label) for label in heads), *(Head(label) for label in more.values())),
        tuple(rows),
        keys=True,
    )


def column_heads(said: Asked) -> dict[str, str]:
    """Key -> label of the chosen columns, in the order in which they were chosen."""
    release = release_of(said.wanted.bundle) if said.wanted.columns else None
    known = {field.key: words(field.label) for field in column_fields(release)} if release else {}
    return {key: known[key] for key in said.wanted.columns if key in known}


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of rows: made once, for a list has many. Each takes an id."""

    task: Callable[[int], str]
    case: Callable[[int], str]
    clocks: Callable[[int], str]
    claim: Callable[[int], str]
    marks: Callable[[int], str]


def addresses() -> Addresses:
    return Addresses(
        _address("task.show", "task_id"),
        _address("case.show", "case_id"),
        _address("clocks.of_case", "case_id"),
        _address("task.claim", "task_id"),
        _address("inbox.mark", "task_id"),
    )


def _address(endpoint: str, name: str) -> Callable[[int], str]:
    values: dict[str, Any] = {name: 0}
    before, _, after = url_for(endpoint, **values).rpartition("0")
    return lambda id_: f"{before}{id_}{after}"


def _heads() -> tuple[str, ...]:
    return (
        gettext("项目"),
        gettext("办件编号"),
        gettext("事项"),
        gettext("环节"),
        gettext("申请人"),
        gettext("到达时间"),
        gettext("期限"),
        gettext("办理人"),
        gettext("跟进"),
    )


def _done_heads() -> tuple[str, ...]:
    return (
        gettext("项目"),
        gettext("办件编号"),
        gettext("事项"),
        gettext("环节"),
        gettext("申请人"),
        gettext("办结时间"),
        gettext("办理"),
    )


def _cells(row: Row, said: Asked, to: Addresses) -> tuple[Cell, ...]:
    between = "、" if language() == "zh" else ", "
    return (
        Cell(f"{row.subject} {gettext('已挂起')}" if row.suspended else row.subject, task_url(row, to)),
        Cell(row.number, look="nowrap"),
        Cell(words(row.item)),
        Cell(between.join([words(row.name), *(label for label, _, _ in marks(row))])),
        Cell(row.applicant),
        Cell(when(row.arrived_at), look="nowrap"),
        Cell(due_words(row.due)),
        Cell(holder(row, said.by.user_id), look="nowrap"),
        Cell(row.follow_on.isoformat() if row.follow_on else NOTHING, look="nowrap"),
    )


def _done_cells(row: DoneRow, to: Addresses) -> tuple[Cell, ...]:
    return (
        Cell(row.subject, to.case(row.case_id)),
        Cell(row.number, look="nowrap"),
        Cell(words(row.item)),
        Cell(words(row.name)),
        Cell(row.applicant),
        Cell(when(row.closed_at), look="nowrap"),
        Cell(words(row.act)),
    )


def task_url(row: Row, to: Addresses) -> str:
    """The task's page; the case's where the task is of another post of the department."""
    return to.task(row.task_id) if row.mine else to.case(row.case_id)


def marks(row: Row) -> list[tuple[str, str, str]]:
    """(label, kind, glyph) of what stands beside the step."""
    shown = []
    if row.standing_in:
        shown.append((gettext("代%(name)s", name=row.standing_in), "info", "user"))
    if row.first:
        shown.append((gettext("优先"), "warn", "flag"))
    if row.urgent:
        shown.append((gettext("即办件"), "info", "flag"))
    if row.urged:
        shown.append((gettext("被催办"), "warn", "bell"))
    if row.ordered_by:
        shown.append((gettext("督办，限期 %(day)s", day=row.ordered_by.isoformat()), "bad", "flag"))
    if row.waits:
        shown.append((gettext("等待同事"), "info", "clock"))
    if row.colour == "red":
        shown.append((gettext("红牌"), "bad", "alert-triangle"))
    if row.colour == "yellow":
        shown.append((gettext("黄牌"), "warn", "alert-triangle"))
    return shown


def holder(row: Row, me: int) -> str:
    """Who has the task, in words."""
    if row.signed:
        return gettext("我已签字，等待他人")
    if row.drawn:
        return _drawn(row, me)
    if row.shared:
        return gettext("多人共同办理")
    if row.holder_id is None:
        return gettext("待认领") if row.is_free() or not row.suspended else NOTHING
    return gettext("我") if row.holder_id == me else row.holder


def _drawn(row: Row, me: int) -> str:
    """Who is drawn, for the others of the post too: nobody else does it."""
    others = [name for user, name in row.drawn if user != me]
    names = gettext("、").join(others)
    if len(others) < len(row.drawn):
        return gettext("抽中：我、%(names)s", names=names) if others else gettext("抽中：我")
    return gettext("已抽中%(names)s", names=names)


def follow_reached(row: Row) -> bool:
    """Whether the day to come back to the task has come."""
    return row.follow_on is not None and row.follow_on <= clock.today(moments.OFFICE_ZONE)
