"""批量办理: one act of one person on many tasks, as it was chosen and how each ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model


class BulkAct(Model):
    """What one page carried out; the page's key makes it once. The acts themselves stand in their cases.

    `chosen`: [task, …] in the order of the list. `results`: [[task, whether it was done, zh, en], …]; null while it
    runs, or where it was broken off. It is its own person's to read, and goes after a while (`services/cleaning`).
    """

    __tablename__ = "bulk_act"
    __table_args__ = (
        UniqueConstraint("by_id", "key"),
        CheckConstraint("act in ('claim', 'assign', 'release', 'rule')", name="known_act"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    key: Mapped[str]
    act: Mapped[str]
    at: Mapped[datetime]
    chosen: Mapped[list[Any]] = mapped_column(JSONB)
    results: Mapped[list[Any] | None] = mapped_column(JSONB)
