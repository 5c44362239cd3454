"""补正: what a department asked an applicant to correct before acceptance, and how it was answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model


class Correction(Model):
    """One request (one round) of an item case, complete when it was made (art. 32).

    `faults` are [kind, key, text] with kind "material" or "answer": only these can be answered. `answered_by` is
    nobody where the applicant answered on the tracking page (`channel`).
    """

    __tablename__ = "correction"
    __table_args__ = (UniqueConstraint("item_case_id", "round"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_case_id: Mapped[int] = mapped_column(ForeignKey("item_case.id"))
    round: Mapped[int]
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    faults: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    note: Mapped[str] = mapped_column(server_default="")
    again_reason: Mapped[str] = mapped_column(server_default="")  # why the first round could not tell it
    asked_by: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(BigInteger)
    channel: Mapped[str] = mapped_column(server_default="")  # window | tracking
    reply: Mapped[str] = mapped_column(server_default="")
    late: Mapped[bool] = mapped_column(server_default=text("false"))
    lapsed_at: Mapped[datetime | None]  # the limit passed without an answer
    lapse: Mapped[str] = mapped_column(server_default="")  # the place's consequence: not-accepted | withdrawn | open


class CorrectionMessage(Model):
    """One message to the applicant that asks for the corrections of several items: the lead department sent it."""

    __tablename__ = "correction_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    sent_by: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    sent_at: Mapped[datetime]
    compared: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")  # [kind, key] read side by side


class CorrectionPoint(Model):
    """What one department asks to be corrected, before the applicant is told: it waits for the other departments.

    `until_on`: the last day on which it waits; afterwards it goes out on its own. `faults` as in a correction.
    """

    __tablename__ = "correction_point"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'sent', 'withdrawn', 'given-back', 'lapsed')", name="known_state"),
        Index("point_waits", "item_case_id", unique=True, postgresql_where=text("state = 'waiting'")),
        Index("points_of_case", "case_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    item_case_id: Mapped[int] = mapped_column(ForeignKey("item_case.id"))
    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"))
    faults: Mapped[list[Any]] = mapped_column(JSONB)
    note: Mapped[str] = mapped_column(server_default="")
    again_reason: Mapped[str] = mapped_column(server_default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    at: Mapped[datetime]
    until_on: Mapped[date]
    state: Mapped[str] = mapped_column(server_default="waiting")
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    reason: Mapped[str] = mapped_column(server_default="")  # why it was given back
    message_id: Mapped[int | None] = mapped_column(ForeignKey("correction_message.id"))
