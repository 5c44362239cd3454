"""特别程序 of an item case: hearing, testing, expert review, public notice; and what was objected."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model


class SpecialProcedure(Model):
    """One procedure from its order to its end. The columns of a hearing are empty for the others.

    An item case has one at a time.
    """

    __tablename__ = "special_procedure"
    __table_args__ = (
        Index("running_procedure", "item_case_id", unique=True, postgresql_where=text("ended_at is null")),
        CheckConstraint("ended_at is null or outcome <> ''", name="ends_with_an_outcome"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_case_id: Mapped[int] = mapped_column(ForeignKey("item_case.id"), index=True)
    kind: Mapped[str]  # hearing | testing | expert-review | public-notice
    reason: Mapped[str]
    expected_days: Mapped[int]  # working days, as told to the applicant
    on_application: Mapped[bool] = mapped_column(server_default=text("false"))  # art. 47; else art. 46
    paused: Mapped[bool] = mapped_column(server_default=text("false"))  # whether it stopped a clock
    notice_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    ordered_by: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    ordered_at: Mapped[datetime]
    applied_on: Mapped[date | None]
    applicant: Mapped[str] = mapped_column(server_default="")  # who applied for the hearing
    evidence: Mapped[str] = mapped_column(server_default="")  # paper | postmark: what proves a day before the entry
    evidence_note: Mapped[str] = mapped_column(server_default="")
    late_reason: Mapped[str] = mapped_column(server_default="")  # why it was entered after the limit
    notified_at: Mapped[datetime | None]
    held_at: Mapped[datetime | None]  # when the hearing is to be, and was, held
    place: Mapped[str] = mapped_column(server_default="")
    host_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    conducted_by: Mapped[str] = mapped_column(server_default="")  # the institution, the experts, who attended
    record: Mapped[str] = mapped_column(server_default="")
    record_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    outcome: Mapped[str] = mapped_column(server_default="")
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))


class Objection(Model):
    """异议 raised during a public notice, and what was made of it."""

    __tablename__ = "objection"

    id: Mapped[int] = mapped_column(primary_key=True)
    procedure_id: Mapped[int] = mapped_column(ForeignKey("special_procedure.id"), index=True)
    by_name: Mapped[str]
    content: Mapped[str]
    handling: Mapped[str] = mapped_column(server_default="")
    taken_by: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    at: Mapped[datetime]
