"""Reads for the application at the window: bundles to choose from, drafts, one draft in full."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine import Words
from engine.bundles import Bundle, Guide, Savings, guide_for, savings
from webapp.answers import answers_of
from webapp.catalogue import Published, Rules, arranged, current_releases, published, rules_in_force
from webapp.errors import NotFound
from webapp.identity import Identity
from webapp.permissions import Permission, may
from webapp.queries.case_access import ensure_application
from webapp.queries.masking import masked_person
from webapp.services.visits import told_by_visit
from webapp.unit_of_work import sql

MOST_DRAFTS = 200


@dataclass(frozen=True, slots=True)
class CounterChoice:
    id: int
    name: Words


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """Who stands at the counter, and how that was checked."""

    id: int
    ticket: str
    counter: Words
    clerk: str
    started_at: datetime
    present: str  # legal-representative | representative | helper
    name: str
    id_number: str
    mobile: str
    identity_checked: str  # hand | reader
    mandate_file_id: int | None
    place: str  # whose local rules hold at the counter; empty: the office's own


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """One application with everything said so far. `number` and `received_at` come with the receipt."""

    id: int
    release: Published
    rules: Rules
    guided: dict[str, Any]
    ways: dict[str, str]
    answers: dict[str, Any]
    number: str | None
    received_at: datetime | None
    visit: VisitFacts
    sheet_id: int | None  # the notification sheet handed over last
    guide: Guide  # items and materials for what was answered so far, in the questions and in the form

    @property
    def bundle(self) -> Bundle:
        return self.release.bundle

    @property
    def item_keys(self) -> tuple[str, ...]:
        """The items that apply."""
        return tuple(entry.item.key for entry in self.guide.items)


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft in the list: names masked as far as a list needs."""

    id: int
    bundle: Words
    applicant: str
    subject: str
    ticket: str
    person: str
    started_at: datetime
    by: str
    step: str  # where to go on


@dataclass(frozen=True, slots=True)
class BundleCard:
    """A published bundle in the catalogue."""

    key: str
    name: Words
    summary: Words
    life_cycle: str
    life_cycle_name: Words
    items: tuple[Words, ...]
    demo: bool
    savings: Savings | None


def counters() -> list[CounterChoice]:
    """The counters that take applications."""
    rows = sql().execute("select id, name_zh, name_en from counter where not issuing order by key")
    return [CounterChoice(id_, Words(zh, en)) for id_, zh, en in rows]


def last_counter(by: Identity) -> int | None:
    """The counter at which this person opened a visit last."""
    row = (
        sql()
        .execute("select counter_id from visit where clerk_id = %s order by id desc limit 1", (by.user_id,))
        .fetchone()
    )
    return row[0] if row else None


VISIT = """
select v.id, v.ticket, n.name_zh, n.name_en, u.name, v.started_at, v.present, v.person_name,
       v.person_id_number, v.person_mobile, v.identity_checked, v.mandate_file_id, n.profile_key
from visit v join counter n on n.id = v.counter_id join app_user u on u.id = v.clerk_id
where v.id = %s
"""


def visit_facts(visit_id: int) -> VisitFacts:
    """The visit. Raises NotFound."""
    row = sql().execute(VISIT, (visit_id,)).fetchone()
    if row is None:
        raise NotFound()
    id_, ticket, zh, en, *rest = row
    return VisitFacts(id_, ticket, Words(zh, en), *rest)


def own_visit(by: Identity, visit_id: int) -> VisitFacts:
    """The visit that `by` opened. Raises NotFound: a draft is begun by whoever met the applicant."""
    row = sql().execute("select clerk_id from visit where id = %s", (visit_id,)).fetchone()
    if row is None or row[0] != by.user_id:
        raise NotFound()
    return visit_facts(visit_id)


DRAFT = """
select c.release_id, c.profile_key, c.guided, c.ways, c.number, c.received_at, c.visit_id,
       (select max(s.id) from notification_sheet s where s.case_id = c.id)
from cases c where c.id = %s
"""


