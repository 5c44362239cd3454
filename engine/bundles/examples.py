"""Examples of a bundle: answers and acts with the path they must take, run on the bare engine.

An example is a story that a department tells of its own bundle. Running it needs no application: jobs
succeed by themselves, acts are done in their order, messages that nobody in the case waits for start the
process that they name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine.bpmn import Program, compile_program
from engine.bundles.case import COMMITMENT, start_variables
from engine.bundles.eligibility import eligibility
from engine.bundles.guide import answer_faults, guide_for
from engine.bundles.model import Bundle, Guide
from engine.bundles.reader import form_file, read_bundle, read_forms
from engine.dmn import read_decisions
from engine.errors import AnswersInvalid, DefinitionInvalid
from engine.findings import Report
from engine.law.profile import Profile
from engine.runtime import Context, JobDone, Step, UserTask, complete, resolve, snapshot, start
from engine.values import Value
from engine.words import Words

#: An item's outcome stands in the case's variable of this name.
RESULT = "result_{item}"
MOST_JOBS = 10_000


@dataclass(frozen=True, slots=True)
class Act:
    """One completion: the open user task of this `step`, in a process of this item (None: the case's own)."""

    step: str
    item: str | None
    variables: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Example:
    """An example file. `expect` holds `results`, `never_opened`, `path` and `guide`; each may be missing."""

    file: str
    name: Words
    guided: Mapping[str, Value]
    answers: Mapping[str, Value]
    ways: Mapping[str, str]
    credit: str
    acts: tuple[Act, ...]
    expect: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the bundle does not do what its example says."""

    what: str
    expected: object
    found: object

    def __str__(self) -> str:
        return f"{self.what}: expected {self.expected!r}, found {self.found!r}"


def read_example(content: bytes, file: str) -> Example:
    """Reads `examples/<name>.json`. Raises DefinitionInvalid."""
    try:
        told = json.loads(content.decode("utf-8"), parse_float=Decimal)
        return Example(
            file=file,
            name=Words(told["name"]["zh"], told["name"].get("en", "")),
            guided=told["guided"],
            answers=told.get("answers", {}),
            ways=told.get("ways", {}),
            credit=told.get("credit", ""),
            acts=tuple(Act(act["step"], act.get("item"), act.get("variables", {})) for act in told["acts"]),
            expect=told["expect"],
        )
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        report = Report(file)
        report.error(
            "bad-example",
            "",
            Words(f"示例无法读取：{fault!r}", f"The example cannot be read: {fault!r}"),
            Words("按说明写明name、guided、acts和expect。", "Give name, guided, acts and expect as described."),
        )
        raise DefinitionInvalid(report.findings) from fault


def example_files(files: Mapping[str, bytes]) -> list[str]:
    """The paths of a bundle's examples."""
    return sorted(path for path in files if path.startswith("examples/") and path.endswith(".json"))


def run_example(
    files: Mapping[str, bytes], example: Example, context: Context, profile: Profile | None = None
) -> list[Difference]:
    """What differs from the example; empty when the bundle does as it says.

    With a profile, the ways chosen are checked against the eligibility decision. Raises DefinitionInvalid
    where the bundle cannot be read at all.
    """
    bundle = read_bundle(files)
    differences = [*_input_differences(files, bundle, example, context)]
    if profile is not None:
        differences += _way_differences(files, bundle, example, context, profile)
    guide = guide_for(bundle, example.guided, context)
    differences += _guide_differences(example, guide)
    story = _Story(compile_program(files, bundle.entry_process), context)
    story.begin(start_variables(bundle, guide, {**example.answers, **example.guided}, example.ways))
    for number, act in enumerate(example.acts, start=1):
        if not story.do(act):
            found = sorted(story.open_steps(), key=str)
            differences.append(Difference(f"act {number}", (act.step, act.item), found))
            break
    return differences + list(_story_differences(bundle, example, story))


# ---------------------------------------------------------------- running


@dataclass
class _Instance:
    """One process instance: its stored state, open tasks by id, and the item of each scope."""

    process: str
    state: bytes = b""
    open: dict[int, UserTask] = field(default_factory=dict)
    item_of: dict[int, str | None] = field(default_factory=dict)
    item: str | None = None

    def item_at(self, scope: int) -> str | None:
        return self.item_of.get(scope, self.item)


@dataclass
class _Story:
    program: Program
    context: Context
    instances: list[_Instance] = field(default_factory=list)
    opened: list[tuple[str, str | None]] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    results: dict[str, Value] = field(default_factory=dict)
    incidents: list[str] = field(default_factory=list)

    def begin(self, variables: Mapping[str, Value], process: str | None = None) -> None:
        instance = _Instance(process or self.program.entry)
        item = variables.get("item") if process else None
        instance.item = item if isinstance(item, str) else None
        self.instances.append(instance)
        self._follow(instance, start(self.program, variables, self.context, process=process))

    def do(self, act: Act) -> bool:
        """Completes the task of an act; False when no such task is open."""
        for instance in self.instances:
            for task in instance.open.values():
                if task.properties.get("step") == act.step and instance.item_at(task.scope) == act.item:
                    step = complete(self.program, instance.state, task.id, act.variables, self.context)
                    self._follow(instance, step)
                    return True
        return False

    def open_steps(self) -> Iterator[tuple[str, str | None]]:
        for instance in self.instances:
            for task in instance.open.values():
                yield task.properties.get("step", task.element), instance.item_at(task.scope)

    def _follow(self, instance: _Instance, step: Step) -> None:
        """Takes in a step; its jobs succeed, and what they set going is followed too."""
        jobs = self._take_in(instance, step)
        done = 0
        while jobs:
            done += 1
            if done > MOST_JOBS:
                raise RecursionError("the jobs of an example never come to an end")
            after = resolve(self.program, instance.state, jobs.pop(0), JobDone({}), self.context)
            jobs = [job for job in jobs if job not in after.jobs_cancelled] + self._take_in(instance, after)

    def _take_in(self, instance: _Instance, step: Step) -> list[int]:
        instance.state = step.state
        for scope in step.scopes_opened:
            item = scope.inputs.get("item")
            around = instance.item_at(scope.parent)
            instance.item_of[scope.scope] = item if isinstance(item, str) else around
        for closed in step.closed:
            instance.open.pop(closed.id, None)
        gone = {closed.id for closed in step.closed}
        for task in step.opened:
            self.opened.append((task.properties.get("step", task.element), instance.item_at(task.scope)))
            if task.id not in gone:
                instance.open[task.id] = task
        if instance is self.instances[0]:
            self._note(instance, step)
        self.incidents += [f"{incident.element}: {incident.message.en}" for incident in step.incidents]
        for thrown in step.thrown:
            process = self.program.message_starts().get(thrown.name)
            if thrown.kind == "message" and process is not None:
                self.begin(thrown.payload, process)
        return [job.id for job in step.jobs if job.id not in step.jobs_cancelled]

    def _note(self, instance: _Instance, step: Step) -> None:
        self.path += [line.element for line in step.log if line.what == "entered" and line.process == instance.process]
        if not step.ended:
            self.results.update(snapshot(step.state).variables)


# ---------------------------------------------------------------- comparing


def _input_differences(
    files: Mapping[str, bytes], bundle: Bundle, example: Example, context: Context
) -> Iterator[Difference]:
    for key, fault in answer_faults(bundle, example.guided).items():
        yield Difference(f"guided answer {key}", "usable", fault.en)
    path = form_file(bundle.form_key, files)
    if path is None:
        return
    form = read_forms(files, bundle)[path]
    try:
        form.validate_values(example.answers, example.guided, context)
    except AnswersInvalid as refused:
        for key, messages in refused.errors.items():
            yield Difference(f"answer {key}", "valid", "; ".join(words.en for words in messages))


def _way_differences(
    files: Mapping[str, bytes], bundle: Bundle, example: Example, context: Context, profile: Profile
) -> Iterator[Difference]:
    chosen = [item for item, way in example.ways.items() if way == COMMITMENT]
    if not chosen:
        return
    tables = {path: content for path, content in files.items() if path.endswith(".dmn")}
    for path, content in tables.items():
        decisions, _ = read_decisions(content, path, tables)
        if bundle.eligibility_decision not in decisions.ids:
            continue
        facts = {**example.answers, **example.guided}
        for item in chosen:
            found = eligibility(bundle, decisions, profile, item, facts, credit=example.credit, context=context)
            if not found.eligible:
                yield Difference(f"way of {item}", COMMITMENT, f"not eligible ({found.rule})")


def _guide_differences(example: Example, guide: Guide) -> list[Difference]:
    found: dict[str, object] = {
        "items": [one.item.key for one in guide.items],
        "asked_materials": guide.bundled_submissions,
        "separate_materials": guide.separate_submissions,
    }
    return [
        Difference(f"guide: {key}", expected, found.get(key))
        for key, expected in example.expect.get("guide", {}).items()
        if found.get(key) != expected
    ]


def _story_differences(bundle: Bundle, example: Example, story: _Story) -> Iterator[Difference]:
    for message in story.incidents:
        yield Difference("incident", None, message)
    results = {
        item.key: story.results[name]
        for item in bundle.items
        if story.results.get(name := RESULT.format(item=item.key)) is not None
    }
    if "results" in example.expect and results != example.expect["results"]:
        yield Difference("results", example.expect["results"], results)
    opened = {step for step, _ in story.opened}
    for step in example.expect.get("never_opened", ()):
        if step in opened:
            yield Difference("never opened", step, "it was opened")
    wanted = list(example.expect.get("path", ()))
    if not _in_order(wanted, story.path):
        yield Difference("path", wanted, story.path)
    still_open = sorted(story.open_steps(), key=str)
    if still_open and not example.expect.get("left_open"):
        yield Difference("left open", [], still_open)


def _in_order(wanted: list[str], path: list[str]) -> bool:
    walked = iter(path)
    return all(element in walked for element in wanted)
