"""The check of a bundle with its examples played: what they say otherwise is a finding."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, time

from engine.bundles import check_bundle
from engine.errors import DefinitionInvalid
from engine.findings import Finding, Severity, errors_in
from engine.law import Profile
from engine.runtime import Budgets, Context
from engine.runtime.step import OFFICE_ZONE
from engine.trial.differences import Difference
from engine.trial.examples import Covered, ExampleRun, run_examples
from engine.words import Words

#: Of one act of an example: examples are played while somebody draws.
BUDGETS = Budgets(activations=4_000, tokens=2_000, payload_bytes=256_000, expression_steps=50_000)
#: An example tells one story whenever it is played: in the morning of the day from which the place's rules hold.
MORNING = time(9)
LONGEST = 300

_SAID = {
    "results": "各事项的办理结果",
    "path": "主流程的经过",
    "never opened": "不应出现的环节",
    "left open": "没有办完的环节",
    "incident": "流程异常",
    "beginning": "开始",
    "guide: items": "引导得出的事项",
    "guide: asked_materials": "要交的材料份数",
    "guide: separate_materials": "分开办理的材料份数",
}


def check_with_examples(
    files: Mapping[str, bytes],
    key: str | None = None,
    *,
    known_groups: Collection[str] | None = None,
    profile: Profile | None = None,
    calendar: object | None = None,
) -> list[Finding]:
    """What `check_bundle` finds, and where the bundle does not do what its examples say, errors first.

    Examples are played by the place's rules, so not without a profile, and not while there are errors.
    """
    found = check_bundle(files, key, known_groups=known_groups, profile=profile)
    if profile is None or errors_in(found):
        return found
    try:
        runs, _ = play_examples(files, profile, calendar)
    except DefinitionInvalid as refused:
        return [*refused.findings, *found]
    return [*example_findings(runs), *found]


def play_examples(
    files: Mapping[str, bytes], profile: Profile, calendar: object | None
) -> tuple[list[ExampleRun], list[Covered]]:
    """The examples by the rules of a place, and the flows that they cover. Raises DefinitionInvalid."""
    begins = datetime.combine(profile.valid_from, MORNING, OFFICE_ZONE)
    return run_examples(files, Context(begins, calendar=calendar, budgets=BUDGETS), profile)


def example_findings(runs: Sequence[ExampleRun]) -> Iterator[Finding]:
    """A warning for each difference; it stops nobody, since the example may be what is out of date."""
    for run in runs:
        for one in run.differences:
            yield _finding(run, one)


def difference_words(one: Difference) -> Words:
    """What is otherwise than the example says."""
    expected, found = _short(one.expected), _short(one.found)
    what = _SAID.get(one.what, one.what)
    return Words(
        f"{what}：示例为 {expected}，实际为 {found}",
        f"{one.what}: the example says {expected}, found {found}",
    )


def _finding(run: ExampleRun, one: Difference) -> Finding:
    name, said = run.example.name, difference_words(one)
    return Finding(
        Severity.WARNING,
        "example-differs",
        run.example.file,
        "",
        Words(f"与示例“{name.zh}”不符。{said.zh}。", f"Not as the example “{name.en or name.zh}” says. {said.en}."),
        Words(
            "改正流程；示例过时的，重新录制。", "Correct the bundle; where the example is out of date, record it anew."
        ),
    )


def _short(value: object) -> str:
    text = str(value) if isinstance(value, str) else repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
