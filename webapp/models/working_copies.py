"""Working copies of bundles: files that designers change before they keep them as a release."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model


class WorkingCopy(Model):
    """One set of changeable files of a bundle, begun from a release. Ended when somebody puts it away, until it is
    opened again."""

    __tablename__ = "working_copy"
    __table_args__ = (Index("open_working_copy", "bundle_key", postgresql_where=text("ended_at is null")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    bundle_key: Mapped[str]
    base_release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    title: Mapped[str]
    created_by: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    release_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"))  # what it was kept as last


class WorkingFile(Model):
    """A file of a working copy as it stands now."""

    __tablename__ = "working_file"

    copy_id: Mapped[int] = mapped_column(ForeignKey("working_copy.id"), primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(ForeignKey("blob.digest"))


class WorkingCopyAuthor(Model):
    """Whose work a copy was begun with that took another copy's files over; who saves in it stands in its changes."""

    __tablename__ = "working_copy_author"

    copy_id: Mapped[int] = mapped_column(ForeignKey("working_copy.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), primary_key=True)


class WorkingChange(Model):
    """One saving of one file: what it was, what it became (null: not there), who, when, and a note.

    `saving_id`: of several files that were saved as one, the first of them.
    """

    __tablename__ = "working_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    copy_id: Mapped[int] = mapped_column(ForeignKey("working_copy.id"), index=True)
    path: Mapped[str]
    before: Mapped[str | None] = mapped_column(ForeignKey("blob.digest"))
    after: Mapped[str | None] = mapped_column(ForeignKey("blob.digest"))
    by_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(server_default="")
    saving_id: Mapped[int | None] = mapped_column(ForeignKey("working_change.id"))
