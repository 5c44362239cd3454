"""Whether an item may go by commitment: the bundle's decision table over scope, credit and list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.bundles.model import Bundle
from engine.dmn import Decisions, MatchedRule
from engine.expressions import Context
from engine.law.profile import Profile
from engine.values import Value
from engine.words import Words

NO_TERMS = Words("该事项没有规定告知承诺方式。", "Commitment is not provided for this item.")
NO_RULE = Words("没有适用的告知承诺规则。", "No commitment rule applies to this item.")


@dataclass(frozen=True, slots=True)
class Eligibility:
    """May the applicant choose commitment for the item? `rule` and `basis` say why (or why not).

    `matched` is the row of the decision table that decided; None where none did.
    """

    item: str
    eligible: bool
    rule: str
    basis: Words
    matched: MatchedRule | None = None


def eligibility(
    bundle: Bundle,
    decisions: Decisions,
    profile: Profile,
    item_key: str,
    answers: Mapping[str, Value],
    *,
    credit: str,
    context: Context | None = None,
) -> Eligibility:
    """Asks the bundle's decision with the answers and `item`, `credit`, `listed`, `district`.

    `credit` is the applicant's record ("clear", "barred" …). An item without commitment terms, or one
    that the profile does not list, is never eligible, whatever the table says: the list is the law's
    condition. Raises KeyError for an unknown item.
    """
    item = bundle.item(item_key)
    if item.commitment is None:
        return Eligibility(item_key, False, "no-commitment-terms", NO_TERMS)
    listed = item_key in profile.commitment_list
    facts = {"district": None, **answers, "item": item_key, "credit": credit, "listed": listed}
    outcome = decisions.evaluate(bundle.eligibility_decision, facts, context)
    value = outcome.value if isinstance(outcome.value, dict) else {}
    matched = outcome.matched[0] if outcome.matched else None
    eligible = value.get("eligible") is True
    if eligible and not listed:
        return Eligibility(item_key, False, "not-listed", profile.commitment_basis, matched)
    if matched is None or not value.get("basis"):
        return Eligibility(item_key, False, str(value.get("rule") or "no-rule"), NO_RULE, matched)
    basis = bundle.words(decisions.file, f"{matched.id}-basis", "text", str(value["basis"]))
    return Eligibility(item_key, eligible, str(value.get("rule") or matched.id), basis, matched)
