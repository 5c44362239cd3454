"""What the bundle's decision tables decided in a case, and why: beside the ledger, which holds the digest."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model


class DecisionRecord(Model):
    """The record that the ledger line `seq` of the case tells of by its digest.

    `body` has what was read, which holds personal values: it can go with the case's data, the line stays.
    """

    __tablename__ = "decision_record"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    body: Mapped[bytes] = mapped_column(LargeBinary)  # `services/decisions.py` says what is in it
