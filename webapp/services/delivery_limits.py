"""Limits that run from the delivery (送达) of the paper that tells of them: to apply for a hearing, to state and
defend, to correct (art. 47: within five days of being told).

A paper that bears its seal at once is there for its reader on the page of progress, and its limit runs from its issue.
One that is sealed later, by hand or by a provider, tells nobody anything before it is delivered: its limit waits. No
timer of it has a moment until the delivery is recorded, so nothing lapses that nobody was told of; the paper says from
when the days are counted instead of a last day. A paper that is handed over or posted later than it was issued gives
the days again from there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine import Words
from engine.law import TOLD_BY_PAPER, ClockTerms, begins_at_delivery
from webapp.errors import ActRefused
from webapp.identity import Identity
from webapp.services.clock_moves import Why, move_clocks
from webapp.services.clocks import AWAITS_DELIVERY, start_clock, start_day
from webapp.services.document_places import CERTIFIED, DEMO, HAND
from webapp.services.locked_case import ClockFacts, LockedCase
from webapp.unit_of_work import sql

#: How a paper is sealed that cannot reach anybody as it is issued.
SEALED_LATER = (HAND, CERTIFIED)
FROM_DELIVERY = Words("以本文书送达之日起算的期限届满日为准", "the last day of that limit, counted from delivery")


class NotDeliveredYet(ActRefused):
    """Nobody has been told yet: the limit has not begun, and silence says nothing."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "告知文书尚未登记送达，期限没有起算，不能按期满未提出处理；请先在“告知记录”登记送达。",
                "The notice is not recorded as delivered: the limit has not begun, and silence is none. Record the"
                " delivery under “What was told” first.",
            )
        )


def start_with_paper(
    case: LockedCase, item_case_id: int, terms: ClockTerms, document_id: int, *, until: str = ""
) -> ClockFacts:
    """Start the limit that `document_id`, issued by this command, tells of; it waits where the paper is sealed later.

    `until`: the place of the document that names the last day.
    """
    assert terms.name in TOLD_BY_PAPER, terms.name
    waits = sealed_later(case, document_id)
    if waits and until:
        _print_undated(case, document_id, until)
    return start_clock(case, item_case_id, terms, case.now, paper=document_id, waits=waits)


def sealed_later(case: LockedCase, document_id: int) -> bool:
    """Whether the document of this command is there for its reader only after it was sealed and delivered."""
    found = (one.seal_way for one in case.unnumbered if one.id == document_id)
    return next(found, DEMO) in SEALED_LATER


def _print_undated(case: LockedCase, document_id: int, place: str) -> None:
    """The paper's words are made at the end of the command, and no day can be named in them."""
    case.unnumbered[:] = [
        replace(
            one,
            places={
                language: {**places, place: FROM_DELIVERY.in_language(language)}
                for language, places in one.places.items()
            },
        )
        if one.id == document_id
        else one
        for one in case.unnumbered
    ]


#: The limits that this paper tells of and that still run, and whether they wait for it. Only its first delivery counts.
TOLD_OF = f"""
select l.id, l.started_on, exists(select from clock_pause p
    where p.clock_id = l.id and p.kind = '{AWAITS_DELIVERY}' and p.ended_on is null)
from legal_clock l
where l.document_id = %s and l.stopped_on is null
    and not exists(select from document_delivery d where d.document_id = l.document_id)
"""
BEGUN = f"""
with begun as (
    update legal_clock set started_on = %(started)s where id = any(%(clocks)s) returning id
)
delete from clock_pause p using begun b where p.clock_id = b.id and p.kind = '{AWAITS_DELIVERY}' and p.ended_on is null
"""


def begin_at_delivery(case: LockedCase, document_id: int, by: Identity, *, electronic: bool) -> None:
    """The limits that the document tells of begin now; called before its delivery is written.

    One that runs from the issue already begins anew unless what is recorded is that it was sent electronically.
    """
    started = start_day(case.now, case.rules)
    rows: list[tuple[Any, ...]] = sql().execute(TOLD_OF, (document_id,)).fetchall()
    clocks = [
        id_ for id_, since, waits in rows if begins_at_delivery(since, started, waits=waits, electronic=electronic)
    ]
    if clocks:
        sql().execute(BEGUN, {"started": started, "clocks": clocks})
        move_clocks(case, Why.DELIVERED, by, only=clocks, document=document_id)


def ensure_told(case: LockedCase, item_case_id: int | None, clock: str) -> None:
    """Raises NotDeliveredYet while the clock of this name waits for the delivery of its paper."""
    known = case.clocks.get(item_case_id or 0, ())
    if any(one.name == clock and one.paused for one in known):
        raise NotDeliveredYet()
