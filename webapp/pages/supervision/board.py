"""时限看板: how each unit and each person stands with their limits; from every figure to the work behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp.catalogue import rules_in_force
from webapp.errors import NotFound
from webapp.identity import signed_in
from webapp.pages.supervision.blueprint import address, asked, asked_number, blueprint, sections
from webapp.pages.supervision.sheets import NOTHING, Cell, Head, Sheet, as_csv, average, due_cell, number
from webapp.pages.support import needs, when, words
from webapp.permissions import Permission, may
from webapp.queries import supervision, supervision_figures
from webapp.queries.case_view import incidents
from webapp.queries.supervision import Wanted, WorkRow
from webapp.queries.supervision_figures import PERIODS, PersonLine, UnitLine

DEFAULT_PERIOD = 90


@dataclass(frozen=True, slots=True)
class Asked:
    """What the URL narrows the board to."""

    wanted: Wanted
    period: int
    after: str

    def address(self, endpoint: str, **changed: object) -> str:
        """The same, on another page or with one thing changed."""
        given = {
            "unit": self.wanted.unit,
            "person": self.wanted.person,
            "state": self.wanted.state,
            "period": self.period if self.period != DEFAULT_PERIOD else None,
        }
        return address(endpoint, **{**given, **changed})


@blueprint.get("")
@needs(Permission.SUPERVISION_SEE)
def board() -> ResponseReturnValue:
    """All units, or one with its people; the open work below. What it is narrowed to stands in the URL."""
    said = _asked()
    counted = supervision_figures.count(rules_in_force())
    lines = supervision_figures.units(counted, days_back=said.period)
    unit = next((line for line in lines if line.key == said.wanted.unit), None)
    if said.wanted.unit and unit is None:
        raise NotFound()
    people = supervision_figures.people(counted, unit.key, days_back=said.period) if unit else []
    chosen = next((line for line in people if line.id == said.wanted.person), None) if said.wanted.person else None
    if said.wanted.person and chosen is None:
        raise NotFound()
    work, following = _work(said)
    counts = chosen.counts if chosen else supervision_figures.total([unit] if unit else lines)
    return render_template(
        "supervision/board.html",
        sections=sections(signed_in(), "board"),
        units=_unit_sheet(lines, said),
        unit=unit,
        people=_people_sheet(people, said) if unit else None,
        person=chosen,
        work=work,
        asked=said,
        at=counted.at,
        averaged_at=supervision_figures.averaged_at(),
        periods=[(days, said.address("board", period=days), days == said.period) for days in PERIODS],
        tabs=[
            (label, said.address("board", state=state), state == said.wanted.state, count)
            for state, label, count in (
                ("", gettext("全部"), counts.running),
                ("overdue", gettext("已逾期"), counts.overdue),
                ("near", gettext("临期"), counts.near),
                ("paused", gettext("暂停计时"), counts.paused),
            )
        ],
        next_url=said.address("board", after=following) if following else None,
        first_url=said.address("board") if said.after else None,
        csv_url=said.address("work_file", after=said.after),
        incidents=incidents() if not said.wanted.unit else [],
        may_retry=may(signed_in(), Permission.INCIDENT_RETRY),
    )


@blueprint.get("/units.csv")
@needs(Permission.SUPERVISION_SEE)
def units_file() -> Response:
    """The table of units as it stands on the board."""
    said = _asked()
    counted = supervision_figures.count(rules_in_force())
    return as_csv(_unit_sheet(supervision_figures.units(counted, days_back=said.period), said))


@blueprint.get("/people.csv")
@needs(Permission.SUPERVISION_SEE)
def people_file() -> Response:
    """The table of a unit's people as it stands on the board."""
    said = _asked()
    counted = supervision_figures.count(rules_in_force())
    people = supervision_figures.people(counted, said.wanted.unit, days_back=said.period)
    return as_csv(_people_sheet(people, said))


@blueprint.get("/work.csv")
@needs(Permission.SUPERVISION_SEE)
def work_file() -> Response:
    """The page of open work that is on the screen."""
    return as_csv(_work(_asked())[0])


