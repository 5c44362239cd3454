"""容缺受理: an application is accepted although a secondary material is missing, on a written promise to bring it.

For which items, how long, what reminds of it, whether force majeure gives more time, and what a missed date means is
the place's (`[tolerance]` of its profile); a missed date withdraws, revokes the acceptance or refuses, by place.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.law.tables import NOBODY, UNITS, Table, without_unit
from engine.law.terms import ClockTerms
from engine.words import Words

#: The clock of the promise; it runs from acceptance until the material is there.
TOLERANCE = "tolerance"
#: The clock of the office's check of what was brought; it never runs against the applicant.
TOLERANCE_CHECK = "tolerance-check"
#: What a place makes of a promise that is not kept.
DEEMED_WITHDRAWN, ACCEPTANCE_REVOKED, REFUSED_BY_RULE = "withdrawn", "acceptance-revoked", "refused"
CONSEQUENCES: dict[str, Words] = {
    DEEMED_WITHDRAWN: Words("视为撤回申请，终止办理", "the application counts as withdrawn, and its handling ends"),
    ACCEPTANCE_REVOKED: Words("撤销受理，并书面说明理由", "the acceptance is revoked, in writing and with reasons"),
    REFUSED_BY_RULE: Words(
        "作出不予许可（备案、登记）的决定",
        "the licence, filing or registration is refused, in writing and with the remedy",
    ),
}
#: The marks of the clock at which a place may remind.
REMINDERS = ("80%", "-1")


@dataclass(frozen=True, slots=True)
class ToleranceRules:
    """A place's rules. `items` are the keys of those that it tolerates for; `limit` the longest time promised.

    `late`: one of `CONSEQUENCES`, on `late_basis`. `force_majeure`: by how much the date is moved, once; None: it is
    not. `reminders` are marks of the clock, of `REMINDERS`.
    `check`: how long the office has to check what was brought; `put_right`: how long the applicant has at least from
    the first time that something of it is told to be wrong. `late_credit`: the kind of credit record that a missed
    promise makes, "" for none.
    """

    items: tuple[str, ...]
    basis: Words
    limit: ClockTerms
    late: str
    late_basis: Words
    reminders: tuple[str, ...] = ()
    force_majeure: ClockTerms | None = None
    check: ClockTerms | None = None
    put_right: ClockTerms | None = None
    late_credit: str = ""


def read_tolerance(table: Table) -> ToleranceRules:
    """`[tolerance]` of a profile. What has no basis, no unit or no consequence is a finding."""
    late = table.table("late")
    majeure = table.table("force_majeure", required=False)
    limit = table.table("limit")
    nothing = ClockTerms(TOLERANCE, 0, UNITS[0], NOBODY)
    rules = ToleranceRules(
        items=table.texts("items"),
        basis=table.basis(),
        limit=_terms(limit) if limit is not None else nothing,
        late=late.choice("consequence", tuple(CONSEQUENCES)) if late is not None else DEEMED_WITHDRAWN,
        late_basis=late.basis() if late is not None else NOBODY,
        reminders=table.texts("reminders", required=False),
        force_majeure=_terms(majeure) if majeure is not None else None,
        check=_optional(table, "check", TOLERANCE_CHECK),
        put_right=_optional(table, "put_right", TOLERANCE),
        late_credit=late.text("credit", required=False) if late is not None else "",
    )
    if late is not None:
        late.finish()
    for mark in rules.reminders:
        if mark not in REMINDERS:
            known = ", ".join(REMINDERS)
            table.wrong("reminders", Words(f"“{mark}”不在{known}之中。", f"“{mark}” is not one of {known}."))
    if rules.force_majeure is not None and rules.force_majeure.unit != rules.limit.unit:
        table.wrong(
            "force_majeure",
            Words("延长的单位应当与期限的单位相同。", "The extension is in the unit of the limit."),
        )
    table.finish()
    return rules


def _optional(table: Table, key: str, clock: str) -> ClockTerms | None:
    given = table.table(key, required=False)
    return _terms(given, clock) if given is not None else None


def _terms(table: Table, clock: str = TOLERANCE) -> ClockTerms:
    value, unit = table.integer("value", least=1), table.text("unit", required=False)
    if not unit:
        without_unit(table.report, table.path)
    elif unit not in UNITS:
        table.choice("unit", UNITS)
    terms = ClockTerms(clock, value, unit, table.basis())
    table.finish()
    return terms
