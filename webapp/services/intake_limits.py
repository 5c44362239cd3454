"""The limits of intake: that after which the law accepts in silence, and the shorter one that a place promises.

Both are data. `[kinds.<kind>.silence]` of the profile says after how many days without a word an item of the kind is
accepted by operation of law (行政许可法 art. 32: five working days, for licences); the parameter `intake-limit` is the
office's own limit to answer. Where the office promises less than the law gives, two clocks run: a promise that is
broken is a matter of supervision, and the effect of silence still comes at the end of the limit of the law.
"""

from __future__ import annotations

from datetime import datetime

from engine import Words
from engine.bundles import Item
from engine.law import intake_limits
from webapp.catalogue import kept_profile
from webapp.services.clocks import start_clocks, start_day, would_be_due
from webapp.services.locked_case import LockedCase
from webapp.unit_of_work import sql


def start_intake_clocks(case: LockedCase, item_case_id: int, item: Item, since: datetime) -> None:
    """The application is complete before the department: its limits to answer begin."""
    rules, began = case.rules, start_day(since, case.rules)
    limits = intake_limits(rules.profile, item.kind, lambda terms: would_be_due(terms, began, rules))
    start_clocks(case, item_case_id, limits, since)


#: The version of the local rules that an item's limit of intake began under.
BEGUN_UNDER = """
select r.digest from legal_clock l join rule_table r on r.id = l.profile_id
where l.item_case_id = %s and l.name = 'intake'
"""


def silence_basis(case: LockedCase, item_case_id: int, item: Item) -> Words | None:
    """The text by which silence accepts the item, as it was when its limit began; None where none does."""
    row = sql().execute(BEGUN_UNDER, (item_case_id,)).fetchone()
    silence = (kept_profile(row[0]) if row else case.rules.profile).silence(item.kind)
    return None if silence is None else silence.basis