def _asked() -> Asked:
    period = asked_number("period")
    return Asked(
        Wanted(
            state=asked("state", supervision.STATES),
            unit=asked("unit"),
            person=asked_number("person"),
        ),
        period if period in PERIODS else DEFAULT_PERIOD,
        request.args.get("after", ""),
    )


def _work(said: Asked) -> tuple[Sheet, str | None]:
    page = supervision.board(rules_in_force(), said.wanted, after=said.after)
    heads = (
        gettext("项目"),
        gettext("办件编号"),
        gettext("事项"),
        gettext("环节"),
        gettext("责任单位"),
        gettext("时限"),
        gettext("期限"),
        gettext("办理人"),
        gettext("环节开始"),
    )
    sheet = Sheet(
        "supervision-work",
        gettext("在办清单"),
        tuple(Head(head) for head in heads),
        tuple(_work_cells(row) for row in page.rows),
        keys=True,
    )
    return sheet, page.following


def _work_cells(row: WorkRow) -> tuple[Cell, ...]:
    subject = f"{row.subject} {gettext('已挂起')}" if row.suspended else row.subject
    limit = words(row.clock) or NOTHING
    if row.statutory_on:
        limit += gettext("（法定至 %(day)s）", day=row.statutory_on.isoformat())
    return (
        Cell(subject, url_for("case.show", case_id=row.case_id)),
        Cell(row.number, look="nowrap"),
        Cell(words(row.item)),
        Cell(words(row.step)),
        Cell(f"{words(row.unit)} {row.phone}".strip()),
        Cell(limit),
        due_cell(row.due, url_for("clocks.of_case", case_id=row.case_id)),
        Cell(row.holder or gettext("待认领"), look="nowrap"),
        Cell(when(row.since), look="nowrap"),
    )


def _figure_heads(first: str) -> tuple[Head, ...]:
    numbers = (
        gettext("在办"),
        gettext("临期"),
        gettext("已逾期"),
        gettext("暂停计时"),
        gettext("黄牌"),
        gettext("红牌"),
        gettext("已决定"),
        gettext("平均用时（工作日）"),
        gettext("平均承诺（工作日）"),
        gettext("按期办结率"),
    )
    return (Head(first), *(Head(label, "number") for label in numbers))


def _unit_sheet(lines: Sequence[UnitLine], said: Asked) -> Sheet:
    rows = tuple(_figure_cells(Cell(words(line.name), _of(said, line.key)), line, said, line.key, 0) for line in lines)
    return Sheet("supervision-units", gettext("各单位时限"), _figure_heads(gettext("单位")), rows)


def _people_sheet(lines: Sequence[PersonLine], said: Asked) -> Sheet:
    unit = said.wanted.unit
    rows = tuple(
        _figure_cells(
            Cell(line.name, _of(said, unit, person=line.id)) if line.id else Cell(gettext("待认领")),
            line,
            said,
            unit,
            line.id or 0,
            drill=line.id is not None,
        )
        for line in lines
    )
    return Sheet("supervision-people", gettext("本单位人员"), _figure_heads(gettext("人员")), rows)


def _of(said: Asked, unit: str, **changed: object) -> str:
    return said.address("board", **{"unit": unit, "person": None, "state": None, **changed})


def _figure_cells(
    name: Cell, line: UnitLine | PersonLine, said: Asked, unit: str, person: int, *, drill: bool = True
) -> tuple[Cell, ...]:
    """The row of a unit or a person; every figure leads to what it counts."""
    counts, days = line.counts, line.days

    def work(state: str) -> str:
        return _of(said, unit, person=person, state=state) if drill else ""

    def signals(colour: str) -> str:
        return address("signals", unit=unit, person=person, colour=colour) if drill else ""

    decided = days.items > 0
    return (
        name,
        number(counts.running, work("")),
        number(counts.near, work("near")),
        number(counts.overdue, work("overdue")),
        number(counts.paused, work("paused")),
        number(counts.yellow, signals("yellow")),
        number(counts.red, signals("red")),
        number(days.items),
        average(days.used, decided),
        average(days.promised, decided),
        Cell(f"{days.in_time}%" if decided else NOTHING, look="number"),
    )
