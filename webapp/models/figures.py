"""What the boards of supervision count, kept so that a page costs the same whatever the number of cases."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model

#: `person_id` of a row that stands for the whole unit, and for work that nobody has claimed.
WHOLE_UNIT, NOBODY = 0, -1


class UnitFigure(Model):
    """How much of a unit's (and of each person's) open work is near its end, past it, or paused; unsettled signals.

    Counted by the worker; a small office is counted when the page is opened.
    """

    __tablename__ = "unit_figure"

    unit: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    running: Mapped[int]
    near: Mapped[int]
    overdue: Mapped[int]
    paused: Mapped[int]
    yellow: Mapped[int]
    red: Mapped[int]
    at: Mapped[datetime]


class RuledDay(Model):
    """The items that a unit ruled on in a day, and those in which a person had a part: working days used and promised.

    Days of a pause count in neither.
    """

    __tablename__ = "ruled_day"
    # The board reads by person (the primary key) and by unit; the worker by day: the last one, and one to count anew.
    __table_args__ = (Index("ruled_day_of_unit", "unit", "day"), Index("ruled_day_of_day", "day"))

    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True)
    items: Mapped[int]
    used: Mapped[int]
    promised: Mapped[int]
    late: Mapped[int]
