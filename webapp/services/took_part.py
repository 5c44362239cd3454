"""Who took part in what led to a ruling does not verify what became of it: one rule, with a draw and without.

Took part: who ruled, accepted (for the window under a delegation too, where the place counts it), examined,
pre-reviewed, visited (the second signature too), handed up, checked what a tolerance had left open, ordered or hosted
a procedure, answered at a joint meeting, gave an opinion that was asked for, or signed beside who acted. Of the item
that is verified, or of anything of its case, says the place (`[verification.separation]` of its profile).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import Words
from engine.law import CASE, Separation
from webapp.errors import ActRefused
from webapp.identity import Identity
from webapp.services.locked_case import LockedCase
from webapp.unit_of_work import sql

#: The verification itself: who verified another item of the case, or verified before, has taken no part in granting.
VERIFYING = ("verify", "recheck")
#: Who was asked or signed there took no part in granting either: it was granted before.
AFTERWARDS = (*VERIFYING, "take-over", "report", "revocation-notice", "statement", "revoke")
RULED, REVIEWED = "ruled", "reviewed"

_OWN = "(%(within)s::bigint is null or {of} is null or {of} = %(within)s)"
#: What the person {who} did in the case: 'ruled', 'reviewed' or ''. `within` is an item case; null: the whole case.
#: Where something is of the case as a whole (a joint visit), it is of each of its items.
PART = f"""
case when exists(select from ruling r join item_case i on i.id = r.item_case_id
        where i.case_id = %(case)s and {{who}} in (r.by_id, r.acting_for) and {_OWN.format(of="i.id")}) then 'ruled'
    when exists(select from review r where r.case_id = %(case)s and {{who}} in (r.by_id, r.acting_for)
            and r.step <> all(%(verifying)s) and {_OWN.format(of="r.item_case_id")})
        or exists(select from user_task t where t.case_id = %(case)s and t.step in ('accept', 'check-material')
            and {{who}} in (t.closed_by, t.acting_for) and {_OWN.format(of="t.item_case_id")})
        or (%(delegated)s and exists(select from item_case i where i.case_id = %(case)s and i.accepted_under <> ''
            and i.accepted_by = {{who}} and {_OWN.format(of="i.id")}))
        or exists(select from participant p join user_task t on t.id = p.task_id where t.case_id = %(case)s
            and {{who}} in (p.user_id, p.acting_for) and t.step <> all(%(verifying)s)
            and {_OWN.format(of="t.item_case_id")})
        or exists(select from cosigner s join cosign_round c on c.id = s.round_id join user_task t on t.id = c.task_id
            where c.case_id = %(case)s and s.user_id = {{who}} and s.verdict <> '' and s.removed_at is null
            and t.step <> all(%(afterwards)s) and {_OWN.format(of="t.item_case_id")})
        or exists(select from opinion_request o join user_task t on t.id = o.task_id where o.case_id = %(case)s
            and o.kind = 'opinion' and o.answered_by = {{who}} and t.step <> all(%(afterwards)s)
            and {_OWN.format(of="t.item_case_id")})
        or exists(select from special_procedure p join item_case i on i.id = p.item_case_id where i.case_id = %(case)s
            and {{who}} in (p.ordered_by, p.host_id) and {_OWN.format(of="i.id")})
        or exists(select from meeting_answer a join meeting_invitation v on v.id = a.invitation_id
            join item_case i on i.id = v.item_case_id where i.case_id = %(case)s and a.by_id = {{who}}
            and {_OWN.format(of="i.id")}) then 'reviewed'
    else '' end
"""
ONE = f"select {PART.format(who='%(me)s')}"


class VerifierTookPart(ActRefused):
    """Who examined an application or ruled on it does not verify what became of it."""

    status = 403

    def __init__(self, part: str, rule: Separation) -> None:
        what = Words("本办件", "this case") if rule.within == CASE else Words("该事项", "this item")
        zh = f"您作出过{what.zh}的决定" if part == RULED else f"您参加过{what.zh}的审查"
        en = f"You ruled on {what.en}" if part == RULED else f"You took part in examining {what.en}"
        basis = Words(f"（{rule.basis.zh}）", f" ({rule.basis.en})") if rule.basis.zh else Words("", "")
        super().__init__(
            Words(
                f"{zh}，不能对其进行核查，应当由其他人员核查{basis.zh}。",
                f"{en}: somebody else has to verify it{basis.en}.",
            )
        )


def part_values(case_id: int, item_case_id: int, rule: Separation) -> Mapping[str, Any]:
    """The values of PART."""
    within = None if rule.within == CASE else item_case_id
    return {
        "case": case_id,
        "within": within,
        "delegated": rule.delegated_acceptance,
        "verifying": list(VERIFYING),
        "afterwards": list(AFTERWARDS),
    }


def part_of(by: Identity, case_id: int, item_case_id: int, rule: Separation) -> str:
    """What `by` did in what the verification is about: "ruled", "reviewed", or "" for nothing."""
    return _part_of(by.user_id, case_id, item_case_id, rule)


def _part_of(person: int, case_id: int, item_case_id: int, rule: Separation) -> str:
    row = sql().execute(ONE, {**part_values(case_id, item_case_id, rule), "me": person}).fetchone()
    assert row is not None
    return str(row[0])


def ensure_took_no_part(case: LockedCase, item_case_id: int, by: Identity) -> None:
    """Raises VerifierTookPart, by the rule of the place of the case: for whom it would be done, too."""
    rule = case.rules.profile.verification.separation
    for person in dict.fromkeys((by.user_id, case.acting_for or by.user_id)):
        part = _part_of(person, case.id, item_case_id, rule)
        if part:
            raise VerifierTookPart(part, rule)
