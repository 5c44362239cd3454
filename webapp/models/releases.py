"""Published bundles: releases, their files, and the dated rule tables (calendars, profiles)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Model
from webapp.models.organisation import User


class Blob(Model):
    """The content of a release's file, kept once per digest (SHA-256, hex)."""

    __tablename__ = "blob"

    digest: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Release(Model):
    """One set of a bundle's files. A draft becomes published by a second person; then it never changes."""

    __tablename__ = "release"
    __table_args__ = (
        UniqueConstraint("bundle_key", "number"),
        Index("one_published_release", "bundle_key", unique=True, postgresql_where=text("state = 'published'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    bundle_key: Mapped[str]
    number: Mapped[int]
    state: Mapped[str]  # draft | submitted | published | retired
    digest: Mapped[str]
    note: Mapped[str] = mapped_column(server_default="")
    created_by: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    published_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]

    author: Mapped[User] = relationship(foreign_keys=[created_by])
    publisher: Mapped[User | None] = relationship(foreign_keys=[published_by])


class ReleaseFile(Model):
    __tablename__ = "release_file"

    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(ForeignKey("blob.digest"))


class StartTimer(Model):
    """A process of a published release that begins by itself at a time. `due_at` is null once it has begun for good.

    Of a cycle, `starts_left` (null: without end) and the interval: months, and the exact part in microseconds.
    """

    __tablename__ = "start_timer"
    __table_args__ = (UniqueConstraint("release_id", "process", "element"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    process: Mapped[str]
    element: Mapped[str]
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    starts_left: Mapped[int | None]
    months: Mapped[int | None]
    microseconds: Mapped[int | None]
    claimed_until: Mapped[datetime | None]
    claimed_by: Mapped[str | None]
    started_at: Mapped[datetime | None]  # the last time
    failure_zh: Mapped[str] = mapped_column(server_default="")  # why it could not begin when it was due last
    failure_en: Mapped[str] = mapped_column(server_default="")


class RuleTable(Model):
    """A version of a calendar year, a profile or its rules of supervision: chosen by the legal date, never changed."""

    __tablename__ = "rule_table"
    __table_args__ = (UniqueConstraint("kind", "key", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]  # calendar | profile | supervision
    key: Mapped[str]
    digest: Mapped[str] = mapped_column(ForeignKey("blob.digest"))
    loaded_at: Mapped[datetime]