def draft_of(by: Identity, case_id: int) -> Draft:
    """The application for whoever may work on it, received or not. Raises NotFound, NotYours."""
    ensure_application(by, case_id)
    row = sql().execute(DRAFT, (case_id,)).fetchone()
    if row is None:
        raise NotFound()
    release_id, place, guided, ways, number, received_at, visit_id, sheet_id = row
    rules, answers = rules_in_force(place), answers_of(case_id)
    release, visit = arranged(release_id, rules.profile), visit_facts(visit_id)
    told = told_by_visit(release.bundle, visit.present)
    return Draft(
        case_id,
        release,
        rules,
        guided,
        ways,
        answers,
        number,
        received_at,
        visit,
        sheet_id,
        guide_for(release.bundle, {**told, **answers, **guided}),
    )


DRAFTS = """
select c.id, c.release_id, c.applicant_name, c.subject_name, v.ticket, v.person_name, c.created_at, u.name,
       c.guided, exists(select from notification_sheet s where s.case_id = c.id),
       exists(select from answer a where a.case_id = c.id),
       exists(select from submitted_material m where m.case_id = c.id),
       c.ways <> '{}'
from cases c join visit v on v.id = c.visit_id join app_user u on u.id = c.created_by
where c.received_at is null and (%s or c.created_by = %s)
order by c.id desc limit %s
"""


def drafts(by: Identity, *, of_all: bool) -> list[DraftRow]:
    """Applications not yet received, newest first: the person's own, or (for those who may) everyone's."""
    everyone = of_all and "clerk" in by.roles_in("")
    rows = sql().execute(DRAFTS, (everyone, by.user_id, MOST_DRAFTS)).fetchall()
    return [_draft_row(row) for row in rows]


def _draft_row(row: tuple[Any, ...]) -> DraftRow:
    id_, release_id, applicant, subject, ticket, person, at, by, guided, *done = row
    step = _next_step(bool(guided), *done)
    name = published(release_id).bundle.name
    return DraftRow(id_, name, applicant, subject, ticket, masked_person(person), at, by, step)


def _next_step(guided: bool, sheet: bool, form: bool, materials: bool, ways: bool) -> str:
    """The step after the last one that left something behind."""
    if not guided:
        return "questions"
    if ways:
        return "check"
    if materials:
        return "materials"
    return "form" if sheet or form else "sheet"


def may_take_over(by: Identity) -> bool:
    """Whether the person may go on with a draft that someone else began."""
    return may(by, Permission.CASE_RECEIVE)


def bundle_cards(search: str = "", life_cycle: str = "") -> list[BundleCard]:
    """The published bundles whose name, summary or items hold every word of `search`, in either language."""
    cards = [_card(published(release_id).bundle) for release_id in current_releases().values()]
    words = search.casefold().split()
    return [
        card
        for card in cards
        if (not life_cycle or card.life_cycle == life_cycle) and all(word in _searched(card) for word in words)
    ]


def life_cycles() -> list[tuple[str, Words, int]]:
    """The groups of the catalogue: key, name, how many bundles."""
    found: dict[str, tuple[Words, int]] = {}
    for card in bundle_cards():
        _, count = found.get(card.life_cycle, (card.life_cycle_name, 0))
        found[card.life_cycle] = (card.life_cycle_name, count + 1)
    return [(key, name, count) for key, (name, count) in found.items()]


def _card(bundle: Bundle) -> BundleCard:
    return BundleCard(
        bundle.key,
        bundle.name,
        bundle.summary,
        bundle.life_cycle,
        bundle.life_cycle_name,
        tuple(item.name for item in bundle.items),
        bundle.demo,
        savings(bundle),
    )


def _searched(card: BundleCard) -> str:
    texts = (card.name, card.summary, *card.items)
    return " ".join(f"{text.zh} {text.en}" for text in texts).casefold()
