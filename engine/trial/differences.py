"""Where a bundle does not do what its example says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.bundles import (
    COMMITMENT,
    Bundle,
    Example,
    Guide,
    answer_faults,
    eligibility,
    guide_for,
)
from engine.dmn import Decisions
from engine.errors import AnswersInvalid
from engine.forms import Form
from engine.law import Profile
from engine.runtime import Context
from engine.words import Words

#: How `what` begins for what an example answers and chooses, and for what the guide makes of it.
ANSWER, GUIDED_ANSWER, GUIDE, WAY = "answer ", "guided answer ", "guide: ", "way of "


@dataclass(frozen=True, slots=True)
class Difference:
    """`what` differs: what the example expects of it, and what was found."""

    what: str
    expected: object
    found: object

    @property
    def is_answered(self) -> bool:
        """It lies in what the example answers, or says of the guide: no trial tells that otherwise."""
        return self.what.startswith((ANSWER, GUIDED_ANSWER, GUIDE))

    @property
    def of_guide(self) -> str:
        """What of the guide is told otherwise, as `expect.guide` names it; "" for anything else."""
        return self.what.removeprefix(GUIDE) if self.what.startswith(GUIDE) else ""

    @property
    def is_chosen(self) -> bool:
        """It lies in a way that the example chooses, which stands in its text alone."""
        return self.what.startswith(WAY)

    @property
    def is_played(self) -> bool:
        """It lies in what is done and what comes of it, which a trial tells anew."""
        return not (self.is_answered or self.is_chosen)

    def __str__(self) -> str:
        return f"{self.what}: expected {self.expected!r}, found {self.found!r}"


def input_differences(bundle: Bundle, form: Form | None, example: Example, context: Context) -> Iterator[Difference]:
    """Answers that the questions or the form would refuse."""
    for key, fault in answer_faults(bundle, example.guided).items():
        yield Difference(f"{GUIDED_ANSWER}{key}", "usable", fault)
    for key, messages in form_faults(form, example, context).items():
        yield Difference(f"{ANSWER}{key}", "valid", _together(messages))


def form_faults(form: Form | None, example: Example, context: Context) -> Mapping[str, Sequence[Words]]:
    """Name of a control -> what the form says against the example's answer there."""
    if form is None:
        return {}
    try:
        form.validate_values(example.answers, example.guided, context)
    except AnswersInvalid as refused:
        return refused.errors
    return {}


def _together(messages: Iterable[Words]) -> Words:
    listed = list(messages)
    return Words("；".join(one.zh for one in listed), "; ".join(one.en for one in listed))


def way_differences(
    bundle: Bundle, decisions: Decisions | None, example: Example, context: Context, profile: Profile
) -> Iterator[Difference]:
    """Commitments that the eligibility decision, which is one of `decisions`, does not admit."""
    facts = {**example.answers, **example.guided}
    for item, way in example.ways.items():
        if decisions is None or way != COMMITMENT:
            continue
        found = eligibility(bundle, decisions, profile, item, facts, credit=example.credit, context=context)
        if not found.eligible:
            yield Difference(f"{WAY}{item}", COMMITMENT, f"not eligible ({found.rule})")


def guide_differences(bundle: Bundle, example: Example, context: Context) -> Iterator[Difference]:
    """What the guide tells otherwise, computed from the guided answers alone."""
    guide: Guide = guide_for(bundle, example.guided, context)
    found: dict[str, object] = {
        "items": [one.item.key for one in guide.items],
        "asked_materials": guide.bundled_submissions,
        "separate_materials": guide.separate_submissions,
    }
    for key, expected in example.expect.get("guide", {}).items():
        if found.get(key) != expected:
            yield Difference(f"{GUIDE}{key}", expected, found.get(key))
