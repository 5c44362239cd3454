"""容缺受理 as it is kept, and what acceptance makes of a promise: the notice with its day, and the clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine import Words
from engine.bundles import Item
from engine.law import TOLERANCE, ClockTerms, ToleranceRules
from webapp import moments
from webapp.answers import answers_of
from webapp.identity import Identity
from webapp.services.clocks import start_clock, start_day
from webapp.services.credit_bars import standing_of, subjects_of
from webapp.services.document_places import table
from webapp.services.documents import issue_for_item
from webapp.services.events import Event
from webapp.services.locked_case import LockedCase
from webapp.services.tolerance_terms import (
    COMPLETE,
    HOW,
    PROMISED,
    Asking,
    consequence_of,
    days_within,
    latest_day,
    rules_for,
)
from webapp.unit_of_work import sql

#: The process that waits for what was promised, and how it begins.
PROCESS, BEGINNING = "tolerance", "start"
NOTICE = "tolerance-notice"
HEADS = [Words("容缺材料", "Material"), Words("补齐方式", "How it comes")]


def asking_of(case: LockedCase) -> Asking:
    """The application of a case that is held."""
    row = sql().execute("select guided, ways from cases where id = %s", (case.id,)).fetchone()
    assert row is not None
    guided, ways = row
    answers = answers_of(case.id)
    bundle, place = case.release.bundle, case.rules.profile.key
    standing = standing_of(subjects_of(bundle, answers), place, moments.local(case.now).date())
    return Asking(bundle, case.rules, {**answers, **guided}, ways, standing)


@dataclass(frozen=True, slots=True)
class Kept:
    """The tolerance of an item case as it is kept."""

    id: int
    state: str
    materials: Mapping[str, str]  # material key -> how it comes
    days: int | None
    unit: str
    late: str
    late_basis: Words
    told: str
    extended: bool
    came: frozenset[str]  # of the materials: for which files came since the promise, or since it was told of
    due: date | None
    closed: bool  # the item has its outcome
    reminded: tuple[str, ...]
    late_credit: str  # the kind of record that a missed promise makes, as it was told at acceptance


KEPT = """
select t.id, t.state, t.materials, t.days, t.unit, t.late, t.late_basis_zh, t.late_basis_en, t.told,
    t.extended_at is not null, array(select m.material_key from submitted_material m where m.case_id = t.case_id
        and (exists(select from material_file mf join stored_file f on f.id = mf.file_id
            where mf.submitted_material_id = m.id and f.at > t.promised_at)
          or (m.form = 'e-licence' and m.at > t.promised_at))),
    (select l.due_on from legal_clock l where l.item_case_id = t.item_case_id and l.name = 'tolerance'),
    i.outcome is not null, t.reminded, t.late_credit
from tolerance t join item_case i on i.id = t.item_case_id where t.item_case_id = %s
"""


def kept_of(item_case_id: int) -> Kept | None:
    """The tolerance of the item case; None where there never was one."""
    row = sql().execute(KEPT, (item_case_id,)).fetchone()
    if row is None:
        return None
    id_, state, materials, days, unit, late, zh, en, told, extended, came, due, closed, reminded, *credit = row
    return Kept(
        id_,
        state,
        dict(materials),
        days,
        unit,
        late,
        Words(zh, en),
        told,
        extended,
        frozenset(came).intersection(dict(materials)),
        due,
        closed,
        tuple(reminded),
        *credit,
    )


TOLERATED = """
update tolerance set state = 'waiting', days = %s, late = %s, late_basis_zh = %s, late_basis_en = %s,
    late_credit = %s, document_id = %s, tolerated_at = %s where id = %s
"""
SETTLED = "update tolerance set state = %s, settled_at = %s, settled_by = %s where id = %s"


def on_promise(case: LockedCase, item_case_id: int, item: Item, by: Identity | None) -> dict[str, Any] | None:
    """The item is accepted on what was promised: notice and clock, and the variables of the process that waits for it.

    None where there is no promise, or where all of it came before acceptance: then nothing waits.
    """
    kept = kept_of(item_case_id)
    if kept is None or kept.state != PROMISED:
        return None
    missing = {key: how for key, how in kept.materials.items() if key not in kept.came}
    if not missing:
        sql().execute(SETTLED, (COMPLETE, case.now, by.user_id if by else None, kept.id))
        return None
    asking = asking_of(case)
    place, began = rules_for(case.rules, item), start_day(case.now, case.rules)
    latest, _ = latest_day(asking, item, missing, began)
    assert kept.days is not None
    days = days_within(case.rules, place.limit, kept.days, began, latest)
    terms = ClockTerms(TOLERANCE, days, place.limit.unit, place.limit.basis)
    running = start_clock(case, item_case_id, terms, case.now)
    document = issue_for_item(
        case,
        item_case_id,
        item,
        NOTICE,
        by,
        missing_table=_missing_table(case, missing),
        missing_until=running.due_on,
        consequence=_consequence(case, place),
    )
    case.writing.send()  # the row below refers to the notice
    late = (place.late, place.late_basis.zh, place.late_basis.en, place.late_credit)
    sql().execute(TOLERATED, (days, *late, document, case.now, kept.id))
    case.record(Event.TOLERATED, by, item=item_case_id, materials=sorted(missing), due=running.due_on.isoformat())
    return {"item": item.key, "groups": dict(item.groups)}


def _consequence(case: LockedCase, place: ToleranceRules) -> Words:
    means, basis = consequence_of(case.rules.profile, place.late, place.late_credit), place.late_basis
    return Words(f"{means.zh}（{basis.zh}）", f"{means.en} ({basis.en})")


def _missing_table(case: LockedCase, missing: Mapping[str, str]) -> Any:
    return table(HEADS, [(case.release.bundle.material(key).name, HOW[how]) for key, how in missing.items()])
