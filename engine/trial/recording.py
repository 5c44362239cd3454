"""A trial written as an example of its bundle: how it began, what was done, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from engine.bundles import Beginning, Bundle, Example, guide_for, start_variables
from engine.errors import EngineError, ValueInvalid
from engine.runtime import encode_variables
from engine.trial.acts import OPEN, Act, Kind, held_task, perform
from engine.trial.examples import Story
from engine.trial.host import Trial
from engine.values import Value
from engine.words import Words


def recorded(trial: Trial, beginning: Beginning, acts: Sequence[Act], bundle: Bundle, name: Words) -> bytes:
    """The file `examples/<name>.json` of a trial that stands at its beginning; the acts are done on it.

    The path of the first instance, the items' outcomes and whether something stayed open are what is expected.
    Raises what an act raises, and ValueInvalid.
    """
    story = Story(trial)
    done = list(_told(story, acts, waits_for_jobs=beginning.jobs == OPEN))
    told = {
        "name": {"zh": name.zh, "en": name.en},
        "start": {
            "process": beginning.process,
            "at": beginning.at.isoformat(),
            "jobs": beginning.jobs,
            "variables": encode_variables(beginning.variables),
        },
        "acts": done,
        "expect": _came_of_it(story, bundle),
    }
    return written(told)


def recorded_anew(content: bytes, trial: Trial, acts: Sequence[Act], bundle: Bundle) -> bytes:
    """An example that begins with answers, with these acts instead of its own; how it begins stays as it is.

    The trial stands at its beginning, with jobs that are done at once, as such an example is played; the acts are done
    on it. What is expected of path, outcomes and open steps is what came of them, and a step that was opened is no
    longer one that never is. Raises what an act raises, and ValueInvalid (a number that would be written otherwise).
    """
    told = json.loads(content.decode("utf-8"), parse_float=exact)
    story = Story(trial)
    told["acts"] = [one for one in _told(story, acts, waits_for_jobs=False) if one.get("kind") != Kind.DONE]
    kept = {name: value for name, value in told["expect"].items() if name not in _CAME_OF_IT}
    if never := kept.get("never_opened"):
        opened = story.opened_steps()
        kept["never_opened"] = [step for step in never if step not in opened]
    told["expect"] = kept | _came_of_it(story, bundle)
    return written(told)


def begins_alike(example: Example, process: str, variables: Mapping[str, Value], bundle: Bundle) -> bool:
    """Whether a trial that starts this process with these variables begins as the example does."""
    if example.start is not None:
        return example.start.process == process and dict(example.start.variables) == dict(variables)
    if process != bundle.entry_process:
        return False
    try:
        guide = guide_for(bundle, example.guided)
    except EngineError:  # its answers fit the bundle no more, as the example's own finding says
        return False
    answers = {**example.answers, **example.guided}
    return start_variables(bundle, guide, answers, example.ways) == dict(variables)


#: What is expected that is computed from what was done; the rest (guide, steps never opened) is written by people.
_CAME_OF_IT = frozenset({"path", "results", "left_open"})


def _came_of_it(story: Story, bundle: Bundle) -> dict[str, Any]:
    expect: dict[str, Any] = {"path": story.path()}
    if results := story.results(bundle):
        expect["results"] = results
    if any(True for _ in story.open_steps()):
        expect["left_open"] = True
    return expect


def exact(text: str) -> float:
    """A number of JSON. Raises ValueInvalid for a number with more digits than a float holds."""
    if Decimal(repr(float(text))) != Decimal(text):
        raise ValueInvalid(text)
    return float(text)


def written(told: Mapping[str, Any]) -> bytes:
    """An example's file."""
    return (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()


def _told(story: Story, acts: Sequence[Act], *, waits_for_jobs: bool) -> Iterator[dict[str, Any]]:
    """Does the acts, each after it is told: a completed step by step and item where these name the task."""
    for act in acts:
        held = held_task(story.trial, act) if act.kind is Kind.COMPLETE else None
        step, item = story.told(held) if held is not None else ("", None)
        if held is not None and "step" in held.what.properties and story.open_task(step, item) == held:
            told = {"step": step, "variables": encode_variables(act.variables)}
            yield told if item is None else {"step": step, "item": item, "variables": told["variables"]}
        else:
            yield act.as_json()
        perform(story.trial, act, waits_for_jobs=waits_for_jobs)
