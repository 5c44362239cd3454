"""Requests to sign letters on the signer's own phone or by a code, letters that were withdrawn, and their figures."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model


class SigningRequest(Model):
    """One request to sign certain letters in one sitting, for a short time; used once.

    `letters` are key -> digest of the letter as shown, `read` the keys read to their end. `secret` is the keyed hash
    of the token in the QR code (phone) or of the code that was sent (code). On the own phone the number declared for
    the signer is confirmed first, where the place's rules ask for it.
    """

    __tablename__ = "signing_request"
    __table_args__ = (
        CheckConstraint("channel in ('phone', 'code')", name="known_channel"),
        CheckConstraint(
            "outcome in ('', 'signed', 'replaced', 'changed', 'not-sent', 'exhausted')", name="known_outcome"
        ),
        CheckConstraint("(outcome = '') = (ended_at is null)", name="ended_with_outcome"),
        Index("signing_secret", "secret", unique=True, postgresql_where=text("channel = 'phone'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    channel: Mapped[str]
    secret: Mapped[bytes]
    letters: Mapped[dict[str, Any]] = mapped_column(JSONB)
    read: Mapped[list[str]] = mapped_column(JSONB, server_default="[]")
    signer_name: Mapped[str]
    mobile: Mapped[str] = mapped_column(server_default="")  # of the code: its last four digits
    number_hash: Mapped[bytes | None]  # keyed hash of the number that a code went to, to be confirmed on the phone
    code_hash: Mapped[bytes | None]  # keyed hash of that code, while it waits
    code_until: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]  # the number was confirmed on the phone that signs
    reference: Mapped[str] = mapped_column(server_default="")  # the gateway's own number of what it sent
    tries: Mapped[int] = mapped_column(server_default="0")
    created_by: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(server_default="")


class WithdrawnCommitment(Model):
    """A letter that the applicant took back before the ruling, as it was signed. Written once, as a trigger sees to."""

    __tablename__ = "withdrawn_commitment"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    item_key: Mapped[str]
    material_key: Mapped[str] = mapped_column(server_default="")
    letter: Mapped[str]
    letter_digest: Mapped[str]
    signature_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    signer_name: Mapped[str]
    channel: Mapped[str]
    signed_at: Mapped[datetime]
    rule: Mapped[str]
    rule_basis: Mapped[str]
    withdrawn_at: Mapped[datetime]
    withdrawn_channel: Mapped[str]  # window | tracking
    asked_by: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    asked_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))  # signed at the window
    by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))


class CommitmentMonth(Model):
    """What became of a bundle's items by commitment in a month and a place, counted by the worker.

    Minutes run from the visit at the window to the licence; the ninth is the 90th percentile.
    """

    __tablename__ = "commitment_month"

    bundle: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)  # its first day
    received: Mapped[int]
    committed: Mapped[int]
    proofs: Mapped[int]
    median_minutes: Mapped[int | None]
    ninth_minutes: Mapped[int | None]
    verified: Mapped[int]
    verified_on_time: Mapped[int]
    found_false: Mapped[int]
    revoked: Mapped[int]
    counted_at: Mapped[datetime]
