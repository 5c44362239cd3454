"""What surrounds a document once it is issued: its unit's seals, sealing, kept files, delivery, paper that moved."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from engine import Words
from webapp.extensions import Model


class UnitSeal(Model):
    """A seal of a unit for one use, and how that unit seals. `provider` and `provider_seal` are of a certified one."""

    __tablename__ = "unit_seal"
    __table_args__ = (UniqueConstraint("department_key", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    department_key: Mapped[str] = mapped_column(ForeignKey("department.key"))
    role: Mapped[str]  # receipt | acceptance | licence
    name_zh: Mapped[str]
    name_en: Mapped[str]
    way: Mapped[str]  # hand | certified | demo
    provider: Mapped[str] = mapped_column(server_default="")  # the address of its service
    provider_seal: Mapped[str] = mapped_column(server_default="")  # the seal's name there

    @property
    def name(self) -> Words:
        return Words(self.name_zh, self.name_en)


class DocumentSeal(Model):
    """A document was sealed: by hand, as a clerk confirmed (已用印), or by a provider, whose file is kept."""

    __tablename__ = "document_seal"

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))  # who confirmed; none for a provider
    certificate: Mapped[str] = mapped_column(server_default="")
    serial: Mapped[str] = mapped_column(server_default="")  # the provider's own number of this sealing


class SealTry(Model):
    """A provider did not seal a document: why, and how often that was tried. Gone once it is sealed."""

    __tablename__ = "seal_try"

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True, autoincrement=False)
    tries: Mapped[int]
    at: Mapped[datetime]
    reason: Mapped[str]
    final: Mapped[bool] = mapped_column(server_default=text("false"))  # refused, not merely unreachable


class DocumentFile(Model):
    """A PDF of a document, made once, kept byte for byte under its digest. `kind`: plain, or a provider's sealed."""

    __tablename__ = "document_file"

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True, autoincrement=False)
    language: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    size: Mapped[int]
    made_at: Mapped[datetime]


class DocumentDelivery(Model):
    """A document reached someone: how, whom, when, by whose hand; a signed proof where there is one."""

    __tablename__ = "document_delivery"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    means: Mapped[str]  # counter | post | electronic | left | announced
    recipient: Mapped[str]
    reference: Mapped[str] = mapped_column(server_default="")  # a postal number, an address
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))


class MaterialHandover(Model):
    """材料交接: paper of a case went from one unit to another, under a slip; `received_*` once it is there."""

    __tablename__ = "material_handover"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), unique=True)
    from_key: Mapped[str] = mapped_column(ForeignKey("department.key"))
    to_key: Mapped[str] = mapped_column(ForeignKey("department.key"))
    handed_by: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    handed_at: Mapped[datetime]
    received_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    received_at: Mapped[datetime | None]


class HandoverLine(Model):
    """One material on a slip."""

    __tablename__ = "handover_line"

    handover_id: Mapped[int] = mapped_column(ForeignKey("material_handover.id"), primary_key=True, autoincrement=False)
    submitted_material_id: Mapped[int] = mapped_column(
        ForeignKey("submitted_material.id"), primary_key=True, autoincrement=False, index=True
    )
    copies: Mapped[int]
