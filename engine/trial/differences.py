"""Where a bundle does not do what its example says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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


@dataclass(frozen=True, slots=True)
class Difference:
    """`what` differs: what the example expects of it, and what was found."""

    what: str
    expected: object
    found: object

    def __str__(self) -> str:
        return f"{self.what}: expected {self.expected!r}, found {self.found!r}"


def input_differences(bundle: Bundle, form: Form | None, example: Example, context: Context) -> Iterator[Difference]:
    """Answers that the questions or the form would refuse."""
    for key, fault in answer_faults(bundle, example.guided).items():
        yield Difference(f"guided answer {key}", "usable", fault)
    if form is None:
        return
    try:
        form.validate_values(example.answers, example.guided, context)
    except AnswersInvalid as refused:
        for key, messages in refused.errors.items():
            yield Difference(f"answer {key}", "valid", _together(messages))


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
            yield Difference(f"way of {item}", COMMITMENT, f"not eligible ({found.rule})")


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
            yield Difference(f"guide: {key}", expected, found.get(key))
