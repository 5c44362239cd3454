"""送达: limits that run from the delivery of the paper that tells of them.

To apply for a hearing (行政许可法 art. 47: within five days of being told), to state and defend before a revocation,
and to correct. A paper that bears its seal as it is issued is there for its reader at once; one that is sealed later
tells nobody anything before it is delivered, so its limit waits, and stands still like one that is paused.
"""

from __future__ import annotations

from datetime import date

from engine.law.terms import ClockTerms, Pause
from engine.words import Words

#: The clocks that a paper tells of, and that run from its delivery.
TOLD_BY_PAPER = frozenset({"correction", "hearing-application", "statement"})
#: What such a limit waits for: no pause of the law, a kind of its own.
NOT_DELIVERED = Words("等待告知文书送达", "waiting for the delivery of the notice")


def begins_at_delivery(started: date, delivered: date, *, waits: bool, electronic: bool) -> bool:
    """Whether a limit begins with the first delivery of its paper on `delivered`.

    One that runs since the issue (`started`) begins anew where the paper was handed over or posted later; that it was
    sent electronically says no more than the page on which it stood already.
    """
    return waits or (not electronic and delivered > started)


def waiting(terms: ClockTerms, started: date) -> Pause:
    """Why the limit stands still from its issue until the delivery is recorded."""
    return Pause(NOT_DELIVERED, terms.basis, started)
