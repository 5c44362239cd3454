"""撤销 of what an item gave: facts and grounds told, the holder heard, the decision with its remedy."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
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
