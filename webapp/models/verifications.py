"""事后核查: who was drawn, who declared a conflict, photos, compared facts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model


class VerificationDraw(Model):
    """One draw of officers, as it can be made again: seed, list, how many. Append-only, as triggers see to.

    `candidates` and `drawn` are ids of people in the order in which they stood; `excluded` [id, why]; `officers` are
    who verifies after this draw. A further draw replaces one of them, with a reason.
    """

    __tablename__ = "verification_draw"
    __table_args__ = (
        UniqueConstraint("item_case_id", "number"),
        CheckConstraint("(replaced_id is null) or reason <> ''", name="replaced_with_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_case_id: Mapped[int] = mapped_column(ForeignKey("item_case.id"))
    number: Mapped[int]
    seed: Mapped[str]
    candidates: Mapped[list[int]] = mapped_column(JSONB)
    excluded: Mapped[list[Any]] = mapped_column(JSONB)
    wanted: Mapped[int]
    drawn: Mapped[list[int]] = mapped_column(JSONB)
    officers: Mapped[list[int]] = mapped_column(JSONB)
    replaced_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    reason_kind: Mapped[str] = mapped_column(server_default="")  # conflict | absent | other
    reason: Mapped[str] = mapped_column(server_default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))  # nobody: at the beginning, by itself
    at: Mapped[datetime]


class DrawnOfficer(Model):
    """Who is to verify an item now: of the latest draw, until the verification has ended. The draws stay apart."""

    __tablename__ = "drawn_officer"

    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), primary_key=True, autoincrement=False)
    item_case_id: Mapped[int] = mapped_column(
        ForeignKey("item_case.id"), primary_key=True, autoincrement=False, index=True
    )


class DeclaredConflict(Model):
    """回避: an officer has an interest in the case, or in one item of it, and does nothing in it until it is lifted.

    It is declared by oneself and lifted by who leads the department, with reasons; nothing of it goes.
    """

    __tablename__ = "declared_conflict"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="with_reason"),
        CheckConstraint("kind in ('kinship', 'interest', 'other')", name="known_kind"),
        CheckConstraint(
            "(withdrawn_at is null) = (withdrawn_by is null) and (withdrawn_at is null or withdrawal <> '')",
            name="withdrawn_with_reason",
        ),
        Index(
            "conflict_in_force",
            "case_id",
            "user_id",
            text("coalesce(item_case_id, 0)"),
            unique=True,
            postgresql_where=text("withdrawn_at is null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    item_case_id: Mapped[int | None] = mapped_column(ForeignKey("item_case.id"))  # None: of the whole case
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    kind: Mapped[str] = mapped_column(server_default="interest")
    reason: Mapped[str]
    at: Mapped[datetime]
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawal: Mapped[str] = mapped_column(server_default="")  # why it was lifted


class VerificationPhoto(Model):
    """A photo of a verification: of which point, when and where it was taken as its officer entered it."""

    __tablename__ = "verification_photo"
    __table_args__ = (Index("photo_of_task", "task_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), index=True)
    point: Mapped[str] = mapped_column(server_default="")  # of the checklist; "": the whole
    taken_at: Mapped[datetime]
    place: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    at: Mapped[datetime]


class ComparedFactRow(Model):
    """One fact held against the records of another body: whose, what is declared, what stands there, the result."""

    __tablename__ = "compared_fact"
    __table_args__ = (
        UniqueConstraint("task_id", "key"),
        CheckConstraint("source <> ''", name="with_source"),
        CheckConstraint("result in ('match', 'differ', 'not-found')", name="known_result"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"))
    key: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    declared: Mapped[str]
    source: Mapped[str]
    found: Mapped[str] = mapped_column(server_default="")
    result: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    at: Mapped[datetime]
