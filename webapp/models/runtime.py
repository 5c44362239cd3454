"""Running processes: instances, user tasks, timers, jobs, incidents, history."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine import Words
from webapp.extensions import Model
from webapp.models.organisation import User


class ProcessInstance(Model):
    """One run of a process. `state` is the engine's bytes; `scopes` maps engine scopes to item cases."""

    __tablename__ = "process_instance"
    __table_args__ = (
        Index("running_instance", "release_id", "process", "id", postgresql_where=text("ended_at is null")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    process: Mapped[str]
    state: Mapped[bytes] = mapped_column(LargeBinary)
    scopes: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    steps: Mapped[int] = mapped_column(server_default="0")
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class UserTask(Model):
    """Work for a person. `revision` moves with every claim, release and completion."""

    __tablename__ = "user_task"
    __table_args__ = (
        UniqueConstraint("instance_id", "engine_task"),
        Index("open_task_by_step", "step", "case_id", postgresql_where=text("state = 'open'")),
        Index("open_task_of_assignee", "assignee_id", postgresql_where=text("state = 'open'")),
        Index("waiting_task", "id", postgresql_where=text("state = 'open' and waits > 0")),
        Index("open_task_of_owner", "owner_id", postgresql_where=text("state = 'open' and owner_id is not null")),
        Index("open_task_held_for", "acting_for", postgresql_where=text("state = 'open' and acting_for is not null")),
        Index("task_closed_by", "closed_by", "closed_at", postgresql_where=text("state = 'completed'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    engine_task: Mapped[int]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    item_case_id: Mapped[int | None] = mapped_column(ForeignKey("item_case.id"), index=True)
    process: Mapped[str]
    element: Mapped[str]
    step: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    state: Mapped[str]  # open | completed | cancelled
    revision: Mapped[int] = mapped_column(server_default="0")
    groups: Mapped[list[str]] = mapped_column(JSONB, server_default="[]")
    participants: Mapped[int] = mapped_column(server_default="1")
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    clock: Mapped[str | None]
    due_on: Mapped[date | None]
    priority: Mapped[int]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(BigInteger)  # who was signed in; accounts are never deleted
    act: Mapped[str] = mapped_column(server_default="")
    acting_for: Mapped[int | None] = mapped_column(BigInteger)  # for whom who holds it took it
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))  # while delegated: who gets it back
    #: What the act has to wait for: a task given out, opinions asked for with waiting, colleagues who are to sign.
    waits: Mapped[int] = mapped_column(SmallInteger, server_default="0")

    assignee: Mapped[User | None] = relationship(foreign_keys=[assignee_id])

    @property
    def name(self) -> Words:
        return Words(self.name_zh, self.name_en)


class TaskCandidate(Model):
    """The inbox: one row per open task and candidate group, gone when the task closes.

    Written in the statements that open and close the task, so it has no foreign key of its own.
    """

    __tablename__ = "task_candidate"
    __table_args__ = (Index("inbox", "group_key", "urgency", "due_on", "task_id"),)

    task_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    group_key: Mapped[str] = mapped_column(primary_key=True)
    urgency: Mapped[int]  # -1 = set first by a lead, 0 = 即办, 1 = the rest
    due_on: Mapped[date]  # far future where no clock runs


class Participant(Model):
    """Who took part in a task, in which role, with which act; a joint visit has two."""

    __tablename__ = "participant"
    __table_args__ = (Index("participant_of_person", "user_id", "task_id"),)

    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), primary_key=True)
    role: Mapped[str]
    act: Mapped[str] = mapped_column(server_default="")
    acting_for: Mapped[int | None] = mapped_column(BigInteger)  # whom they stood in for
    at: Mapped[datetime]
    digest: Mapped[str] = mapped_column(server_default="")  # of the record that they signed, where it has one

    user: Mapped[User] = relationship()


class Timer(Model):
    """A waiting timer event. `due_at` is null while the legal clock it waits for does not run yet."""

    __tablename__ = "timer"
    __table_args__ = (UniqueConstraint("instance_id", "engine_timer"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    engine_timer: Mapped[int]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    item_case_id: Mapped[int | None] = mapped_column(ForeignKey("item_case.id"), index=True)
    element: Mapped[str]
    clock: Mapped[str | None]
    mark: Mapped[str | None]
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    claimed_until: Mapped[datetime | None]
    claimed_by: Mapped[str | None]
    held_due_at: Mapped[datetime | None]  # while the case is suspended: when it was due; then `due_at` is null


class EngineJob(Model):
    """Work for a machine. The queue's job carries only this row's id and can be made again from it."""

    __tablename__ = "engine_job"
    __table_args__ = (UniqueConstraint("instance_id", "engine_job"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    engine_job: Mapped[int]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    item_case_id: Mapped[int | None] = mapped_column(ForeignKey("item_case.id"))
    element: Mapped[str]
    type: Mapped[str]
    inputs: Mapped[bytes] = mapped_column(LargeBinary)
    attempts: Mapped[int] = mapped_column(server_default="0")
    attempts_allowed: Mapped[int]
    state: Mapped[str]  # open | done | failed | cancelled
    last_error: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime]


class MessageWait(Model):
    """A subscription of an instance to a message or signal from outside."""

    __tablename__ = "message_wait"
    __table_args__ = (
        UniqueConstraint("instance_id", "subscription"),
        Index("message_wait_name", "kind", "name", "key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    subscription: Mapped[int]
    kind: Mapped[str]
    name: Mapped[str]
    key: Mapped[str | None]


class Message(Model):
    """A message or signal on its way between instances; `payload` and `key` go when it has arrived or expired.

    One row is given once: every step of its way is an update that names the state it comes from.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("kept_message", "name", postgresql_where=text("state = 'kept'")),
        Index("kept_message_expires_at", "expires_at", postgresql_where=text("state = 'kept'")),
        Index("message_on_its_way", "state", "created_at", postgresql_where=text("state in ('sent', 'kept', 'held')")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)  # where it was thrown
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    element: Mapped[str]
    kind: Mapped[str]  # message | signal
    name: Mapped[str]
    key: Mapped[str | None]
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str]  # sent | kept | held (its addressee is suspended) | failed | delivered | started | expired
    to_instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"), index=True)
    hops: Mapped[int] = mapped_column(server_default="0")  # messages one after another that have led to this one
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class Repair(Model):
    """What a person did to a process from outside its diagram, and why. The reason stays out of the ledger."""

    __tablename__ = "repair"
    __table_args__ = (
        Index("moved_case", "case_id", postgresql_where=text("kind in ('release-changed', 'release-restored')")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"))
    # suspended | resumed | variables-changed | step-skipped | tokens-changed | release-changed | release-restored
    kind: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    reason: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    at: Mapped[datetime]

    by: Mapped[User] = relationship()


class Incident(Model):
    """A job or step that failed and waits for retry or repair; never lost, never hidden."""

    __tablename__ = "incident"
    __table_args__ = (Index("open_incident", "id", postgresql_where=text("resolved_at is null")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    item_case_id: Mapped[int | None] = mapped_column(ForeignKey("item_case.id"))
    engine_incident: Mapped[int | None]
    engine_job_id: Mapped[int | None] = mapped_column(ForeignKey("engine_job.id"))
    timer_id: Mapped[int | None]  # of a timer that could not fire; no key, for timers go when they fire
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    element: Mapped[str]
    code: Mapped[str]
    message_zh: Mapped[str]
    message_en: Mapped[str]
    detail: Mapped[str] = mapped_column(server_default="")
    opened_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))

    @property
    def message(self) -> Words:
        return Words(self.message_zh, self.message_en)


class Activity(Model):
    """One step in the history of an instance: which elements were entered, completed, cancelled, which flows taken.

    `lines` is read by `services/activity.py`. No foreign key: the row is written in the statement that writes the
    instance, which is never deleted.
    """

    __tablename__ = "activity"
    __table_args__ = (Index("ix_activity_at", "at", postgresql_using="brin"),)

    instance_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    step: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    lines: Mapped[str]


class Reminder(Model):
    """A word to a candidate group or person about a case: shown on their inbox until read."""

    __tablename__ = "reminder"
    __table_args__ = (Index("unread_reminder", "group_key", "at", postgresql_where=text("read_at is null")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    item_case_id: Mapped[int | None] = mapped_column(ForeignKey("item_case.id"))
    group_key: Mapped[str]
    text_zh: Mapped[str]
    text_en: Mapped[str]
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]

    @property
    def text(self) -> Words:
        return Words(self.text_zh, self.text_en)
