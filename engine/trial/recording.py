"""A trial written as an example of its bundle: how it began, what was done, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from engine.bundles import Beginning, Bundle
from engine.runtime import encode_variables
from engine.trial.acts import OPEN, Act, Kind, held_task, perform
from engine.trial.examples import Story
from engine.trial.host import Trial
from engine.words import Words


def recorded(trial: Trial, beginning: Beginning, acts: Sequence[Act], bundle: Bundle, name: Words) -> bytes:
    """The file `examples/<name>.json` of a trial that stands at its beginning; the acts are done on it.

    The path of the first instance, the items' outcomes and whether something stayed open are what is expected.
    Raises what an act raises, and ValueInvalid.
    """
    story = Story(trial)
    done = list(_told(story, acts, waits_for_jobs=beginning.jobs == OPEN))
    expect: dict[str, Any] = {"path": story.path()}
    if results := story.results(bundle):
        expect["results"] = results
    if any(True for _ in story.open_steps()):
        expect["left_open"] = True
    told = {
        "name": {"zh": name.zh, "en": name.en},
        "start": {
            "process": beginning.process,
            "at": beginning.at.isoformat(),
            "jobs": beginning.jobs,
            "variables": encode_variables(beginning.variables),
        },
        "acts": done,
        "expect": expect,
    }
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
