"""容缺受理: what an applicant promised to bring after acceptance, until when, and what became of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model

STATES = ("offered", "declined", "promised", "waiting", "handed-in", "told", "complete", "lapsed", "moot")


class Tolerance(Model):
    """The tolerance of one item of a case: offered, promised in writing, and from acceptance on awaited.

    `materials` are [material key, how it comes] each. The promise is a letter, kept word for word with its signature;
    `days` of `unit` count from acceptance. `late` is what the place makes of a missed date, as it was at acceptance.
    While `state` is one of waiting, handed-in and told, and the item has no outcome, its ruling waits.
    """

    __tablename__ = "tolerance"
    __table_args__ = (
        UniqueConstraint("case_id", "item_key"),
        CheckConstraint(f"state in ({', '.join(repr(one) for one in STATES)})", name="known_state"),
        CheckConstraint(
            "state in ('offered', 'declined', 'moot') or (promised_until is not null and days is not null"
            " and letter <> '' and signer_name <> '' and promised_at is not null)",
            name="promised_in_writing",
        ),
        CheckConstraint("channel = 'code' or signature_file_id is not null or promised_at is null", name="signed"),
        CheckConstraint(
            "extended_at is null or (extended_reason <> '' and extended_file_id is not null)",
            name="extended_with_evidence",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    item_key: Mapped[str]
    item_case_id: Mapped[int | None] = mapped_column(ForeignKey("item_case.id"), unique=True)  # None: of a draft
    state: Mapped[str]
    materials: Mapped[list[Any]] = mapped_column(JSONB)
    offered_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))  # None: the applicant asked at the window
    offered_at: Mapped[datetime | None]
    offer_note: Mapped[str] = mapped_column(server_default="")
    promised_until: Mapped[date | None]  # the day promised, as if accepted on the day of the promise
    days: Mapped[int | None]
    unit: Mapped[str] = mapped_column(server_default="")
    letter: Mapped[str] = mapped_column(server_default="")
    letter_digest: Mapped[str] = mapped_column(server_default="")
    signer_name: Mapped[str] = mapped_column(server_default="")
    channel: Mapped[str] = mapped_column(server_default="")  # tablet | scan | code (tracking page)
    signature_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    promised_at: Mapped[datetime | None]
    promised_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))  # the clerk who took the promise
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))  # 容缺受理通知书
    tolerated_at: Mapped[datetime | None]
    late: Mapped[str] = mapped_column(server_default="")  # withdrawn | acceptance-revoked | refused
    late_basis_zh: Mapped[str] = mapped_column(server_default="")
    late_basis_en: Mapped[str] = mapped_column(server_default="")
    late_credit: Mapped[str] = mapped_column(server_default="")  # the kind of record that it makes; "" none
    reminded: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")  # marks of the clock
    handed_in_at: Mapped[datetime | None]
    told: Mapped[str] = mapped_column(server_default="")  # what was inadequate, told once
    told_at: Mapped[datetime | None]
    told_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    #: What the office's checks took, given back: [days, basis zh, basis en, unit zh, unit en, day, null] each.
    given_back: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    extended_days: Mapped[int | None]
    extended_reason: Mapped[str] = mapped_column(server_default="")
    extended_basis_zh: Mapped[str] = mapped_column(server_default="")
    extended_basis_en: Mapped[str] = mapped_column(server_default="")
    extended_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    extended_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    extended_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))  # None: the rule of the place
