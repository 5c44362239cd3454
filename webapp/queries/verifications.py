"""A verification as its page shows it: method and basis, who was drawn and how, photos, compared facts, conclusions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine import Words
from engine.law import METHOD_WORDS, ComparedFact, VerificationMethod, VerificationRules, drawn
from webapp.identity import Identity
from webapp.queries.rows import Row, Rows
from webapp.services.compared_facts import declared_facts
from webapp.services.draws import EXCLUDED, REASONS, NotDrawn, NotDrawnYet
from webapp.services.separation import InConflict
from webapp.services.verification_findings import Offered, offered_at, verified_as
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class DrawLine:
    """One draw, with everything that it takes to draw again; `holds`: drawn again, it gives the same."""

    number: int
    at: datetime
    seed: str
    candidates: tuple[str, ...]
    excluded: tuple[tuple[str, Words], ...]
    drawn: tuple[str, ...]
    replaced: str
    reason: Words
    reason_text: str
    by: str
    holds: bool


@dataclass(frozen=True, slots=True)
class PhotoLine:
    """A photo; `point` is the key of the point that it shows, empty for the whole."""

    id: int
    file_id: int
    name: str
    point: str
    taken_at: datetime
    place: str
    by: str


@dataclass(frozen=True, slots=True)
class FactLine:
    """One fact that is compared, or was: `result` empty while it is not."""

    key: str
    name: Words
    declared: str
    source: str
    found: str
    result: str


@dataclass(frozen=True, slots=True)
class VerificationView:
    """`officers` are who was drawn (id, name), empty where nobody is; `offered` the conclusions that are open."""

    method: VerificationMethod
    name: Words
    officers: tuple[tuple[int, str], ...]
    draws: tuple[DrawLine, ...]
    photos: tuple[PhotoLine, ...]
    facts: tuple[FactLine, ...]
    offered: Mapping[str, Offered]


def verification_of(
    task_id: int, step: str, item_case_id: int, rules: VerificationRules, item_key: str, answers: Mapping[str, Any]
) -> VerificationView:
    """What the panel of a verification, or of the check after rectification, shows."""
    method = rules.method(item_key)
    rows = Rows({"draws": DRAWS, "photos": PHOTOS, "compared": COMPARED}, {"item_case": item_case_id})
    rows.read_together("draws", "photos", "compared")
    draws, officers = _draws(rows.of("draws"))
    so_far = verified_as(item_case_id, before=task_id)
    return VerificationView(
        method,
        METHOD_WORDS[method.method],
        officers,
        draws,
        tuple(PhotoLine(*row) for row in rows.of("photos")),
        _facts(rows.of("compared"), method.facts, answers),
        {**offered_at(step, rules, so_far)},
    )


CONFLICTED = """
select exists(select from declared_conflict where case_id = %s and user_id = %s and withdrawn_at is null)
"""


def obstacle_to(view: VerificationView, by: Identity, case_id: int) -> Words | None:
    """Why `by` does not verify this: in conflict, or others were drawn, or nobody yet; None: nothing does."""
    row = sql().execute(CONFLICTED, (case_id, by.user_id)).fetchone()
    if row and row[0]:
        return InConflict().words
    if not view.method.is_drawn:
        return None
    if not view.officers:
        return NotDrawnYet().words
    if by.user_id in (user for user, _ in view.officers):
        return None
    return NotDrawn([name for _, name in view.officers]).words


DRAWS = """
select number, at, seed, candidates, excluded, wanted, drawn, officers, replaced_id, reason_kind, reason, by_id
from verification_draw where item_case_id = %(item_case)s order by number
"""


def _draws(rows: Sequence[Row]) -> tuple[tuple[DrawLine, ...], tuple[tuple[int, str], ...]]:
    names = _names(rows)
    lines = tuple(_draw(row, names) for row in rows)
    officers = tuple((user, names.get(user, "")) for user in rows[-1][7]) if rows else ()
    return lines, officers


def _names(rows: Sequence[Sequence[Any]]) -> Mapping[int, str]:
    ids = {user for row in rows for user in (*row[3], *(one[0] for one in row[4]), *row[7], row[8], row[11]) if user}
    found = sql().execute("select id, name from app_user where id = any(%s)", (sorted(ids),)).fetchall() if ids else []
    return dict(found)


def _draw(row: Sequence[Any], names: Mapping[int, str]) -> DrawLine:
    number, at, seed, candidates, excluded, wanted, chosen, _officers, replaced, kind, reason, by = row
    return DrawLine(
        number,
        at,
        seed,
        tuple(f"{names.get(user, '')} #{user}" for user in candidates),
        tuple((names.get(user, ""), EXCLUDED[why]) for user, why in excluded),
        tuple(names.get(user, "") for user in chosen),
        names.get(replaced, "") if replaced else "",
        REASONS.get(kind, Words("", "")),
        reason,
        names.get(by, "") if by else "",
        drawn(seed, candidates, wanted) == tuple(chosen),
    )


PHOTOS = """
select p.id, p.file_id, f.name, p.point, p.taken_at, p.place, u.name
from verification_photo p join stored_file f on f.id = p.file_id join app_user u on u.id = p.by_id
join user_task t on t.id = p.task_id where t.item_case_id = %(item_case)s order by p.id
"""


COMPARED = """
select c.key, c.name_zh, c.name_en, c.declared, c.source, c.found, c.result
from compared_fact c join user_task t on t.id = c.task_id where t.item_case_id = %(item_case)s order by c.id
"""


def _facts(rows: Sequence[Row], asked: tuple[ComparedFact, ...], answers: Mapping[str, Any]) -> tuple[FactLine, ...]:
    """As compared; where nobody has yet, what is to be."""
    kept = tuple(FactLine(key, Words(zh, en), *rest) for key, zh, en, *rest in rows)
    if kept or not asked:
        return kept
    declared = declared_facts(answers, asked)
    return tuple(FactLine(fact.key, fact.name, declared[fact.key], fact.source.zh, "", "") for fact in asked)
