"""Item cases: the part of a case that one department decides, with clocks, rulings, licences, documents."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine import Words
from webapp.extensions import Model
from webapp.models.organisation import User


class ItemCase(Model):
    """子办件. Facts, not states: what happened when, and by whom."""

    __tablename__ = "item_case"
    __table_args__ = (
        UniqueConstraint("case_id", "item_key"),
        Index("item_case_department", "department_key", "case_id"),
        Index("item_case_ruled", "ruled_at", postgresql_where=text("ruled_at is not null")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    item_key: Mapped[str]
    department_key: Mapped[str]
    way: Mapped[str]  # ordinary | commitment
    received_at: Mapped[datetime]
    #: one of the five of art. 32, or forwarded | predecessor-refused | correction-lapsed | deemed-withdrawn
    intake_outcome: Mapped[str | None]
    intake_note: Mapped[str] = mapped_column(server_default="")
    intake_note_en: Mapped[str] = mapped_column(server_default="")  # where a rule worded it and no person
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    accepted_under: Mapped[str] = mapped_column(
        server_default=""
    )  # delegation number and date where the window accepted
    deemed_accepted: Mapped[bool] = mapped_column(server_default=text("false"))  # by law: nobody answered in time
    ruled_at: Mapped[datetime | None]
    outcome: Mapped[str | None]  # granted | refused | not-accepted
    delivered_at: Mapped[datetime | None]


class LegalClock(Model):
    """One legal clock: limit, unit, basis, start; due day and marks, and what they were computed with.

    It is an item case's, or (the joint clock) the case's. `value` is the limit as it began; what it was extended by
    stands beside it, with its own basis in `clock_extension`.
    """

    __tablename__ = "legal_clock"
    __table_args__ = (
        UniqueConstraint("item_case_id", "name"),
        Index("running_clock", "due_on", "id", postgresql_where=text("stopped_on is null")),
        Index("clock_of_case", "case_id", "name", unique=True, postgresql_where=text("case_id is not null")),
        Index("provisional_clock", "id", postgresql_where=text("stopped_on is null and provisional")),
        Index("verification_done", "stopped_on", postgresql_where=text("name = 'verification'")),
        Index("limit_of_paper", "document_id", postgresql_where=text("document_id is not null")),
        CheckConstraint("(item_case_id is null) <> (case_id is null)", name="one_owner"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_case_id: Mapped[int | None] = mapped_column(ForeignKey("item_case.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))  # the joint clock's
    name: Mapped[str]  # intake | promised | statutory | joint | delivery | verification | step:<step> …
    value: Mapped[int]
    unit: Mapped[str]
    extended_by: Mapped[int] = mapped_column(server_default="0")
    basis_zh: Mapped[str]
    basis_en: Mapped[str]
    started_on: Mapped[date]
    due_on: Mapped[date]
    four_fifths_on: Mapped[date | None]  # the marks: "80%" and "-1"; unset where no pause or extension moved them
    day_before_on: Mapped[date | None]
    provisional: Mapped[bool]
    stopped_on: Mapped[date | None]
    rules_digest: Mapped[str]  # digest over the calendar versions that were used
    # The profile (`rule_table.id`) in force at the start, whose terms hold to the end; unset where it began before
    # they were kept. No foreign key: every clock of a place would lock the one row.
    profile_id: Mapped[int | None]
    first_day_counts: Mapped[bool | None]  # as that profile says
    # The paper that tells of the limit, from whose delivery it runs.
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))

    pauses: Mapped[list[ClockPause]] = relationship(order_by="ClockPause.started_on")

    @property
    def basis(self) -> Words:
        return Words(self.basis_zh, self.basis_en)


class ClockPause(Model):
    """One clock standing still (暂停计时), told to the applicant by an issued document.

    A pause of an item case has a row for each clock that it stops; none of a kind begins while one runs.
    """

    __tablename__ = "clock_pause"
    __table_args__ = (
        Index(
            "running_pause",
            "clock_id",
            "item_case_id",
            "kind",
            unique=True,
            postgresql_where=text("ended_on is null"),
        ),
        CheckConstraint("ended_on >= started_on", name="ends_after_start"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    clock_id: Mapped[int] = mapped_column(ForeignKey("legal_clock.id"), index=True)
    item_case_id: Mapped[int | None] = mapped_column(ForeignKey("item_case.id"), index=True)
    kind: Mapped[str]
    name_zh: Mapped[str] = mapped_column(server_default="")
    name_en: Mapped[str] = mapped_column(server_default="")
    basis_zh: Mapped[str]
    basis_en: Mapped[str]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    expected_days: Mapped[int | None]  # working days, as told in the notice
    started_on: Mapped[date]
    ended_on: Mapped[date | None]


class ClockExtension(Model):
    """延期: asked for by who reviews, granted or not by the level that the law names, told by a notice (art. 42)."""

    __tablename__ = "clock_extension"
    __table_args__ = (Index("open_extension", "item_case_id", unique=True, postgresql_where=text("granted is null")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    item_case_id: Mapped[int] = mapped_column(ForeignKey("item_case.id"), index=True)
    clock: Mapped[str]
    value: Mapped[int]
    unit: Mapped[str]
    level: Mapped[str]  # who may grant it, as the item and the place name it
    level_zh: Mapped[str]
    level_en: Mapped[str]
    basis_zh: Mapped[str]
    basis_en: Mapped[str]
    reason: Mapped[str]
    requested_by: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    requested_at: Mapped[datetime]
    granted: Mapped[bool | None]
    opinion: Mapped[str] = mapped_column(server_default="")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    decided_at: Mapped[datetime | None]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))

    @property
    def basis(self) -> Words:
        return Words(self.basis_zh, self.basis_en)


class Review(Model):
    """What an officer found in a step (examination, proposal, visit, verification), with the checklist."""

    __tablename__ = "review"
    __table_args__ = (Index("verification_found", "at", postgresql_where=text("step in ('verify', 'recheck')")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    item_case_id: Mapped[int | None] = mapped_column(ForeignKey("item_case.id"), index=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"), index=True)
    step: Mapped[str]
    conclusion: Mapped[str]
    opinion: Mapped[str]
    checklist: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    remarks: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")  # point -> the officer's words on it
    by_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    acting_for: Mapped[int | None]  # whom `by` stood in for
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]  # who made it took it back before anybody built on it

    by: Mapped[User] = relationship()


class Ruling(Model):
    """办理决定 of one item, by a named official under an authorisation.

    A refusal states facts, basis and remedy, or is not kept (art. 38). Nobody made one that the rule of the place makes
    by itself (a promised material that did not come): it refuses, and its basis names that rule.
    """

    __tablename__ = "ruling"
    __table_args__ = (
        CheckConstraint(
            "outcome <> 'refused' or (facts <> '' and basis_zh <> '' and remedy_zh <> '')",
            name="refused_with_facts_basis_remedy",
        ),
        CheckConstraint(
            "(by_id is null) = (task_id is null) and (by_id is not null or outcome = 'refused')",
            name="by_someone_or_by_rule",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_case_id: Mapped[int] = mapped_column(ForeignKey("item_case.id"), unique=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("user_task.id"))
    outcome: Mapped[str]  # granted | refused
    words_zh: Mapped[str]
    words_en: Mapped[str]
    facts: Mapped[str] = mapped_column(server_default="")
    reasons: Mapped[str]
    facts_en: Mapped[str] = mapped_column(server_default="")  # both where a rule worded them and no person
    reasons_en: Mapped[str] = mapped_column(server_default="")
    basis_zh: Mapped[str]
    basis_en: Mapped[str]
    remedy_zh: Mapped[str] = mapped_column(server_default="")
    remedy_en: Mapped[str] = mapped_column(server_default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    acting_for: Mapped[int | None]  # whom `by` stood in for
    authorisation_number: Mapped[str] = mapped_column(server_default="")
    at: Mapped[datetime]

    by: Mapped[User | None] = relationship()


class Licence(Model):
    """办理结果: what a granted item gives. `public_code` opens its public page; `external` was numbered elsewhere."""

    __tablename__ = "licence"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_case_id: Mapped[int] = mapped_column(ForeignKey("item_case.id"), unique=True)
    type_key: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    number: Mapped[str]
    holder: Mapped[str]
    issuer_zh: Mapped[str]
    issuer_en: Mapped[str]
    issued_on: Mapped[date]
    valid_to: Mapped[date | None]
    status: Mapped[str] = mapped_column(server_default="valid")
    facts: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")  # [[label zh, label en, value], …] as printed
    public_code: Mapped[str] = mapped_column(unique=True)
    external: Mapped[bool] = mapped_column(server_default=text("false"))
    department_key: Mapped[str] = mapped_column(server_default="")  # who issued it, and acts on it
    holder_number: Mapped[str] = mapped_column(server_default="")  # credit code or identity number
    scope_zh: Mapped[str] = mapped_column(server_default="")
    scope_en: Mapped[str] = mapped_column(server_default="")
    identifier: Mapped[str] = mapped_column(server_default="")  # 电子证照标识 of this version
    version: Mapped[int] = mapped_column(server_default="1")
    version_on: Mapped[date | None]  # the day of this version; unset: the day of issue
    search_tokens: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")

    __table_args__ = (
        UniqueConstraint("type_key", "number"),
        Index("licence_holder", "holder_number", "type_key", postgresql_where=text("holder_number <> ''")),
        Index("licence_not_valid", "status", "id", postgresql_where=text("status <> 'valid'")),
        Index("licence_ends", "valid_to", postgresql_where=text("status in ('valid', 'suspended')")),
        Index("licence_of_unit", "department_key", "id"),
        Index("licence_identifier", "identifier", unique=True, postgresql_where=text("identifier <> ''")),
        Index("licence_search", "search_tokens", postgresql_using="gin"),
        CheckConstraint("status in ('valid', 'suspended', 'revoked', 'cancelled', 'expired')", name="known_status"),
    )

    @property
    def name(self) -> Words:
        return Words(self.name_zh, self.name_en)


class Document(Model):
    """文书 as issued: number, words, digests, seal. Kept word for word; written once, as a trigger sees to.

    `series` and `serial` make up the number, without gap or double; documents of the first releases have none.
    """

    __tablename__ = "document"
    __table_args__ = (UniqueConstraint("series", "serial"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    item_case_id: Mapped[int | None] = mapped_column(ForeignKey("item_case.id"), index=True)
    unit_key: Mapped[str] = mapped_column(server_default="")  # the department that signs it
    kind: Mapped[str]  # engine/bundles/document_kinds.toml
    number: Mapped[str]
    series: Mapped[str | None]
    serial: Mapped[int | None]
    template: Mapped[str] = mapped_column(server_default="")  # its file in the release, and the digest of that
    template_digest: Mapped[str] = mapped_column(server_default="")
    title_zh: Mapped[str]
    title_en: Mapped[str]
    content_zh: Mapped[str]
    content_en: Mapped[str]
    digest: Mapped[str]  # of the Chinese content, which is the document
    digest_en: Mapped[str] = mapped_column(server_default="")
    seal_zh: Mapped[str] = mapped_column(server_default="")
    seal_en: Mapped[str] = mapped_column(server_default="")
    seal_way: Mapped[str] = mapped_column(server_default="")  # hand | certified | demo; empty: it bears none
    public_code: Mapped[str | None] = mapped_column(unique=True)
    issued_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))

    @property
    def title(self) -> Words:
        return Words(self.title_zh, self.title_en)

    @property
    def content(self) -> Words:
        return Words(self.content_zh, self.content_en)


class Collection(Model):
    """出件 and 送达 of one item's result: how, who took it, the proof."""

    __tablename__ = "collection"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_case_id: Mapped[int] = mapped_column(ForeignKey("item_case.id"), unique=True)
    means: Mapped[str]  # counter | post | electronic
    preprinted_number: Mapped[str] = mapped_column(server_default="")
    printed_at: Mapped[datetime]
    printed_by: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    collector_kind: Mapped[str] = mapped_column(server_default="")  # legal-representative | representative
    collector_name: Mapped[str] = mapped_column(server_default="")
    collector_id_number: Mapped[str] = mapped_column(server_default="")
    tracking_number: Mapped[str] = mapped_column(server_default="")
    signature_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    delivered_at: Mapped[datetime | None]
    delivered_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))


class NumberSeries(Model):
    """The last number given of a series; its row is locked last in a command."""

    __tablename__ = "number_series"

    key: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]
