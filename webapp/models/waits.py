"""Where cases wait and for how long, and which ways they take: sums of figures that the worker keeps up.

No row here says anything of a case or a person, but `walk`, which says how far an instance has been counted.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, SmallInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model


class Walk(Model):
    """How far the history of an instance has been counted: its steps, its tasks, what waits now.

    `waits`: one list for each, read by `services/heat_instance.py`. It is written in the transaction that adds to the
    sums, so each step counts exactly once. No foreign key: no act is to wait for the worker.
    """

    __tablename__ = "walk"

    instance_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    steps: Mapped[int]
    last_task: Mapped[int]
    ended: Mapped[bool]
    waits: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")


class WalkMark(Model):
    """Up to when histories have been looked through, and where the sweep through all instances stands.

    `counting`: what a worker is at, committed before it begins; past `counting_until` without an end it was broken off,
    by the end of the worker or of its transaction.
    """

    __tablename__ = "walk_mark"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    seen_at: Mapped[datetime]
    sweep_after: Mapped[int] = mapped_column(server_default="0")
    swept_at: Mapped[datetime | None]
    counting: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default="{}")
    counting_until: Mapped[datetime | None]


class WalkAside(Model):
    """An instance that the count of waits leaves out, and why (`zh`, `en`, `detail`; when, by which `version` of us).

    What was counted of it before stays in the sums. `again`: it is counted by itself in its turn, because somebody
    asked for it or because it was among those at which a count was broken off (`tries`: how often; without words: no
    more is known). `bundle_key` is that of its release, so that the page of the sums asks for no case. No foreign key:
    no act is to wait for the worker.
    """

    __tablename__ = "walk_aside"

    instance_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tries: Mapped[int] = mapped_column(server_default="0")
    bundle_key: Mapped[str] = mapped_column(server_default="")
    again: Mapped[bool]
    zh: Mapped[str] = mapped_column(server_default="")
    en: Mapped[str] = mapped_column(server_default="")
    detail: Mapped[str] = mapped_column(server_default="")
    version: Mapped[str]
    at: Mapped[datetime]


class WaitMonth(Model):
    """Waits at an element that ended in a month: how many, and how long in buckets (`webapp.histograms`).

    `in_office`: counted in opening hours; else around the clock. `department`: whose work it was, "" for none's.
    """

    __tablename__ = "wait_month"

    bundle_key: Mapped[str] = mapped_column(primary_key=True)
    process: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)  # its first day
    element: Mapped[str] = mapped_column(primary_key=True)
    department: Mapped[str] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    in_office: Mapped[bool]
    waits: Mapped[int]
    counts: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))


class WaitingNow(Model):
    """How many wait at an element now, by the month in which they began to."""

    __tablename__ = "waiting_now"

    bundle_key: Mapped[str] = mapped_column(primary_key=True)
    process: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    element: Mapped[str] = mapped_column(primary_key=True)
    department: Mapped[str] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    waits: Mapped[int]


class Path(Model):
    """One way through a process: how often each element was entered and each flow taken. `digest` "": all others."""

    __tablename__ = "path"
    __table_args__ = (UniqueConstraint("bundle_key", "process", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    bundle_key: Mapped[str]
    process: Mapped[str]
    digest: Mapped[str]
    elements: Mapped[dict[str, Any]] = mapped_column(JSONB)
    flows: Mapped[dict[str, Any]] = mapped_column(JSONB)


class PathMonth(Model):
    """How many ended that way in a month, and how long they took in opening hours, in buckets."""

    __tablename__ = "path_month"
    #: The page adds up the times of all ways without reading their lengths.
    __table_args__ = (Index("path_times", "path_id", "month", "release_id", postgresql_include=["times"]),)

    path_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    month: Mapped[date] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    times: Mapped[int]
    counts: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
