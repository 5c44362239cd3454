"""监察信号: a rule found a delay or a fault; what the unit and the supervisor said to it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from engine import Words
from webapp.extensions import Model


class SupervisionSignal(Model):
    """One signal, raised once per kind, item case and `ref_key` (the text of `ref`, which says what it is about).

    `unit` is the department that answers for it, `person_id` who held the work. Name and basis are kept as the rule
    said them then.
    """

    __tablename__ = "supervision_signal"
    __table_args__ = (
        UniqueConstraint("case_id", "item_case_id", "kind", "ref_key", postgresql_nulls_not_distinct=True),
        Index("signal_of_unit", "unit", "raised_at", "id"),
        Index("unsettled_signal", "unit", "id", postgresql_where=text("settled_at is null")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    item_case_id: Mapped[int | None] = mapped_column(ForeignKey("item_case.id"), index=True)
    kind: Mapped[str]
    colour: Mapped[str]  # yellow | red
    unit: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"), index=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    basis_zh: Mapped[str]
    basis_en: Mapped[str]
    ref: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    ref_key: Mapped[str] = mapped_column(server_default="")
    raised_at: Mapped[datetime]
    answer_due_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(server_default="open")  # open | answered | appealed | upheld | withdrawn
    settled_at: Mapped[datetime | None]

    @property
    def name(self) -> Words:
        return Words(self.name_zh, self.name_en)

    @property
    def basis(self) -> Words:
        return Words(self.basis_zh, self.basis_en)


class SignalWord(Model):
    """What was said to a signal: the unit's answer or appeal, the supervisor's decision. The ledger keeps who, when."""

    __tablename__ = "signal_word"

    id: Mapped[int] = mapped_column(primary_key=True)
    signal_id: Mapped[int] = mapped_column(ForeignKey("supervision_signal.id"), index=True)
    act: Mapped[str]  # answered | appealed | upheld | withdrawn
    text: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    at: Mapped[datetime]
