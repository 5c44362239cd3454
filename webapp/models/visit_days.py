"""征询核查日期: days on which a joint visit could take place, put to the units that take part and answered by them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model


class VisitRound(Model):
    """One asking: who arranges proposes days. One of a visit is open at a time; those before it stay."""

    __tablename__ = "visit_round"
    __table_args__ = (
        Index("open_visit_round", "task_id", unique=True, postgresql_where=text("ended_at is null")),
        CheckConstraint("outcome in ('', 'fixed', 'called-off', 'replaced')", name="known_outcome"),
        CheckConstraint("(outcome = '') = (ended_at is null)", name="ends_with_an_outcome"),
        CheckConstraint("(ended_at is null) = (ended_by is null)", name="ended_by_somebody"),
        CheckConstraint("outcome <> 'called-off' or reason <> ''", name="says_why"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"), index=True)
    note: Mapped[str] = mapped_column(server_default="")  # what the units are to know
    asked_by: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    asked_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(server_default="")
    reason: Mapped[str] = mapped_column(server_default="")  # why it was called off, or fixed against an answer
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    ended_at: Mapped[datetime | None]


class VisitDay(Model):
    """A day of a round, and which part of it."""

    __tablename__ = "visit_day"
    __table_args__ = (
        UniqueConstraint("round_id", "on_day", "part"),
        CheckConstraint("part in ('morning', 'afternoon')", name="known_part"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("visit_round.id"))
    on_day: Mapped[date]
    part: Mapped[str]


class VisitAsked(Model):
    """A post that is asked, for these item cases (none: for the visit as a whole).

    `settled_at`: it has answered, or the round is over; until then it stands in the inbox of the post.
    """

    __tablename__ = "visit_asked"
    __table_args__ = (
        UniqueConstraint("round_id", "group_key"),
        Index("visit_days_to_answer", "group_key", postgresql_where=text("settled_at is null")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("visit_round.id"))
    group_key: Mapped[str]
    item_case_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default="{}")
    settled_at: Mapped[datetime | None]


class VisitDayAnswer(Model):
    """What a post said of a day. Every answer stays; the last one holds."""

    __tablename__ = "visit_day_answer"
    __table_args__ = (Index("holding_day_answer", "asked_id", "day_id", unique=True, postgresql_where=text("holds")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    asked_id: Mapped[int] = mapped_column(ForeignKey("visit_asked.id"), index=True)
    day_id: Mapped[int] = mapped_column(ForeignKey("visit_day.id"), index=True)
    can: Mapped[bool]
    note: Mapped[str] = mapped_column(server_default="")
    holds: Mapped[bool] = mapped_column(server_default="true")
    by_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    acting_for: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    at: Mapped[datetime]
