"""What stands beside a task for one person: their draft, who else has it open, notes on documents, the applicant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine import Words
from webapp import clock, moments
from webapp.catalogue import published
from webapp.identity import Identity
from webapp.permissions import CaseFacts, Permission, may
from webapp.queries.case_parts import TERMINATED
from webapp.queries.rows import Rows
from webapp.queries.workspace import Workspace
from webapp.services.credit_bars import BY_CASE, Standing, standing_from
from webapp.services.presence import PRESENT, Present, values_of
from webapp.services.task_drafts import DRAFT

EARLIER_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Draft:
    """What the person has filled in so far."""

    fields: tuple[tuple[str, str], ...]
    at: datetime


def draft_from(row: Sequence[Any] | None) -> Draft | None:
    """The draft of a row of `task_drafts.DRAFT`; None where there is none, or nothing in it."""
    if row is None or not row[0]:
        return None
    return Draft(tuple((name, text) for name, text in row[0]), row[1])


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A note on a page. `area`: left, top, width, height in thousandths of the page; None: the page as a whole."""

    id: int
    file_id: int
    page: int
    area: tuple[int, int, int, int] | None
    words: str
    by_id: int
    by: str
    at: datetime


NOTES = """
select n.id, n.file_id, n.page, n.left_edge, n.top_edge, n.width, n.height, n.words, n.by_id, u.name, n.at
from file_note n join app_user u on u.id = n.by_id
where n.case_id = %(case)s and n.removed_at is null order by n.file_id, n.page, n.id
"""


def notes_from(rows: Iterable[Sequence[Any]]) -> Mapping[int, list[NoteLine]]:
    """File -> its notes by page, of rows of `NOTES`."""
    found: dict[int, list[NoteLine]] = {}
    for id_, file_id, page, left, top, width, height, words, by_id, by, at in rows:
        area = None if left is None else (left, top, width, height)
        found.setdefault(file_id, []).append(NoteLine(id_, file_id, page, area, words, by_id, by, at))
    return found


@dataclass(frozen=True, slots=True)
class EarlierCase:
    """A case that the same applicant handed in before, which this person may open. `outcomes`: item and what became of
    it."""

    id: int
    number: str
    bundle: Words
    received_at: datetime
    closed_at: datetime | None
    outcomes: tuple[tuple[Words, Words], ...]


# By the applicant's number, not the name; only cases that the reader could open by their own address: others do not
# exist for them (docs/decisions/0005).
EARLIER = f"""
select e.id, e.number, e.release_id, e.received_at, e.closed_at,
    (select coalesce(json_agg(json_build_array(i.item_key, coalesce(i.outcome, ''), coalesce(r.words_zh, ''),
        coalesce(r.words_en, '')) order by i.id), '[]')
        from item_case i left join ruling r on r.item_case_id = i.id where i.case_id = e.id)
from cases k join cases e on e.applicant_key = k.applicant_key and (e.received_at, e.id) < (k.received_at, k.id)
where k.id = %(case)s and k.applicant_key <> '' and (%(sees_all)s
    or exists(select from item_case i where i.case_id = e.id and i.department_key = %(department)s)
    or exists(select from user_task t where t.case_id = e.id and t.groups ?| %(whole)s::text[]))
order by e.received_at desc limit {EARLIER_SHOWN + 1}
"""
GOING_ON = Words("办理中", "in progress")
NOT_ACCEPTED = Words("未受理", "not accepted")
RULED = {"granted": Words("已准予", "granted"), "refused": Words("未准予", "refused")}


def earlier_from(rows: Iterable[Sequence[Any]]) -> tuple[EarlierCase, ...]:
    """The earlier cases of rows of `EARLIER`, the latest first."""
    return tuple(_earlier(row) for row in rows)


def _earlier(row: Sequence[Any]) -> EarlierCase:
    id_, number, release_id, received_at, closed_at, items = row
    bundle = published(release_id).bundle
    outcomes = tuple((bundle.item(key).name, _outcome(outcome, zh, en)) for key, outcome, zh, en in items)
    return EarlierCase(id_, number, bundle.name, received_at, closed_at, outcomes)


def _outcome(outcome: str, zh: str, en: str) -> Words:
    if not outcome:
        return GOING_ON
    if zh:
        return Words(zh, en)
    return TERMINATED.get(outcome) or RULED.get(outcome) or NOT_ACCEPTED


STATEMENTS = {"draft": DRAFT, "present": PRESENT, "notes": NOTES, "earlier": EARLIER, "credit": BY_CASE}


@dataclass(frozen=True, slots=True)
class Desk:
    """What stands beside a task for one person. `others`: who else has it open."""

    draft: Draft | None
    others: tuple[Present, ...]
    notes: Mapping[int, list[NoteLine]]
    earlier: tuple[EarlierCase, ...]
    credit: Standing

    @property
    def reads(self) -> list[str]:
        """What of it is personal beside the case itself, as the access log names it."""
        earlier = ["earlier-cases"] if self.earlier else []
        return [*earlier, "credit"] if self.credit.unrepaired or self.credit.bars else earlier


def desk_of(task: Workspace, by: Identity) -> Desk:
    """Read in one statement. The credit and the earlier cases are personal: their reading is to be noted."""
    values = {
        **values_of(task.id, by),
        "case": task.case_id,
        "department": by.department_key,
        "whole": sorted(by.posts_in("")),
        "sees_all": may(by, Permission.PERSONAL_SEE, CaseFacts(frozenset(), frozenset(), 0, False)),
        "fields": list(task.release.bundle.identity_fields),
        "place": task.rules.profile.key,
    }
    rows = Rows(STATEMENTS, values)
    rows.read_together(*STATEMENTS)
    return Desk(
        draft_from(rows.first("draft")),
        tuple(Present(*row) for row in rows.of("present")),
        notes_from(rows.of("notes")),
        earlier_from(rows.of("earlier")),
        standing_from(rows.of("credit"), clock.today(moments.OFFICE_ZONE)),
    )
