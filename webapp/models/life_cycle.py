"""What colleagues do around a task before its act: delegate, ask, sign together, tell, urge, take back.

None of it rules on anything. What a task has to wait for is counted in `user_task.waits`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model


class Delegation(Model):
    """委派: the holder gives the task out to be prepared, and gets it back. One of a task is open at a time."""

    __tablename__ = "delegation"
    __table_args__ = (
        Index("open_delegation", "task_id", unique=True, postgresql_where=text("ended_at is null")),
        CheckConstraint("outcome in ('', 'given-back', 'called-back')", name="known_outcome"),
        CheckConstraint("(outcome = '') = (ended_at is null)", name="ends_with_an_outcome"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    asked: Mapped[str]  # what is to be prepared
    at: Mapped[datetime]
    remark: Mapped[str] = mapped_column(server_default="")  # with which it came back
    outcome: Mapped[str] = mapped_column(server_default="")
    ended_at: Mapped[datetime | None]


class OpinionRequest(Model):
    """征求意见: a question to a colleague or a post. `kind` "window": the window is asked to check what it received."""

    __tablename__ = "opinion_request"
    __table_args__ = (
        Index("open_opinion_of_person", "to_id", postgresql_where=text("ended_at is null and to_id is not null")),
        Index("open_opinion_of_group", "to_group", postgresql_where=text("ended_at is null and to_group is not null")),
        Index("opinion_of_asker", "asked_by", "ended_at"),
        CheckConstraint("kind in ('opinion', 'window')", name="known_kind"),
        CheckConstraint("(to_id is null) <> (to_group is null)", name="one_addressee"),
        CheckConstraint("outcome in ('', 'answered', 'withdrawn')", name="known_outcome"),
        CheckConstraint("(outcome = '') = (ended_at is null)", name="ends_with_an_outcome"),
        CheckConstraint("outcome <> 'answered' or answer <> ''", name="answered_in_words"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"), index=True)
    kind: Mapped[str] = mapped_column(server_default="opinion")
    question: Mapped[str]
    to_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    to_group: Mapped[str | None]
    waits: Mapped[bool]  # the act waits for the answer
    asked_by: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    asked_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(server_default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    outcome: Mapped[str] = mapped_column(server_default="")
    ended_at: Mapped[datetime | None]


class PreparedAct(Model):
    """A task's act as it was filled in: by who prepares it, before colleagues sign it, or before it was taken back.

    `fields`: [[control, value], …] in the order of the page; `digest` is over them.
    """

    __tablename__ = "prepared_act"

    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"), primary_key=True)
    fields: Mapped[list[Any]] = mapped_column(JSONB)
    digest: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    at: Mapped[datetime]


class CosignRound(Model):
    """会签: who has to sign before the holder acts ("before"), or sign what the holder has prepared ("after")."""

    __tablename__ = "cosign_round"
    __table_args__ = (
        Index("open_cosign_round", "task_id", unique=True, postgresql_where=text("ended_at is null")),
        CheckConstraint("position in ('before', 'after')", name="known_position"),
        CheckConstraint("rule in ('all', 'any', 'quorum')", name="known_rule"),
        CheckConstraint("(rule = 'quorum') = (quorum is not null)", name="quorum_has_its_number"),
        CheckConstraint("outcome in ('', 'agreed', 'disagreed', 'cancelled')", name="known_outcome"),
        CheckConstraint("(outcome = '') = (ended_at is null)", name="ends_with_an_outcome"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"), index=True)
    position: Mapped[str]
    rule: Mapped[str]
    quorum: Mapped[int | None]
    note: Mapped[str] = mapped_column(server_default="")  # what is to be looked at
    digest: Mapped[str] = mapped_column(server_default="")  # of the prepared act that is put forward now
    asked_by: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    asked_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(server_default="")
    ended_at: Mapped[datetime | None]


class Cosigner(Model):
    """One signer of a round. `digest`: of what was read and signed, "" before the holder acts."""

    __tablename__ = "cosigner"
    __table_args__ = (
        UniqueConstraint("round_id", "user_id"),
        Index("cosigner_to_sign", "user_id", postgresql_where=text("verdict = '' and removed_at is null")),
        CheckConstraint("verdict in ('', 'agree', 'disagree')", name="known_verdict"),
        CheckConstraint("verdict <> 'disagree' or reason <> ''", name="says_why"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("cosign_round.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    verdict: Mapped[str] = mapped_column(server_default="")
    reason: Mapped[str] = mapped_column(server_default="")
    digest: Mapped[str] = mapped_column(server_default="")
    signed_at: Mapped[datetime | None]


class CaseCopy(Model):
    """抄送: a person or a post is told of a task for information; nothing waits for it."""

    __tablename__ = "case_copy"
    __table_args__ = (
        Index("copy_to_person", "to_id", "id", postgresql_where=text("to_id is not null")),
        Index("copy_to_group", "to_group", "id", postgresql_where=text("to_group is not null")),
        CheckConstraint("(to_id is null) <> (to_group is null)", name="one_addressee"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"), index=True)
    to_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    to_group: Mapped[str | None]
    note: Mapped[str] = mapped_column(server_default="")
    sent_by: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    sent_at: Mapped[datetime]


class CopyRead(Model):
    """A person has read a copy; of one to a post, each member for themselves."""

    __tablename__ = "copy_read"

    copy_id: Mapped[int] = mapped_column(ForeignKey("case_copy.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), primary_key=True)
    at: Mapped[datetime]


class Urging(Model):
    """催办, 督办: somebody asks for progress on a task, at most once a day."""

    __tablename__ = "urging"
    __table_args__ = (UniqueConstraint("task_id", "by_id", "on_day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    on_day: Mapped[date]
    note: Mapped[str] = mapped_column(server_default="")
    from_above: Mapped[bool]  # 督办: by who supervises; else 催办
    at: Mapped[datetime]
