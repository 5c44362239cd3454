"""The ledger: append-only, hash-chained per case; and the log of who read personal data."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model


class CaseEvent(Model):
    """One link of a case's chain: ids and digests only.

    `body` holds what the columns do not; text and hash are made from both (`services/locked_case.py`). No foreign
    key: the chain must still verify when a case's data has gone past its retention.
    """

    __tablename__ = "case_event"

    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[str]
    body: Mapped[str]
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class ReleaseEvent(Model):
    """One link of the chain of a bundle's releases: drafted, submitted, published, retired."""

    __tablename__ = "release_event"
    __table_args__ = (UniqueConstraint("bundle_key", "seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    bundle_key: Mapped[str]
    seq: Mapped[int]
    kind: Mapped[str]
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    body: Mapped[str]
    previous: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class AccessLine(Model):
    """Who opened which case or file with personal data, when."""

    __tablename__ = "access_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    what: Mapped[str]
