"""信用记录: what was recorded of an applicant, what it bars, who asked to repair or correct it, and its own ledger."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model


class CreditRecord(Model):
    """One record, with its source and its term; it counts while it is neither annulled, repaired nor run out.

    What one officer entered from outside counts once a second one has confirmed it. `key` is its address.

    `subject_key` is a unified social credit code or an identity number, in capitals. `ledger_seq` and `ledger_hash`
    are the head of its own chain.
    """

    __tablename__ = "credit_record"
    __table_args__ = (
        CheckConstraint("until is not null or until_repaired", name="with_term"),
        CheckConstraint(
            "source_kind = 'own' and document_id is not null and item_case_id is not null"
            " or source_kind = 'outside' and source <> '' and source_number <> ''"
            " or source_kind = 'carried-over' and source <> ''",
            name="with_source",
        ),
        CheckConstraint("confirmed_by <> recorded_by", name="second_officer"),
        Index("credit_record_of_unit", "unit_key", "id"),
        Index(
            "unconfirmed_credit",
            "unit_key",
            "id",
            postgresql_where=text("confirmed_at is null and annulled_at is null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[UUID] = mapped_column(server_default=text("gen_random_uuid()"), unique=True)
    subject_key: Mapped[str] = mapped_column(index=True)
    subject_name: Mapped[str] = mapped_column(server_default="")
    kind: Mapped[str]
    kind_zh: Mapped[str] = mapped_column(server_default="")
    kind_en: Mapped[str] = mapped_column(server_default="")
    basis_zh: Mapped[str] = mapped_column(server_default="")
    basis_en: Mapped[str] = mapped_column(server_default="")
    #: own (a decision of ours) | outside (entered) | carried-over (from before records had bars of their own)
    source_kind: Mapped[str] = mapped_column(server_default="carried-over")
    source: Mapped[str]  # who decided
    source_number: Mapped[str] = mapped_column(server_default="")  # of the document; our own has it in `document`
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    item_case_id: Mapped[int | None] = mapped_column(ForeignKey("item_case.id"), index=True)
    unit_key: Mapped[str] = mapped_column(server_default="")  # the department that recorded it, and decides on it
    place: Mapped[str] = mapped_column(server_default="")  # whose rules it was recorded by
    facts: Mapped[str] = mapped_column(server_default="")
    since: Mapped[date]  # the day of the decision: terms run from it
    until: Mapped[date | None]  # its last day
    until_repaired: Mapped[bool] = mapped_column(server_default=text("true"))
    repair_from: Mapped[date | None]  # the first day on which a repair is applied for; None: it is not repaired
    repair_basis_zh: Mapped[str] = mapped_column(server_default="")
    repair_basis_en: Mapped[str] = mapped_column(server_default="")
    recorded_on: Mapped[date]
    recorded_at: Mapped[datetime | None]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    confirmed_at: Mapped[datetime | None]  # of our own: when it was recorded
    confirmed_by: Mapped[int | None] = mapped_column(
        ForeignKey("app_user.id")
    )  # the second officer, or who turned down
    turned_down_reason: Mapped[str] = mapped_column(server_default="")
    repaired_at: Mapped[datetime | None]
    annulled_at: Mapped[datetime | None]
    ledger_seq: Mapped[int] = mapped_column(server_default="0")
    ledger_hash: Mapped[bytes] = mapped_column(LargeBinary, server_default=text("decode(repeat('00', 32), 'hex')"))


class CreditBar(Model):
    """What a record bars: commitment, or any application; for every item (`item_code` empty) or for one.

    `until` None: as long as the record counts. `place` empty: everywhere.
    """

    __tablename__ = "credit_bar"

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("credit_record.id"), index=True)
    effect: Mapped[str]  # commitment | application
    item_code: Mapped[str] = mapped_column(server_default="")
    item_zh: Mapped[str] = mapped_column(server_default="")
    item_en: Mapped[str] = mapped_column(server_default="")
    until: Mapped[date | None]
    lifted_by_repair: Mapped[bool]
    place: Mapped[str] = mapped_column(server_default="")
    basis_zh: Mapped[str]
    basis_en: Mapped[str]


class CreditRequest(Model):
    """信用修复申请 or 异议: taken in, examined by one person of the unit, decided by another."""

    __tablename__ = "credit_request"
    __table_args__ = (
        CheckConstraint("outcome is null or (reasons <> '' and decided_by is not null)", name="decided_with_reasons"),
        CheckConstraint("decided_by is null or decided_by <> examined_by", name="four_eyes"),
        Index("open_credit_request", "record_id", "kind", unique=True, postgresql_where=text("outcome is null")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[UUID] = mapped_column(server_default=text("gen_random_uuid()"), unique=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("credit_record.id"), index=True)
    kind: Mapped[str]  # repair | appeal
    person: Mapped[str]  # who came
    capacity: Mapped[str]  # self | representative
    statement: Mapped[str]
    taken_at: Mapped[datetime]
    taken_by: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    due_on: Mapped[date]  # as counted when it was taken in; pages count anew, by the calendar in force
    limit_value: Mapped[int]
    limit_unit: Mapped[str]
    limit_basis_zh: Mapped[str]
    limit_basis_en: Mapped[str]
    proposal: Mapped[str] = mapped_column(server_default="")
    opinion: Mapped[str] = mapped_column(server_default="")
    proposed_until: Mapped[date | None]  # the term that a correction gives
    examined_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    examined_at: Mapped[datetime | None]
    outcome: Mapped[str | None]  # repaired | not-repaired; upheld | corrected | annulled
    reasons: Mapped[str] = mapped_column(server_default="")
    source_number: Mapped[str] = mapped_column(server_default="")  # where the source of the record decided
    new_until: Mapped[date | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))


class CreditRequestFile(Model):
    """What was handed in with a request."""

    __tablename__ = "credit_request_file"

    request_id: Mapped[int] = mapped_column(ForeignKey("credit_request.id"), primary_key=True, autoincrement=False)
    file_id: Mapped[int] = mapped_column(
        ForeignKey("stored_file.id"), primary_key=True, autoincrement=False, index=True
    )


class CreditEvent(Model):
    """One link of a record's chain: ids, codes and digests only. Append-only, as triggers see to."""

    __tablename__ = "credit_event"

    record_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[str]
    body: Mapped[str]
    hash: Mapped[bytes] = mapped_column(LargeBinary)
