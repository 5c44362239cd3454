"""上报: what a lower level sent up to the one that decides, and when it came back to be completed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model


class HandUp(Model):
    """One hand-up of an item case: the lower level's opinion with all materials (行政许可法 art. 35).

    `materials` is what went up, as [material key, form, copies, digests of its files]; with `answers_version` it is
    what the upper level decides on, and the same at every later round: the first hand-up locks it. `digest` is over
    both. `returned_at` is set where the upper level sent it back for the review to be completed.
    """

    __tablename__ = "hand_up"
    __table_args__ = (
        UniqueConstraint("item_case_id", "round"),
        CheckConstraint("conclusion in ('grant', 'refuse')", name="known_conclusion"),
        CheckConstraint("(returned_at is null) = (returned_by is null)", name="returned_by_someone"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_case_id: Mapped[int] = mapped_column(ForeignKey("item_case.id"))
    round: Mapped[int]
    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"))
    from_unit: Mapped[str]  # keys of departments
    to_unit: Mapped[str]
    conclusion: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    at: Mapped[datetime]
    due_on: Mapped[date | None]  # the last day of the lower level's review; None in a later round
    answers_version: Mapped[int]
    materials: Mapped[list[Any]] = mapped_column(JSONB)
    digest: Mapped[str]
    returned_at: Mapped[datetime | None]
    returned_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    return_reason: Mapped[str] = mapped_column(server_default="")
