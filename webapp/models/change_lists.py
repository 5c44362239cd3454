"""变更清单: what a change of law, material or limit touches, kept as work to be done, row by row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model


class ChangeList(Model):
    """One change, and what it was found to touch. Closed when no row is open any more; a row that opens opens it."""

    __tablename__ = "change_list"
    __table_args__ = (
        CheckConstraint("kind in ('law', 'material', 'limit')", name="of_a_kind"),
        Index("open_change_list", "id", postgresql_where=text("closed_at is null")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject: Mapped[str]  # 《行政许可法》第三十四条; a material's key; BUNDLE/ITEM.LIMIT or a parameter's key
    title_zh: Mapped[str]
    title_en: Mapped[str]
    note: Mapped[str] = mapped_column(server_default="")
    created_by: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    created_at: Mapped[datetime]
    searched_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class ChangeRow(Model):
    """One thing that the change touches. `holders`: what had it when it was last looked for, as
    {kind, id, number, state, title_zh, title_en}; `gone_at`: when it was no longer found anywhere."""

    __tablename__ = "change_row"
    __table_args__ = (
        UniqueConstraint("list_id", "bundle_key", "kind", "file", "element"),
        CheckConstraint("state in ('open', 'done', 'not-needed')", name="of_a_state"),
        CheckConstraint("(state = 'open') = (decided_by is null)", name="decided_by_somebody"),
        Index("change_row_assigned", "assigned_to", postgresql_where=text("state = 'open'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("change_list.id"))
    bundle_key: Mapped[str]  # "": the rules of a place
    kind: Mapped[str]
    file: Mapped[str]
    element: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    part: Mapped[str]
    why: Mapped[str]
    said: Mapped[str]
    items: Mapped[list[str]] = mapped_column(JSONB)
    holders: Mapped[list[Any]] = mapped_column(JSONB)
    counted: Mapped[int | None]  # sheets, cases, commitments
    found_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(server_default="open")
    assigned_to: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    decided_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(server_default="")
