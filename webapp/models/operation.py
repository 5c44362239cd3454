"""运行维护: how many wait where, as the worker counted them; and what a lead does to many cases at once, row by row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model
from webapp.models.turns import TakenInTurn


class WaitingCount(Model):
    """How many instances of a release's process run, and how many things wait at an element, by item.

    Counted by the worker, as a page of a large office could not; a small office is counted when the page is opened.
    `process` is that of the running instance. `within` is the process in which the element stands, "" where only the
    element's id is known (timers and jobs keep no more).
    """

    __tablename__ = "waiting_count"
    __table_args__ = (
        CheckConstraint("kind in ('instance', 'item', 'task', 'timer', 'job', 'message')", name="known_kind"),
    )

    release_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    process: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    item_key: Mapped[str] = mapped_column(primary_key=True)
    within: Mapped[str] = mapped_column(primary_key=True)
    element: Mapped[str] = mapped_column(primary_key=True)  # of a message: its name
    waiting: Mapped[int]
    at: Mapped[datetime]


class BulkRepair(Model):
    """One repair of many cases: who asked for it, why, over what. The page's key makes it once.

    `act`: retry | suspend | resume. `chosen`: the filters by which the rows were chosen, as the page said them.
    """

    __tablename__ = "bulk_repair"
    __table_args__ = (
        CheckConstraint("act in ('retry', 'suspend', 'resume')", name="known_act"),
        CheckConstraint("state in ('under-way', 'done', 'stopped')", name="known_state"),
        Index("one_bulk_repair_of_a_page", "by_id", "key", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    key: Mapped[str]
    act: Mapped[str]
    bundle_key: Mapped[str] = mapped_column(server_default="")
    chosen: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    reason: Mapped[str] = mapped_column(server_default="")
    state: Mapped[str]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class BulkRepairRow(TakenInTurn, Model):
    """One case (or one incident of it) of a bulk repair, and what became of it, in words.

    `state`: waiting | done | refused. Whatever waits in one bulk repair is in no other (`row_that_waits`).
    """

    __tablename__ = "bulk_repair_row"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'done', 'refused')", name="known_state"),
        Index("bulk_repair_turn", "bulk_id", "tries", "place", postgresql_where=text("state = 'waiting'")),
        Index(
            "row_that_waits",
            "case_id",
            "incident_id",
            unique=True,
            postgresql_where=text("state = 'waiting'"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    bulk_id: Mapped[int] = mapped_column(ForeignKey("bulk_repair.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"))
    state: Mapped[str]
    said_zh: Mapped[str] = mapped_column(server_default="")
    said_en: Mapped[str] = mapped_column(server_default="")
    at: Mapped[datetime | None]
