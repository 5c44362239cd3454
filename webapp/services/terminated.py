"""What an item that ended without a ruling refuses, and in which words: nothing more can be done to it."""

from __future__ import annotations

from datetime import datetime

from engine import Words
from webapp import moments
from webapp.errors import ActRefused
from webapp.unit_of_work import sql

#: The process that asks the applicant about the rest, or ends it, when one item is refused.
QUESTION = "refused-item"
#: Why an item ended; the outcome that its item case shows.
WITHDRAWN, NEEDED_WITHDRAWN, REFUSED_ITEM = "withdrawn", "needed-withdrawn", "refused-item"
#: What was to follow acceptance did not come, and the rule of the place says what that means.
TOLERANCE_WITHDRAWN, ACCEPTANCE_REVOKED = "tolerance-withdrawn", "acceptance-revoked"
CAUSES = {
    WITHDRAWN: Words("申请人撤回申请", "the applicant took the application back"),
    NEEDED_WITHDRAWN: Words("申请人撤回了前置事项的申请", "the applicant took back what it depends on"),
    REFUSED_ITEM: Words("同一件事的其他事项未获准", "another item of the bundle was refused"),
    TOLERANCE_WITHDRAWN: Words(
        "逾期未补齐容缺材料，视为撤回申请", "what was to follow did not come: the application counts as withdrawn"
    ),
    ACCEPTANCE_REVOKED: Words(
        "逾期未补齐容缺材料，撤销受理", "what was to follow did not come: the acceptance is revoked"
    ),
}
OUTCOMES = {
    WITHDRAWN: "withdrawn",
    NEEDED_WITHDRAWN: "withdrawn",
    REFUSED_ITEM: "terminated",
    TOLERANCE_WITHDRAWN: TOLERANCE_WITHDRAWN,
    ACCEPTANCE_REVOKED: ACCEPTANCE_REVOKED,
}


class ItemTerminated(ActRefused):
    """The item was taken back, or ended by the bundle's rule: no act on it any more."""

    def __init__(self, cause: str, at: datetime, basis: Words) -> None:
        why, on = CAUSES[cause], moments.shown(at)
        super().__init__(
            Words(
                f"该事项已于{on}终止办理（{why.zh}），不能再办理。依据：{basis.zh}。",
                f"This item ended on {on}: {why.en}. Nothing more can be done to it. Basis: {basis.en}.",
            )
        )


STANDING = """
select t.cause, t.at, t.basis_zh, t.basis_en from termination t join item_case ic on ic.id = t.item_case_id
"""
BY_ID = STANDING + "where t.item_case_id = %s"
BY_KEY = STANDING + "where ic.case_id = %s and ic.item_key = %s"


def ensure_goes_on(item_case_id: int | None) -> None:
    """Raises ItemTerminated where the item has ended without a ruling."""
    _ensure(BY_ID, item_case_id)


def ensure_item_goes_on(case_id: int, item_key: str) -> None:
    """As `ensure_goes_on`, for an item that is known by its key."""
    _ensure(BY_KEY, case_id, item_key)


def _ensure(statement: str, *values: object) -> None:
    row = sql().execute(statement, values).fetchone()
    if row is not None:
        cause, at, zh, en = row
        raise ItemTerminated(cause, at, Words(zh, en))
