"""Cases: one application for a bundle, what was said, handed in, committed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Model
from webapp.models.organisation import Counter, User


class Visit(Model):
    """One presence at a counter (到场): ticket, times, who was there and how identity was checked."""

    __tablename__ = "visit"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket: Mapped[str]
    counter_id: Mapped[int] = mapped_column(ForeignKey("counter.id"))
    clerk_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    present: Mapped[str]  # legal-representative | representative | helper
    person_name: Mapped[str]
    person_id_number: Mapped[str]
    person_mobile: Mapped[str]
    identity_checked: Mapped[str]  # hand | reader
    mandate_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))

    counter: Mapped[Counter] = relationship()
    clerk: Mapped[User] = relationship()


class Case(Model):
    """一件事办件. A draft until it is received; then it has a number. Its status is derived from its items.

    `ledger_seq` and `ledger_hash` are the head of its hash chain, moved under the case's lock.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index("case_search", "search_tokens", postgresql_using="gin"),
        Index("case_of_release", "release_id"),
        Index(
            "open_case_of_release",
            "release_id",
            postgresql_where=text("received_at is not null and closed_at is null"),
        ),
        Index("case_number_prefix", "number", postgresql_ops={"number": "text_pattern_ops"}),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str | None] = mapped_column(unique=True)
    bundle_key: Mapped[str]
    profile_key: Mapped[str] = mapped_column(server_default="")  # whose local rules hold; empty: the office's own
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"), index=True)  # none: a time began it
    guided: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    ways: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    applicant_name: Mapped[str] = mapped_column(server_default="")
    applicant_key: Mapped[str] = mapped_column(server_default="", index=True)
    applicant_pinyin: Mapped[str] = mapped_column(server_default="")
    subject_name: Mapped[str] = mapped_column(server_default="")
    search_tokens: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    created_at: Mapped[datetime]
    created_by: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    received_at: Mapped[datetime | None] = mapped_column(index=True)
    received_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    closed_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]  # who and why: the last `repair` of that kind
    tracking_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    ledger_seq: Mapped[int] = mapped_column(server_default="0")
    ledger_hash: Mapped[bytes] = mapped_column(LargeBinary, server_default=text("decode(repeat('00', 32), 'hex')"))

    visit: Mapped[Visit | None] = relationship()

    @property
    def is_draft(self) -> bool:
        return self.received_at is None


class Answer(Model):
    """One answer of the form, per version (1 = as received, later = corrections). `value` is the codec's JSON."""

    __tablename__ = "answer"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    source: Mapped[str]  # applicant | shared-data | correction
    by_id: Mapped[int | None] = mapped_column(BigInteger)  # who was signed in; nobody: the applicant, by tracking
    at: Mapped[datetime]


class StoredFile(Model):
    """A file by its content (SHA-256, hex); the bytes lie in the file store under that digest."""

    __tablename__ = "stored_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    pages: Mapped[int | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))  # nobody: the applicant, by tracking
    at: Mapped[datetime]


class SubmittedMaterial(Model):
    """A material of this case: how it was handed in, by whom; its files are rows of their own."""

    __tablename__ = "submitted_material"
    __table_args__ = (UniqueConstraint("case_id", "material_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    material_key: Mapped[str]
    form: Mapped[str]  # original-returned | copy | e-licence | exempt
    copies: Mapped[int] = mapped_column(server_default="1")
    provided_by: Mapped[str] = mapped_column(server_default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))  # nobody: the applicant, by tracking
    at: Mapped[datetime]

    files: Mapped[list[StoredFile]] = relationship(
        secondary="material_file", order_by="MaterialFile.position", viewonly=True
    )


class MaterialFile(Model):
    __tablename__ = "material_file"

    submitted_material_id: Mapped[int] = mapped_column(ForeignKey("submitted_material.id"), primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), primary_key=True)
    position: Mapped[int]
    form: Mapped[str] = mapped_column(server_default="")  # as the material's, of this one file; "": not kept then


class AnswerFile(Model):
    """A file that an answer of the form names: it belongs to the case, and stays as long as the case does."""

    __tablename__ = "answer_file"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), primary_key=True, index=True)


class NotificationSheet(Model):
    """一次性告知单 as it was handed over, word for word."""

    __tablename__ = "notification_sheet"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    language: Mapped[str]
    content: Mapped[str]
    digest: Mapped[str]
    given_at: Mapped[datetime]
    given_by: Mapped[int] = mapped_column(ForeignKey("app_user.id"))


class Commitment(Model):
    """A signed letter for one item, or for one proof of it: the words that were read, who signed, when, how.

    `signature_file_id` is unset where the name was typed on the signer's own phone, or a code was confirmed.
    """

    __tablename__ = "commitment"
    __table_args__ = (
        UniqueConstraint("case_id", "item_key", "material_key"),
        CheckConstraint(
            "signature_file_id is not null or request_id is not null and (typed or channel = 'code')",
            name="with_signature",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    item_key: Mapped[str]
    letter: Mapped[str]
    letter_digest: Mapped[str]
    signature_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    signer_name: Mapped[str]
    channel: Mapped[str]  # tablet | scan | phone | code
    signed_at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    rule: Mapped[str]
    rule_basis: Mapped[str]
    material_key: Mapped[str] = mapped_column(server_default="")  # the proof that it replaces; "": the whole item
    typed: Mapped[bool] = mapped_column(server_default=text("false"))
    request_id: Mapped[int | None] = mapped_column(ForeignKey("signing_request.id"))
