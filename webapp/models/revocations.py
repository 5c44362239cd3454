"""撤销 of what an item gave: facts and grounds told, the holder heard, the decision with its remedy."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model


class Revocation(Model):
    """One proceeding. A revocation states facts, what the holder said, and the remedy, or is not kept."""

    __tablename__ = "revocation"
    __table_args__ = (
        CheckConstraint(
            "outcome <> 'revoked' or (facts <> '' and statement <> '' and remedy_zh <> '')",
            name="revoked_with_facts_statement_remedy",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_case_id: Mapped[int] = mapped_column(ForeignKey("item_case.id"), index=True)
    finding: Mapped[str] = mapped_column(server_default="")  # of the place's rules on verification
    facts: Mapped[str]
    reasons: Mapped[str]
    notice_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    proposed_by: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    proposed_at: Mapped[datetime]
    statement: Mapped[str] = mapped_column(server_default="")
    heard_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(server_default="")  # revoked | kept
    grounds: Mapped[str] = mapped_column(server_default="")
    remedy_zh: Mapped[str] = mapped_column(server_default="")
    remedy_en: Mapped[str] = mapped_column(server_default="")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    decided_at: Mapped[datetime | None]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))


class Publication(Model):
    """公示: what anyone may read of a revocation: whose, what, by which document; no personal number, no reasons."""

    __tablename__ = "publication"
    __table_args__ = (Index("published_by_day", "published_on", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    revocation_id: Mapped[int] = mapped_column(ForeignKey("revocation.id"), unique=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    unit_key: Mapped[str]
    subject: Mapped[str]
    act_zh: Mapped[str]
    act_en: Mapped[str]
    licence_zh: Mapped[str]
    licence_en: Mapped[str]
    licence_number: Mapped[str]
    published_on: Mapped[date]
