"""What reviewers have on their desks around an open task: what is typed so far, who has it open, words on documents."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model


class TaskDraft(Model):
    """The act of a task as one person has filled it in so far. `fields`: [[control, value], …] as the form sends them.

    It is nobody else's to see, and goes with the act.
    """

    __tablename__ = "task_draft"

    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), primary_key=True)
    fields: Mapped[list[Any]] = mapped_column(JSONB)
    at: Mapped[datetime]


class TaskPresence(Model):
    """Who has the page of a task open: written when it is opened and while it asks; of no use after a short silence.

    Unlogged: what a crash takes is told anew within half a minute.
    """

    __tablename__ = "task_presence"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    task_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    since: Mapped[datetime]
    seen_at: Mapped[datetime]


class FileNote(Model):
    """批注: words on one page of a document, with the part of it that they are about.

    The part is a rectangle in thousandths of the page as it is shown upright; none: the whole page. What is taken off
    stays, with when.
    """

    __tablename__ = "file_note"
    __table_args__ = (
        Index("file_note_of_case", "case_id", postgresql_where=text("removed_at is null")),
        CheckConstraint("words <> ''", name="in_words"),
        CheckConstraint("page >= 1", name="on_a_page"),
        CheckConstraint(
            "num_nulls(left_edge, top_edge, width, height) in (0, 4) and (width is null or left_edge >= 0"
            " and top_edge >= 0 and width > 0 and height > 0 and left_edge + width <= 1000"
            " and top_edge + height <= 1000)",
            name="within_the_page",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), index=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"))
    page: Mapped[int] = mapped_column(SmallInteger)
    left_edge: Mapped[int | None] = mapped_column(SmallInteger)
    top_edge: Mapped[int | None] = mapped_column(SmallInteger)
    width: Mapped[int | None] = mapped_column(SmallInteger)
    height: Mapped[int | None] = mapped_column(SmallInteger)
    words: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
