"""The board as a page, and its two tables as files."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp.catalogue import rules_in_force
from webapp.errors import NotFound
from webapp.identity import Identity, signed_in
from webapp.pages.inbox.sheet import holder, marks
from webapp.pages.lead_board.blueprint import ALL, FREE, Asked, asked, blueprint
from webapp.pages.supervision.sheets import Cell, Head, Sheet, as_csv, due_cell, number
from webapp.pages.support import needs, when, words
from webapp.permissions import Permission
from webapp.queries import worklist
from webapp.queries.lead_board import Away, LeadBoard, Load, lead_board
from webapp.queries.worklist import Page, Row
from webapp.services.bulk import BulkActKind


@blueprint.get("")
@needs(Permission.TASK_ASSIGN)
def show() -> ResponseReturnValue:
    """The people with their load, and the work: what nobody has first. All of it stands in the URL."""
    by, said = signed_in(), asked()
    rules = rules_in_force()
    board = lead_board(rules, by)
    chosen = board.person(said.person)
    if said.person and chosen is None:
        raise NotFound()
    page = _work(by, said)
    return render_template(
        "board/show.html",
        said=said,
        board=board,
        person=chosen,
        people=_people_sheet(board, said),
        work=_work_sheet(page, by, said),
        rows=page.rows,
        partly=page.partly,
        tabs=_tabs(said, board, chosen),
        assigns=[(str(BulkActKind.ASSIGN), gettext("分派"), "users")],
        previous_url=page.previous and said.url(before=page.previous),
        next_url=page.following and said.url(after=page.following),
    )


@blueprint.get("/people.csv")
@needs(Permission.TASK_ASSIGN)
def people_file() -> Response:
    """The table of people as it stands on the board."""
    return as_csv(_people_sheet(lead_board(rules_in_force(), signed_in()), asked()))


@blueprint.get("/work.csv")
@needs(Permission.TASK_ASSIGN)
def work_file() -> Response:
    """The page of the list that is on the screen."""
    by, said = signed_in(), asked()
    return as_csv(_work_sheet(_work(by, said), by, said))


def _work(by: Identity, said: Asked) -> Page:
    groups = worklist.groups_for(by, said.wanted)
    found = worklist.find(by, rules_in_force, said.wanted, groups, **said.cursors)
    return worklist.page_of(found, by, rules_in_force(), said.wanted)


def _tabs(said: Asked, board: LeadBoard, person: Load | None) -> list[tuple[str, str, bool, int | None]]:
    """What the list shows. Only what one person has is known as a number of its own."""
    shown: list[tuple[str, str, int | None]] = [] if person else [(FREE, gettext("无人认领"), board.free.running)]
    shown += [
        (ALL, gettext("全部"), person.held if person else None),
        ("overdue", gettext("已逾期"), None),
        ("today", gettext("今日到期"), None),
        ("near", gettext("临期"), None),
        ("paused", gettext("暂停计时"), None),
    ]
    return [(label, said.url(show=key), key == said.show, count) for key, label, count in shown]


def _people_sheet(board: LeadBoard, said: Asked) -> Sheet:
    heads = (
        Head(gettext("人员")),
        Head(gettext("手上"), "number"),
        Head(gettext("其中等待"), "number"),
        Head(gettext("临期"), "number"),
        Head(gettext("已逾期"), "number"),
        Head(gettext("暂停计时"), "number"),
        Head(gettext("本周办结"), "number"),
        Head(gettext("不在岗")),
        Head(gettext("代办")),
    )
    rows = [_person_cells(one, said) for one in board.people]
    free = board.free
    unclaimed = (
        Cell(gettext("无人认领"), said.url(person="", show="")),
        number(free.running, said.url(person="", show="")),
        number(0),
        number(free.near),
        number(free.overdue),
        number(free.paused),
        number(0),
        Cell("—"),
        Cell("—"),
    )
    return Sheet("board-people", gettext("人员负荷"), heads, (*rows, unclaimed))


def _person_cells(one: Load, said: Asked) -> tuple[Cell, ...]:
    def work(show: str) -> str:
        return said.url(person=one.id, show="" if show == ALL else show)

    return (
        Cell(one.name, work(ALL)),
        number(one.held, work(ALL)),
        number(one.waiting),
        number(one.counts.near),
        number(one.counts.overdue, work("overdue")),
        number(one.counts.paused, work("paused")),
        number(one.done),
        Cell(_days(one.away, absent=True)),
        Cell(_days(one.stands_in, absent=False)),
    )


def _days(lines: Sequence[Away], *, absent: bool) -> str:
    """Until when somebody is away and who stands in; or for whom they stand in themselves."""
    told = []
    for one in lines:
        named = {"name": one.stand_in if absent else one.absent, "until": one.until_on.isoformat()}
        if one.ahead:
            named["since"] = one.from_on.isoformat()
            told.append(
                gettext("%(since)s 至 %(until)s，由%(name)s代办", **named)
                if absent
                else gettext("%(since)s 至 %(until)s 代%(name)s", **named)
            )
        else:
            told.append(
                gettext("至 %(until)s，由%(name)s代办", **named)
                if absent
                else gettext("至 %(until)s 代%(name)s", **named)
            )
    return gettext("；").join(told) if told else "—"


def _work_sheet(page: Page, by: Identity, said: Asked) -> Sheet:
    heads = (
        gettext("项目"),
        gettext("办件编号"),
        gettext("事项"),
        gettext("环节"),
        gettext("到达时间"),
        gettext("期限"),
        gettext("办理人"),
    )
    rows = tuple(_work_cells(row, by) for row in page.rows)
    return Sheet("board-work", gettext("任务清单"), tuple(Head(head) for head in heads), rows, keys=True)


def _work_cells(row: Row, by: Identity) -> tuple[Cell, ...]:
    between = gettext("、")
    return (
        Cell(
            f"{row.subject} {gettext('已挂起')}" if row.suspended else row.subject,
            url_for("task.show", task_id=row.task_id) if row.mine else url_for("case.show", case_id=row.case_id),
        ),
        Cell(row.number, look="nowrap"),
        Cell(words(row.item)),
        Cell(between.join([words(row.name), *(label for label, _, _ in marks(row))])),
        Cell(when(row.arrived_at), look="nowrap"),
        due_cell(row.due, url_for("clocks.of_case", case_id=row.case_id)),
        Cell(holder(row, by.user_id) if row.mine or row.holder_id else gettext("待认领"), look="nowrap"),
    )
