"""The frame of every act on a credit record: its case locked where it has one, then the record; the try kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine import Words
from engine.bundles import Item
from webapp import clock, moments
from webapp.catalogue import Rules, current_releases, published, rules_in_force
from webapp.errors import ActRefused, NotFound
from webapp.identity import Identity
from webapp.permissions import CreditFacts, Permission, ensure
from webapp.services.credit_ledger import CreditAct, append
from webapp.services.document_issue import DocumentNotPossible
from webapp.services.documents import issue_by_unit
from webapp.services.locked_case import LockedCase, lock_row, on_case
from webapp.services.page_keys import AlreadyCarriedOut, remember
from webapp.unit_of_work import sql, unit_of_work


@dataclass(slots=True)
class HeldCredit:
    """A record under its lock. `case` is that of the item it came from; None for one entered from outside."""

    id: int
    kind: str
    kind_zh: str
    kind_en: str
    source_kind: str
    unit: str
    since: date
    until: date | None
    repair_from: date | None
    repair_zh: str
    repair_en: str
    recorded_on: date
    recorded_by: int | None
    subject: str
    place: str
    confirmed: bool
    confirmed_by: int | None
    repaired: bool
    annulled: bool
    item_case_id: int | None
    item_key: str | None
    case: LockedCase | None
    now: datetime
    rules: Rules

    @property
    def name(self) -> Words:
        return Words(self.kind_zh or self.kind, self.kind_en or self.kind)

    @property
    def today(self) -> date:
        return moments.local(self.now).date()

    @property
    def counts(self) -> bool:
        """Confirmed, neither annulled nor repaired, and its term not over."""
        return (
            self.confirmed
            and not self.annulled
            and not self.repaired
            and (self.until is None or self.until >= self.today)
        )

    @property
    def item(self) -> Item | None:
        """The item it came from, as the act's release has it."""
        if self.case is None or self.item_key is None:
            return None
        return self.case.release.bundle.item(self.item_key)

    def record(self, act: CreditAct, by: Identity | None, **facts: object) -> None:
        """A line of the record's own chain."""
        append(self.id, act, by, self.now, **facts)

    def paper(self, kind: str, by: Identity, **fields: Any) -> int | None:
        """The document of this kind, in the case of a record of our own; None for one from outside.

        What another body recorded is decided, and told, by that body. Raises DocumentNotPossible.
        """
        if self.case is None:
            return None
        item = self.item
        assert item is not None
        assert self.item_case_id is not None
        if kind not in self.case.release.kinds:
            raise DocumentNotPossible(
                Words(kind, kind),
                Words(
                    "现行发布版没有这种文书，请先更新发布。",
                    "the release in force does not have it.",
                ),
            )
        fields = {"record_kind": self.name, "recorded_on": self.recorded_on, "decider_name": by.name, **fields}
        return issue_by_unit(self.case, self.unit, self.item_case_id, item, kind, by, fields)


CASE_OF = """
select r.place, i.case_id from credit_record r left join item_case i on i.id = r.item_case_id where r.id = %s
"""
RECORD = """
select r.id, r.kind, r.kind_zh, r.kind_en, r.source_kind, r.unit_key, r.since, r.until, r.repair_from,
    r.repair_basis_zh, r.repair_basis_en, r.recorded_on, r.recorded_by, r.subject_key,
    r.place, r.confirmed_at is not null, r.confirmed_by, r.repaired_at is not null, r.annulled_at is not null,
    r.item_case_id, (select item_key from item_case where id = r.item_case_id)
from credit_record r where r.id = %s for no key update of r
"""


@contextmanager
def on_credit(record_id: int, by: Identity, permission: Permission, what: str, key: str) -> Iterator[HeldCredit]:
    """A person's act on a record, `what` names it. A refusal is put in the record's chain.

    Raises NotFound, NotYours, and as `remember` does.
    """
    row = sql().execute(CASE_OF, (record_id,)).fetchone()
    if row is None:
        raise NotFound()
    place, case_id = row
    try:
        with _frame(case_id) as case:
            held = _held(record_id, case, place)
            ensure(by, permission, CreditFacts(held.unit))
            remember(by, key, held.now, f"{what}:{record_id}")
            yield held
    except (AlreadyCarriedOut, NotFound):
        raise
    except ActRefused as refusal:
        with unit_of_work():
            append(record_id, CreditAct.REFUSED_ACT, by, clock.now(), refusal=type(refusal).__name__, act=what)
        raise


@contextmanager
def _frame(case_id: int | None) -> Iterator[LockedCase | None]:
    """One command, one commit: on the case of a record of our own, or on the record alone."""
    if case_id is not None:
        with on_case(case_id) as case:
            yield case
    else:
        with unit_of_work():
            yield None


def _held(record_id: int, case: LockedCase | None, place: str) -> HeldCredit:
    row = lock_row(RECORD, record_id)
    rules = case.rules if case is not None else rules_in_force(place)
    held = HeldCredit(*(*row, case, case.now if case is not None else clock.now(), rules))
    if case is not None:
        case.release_id = _release_of_the_act(case, held.item_key)
    return held


def _release_of_the_act(case: LockedCase, item_key: str | None) -> int:
    """The release in force while it still has the item: what is written later is written as papers are then."""
    current = current_releases().get(case.bundle_key)
    if current is None or not any(item.key == item_key for item in published(current).bundle.items):
        return case.release_id
    return current
