"""AB岗: who stands in for whom, for which posts and bundles, from which day until which."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model


class Substitution(Model):
    """One person standing in for another. `groups` and `bundles` null: all of them. It ends by itself after its day.

    Nothing of it is changed afterwards but its end; another scope is another substitution.
    """

    __tablename__ = "substitution"
    __table_args__ = (
        CheckConstraint("absent_id <> stand_in_id", name="of_another"),
        CheckConstraint("until_on >= from_on", name="ends_after_it_begins"),
        CheckConstraint("(ended_at is null) = (ended_by is null)", name="ended_by_someone"),
        CheckConstraint("groups <> '{}' and bundles <> '{}'", name="for_something"),
        Index("substitution_of_stand_in", "stand_in_id", "until_on", postgresql_where=text("ended_at is null")),
        Index("substitution_of_absent", "absent_id", "until_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    absent_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    stand_in_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    from_on: Mapped[date]
    until_on: Mapped[date]  # the last day
    groups: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    bundles: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    reason: Mapped[str]
    named_by: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    named_at: Mapped[datetime]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str] = mapped_column(server_default="")
