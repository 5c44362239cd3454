"""督办: an order from above to finish a task by a day, and what is answered to it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model

_WAITS = "answered_at is null and lifted_at is null and ended_at is null"


class SupervisoryOrder(Model):
    """One order on one task. `unit`: the department that has to see to it; `to_id`: who of it, where one is named.

    No limit of the law moves with it. It is over when the task is, when it is answered, or when who gave it lifts it;
    an order that is none of these by its day is `overdue_at`, once, and a signal where the place's rules have one.
    `ended_at`: its task was over first, as the worker found it.
    """

    __tablename__ = "supervisory_order"
    __table_args__ = (
        Index("order_of_task", "task_id"),
        Index("order_by_its_day", "finish_by", postgresql_where=text(f"{_WAITS} and overdue_at is null")),
        Index("order_that_waits", "task_id", postgresql_where=text(_WAITS)),
        CheckConstraint("words <> ''", name="says_what"),
        CheckConstraint("(answered_at is null) = (answer = '')", name="answered_in_words"),
        CheckConstraint("(answered_at is null) = (answered_by is null)", name="answered_by_somebody"),
        CheckConstraint(
            "(lifted_at is null) = (lifted_by is null) and (lifted_at is null) = (lift_reason = '')",
            name="lifted_with_reason",
        ),
        CheckConstraint("num_nonnulls(answered_at, lifted_at, ended_at) <= 1", name="over_once"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    unit: Mapped[str]
    to_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    words: Mapped[str]
    finish_by: Mapped[date]
    at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(server_default="")
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    answered_at: Mapped[datetime | None]
    overdue_at: Mapped[datetime | None]
    lift_reason: Mapped[str] = mapped_column(server_default="")
    lifted_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    lifted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
