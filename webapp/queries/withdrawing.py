"""What a page needs to take an application back: which items are open, what ends with which, on what basis."""

from __future__ import annotations

from dataclasses import dataclass

from engine import Words
from webapp.catalogue import RULES_OF_CASE, published, rules_of
from webapp.errors import NotFound
from webapp.queries.case_parts import items_of
from webapp.queries.case_tasks import tasks_of
from webapp.services.termination import with_dependents
from webapp.services.withdrawal import GENERAL, RULE
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class WithdrawableItem:
    """An item of the case; `takes_along` are the open items that need its result and would end with it."""

    key: str
    name: Words
    department: Words
    state: Words
    kind: str
    open: bool
    takes_along: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class WithdrawalPage:
    case_id: int
    number: str
    subject: str
    applicant: str
    bundle: Words
    basis: Words
    items: tuple[WithdrawableItem, ...]

    @property
    def open_items(self) -> tuple[WithdrawableItem, ...]:
        return tuple(item for item in self.items if item.open)


CASE = f"""
select k.number, k.subject_name, k.applicant_name, k.release_id, {RULES_OF_CASE}
from cases k where k.id = %s and k.received_at is not null
"""


def withdrawal_page(case_id: int) -> WithdrawalPage:
    """Raises NotFound for a draft."""
    row = sql().execute(CASE, (case_id,)).fetchone()
    if row is None:
        raise NotFound()
    number, subject, applicant, release_id, versions = row
    bundle, rules = published(release_id).bundle, rules_of(tuple(versions or ()))
    views = items_of(case_id, bundle, rules, tasks_of(case_id))
    still_open = [view.key for view in views if view.outcome is None]
    names = {view.key: view.item.name for view in views}

    def along(key: str) -> tuple[Words, ...]:
        return tuple(names[other] for other in with_dependents(bundle, [key], still_open) if other != key)

    items = tuple(
        WithdrawableItem(
            view.key,
            view.item.name,
            view.department,
            view.state,
            view.kind,
            view.outcome is None,
            along(view.key) if view.outcome is None else (),
        )
        for view in views
    )
    parameter = rules.profile.parameters.get(RULE)
    return WithdrawalPage(
        case_id, number, subject, applicant, bundle.name, parameter.basis if parameter else GENERAL, items
    )
