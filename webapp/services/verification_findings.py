"""What a verification may conclude, and what follows: the place's findings; after rectification, whether it is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine import Words
from engine.law import PASS, RECTIFY, REVOKE, VerificationRules
from webapp.unit_of_work import sql

#: After rectification: once more, or not put right.
AGAIN, FAIL = "again", "fail"


@dataclass(frozen=True, slots=True)
class Offered:
    """One conclusion that an officer may choose; `follows`: pass | rectify | revoke | fail, as the diagram goes on."""

    name: Words
    follows: str
    basis: Words


@dataclass(frozen=True, slots=True)
class Verified:
    """What the verifications of an item found so far: the finding (a key of the place's, "" for none yet), and how
    many times its holder was told to put it right.
    """

    finding: str
    orders: int


SO_FAR = """
select step, conclusion from review
where item_case_id = %s and task_id is distinct from %s and step in ('verify', 'recheck') order by id
"""


def verified_as(item_case_id: int, *, before: int | None = None) -> Verified:
    """The finding that stands: a false commitment found at the recheck comes before what was found first.

    `before`: the task whose own record does not count, since it is being made.
    """
    finding, orders = "", 0
    for step, conclusion in sql().execute(SO_FAR, (item_case_id, before)).fetchall():
        if step == "verify":
            finding, orders = conclusion, 1
        elif conclusion == AGAIN:
            orders += 1
        elif conclusion not in (PASS, FAIL):
            finding = conclusion
    return Verified(finding, orders)


def offered_at(step: str, rules: VerificationRules, so_far: Verified) -> Mapping[str, Offered]:
    """The conclusions open at "verify" or "recheck", in the order in which a page offers them."""
    none = Words("", "")
    found = {key: Offered(one.name, one.follows, one.basis) for key, one in rules.findings.items()}
    if step == "verify":
        return {PASS: Offered(Words("与承诺一致", "as committed"), PASS, none), **found}
    finding = rules.findings.get(so_far.finding)
    more = finding is not None and so_far.orders < finding.rectifications
    again = {AGAIN: Offered(Words("部分整改，再次责令限期整改", "put right in part: ordered again"), RECTIFY, none)}
    return {
        PASS: Offered(Words("整改合格", "put right"), PASS, none),
        **(again if more else {}),
        FAIL: Offered(Words("整改不合格", "not put right"), FAIL, none),
        **{key: one for key, one in found.items() if one.follows == REVOKE},
    }
