"""Zips with many bundles, and what became of each of these."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model
from webapp.models.turns import TakenInTurn


class BundleImport(Model):
    """A zip with bundles that the worker makes drafts of. `digest`: the zip in the file store, "" once it has gone."""

    __tablename__ = "bundle_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    digest: Mapped[str]
    note: Mapped[str] = mapped_column(server_default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class BundleImportPart(TakenInTurn, Model):
    """One bundle of the zip. `name`: its folder or zip inside.

    `state`: waiting | drafted | same (as the newest release of its bundle) | refused (`zh`, `en` say why).
    """

    __tablename__ = "bundle_import_part"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'drafted', 'same', 'refused')", name="known_state"),
        CheckConstraint("(release_id is null) = (state in ('waiting', 'refused'))", name="release_of_a_draft"),
    )

    import_id: Mapped[int] = mapped_column(ForeignKey("bundle_import.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="waiting")
    release_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"))
    errors: Mapped[int] = mapped_column(server_default="0")
    warnings: Mapped[int] = mapped_column(server_default="0")
    zh: Mapped[str] = mapped_column(server_default="")
    en: Mapped[str] = mapped_column(server_default="")
    at: Mapped[datetime | None]
