"""Published bundles: releases, their files, and the dated rule tables (calendars, profiles)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
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
    state: Mapped[str]  # draft | submitted | approved (from effective_on) | published | retired | stopped | discarded
    digest: Mapped[str]
    note: Mapped[str] = mapped_column(server_default="")
    created_by: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    published_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    compared_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"))  # in force when it was submitted
    effective_on: Mapped[date | None]
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    approved_at: Mapped[datetime | None]
    put_off_until: Mapped[datetime | None]  # its day has come, and it is tried again then; put_off_* say why
    put_off_zh: Mapped[str] = mapped_column(server_default="")
    put_off_en: Mapped[str] = mapped_column(server_default="")

    author: Mapped[User] = relationship(foreign_keys=[created_by])
    publisher: Mapped[User | None] = relationship(foreign_keys=[published_by])


class ReleaseFile(Model):
    __tablename__ = "release_file"

    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(ForeignKey("blob.digest"))


class ReleaseAuthor(Model):
    """Who made a release: who kept it, and whose work it was kept from. They neither sign nor publish it."""

    __tablename__ = "release_author"

    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), primary_key=True)


class ReleaseSignOff(Model):
    """Whose affairs a submitted release changes: a department or, as "", legal review; and what they said to it.

    `parts`: item key ("" for the bundle as such) -> the aspects that change. `for_id`: the absent colleague whose
    post it was done with. `letter_number`: of a department's letter that legal review entered.
    """

    __tablename__ = "release_sign_off"
    __table_args__ = (
        CheckConstraint("(signed_by is null) = (agrees is null)", name="signed_by_somebody"),
        Index("one_sign_off_of_a_party", "release_id", "party", unique=True, postgresql_where=text("ended_at is null")),
        Index("sign_off_waits", "party", postgresql_where=text("ended_at is null and agrees is null")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    party: Mapped[str]
    parts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    required_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    signed_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    for_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    agrees: Mapped[bool | None]
    comment: Mapped[str] = mapped_column(server_default="")
    letter_number: Mapped[str] = mapped_column(server_default="")
    signed_at: Mapped[datetime | None]


class ReleaseExample(Model):
    """A worked example that differed when the release was submitted: accepted by name, and why.

    `differences`: [Chinese, English] each. `ended_at`: that round is over.
    """

    __tablename__ = "release_example"
    __table_args__ = (
        Index("one_accepted_example", "release_id", "file", unique=True, postgresql_where=text("ended_at is null")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    file: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    differences: Mapped[list[Any]] = mapped_column(JSONB)
    reason: Mapped[str]
    accepted_by: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    accepted_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


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
