"""受理: the five outcomes of intake (行政许可法 art. 32), and which fault could have been told the first time."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from engine.words import Words

#: The article behind every outcome. The days within it are a parameter of the profile.
INTAKE_BASIS = Words("《中华人民共和国行政许可法》第三十二条", "Administrative Licensing Law, art. 32")

#: Kinds of item (`ItemKind`) whose application is accepted where nobody answers in time, and the text that says so.
#: The licensing law says it of licences; no other kind takes it over without a text of its own (LAW 2.11).
SILENCE_ACCEPTS: dict[str, Words] = {"licence": INTAKE_BASIS}


@dataclass(frozen=True, slots=True)
class IntakeOutcome:
    """One outcome. `accepts`: the decision clocks begin; `closes`: the item ends with it, in writing."""

    key: str
    words: Words
    clause: Words
    accepts: bool = False
    closes: bool = False


def _clause(number: int) -> Words:
    figure = "一二三四五"[number - 1]
    return Words(f"{INTAKE_BASIS.zh}第一款第{figure}项", f"{INTAKE_BASIS.en}, para. 1 ({number})")


#: In the order of the law.
INTAKE_OUTCOMES: dict[str, IntakeOutcome] = {
    one.key: one
    for one in (
        IntakeOutcome("not-required", Words("不受理", "no licence needed"), _clause(1), closes=True),
        IntakeOutcome("wrong-authority", Words("不予受理", "not accepted"), _clause(2), closes=True),
        IntakeOutcome(
            "fixed-on-spot", Words("当场更正后受理", "accepted, corrected on the spot"), _clause(3), accepts=True
        ),
        IntakeOutcome("correction", Words("要求补正", "correction asked"), _clause(4)),
        IntakeOutcome("accepted", Words("予以受理", "accepted"), _clause(5), accepts=True),
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
