"""Who works here: departments, candidate groups, people, their sessions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine import Words
from webapp.extensions import Model


class Department(Model):
    """A unit that decides, supervises or serves. It names itself in remedies, so body and court are its own."""

    __tablename__ = "department"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    document_mark: Mapped[str] = mapped_column(server_default="")  # what its documents' numbers begin with
    code: Mapped[str] = mapped_column(server_default="")  # its credit code, which identifiers of licences name
    phone: Mapped[str]
    address_zh: Mapped[str]
    address_en: Mapped[str]
    reconsideration_body_zh: Mapped[str]
    reconsideration_body_en: Mapped[str]
    court_zh: Mapped[str]
    court_en: Mapped[str]

    @property
    def name(self) -> Words:
        return Words(self.name_zh, self.name_en)


class CandidateGroup(Model):
    """A post (岗位) whose members may take its tasks; `role` says what they may do, `leads` that it leads the
    department: its members give the department's work out.
    """

    __tablename__ = "candidate_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    name_zh: Mapped[str]
    name_en: Mapped[str]
    role: Mapped[str]
    leads: Mapped[bool] = mapped_column(server_default=text("false"))

    department: Mapped[Department] = relationship()

    @property
    def name(self) -> Words:
        return Words(self.name_zh, self.name_en)


class User(Model):
    """A person with an account. `authorisation_*` are a decider's (首席代表)."""

    __tablename__ = "app_user"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_pinyin: Mapped[str]
    title_zh: Mapped[str] = mapped_column(server_default="")
    title_en: Mapped[str] = mapped_column(server_default="")
    password_hash: Mapped[str]
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    authorisation_number: Mapped[str | None]
    authorisation_scope: Mapped[str | None]
    failed_sign_ins: Mapped[int] = mapped_column(server_default="0")
    locked_until: Mapped[datetime | None]
    active: Mapped[bool] = mapped_column(server_default=text("true"))

    department: Mapped[Department] = relationship()
    groups: Mapped[list[CandidateGroup]] = relationship(secondary="membership", viewonly=True)


class Membership(Model):
    __tablename__ = "membership"

    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("candidate_group.id"), primary_key=True)


class UserSession(Model):
    """A signed-in browser. Only the digest of its token is kept."""

    __tablename__ = "user_session"

    token_digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Counter(Model):
    """A counter in the hall; an issuing desk (统一出件) takes no applications."""

    __tablename__ = "counter"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    profile_key: Mapped[str] = mapped_column(server_default="")  # the place whose rules hold here
    issuing: Mapped[bool] = mapped_column(server_default=text("false"))

    @property
    def name(self) -> Words:
        return Words(self.name_zh, self.name_en)


class RateCount(Model):
    """Tries per bucket and window (sign-in, public look-ups): limits hold over all web processes."""

    __tablename__ = "rate_count"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    bucket: Mapped[str] = mapped_column(primary_key=True)
    window_start: Mapped[datetime] = mapped_column(primary_key=True)
    tries: Mapped[int]


class IdempotencyKey(Model):
    """An act that was already carried out: the same key by the same person replays `outcome`. Kept for a week."""

    __tablename__ = "idempotency_key"
    __table_args__ = (Index("ix_idempotency_key_created_at", "created_at", postgresql_using="brin"),)

    actor_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(server_default="")
