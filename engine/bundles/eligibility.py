"""Whether an item may go by commitment: the bundle's decision table over scope, credit and list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.bundles.model import Bundle
from engine.dmn import DecisionOutcome, Decisions, MatchedRule
from engine.expressions import Context
from engine.law.profile import Profile
from engine.values import Value
from engine.words import Words

NO_TERMS = Words("该事项没有规定告知承诺方式。", "Commitment is not provided for this item.")
NO_RULE = Words("没有适用的告知承诺规则。", "No commitment rule applies to this item.")


#: The rule that says that the place's list does not name the item; its words are the place's, not the table's.
NOT_LISTED = "not-listed"


def not_on(source: Words) -> Words:
    """That the list of this name does not have it."""
    return Words(f"未列入：{source.zh}", f"Not on the list: {source.en}")


@dataclass(frozen=True, slots=True)
class Eligibility:
    """May the applicant choose commitment for the item, or for one proof of it (`requirement`, a material's key)?

    `rule` and `basis` say why (or why not).

    `decision` is the id of the bundle's decision that was asked, in `file`, and `outcome` how it came to what it
    gave; "" and None for an item without commitment terms, about which none is asked. The profile's list may stand
    against what the table gave (`rule` "not-listed").
    """

    item: str
    eligible: bool
    rule: str
    basis: Words
    file: str = ""
    decision: str = ""
    outcome: DecisionOutcome | None = None
    requirement: str = ""

    @property
    def matched(self) -> MatchedRule | None:
        """The row of the decision table that decided; None where none did."""
        return self.outcome.matched[0] if self.outcome is not None and self.outcome.matched else None


def eligibility(
    bundle: Bundle,
    decisions: Decisions,
    profile: Profile,
    item_key: str,
    answers: Mapping[str, Value],
    *,
    credit: str,
    false_commitments: int = 0,
    unrepaired_records: int = 0,
    context: Context | None = None,
    requirement: str = "",
) -> Eligibility:
    """Asks the bundle's decision with the answers and `item`, `requirement`, `credit`, `listed`, `district`.

    `requirement` is the key of the material that the commitment would replace (null for the whole item); the place
    lists it as "<item>/<material>".

    `credit` is the applicant's record ("good", "barred" …); `false_commitments` that stand, and `unrepaired_records`
    of any kind, are told beside it. An item without commitment terms, or one
    that the profile does not list, is never eligible, whatever the table says: the list is the law's
    condition. Raises KeyError for an unknown item or material.
    """
    if bundle.commitment_terms(item_key, requirement) is None:
        return Eligibility(item_key, False, "no-commitment-terms", NO_TERMS, requirement=requirement)
    listed = (f"{item_key}/{requirement}" if requirement else item_key) in profile.commitment_list
    facts = {"district": None, **answers, "item": item_key, "credit": credit, "listed": listed}
    facts["requirement"] = requirement or None
    facts |= {"false_commitments": false_commitments, "unrepaired_records": unrepaired_records}
    key = bundle.eligibility_decision
    file = decisions.decision(key).file
    outcome = decisions.evaluate(key, facts, context)
    value = outcome.value if isinstance(outcome.value, dict) else {}
    matched = outcome.matched[0] if outcome.matched else None
    eligible = value.get("eligible") is True
    if not listed and (eligible or value.get("rule") == NOT_LISTED):
        eligible, rule, basis = False, NOT_LISTED, not_on(profile.commitment_basis)
    elif matched is None or not value.get("basis"):
        eligible, rule, basis = False, str(value.get("rule") or "no-rule"), NO_RULE
    else:
        rule = str(value.get("rule") or matched.id)
        basis = bundle.words(file, f"{matched.id}-basis", "text", str(value["basis"]))
    return Eligibility(item_key, eligible, rule, basis, file, key, outcome, requirement)
