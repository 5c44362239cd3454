"""Items that end without a ruling, and what the applicant says of the rest when one item is refused."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engine import Words
from webapp.extensions import Model


class Termination(Model):
    """终止办理 of one item case: why, on what basis, who asked, which notice told it. Written once.

    A withdrawal has the person who asked; what the bundle's rule ended names the item whose refusal set it off.
    """

    __tablename__ = "termination"
    __table_args__ = (
        CheckConstraint(
            "cause in ('withdrawn', 'needed-withdrawn', 'refused-item', 'tolerance-withdrawn', 'acceptance-revoked')",
            name="known_cause",
        ),
        CheckConstraint("(cause = 'refused-item') = (because_of is not null)", name="names_the_refused"),
    )

    item_case_id: Mapped[int] = mapped_column(ForeignKey("item_case.id"), primary_key=True, autoincrement=False)
    #: withdrawn | needed-withdrawn (what it needs was) | refused-item (the bundle's rule)
    #: | tolerance-withdrawn, acceptance-revoked (what was to follow acceptance did not come)
    cause: Mapped[str]
    because_of: Mapped[int | None] = mapped_column(ForeignKey("item_case.id"))
    basis_zh: Mapped[str]
    basis_en: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")
    reason_en: Mapped[str] = mapped_column(server_default="")  # where a rule worded it and no person
    channel: Mapped[str]  # window | tracking | rule
    asked_by: Mapped[str] = mapped_column(server_default="")  # the applicant or representative, by name
    signature_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    at: Mapped[datetime]

    @property
    def basis(self) -> Words:
        return Words(self.basis_zh, self.basis_en)


class RefusedItemQuestion(Model):
    """征询意见: one item was refused, and the bundle lets the applicant say whether the rest goes on. Asked once."""

    __tablename__ = "refused_item_question"
    __table_args__ = (
        CheckConstraint("answer in ('', 'continue', 'stop')", name="known_answer"),
        CheckConstraint("(answer = '') = (answered_at is null)", name="answered_once"),
    )

    item_case_id: Mapped[int] = mapped_column(ForeignKey("item_case.id"), primary_key=True, autoincrement=False)
    asked_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(server_default="")
    channel: Mapped[str] = mapped_column(server_default="")  # window | tracking | rule (nobody answered in time)
    answered_by: Mapped[str] = mapped_column(server_default="")  # the applicant or representative, by name
    by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    answered_at: Mapped[datetime | None]
