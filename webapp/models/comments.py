"""留言: what people say to each other, or to the applicant, about a case; with what it said before it was changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model


class Comment(Model):
    """A comment. `audience`: who reads it, beside those who work on the case. `body` is empty once it is deleted."""

    __tablename__ = "comment"
    __table_args__ = (
        CheckConstraint("audience in ('internal', 'applicant')", name="known_audience"),
        CheckConstraint("(deleted_at is null) = (deleted_by is null)", name="deleted_by_somebody"),
        Index("comment_of_case", "case_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("user_task.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    audience: Mapped[str]
    body: Mapped[str]
    at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    deleted_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))


class CommentVersion(Model):
    """What a comment said until `until`: rows are added, never changed."""

    __tablename__ = "comment_version"

    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    body: Mapped[str]
    until: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))


class CommentMention(Model):
    """Who was named with @ and told of it."""

    __tablename__ = "comment_mention"

    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), primary_key=True)


class CommentFile(Model):
    """A file beside a comment among colleagues."""

    __tablename__ = "comment_file"

    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), primary_key=True, index=True)
