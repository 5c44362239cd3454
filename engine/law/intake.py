"""受理: the five outcomes of intake, and which fault could have been told the first time.

The licensing law has them for licences (行政许可法 art. 32); the other kinds of item are taken on in the same five
ways, each on the text that its place states (`engine.law.item_kinds`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from engine.words import Words


@dataclass(frozen=True, slots=True)
class IntakeOutcome:
    """One outcome. `accepts`: the decision clocks begin; `closes`: the item ends with it, in writing."""

    key: str
    words: Words
    accepts: bool = False
    closes: bool = False


#: In the order of the law.
INTAKE_OUTCOMES: dict[str, IntakeOutcome] = {
    one.key: one
    for one in (
        IntakeOutcome("not-required", Words("不受理", "not required"), closes=True),
        IntakeOutcome("wrong-authority", Words("不予受理", "not accepted"), closes=True),
        IntakeOutcome("fixed-on-spot", Words("当场更正后受理", "accepted, corrected on the spot"), accepts=True),
        IntakeOutcome("correction", Words("要求补正", "correction asked")),
        IntakeOutcome("accepted", Words("予以受理", "accepted"), accepts=True),
    )
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is to be corrected: a material or an answer of the form, and what is wrong with it."""

    kind: str  # "material" | "answer"
    key: str
    text: str

    @property
    def about(self) -> tuple[str, str]:
        return self.kind, self.key


def told_late(faults: Iterable[Fault], changed: Collection[tuple[str, str]]) -> list[Fault]:
    """The faults of a later round that were there to be seen in the first (art. 32, 72).

    `changed`: (kind, key) of what came or was answered anew since the first request. What has not changed since then
    looked the same when the one complete list was due.
    """
    return [fault for fault in faults if fault.about not in changed]
