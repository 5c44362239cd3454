"""What may be promised to follow acceptance, as pages show it: materials, last day, the letter as it would read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine import Words
from engine.bundles import Item, Material
from engine.law import ToleranceRules
from webapp import clock, moments
from webapp.answers import answers_of
from webapp.catalogue import Published, Rules
from webapp.errors import ActRefused, Incomplete
from webapp.queries.application import Draft
from webapp.queries.application_steps import MaterialRow
from webapp.queries.tolerance import TolerancePage
from webapp.services.clocks import start_day
from webapp.services.credit_bars import standing_of, subjects_of
from webapp.services.tolerance_letters import PromiseLetter, letter_for
from webapp.services.tolerance_terms import (
    HOW,
    Asking,
    BarredFromTolerance,
    NotTolerable,
    Promise,
    ensure_tolerable,
    latest_day,
    requirement_of,
    rules_for,
    tolerable,
)
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed of a promise: the day as text, how each material comes, and whether the item was chosen."""

    until: str
    hows: Mapping[str, str]
    chosen: bool
    asked: bool = False  # the form was sent: without a day there is a fault


@dataclass(frozen=True, slots=True)
class Choice:
    """An item whose missing materials may be promised. `letter` once the day does; `fault` where it does not."""

    item: Item
    materials: tuple[Material, ...]
    latest: date
    because: Words  # the limit that says so
    typed: Typed
    letter: PromiseLetter | None
    fault: tuple[str, Words] | None
    signed: Signed | None

    def how(self, material: str) -> str:
        return self.typed.hows.get(material) or next(iter(HOW))

    @property
    def signed_as_shown(self) -> bool:
        return self.signed is not None and self.letter is not None and self.signed.digest == self.letter.digest


@dataclass(frozen=True, slots=True)
class Signed:
    """The promise as it was signed in the draft."""

    digest: str
    signer: str
    at: datetime
    until: date
    materials: Mapping[str, str]


IN_DRAFT = """
select item_key, letter_digest, signer_name, promised_at, promised_until, materials from tolerance
where case_id = %s and state = 'promised'
"""


def promised_in(case_id: int) -> dict[str, Signed]:
    """The promises of a draft, by item."""
    rows = sql().execute(IN_DRAFT, (case_id,))
    return {key: Signed(digest, who, at, until, dict(of)) for key, digest, who, at, until, of in rows}


def is_promised(row: MaterialRow, ways: Mapping[str, str], promised: Mapping[str, Signed]) -> bool:
    """Whether every item that waits for the material has promised it."""
    return row.follows(ways, {(item, key) for item, one in promised.items() for key in one.materials})


def asking_of_draft(draft: Draft) -> Asking:
    """The draft as the rules on tolerance ask of it."""
    place, today = draft.rules.profile.key, clock.today(moments.OFFICE_ZONE)
    standing = standing_of(subjects_of(draft.bundle, draft.answers), place, today)
    return Asking(draft.bundle, draft.rules, {**draft.answers, **draft.guided}, draft.ways, standing)


def choices_of(draft: Draft, rows: Iterable[MaterialRow], typed: Mapping[str, Typed]) -> list[Choice]:
    """The items of a draft whose missing materials may follow, each with its letter where a day was given."""
    asking, signed = asking_of_draft(draft), promised_in(draft.id)
    missing = {row.material.key: row for row in rows if row.asked_for and not row.handed_in}
    found = []
    for entry in draft.guide.items:
        materials = tuple(
            one
            for one in tolerable(asking, entry.item)
            if one.key in missing and not missing[one.key].replaced_for_item(entry.item, draft.ways)
        )
        if materials:
            known = signed.get(entry.item.key)
            given = typed.get(entry.item.key) or _kept(known)
            found.append(_choice(draft.release, asking, entry.item, materials, given, known))
    return found


def bars_on_following(draft: Draft, rows: Iterable[MaterialRow]) -> list[Words]:
    """The credit records for which missing materials may not follow that otherwise might, each with rule and basis."""
    asking = asking_of_draft(draft)
    missing = [row for row in rows if row.asked_for and not row.handed_in]
    found: dict[str, Words] = {}
    for entry in draft.guide.items:
        try:
            ensure_tolerable(asking, entry.item)
        except BarredFromTolerance as barred:
            left = [row.material.key for row in missing if not row.replaced_for_item(entry.item, draft.ways)]
            if any(_is_listed(asking, entry.item, key) for key in left):
                found.setdefault(barred.rule, barred.words)
        except NotTolerable:
            continue
    return list(found.values())


def _is_listed(asking: Asking, item: Item, material: str) -> bool:
    try:
        requirement_of(asking, item, material)
    except NotTolerable:
        return False
    return True


def _kept(signed: Signed | None) -> Typed:
    if signed is None:
        return Typed("", {}, True)
    return Typed(signed.until.isoformat(), signed.materials, True)


def _choice(
    release: Published,
    asking: Asking,
    item: Item,
    materials: tuple[Material, ...],
    typed: Typed,
    signed: Signed | None = None,
) -> Choice:
    began = start_day(clock.now(), asking.rules)
    keys = [one.key for one in materials]
    latest, by = latest_day(asking, item, keys, began)
    letter: PromiseLetter | None = None
    fault: tuple[str, Words] | None = None
    hows = {key: typed.hows.get(key) or next(iter(HOW)) for key in keys}
    if typed.until or typed.asked:
        try:
            letter = letter_for(release, asking, Promise(item.key, hows, day_of(typed.until)), began)
        except Incomplete as incomplete:
            fault = f"until-{item.key}", incomplete.words
        except ActRefused as refusal:
            fault = f"until-{item.key}", refusal.words
    return Choice(item, materials, latest, by.basis, typed, letter, fault, signed)


def day_of(text: str) -> date | None:
    """A typed day; None for what is none."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def offered_choice(page: TolerancePage, typed: Typed) -> Choice:
    """What the department offered, as the applicant would promise it. Raises NotTolerable."""
    row = sql().execute("select guided, ways from cases where id = %s", (page.case_id,)).fetchone()
    assert row is not None
    guided, ways = row
    answers, place = answers_of(page.case_id), page.rules.profile.key
    standing = standing_of(subjects_of(page.release.bundle, answers), place, clock.today(moments.OFFICE_ZONE))
    asking = Asking(page.release.bundle, page.rules, {**answers, **guided}, ways, standing)
    return _choice(page.release, asking, page.item, tuple(one.material for one in page.awaited), typed)


def may_follow(
    release: Published, rules: Rules, item: Item, answers: Mapping[str, Any], ways: Mapping[str, str]
) -> tuple[ToleranceRules | None, tuple[Material, ...]]:
    """The place's rules and the materials of the item that the department may offer to have follow."""
    standing = standing_of(subjects_of(release.bundle, answers), rules.profile.key, clock.today(moments.OFFICE_ZONE))
    asking = Asking(release.bundle, rules, answers, ways, standing)
    try:
        return rules_for(rules, item), tolerable(asking, item)
    except NotTolerable:
        return None, ()
