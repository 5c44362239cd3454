"""What is said, in both languages, of materials that were to follow and did not come."""

from __future__ import annotations

from engine import Words
from engine.law import CONSEQUENCES, REFUSED_BY_RULE
from webapp.services.locked_case import LockedCase
from webapp.services.tolerance_acceptance import Kept, kept_of
from webapp.services.tolerance_terms import LAPSED


def names_of(case: LockedCase, kept: Kept) -> Words:
    names = [case.release.bundle.material(key).name for key in kept.materials]
    return Words("、".join(one.zh for one in names), ", ".join(one.en or one.zh for one in names))


def facts_of(case: LockedCase, kept: Kept) -> Words:
    """What did not come, as the documents state it."""
    due, names = kept.due.isoformat() if kept.due else "", names_of(case, kept)
    lacking = Words(f"已补交的材料不符合要求：{kept.told}。", f" What had come did not do: {kept.told}.")
    lacking = lacking if kept.told else Words("", "")
    return Words(
        f"申请人书面承诺于{due}前补齐的容缺材料（{names.zh}），期满未补齐。{lacking.zh}",
        f"What the applicant had promised in writing by {due} ({names.en}) had not come when the time was over."
        f"{lacking.en}",
    )


def reasons_of(kept: Kept) -> Words:
    follows, basis = CONSEQUENCES[kept.late], kept.late_basis
    return Words(
        f"逾期未补齐容缺材料，{follows.zh}（{basis.zh}）。",
        f"What was to follow did not come in time: {follows.en} ({basis.en or basis.zh}).",
    )


def said_by_rule(case: LockedCase, item_case_id: int) -> tuple[Words, Words] | None:
    """Facts and reasons of a refusal by the rule on what did not follow; None where a person refused."""
    kept = kept_of(item_case_id)
    if kept is None or kept.state != LAPSED or kept.late != REFUSED_BY_RULE:
        return None
    return facts_of(case, kept), reasons_of(kept)
