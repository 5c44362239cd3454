"""联合核查: its photos, and the record that its officers sign."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model


class VisitPhoto(Model):
    """A photo taken at a visit. `device_key` is the phone's own mark of it: sent twice, it is kept once."""

    __tablename__ = "visit_photo"
    __table_args__ = (
        UniqueConstraint("task_id", "device_key"),
        CheckConstraint("device_key <> ''", name="with_key"),
        CheckConstraint("place <> ''", name="with_place"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), index=True)
    device_key: Mapped[str]
    point: Mapped[str] = mapped_column(server_default="")  # "<item>.<point>"; "": the whole
    taken_at: Mapped[datetime]  # as its officer says
    place: Mapped[str]  # as its officer says
    stated_at: Mapped[str] = mapped_column(server_default="")  # as the file says, which anybody can write into it
    stated_place: Mapped[str] = mapped_column(server_default="")  # as the file says: latitude, longitude
    by_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    at: Mapped[datetime]


class VisitRecord(Model):
    """What was found, as its first officer recorded it: `content` is JSON, `digest` its SHA-256, by which all sign.

    One stands for a visit; one that was returned or taken back stays, with by whom and why.
    """

    __tablename__ = "visit_record"
    __table_args__ = (
        CheckConstraint("signature_file_id is null or unsigned_because = ''", name="signed_or_not"),
        CheckConstraint("(ended_at is null) = (ended_by is null)", name="ended_by_somebody"),
        Index("visit_record_that_stands", "task_id", unique=True, postgresql_where=text("ended_at is null")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"))
    digest: Mapped[str]
    content: Mapped[str]
    person_name: Mapped[str] = mapped_column(server_default="")  # who was there for the visited party
    person_position: Mapped[str] = mapped_column(server_default="")
    signature_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), index=True)
    unsigned_because: Mapped[str] = mapped_column(server_default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    at: Mapped[datetime]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str] = mapped_column(server_default="")
