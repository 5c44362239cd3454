"""审管衔接: what the supervising unit was told of a ruling, how it got there, and what it answered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model


class SupervisionHandover(Model):
    """One ruling handed over. `body` is the JSON document exactly as it was sent, `digest` its SHA-256."""

    __tablename__ = "supervision_handover"
    __table_args__ = (
        CheckConstraint("result is null or received_at is not null", name="received_before_answered"),
        CheckConstraint("result is null or result_at is not null", name="answered_at_a_time"),
        CheckConstraint("result is null or result in ('normal', 'fault', 'ended')", name="known_result"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)  # under which another system answers
    item_case_id: Mapped[int] = mapped_column(ForeignKey("item_case.id"), unique=True)
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"))  # None: an older release
    from_unit: Mapped[str]
    to_unit: Mapped[str]
    body: Mapped[str]
    digest: Mapped[str]
    sent_at: Mapped[datetime]
    received_at: Mapped[datetime | None]
    received_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))  # None: by another system
    receiver: Mapped[str] = mapped_column(server_default="")
    result: Mapped[str | None]  # normal | fault | ended
    result_note: Mapped[str] = mapped_column(server_default="")
    result_at: Mapped[datetime | None]
    result_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))


class HandoverDelivery(Model):
    """The handover on its way to another system: tries, why the last one failed, when it arrived."""

    __tablename__ = "handover_delivery"

    handover_id: Mapped[int] = mapped_column(
        ForeignKey("supervision_handover.id"), primary_key=True, autoincrement=False
    )
    tries: Mapped[int] = mapped_column(server_default="0")
    tried_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(server_default="")
    final: Mapped[bool] = mapped_column(server_default=text("false"))  # refused: not tried again by itself
    delivered_at: Mapped[datetime | None]


class CallbackSeen(Model):
    """A signed answer of another system that was taken, by its own number: a second one with it is a replay."""

    __tablename__ = "callback_seen"

    delivery: Mapped[str] = mapped_column(primary_key=True)
    handover_id: Mapped[int] = mapped_column(ForeignKey("supervision_handover.id"), index=True)
    at: Mapped[datetime]
