"""批量迁移: running cases of older releases that go on with the one in force, as chosen, checked, done and undone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Model
from webapp.models.organisation import User
from webapp.models.turns import TakenInTurn

#: A run that was confirmed and is not over: nothing of its bundle is published meanwhile.
UNDER_WAY = "state in ('first', 'looked', 'rest', 'paused', 'undoing')"


class MigrationRun(Model):
    """One migration of many cases. A designer proposes it, somebody else confirms it.

    `state`: checking (the worker tries it on every case) | checked | proposed | first (the small batch goes) | looked
    (it has gone; somebody looks at it) | rest | paused | done | stopped | withdrawn | undoing | undone.
    `mappings`: id of a release that cases come from -> ("process:element" -> the new id, process -> new process).
    `rest_at`: when the first batch had been looked at and the rest was let go.
    """

    __tablename__ = "migration_run"
    __table_args__ = (
        CheckConstraint(
            "state in ('checking', 'checked', 'proposed', 'first', 'looked', 'rest', 'paused', 'done', 'stopped',"
            " 'withdrawn', 'undoing', 'undone')",
            name="known_state",
        ),
        Index("one_migration_under_way", "bundle_key", unique=True, postgresql_where=text(UNDER_WAY)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    bundle_key: Mapped[str] = mapped_column(index=True)
    to_release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    mappings: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    filters: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    reason: Mapped[str]
    state: Mapped[str]
    first_cases: Mapped[int] = mapped_column(server_default="0")
    created_by: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    created_at: Mapped[datetime]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    confirmed_at: Mapped[datetime | None]
    rest_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    undo_reason: Mapped[str] = mapped_column(server_default="")

    author: Mapped[User] = relationship(foreign_keys=[created_by])


class MigrationCase(TakenInTurn, Model):
    """One case of a run. `reasons`: [[process, element, zh, en], …] against it.

    `state`: chosen | fits | unfit | moved | refused (it did not fit any more when its turn came) | undone | kept (it
    was not taken back). `before`: the rows of its processes as they were, for as long as it can be undone;
    `seq`: the last line of its ledger when it had moved, and null where the move cannot be undone.
    """

    __tablename__ = "migration_case"
    __table_args__ = (
        CheckConstraint(
            "state in ('chosen', 'fits', 'unfit', 'moved', 'refused', 'undone', 'kept')", name="known_state"
        ),
        Index("case_of_migration", "run_id", "state", "tries", "place"),
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("migration_run.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, index=True)
    from_release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    place: Mapped[int]
    state: Mapped[str]
    reasons: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    at: Mapped[datetime | None]
    seq: Mapped[int | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
