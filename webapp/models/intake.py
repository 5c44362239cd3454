"""补正: what a department asked an applicant to correct before acceptance, and how it was answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint, text
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
