"""证照库: what happened to a licence, the files of its versions, applications to renew it, and where it is reused."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model


class LicenceEvent(Model):
    """One thing that happened to a licence. Append-only, as triggers see to; `printed` is what the version states."""

    __tablename__ = "licence_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    licence_id: Mapped[int] = mapped_column(ForeignKey("licence.id"), index=True)
    #: issued | changed | renewed | deemed-renewed | suspended | resumed | revoked | cancelled | expired
    kind: Mapped[str]
    version: Mapped[int]
    status: Mapped[str]  # of the licence from then on
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))  # nobody: it follows from a rule
    reason: Mapped[str] = mapped_column(server_default="")
    basis: Mapped[str] = mapped_column(server_default="")
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    printed: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    #: Of what the system that issued it did: whose notice, its number, and the day on which it took effect.
    source: Mapped[str] = mapped_column(server_default="")
    source_number: Mapped[str] = mapped_column(server_default="")
    happened_on: Mapped[date | None]

    __table_args__ = (
        CheckConstraint("source = '' or source_number <> '' and happened_on is not null", name="with_source_and_day"),
    )


class LicenceFile(Model):
    """The PDF of a version of a licence, kept byte for byte under its digest: plain, or signed with a certificate."""

    __tablename__ = "licence_file"

    licence_id: Mapped[int] = mapped_column(ForeignKey("licence.id"), primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(primary_key=True)  # plain | signed
    digest: Mapped[str] = mapped_column(index=True)
    size: Mapped[int]
    made_at: Mapped[datetime]
    signer: Mapped[str] = mapped_column(server_default="")  # the certificate's subject
    serial: Mapped[str] = mapped_column(server_default="")  # the certificate's, or the provider's own number
    profile: Mapped[str] = mapped_column(server_default="")  # PAdES-B-B | PAdES-B-T | e-seal
    demo: Mapped[bool] = mapped_column(server_default=text("false"))


class LicenceSignTry(Model):
    """A licence could not be signed: why, and how often that was tried. Gone once it is signed."""

    __tablename__ = "licence_sign_try"

    licence_id: Mapped[int] = mapped_column(ForeignKey("licence.id"), primary_key=True, autoincrement=False)
    tries: Mapped[int]
    at: Mapped[datetime]
    reason: Mapped[str]
    final: Mapped[bool] = mapped_column(server_default=text("false"))  # refused, not merely unreachable


class LicenceRenewal(Model):
    """延续申请: taken in, and decided by a person or by operation of the rule (art. 50)."""

    __tablename__ = "licence_renewal"
    __table_args__ = (
        Index("open_renewal", "licence_id", unique=True, postgresql_where=text("outcome is null")),
        Index("ix_licence_renewal_licence_id", "licence_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    licence_id: Mapped[int] = mapped_column(ForeignKey("licence.id"))
    applied_at: Mapped[datetime]
    taken_by: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    in_time: Mapped[bool]
    note: Mapped[str] = mapped_column(server_default="")
    valid_to: Mapped[date]  # the end that it is about
    outcome: Mapped[str | None]  # renewed | refused | deemed-renewed
    renewed_to: Mapped[date | None]
    reason: Mapped[str] = mapped_column(server_default="")
    basis: Mapped[str] = mapped_column(server_default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))


class LicenceReminder(Model):
    """A word before a licence's end was given: once for each end and distance."""

    __tablename__ = "licence_reminder"

    licence_id: Mapped[int] = mapped_column(ForeignKey("licence.id"), primary_key=True, autoincrement=False)
    valid_to: Mapped[date] = mapped_column(primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))


class ReusedLicence(Model):
    """A valid licence stands for a material of a case: which, and what it said when the application was received."""

    __tablename__ = "reused_licence"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    material_key: Mapped[str] = mapped_column(primary_key=True)
    licence_id: Mapped[int] = mapped_column(ForeignKey("licence.id"), index=True)
    number: Mapped[str]
    version: Mapped[int]
    basis_zh: Mapped[str]
    basis_en: Mapped[str]
    at: Mapped[datetime]
