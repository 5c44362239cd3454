"""上报: an item that the law sends through a lower level first (行政许可法 art. 35, 43).

The lower level accepts, reviews within its own limit, and sends its opinion with all materials to the upper one, which
decides. From then on the materials are locked: the upper level may not ask the applicant again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.law.terms import ClockTerms
from engine.words import Words

#: The clock of the lower level's review; it runs from acceptance until the hand-up.
HAND_UP = "hand-up"
#: The posts of a hand-up: who signs the opinion and sends it, who takes it up above.
POSTS = ("send", "receive")


@dataclass(frozen=True, slots=True)
class HandUp:
    """Who reviews below, by which posts it goes up, in which time, and on what text this rests.

    `groups` has a candidate group for each of `POSTS`. `may_return`: the upper level may send it back to the lower one
    for its review to be completed; that is between the two, stops no clock and asks nothing of the applicant.
    """

    reviewed_by: str
    groups: Mapping[str, str]
    limit: ClockTerms
    basis: Words
    may_return: bool
