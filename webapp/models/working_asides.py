"""What a designer could not save because a colleague had, and who has which file of a working copy open."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model


class WorkingAside(Model):
    """A file as somebody made it on `base` (null: there was none) while a colleague saved it too.

    `state`: open | merged (with what the file was then) | copied (into a working copy of its own) | dropped.
    `choices`: mark of a conflict -> mine | theirs.
    """

    __tablename__ = "working_aside"
    __table_args__ = (
        CheckConstraint("state in ('open', 'merged', 'copied', 'dropped')", name="known_state"),
        Index("open_working_aside", "copy_id", postgresql_where=text("state = 'open'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    copy_id: Mapped[int] = mapped_column(ForeignKey("working_copy.id"))
    path: Mapped[str]
    base: Mapped[str | None] = mapped_column(ForeignKey("blob.digest"))
    content: Mapped[str] = mapped_column(ForeignKey("blob.digest"))
    by_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    at: Mapped[datetime]
    choices: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    state: Mapped[str] = mapped_column(server_default="open")
    ended_at: Mapped[datetime | None]


class WorkingPresence(Model):
    """Who has a file of a working copy open in an editor, since when, and when the page was heard of last.

    Unlogged: what a crash takes is told anew within half a minute.
    """

    __tablename__ = "working_presence"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    copy_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    path: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    since: Mapped[datetime]
    seen_at: Mapped[datetime]
