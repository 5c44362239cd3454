"""What staff are told: a line for each person, read in the page and sent on by other ways."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model


class Notice(Model):
    """A word to one person. `facts` fill the wording of its kind, masked as that declares; `routed_at`: when it was
    settled by which other ways it goes."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("notice_unread", "user_id", text("id desc"), postgresql_where=text("read_at is null")),
        Index("ix_notice_user_id_id", "user_id", text("id desc")),
        Index("notice_unrouted", "id", postgresql_where=text("routed_at is null")),
        Index("ix_notice_case_id", "case_id", postgresql_where=text("case_id is not null")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    kind: Mapped[str]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("user_task.id"))
    facts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    routed_at: Mapped[datetime | None]
