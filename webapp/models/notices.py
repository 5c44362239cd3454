"""What staff are told: a line for each person, read in the page and sent on by other ways."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, Time, text
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


class NoticeSetting(Model):
    """How one person's notices go out, or, where `group_key` stands, those of a post's members who set nothing.

    `choices`: kind -> channels; what does not stand there goes as the installation's data says. `mail` of a post: its
    shared mailbox, which gets what its members get, once.
    """

    __tablename__ = "notice_setting"
    __table_args__ = (
        CheckConstraint("(user_id is null) <> (group_key is null)", name="of_one"),
        CheckConstraint("digest in ('none', 'hourly', 'daily')", name="known_digest"),
        CheckConstraint("digest_hour between 0 and 23", name="an_hour"),
        CheckConstraint("(quiet_from is null) = (quiet_until is null)", name="whole_quiet"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"), unique=True)
    group_key: Mapped[str | None] = mapped_column(unique=True)
    mail: Mapped[str] = mapped_column(server_default="")
    sms: Mapped[str] = mapped_column(server_default="")
    office: Mapped[str] = mapped_column(server_default="")
    choices: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    language: Mapped[str] = mapped_column(server_default="zh")
    digest: Mapped[str] = mapped_column(server_default="none")
    digest_hour: Mapped[int] = mapped_column(SmallInteger, server_default="8")
    quiet_from: Mapped[time | None] = mapped_column(Time)
    quiet_until: Mapped[time | None] = mapped_column(Time)
    changed_by: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    changed_at: Mapped[datetime]


class NoticeDelivery(Model):
    """A message on its way: to a person, or to the mailbox of a post.

    waiting -> sending -> sent, or back to waiting after a failure that may pass, or failed for good; `unclear`: it may
    have arrived, so nothing sends it again by itself; `dropped`: all of it had been read in the page before.
    """

    __tablename__ = "notice_delivery"
    __table_args__ = (
        CheckConstraint("(user_id is null) <> (group_key is null)", name="to_one"),
        CheckConstraint("channel in ('mail', 'sms', 'office')", name="known_channel"),
        CheckConstraint("state in ('waiting', 'sending', 'sent', 'failed', 'unclear', 'dropped')", name="known_state"),
        Index("delivery_due", "due_at", "id", postgresql_where=text("state = 'waiting'")),
        Index("delivery_sending", "claimed_at", postgresql_where=text("state = 'sending'")),
        Index("delivery_lost", "id", postgresql_where=text("state in ('failed', 'unclear')")),
        Index(
            "delivery_gathering",
            "channel",
            text("coalesce(user_id, 0)"),
            text("coalesce(group_key, '')"),
            "due_at",
            unique=True,
            postgresql_where=text("digest and state = 'waiting' and tries = 0"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"), index=True)
    group_key: Mapped[str | None]
    channel: Mapped[str]
    digest: Mapped[bool] = mapped_column(server_default=text("false"))
    state: Mapped[str] = mapped_column(server_default="waiting")
    due_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(server_default="0")
    claimed_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    reason_zh: Mapped[str] = mapped_column(server_default="")
    reason_en: Mapped[str] = mapped_column(server_default="")
    reference: Mapped[str] = mapped_column(server_default="")
    template: Mapped[str] = mapped_column(server_default="")
    template_version: Mapped[int | None]
    again_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))


class NoticeDeliveryLine(Model):
    """Which notices a message tells of."""

    __tablename__ = "notice_delivery_line"

    delivery_id: Mapped[int] = mapped_column(ForeignKey("notice_delivery.id", ondelete="CASCADE"), primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"), primary_key=True, index=True)
