"""Examples run on the engine: whether the bundle does what they say, and which sequence flows they walk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from engine.bpmn import Program, Programs
from engine.bundles import (
    Act,
    Bundle,
    Example,
    example_files,
    form_file,
    guide_for,
    read_bundle,
    read_example,
    read_forms,
    start_variables,
)
from engine.errors import DefinitionInvalid, EngineError
from engine.forms import Form
from engine.law import Calendar, Profile
from engine.runtime import Context, UserTask
from engine.trial.acts import act_from_json, perform
from engine.trial.clock_acts import LimitRefused
from engine.trial.differences import Difference, guide_differences, input_differences, way_differences
from engine.trial.host import Trial
from engine.trial.instance import Held, Instance, item_at
from engine.trial.law import Law
from engine.trial.world import UnknownJobs
from engine.words import Words

#: An item's outcome stands in the case's variable of this name.
RESULT = "result_{item}"
#: Acts of all examples together; what comes after is not played.
MOST_ACTS = 5_000
#: Jobs and deliveries that one act may set going.
MOST_SET_GOING = 1_000
#: Kinds of act that a mistake in an example's file raises besides the engine's own refusals.
_SLIPS = (EngineError, KeyError, TypeError, ValueError, IndexError)


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow of one process."""

    process: str
    id: str


@dataclass(frozen=True, slots=True)
class ExampleRun:
    """What became of one example. `walked`: how often each sequence flow was taken, in whatever process."""

    example: Example
    differences: tuple[Difference, ...]
    walked: Mapping[Flow, int]


@dataclass(frozen=True, slots=True)
class Covered:
    """A sequence flow of a process that cases can reach, and how often all examples took it together."""

    file: str
    process: str
    id: str
    source: str
    target: str
    times: int


def run_example(
    files: Mapping[str, bytes], example: Example, context: Context, profile: Profile | None = None
) -> list[Difference]:
    """What differs from the example; empty when the bundle does as it says.

    With a profile, the ways chosen are checked against the eligibility decision. Raises DefinitionInvalid
    where the bundle cannot be read at all.
    """
    return list(_Stage(files, context, profile, Programs(files)).run(example).differences)


def run_examples(
    files: Mapping[str, bytes], context: Context, profile: Profile | None = None, programs: Programs | None = None
) -> tuple[list[ExampleRun], list[Covered]]:
    """Every example that can be read, and what they cover together. Raises DefinitionInvalid."""
    stage = _Stage(files, context, profile, programs or Programs(files))
    runs = [stage.run(example) for example in readable_examples(files)]
    together: Counter[Flow] = Counter()
    for run in runs:
        together.update(run.walked)
    return runs, list(_coverage(stage.program(""), together))


def readable_examples(files: Mapping[str, bytes]) -> Iterator[Example]:
    """The examples of a bundle in the order of their paths; the findings say why another cannot be read."""
    for path in example_files(files):
        try:
            yield read_example(files[path], path)
        except DefinitionInvalid:
            continue


@dataclass
class _Stage:
    """Where the examples of one bundle are played: its files, and the programs of the processes that begin one."""

    files: Mapping[str, bytes]
    context: Context
    profile: Profile | None
    programs: Programs
    bundle: Bundle = field(init=False)
    _acts: int = 0

    def __post_init__(self) -> None:
        self.bundle = read_bundle(self.files)

    @cached_property
    def form(self) -> Form | None:
        """The bundle's form. Raises DefinitionInvalid."""
        path = form_file(self.bundle.form_key, self.files)
        return None if path is None else read_forms(self.files, self.bundle)[path]

    def program(self, process: str) -> Program:
        """What runs a process; "": that of a case."""
        return self.programs.of(process or self.bundle.entry_process)

    def run(self, example: Example) -> ExampleRun:
        self._acts += len(example.acts)
        if self._acts > MOST_ACTS:
            return ExampleRun(example, (Difference("acts of all examples", MOST_ACTS, self._acts),), {})
        differences: list[Difference] = []
        if example.start is None:
            differences += input_differences(self.bundle, self.form, example, self.context)
            if self.profile is not None:
                decisions = self.program("").decisions.get(self.bundle.eligibility_decision)
                differences += way_differences(self.bundle, decisions, example, self.context, self.profile)
            differences += guide_differences(self.bundle, example, self.context)
        try:
            story = Story(self._trial(example))
            differences += story.play(example.acts, waits_for_jobs=_waits(example))
            differences += story_differences(self.bundle, example, story)
        except DefinitionInvalid:
            raise
        except _SLIPS as refused:
            differences.append(Difference("beginning", "possible", said(refused)))
            return ExampleRun(example, tuple(differences), {})
        return ExampleRun(example, tuple(differences), story.walked())

    def _trial(self, example: Example) -> Trial:
        start, place = example.start, self.context
        process = self.bundle.entry_process if start is None else start.process
        trial = Trial(
            self.program(process) if process else _diagrams(self.files),
            now=place.now if start is None else start.at,
            zone=place.zone,
            calendar=place.calendar,
            unknown_jobs=UnknownJobs.OPEN if _waits(example) else UnknownJobs.DONE,
            budgets=place.budgets,
            most=MOST_SET_GOING,
            law=self._law(process),
        )
        if start is not None:
            if process:
                trial.start(process, start.variables)
            return trial
        guide = guide_for(self.bundle, example.guided, place)
        answers = {**example.answers, **example.guided}
        trial.start(process, start_variables(self.bundle, guide, answers, example.ways))
        return trial

    def _law(self, process: str) -> Law | None:
        calendar = self.context.calendar
        if self.profile is None or not isinstance(calendar, Calendar):
            return None
        return Law.of(self.bundle, self.profile, calendar, self.program(process) if process else None)


def _waits(example: Example) -> bool:
    return example.start is not None and example.start.jobs == "open"


def _diagrams(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {path: content for path, content in files.items() if path.endswith((".bpmn", ".dmn"))}


@dataclass
class Story:
    """A trial as an example tells it: open steps by the item that they belong to."""

    trial: Trial

    def play(self, acts: Sequence[Act], *, waits_for_jobs: bool) -> Iterator[Difference]:
        """Does the acts in their order; the first that cannot be done ends it, and is a difference."""
        for number, act in enumerate(acts, start=1):
            task = None if act.other is not None else self.open_task(act.step, act.item)
            if task is None and act.other is None:
                yield Difference(f"act {number}", (act.step, act.item), sorted(self.open_steps(), key=str))
                return
            try:
                if task is not None:
                    self.trial.complete(task, act.variables)
                elif act.other is not None:
                    perform(self.trial, act_from_json(act.other), waits_for_jobs=waits_for_jobs)
            except _SLIPS as refused:
                yield Difference(f"act {number}", act.other or (act.step, act.item), said(refused))
                return

    def open_task(self, step: str, item: str | None) -> Held[UserTask] | None:
        """The oldest open task of this step and item."""
        return next((held for held in self.trial.tasks if self.told(held) == (step, item)), None)

    def open_steps(self) -> Iterator[tuple[str, str | None]]:
        """Step (the element where it has none) and item of every open task."""
        return map(self.told, self.trial.tasks)

    def open_names(self, bundle: Bundle) -> Iterator[tuple[Words, str | None]]:
        """Name and item of every open task."""
        for held in self.trial.tasks:
            instance, task = self.trial.instances[held.instance - 1], held.what
            program = self.trial.program(instance.process)
            yield _name(bundle, program, task.process, task.element), item_at(instance, task.scope)

    def named(self, bundle: Bundle, elements: Iterable[str]) -> list[Words]:
        """What the first instance's own process calls these of its elements."""
        process = next((one.process for one in self.trial.instances), "")
        if not process:
            return [Words(one, one) for one in elements]
        return [_name(bundle, self.trial.program(process), process, one) for one in elements]

    def told(self, held: Held[UserTask]) -> tuple[str, str | None]:
        """Step and item of a task."""
        task = held.what
        instance = self.trial.instances[held.instance - 1]
        return task.properties.get("step", task.element), item_at(instance, task.scope)

    def opened_steps(self) -> set[str]:
        """Every step of which a task was ever open."""
        return {
            step
            for instance in self.trial.instances
            for _, line in instance.history
            if line.what == "entered" and (step := self._step_of(instance, line.process, line.element))
        }

    def path(self) -> list[str]:
        """The elements of the first instance's own process in the order in which they were entered."""
        if not self.trial.instances:
            return []
        first = self.trial.instances[0]
        return [line.element for _, line in first.history if line.what == "entered" and line.process == first.process]

    def results(self, bundle: Bundle) -> dict[str, object]:
        """Item -> its outcome, as far as the case's variables tell it."""
        known = self.trial.instances[0].variables if self.trial.instances else {}
        return {
            item.key: known[name]
            for item in bundle.items
            if known.get(name := RESULT.format(item=item.key)) is not None
        }

    def walked(self) -> Counter[Flow]:
        """How often each sequence flow was taken."""
        return Counter(
            Flow(line.process, line.element)
            for instance in self.trial.instances
            for _, line in instance.history
            if line.what == "taken"
        )

    def _step_of(self, instance: Instance, process: str, element: str) -> str:
        node = self.trial.program(instance.process).processes[process].nodes.get(element)
        if node is None or node.type != "userTask":
            return ""
        return next((slot.text for name, slot in node.properties if name == "step"), element)


def _name(bundle: Bundle, program: Program, process: str, element: str) -> Words:
    """What the process calls the element; its id where it has none."""
    node = program.processes[process].nodes.get(element)
    if node is None or not node.name:
        return Words(element, element)
    return bundle.words(program.file_of(process), element, "name", node.name)


def _incident_words(element: str, message: Words) -> Words:
    return Words(f"{element}：{message.zh}", f"{element}: {message.en}")


def story_differences(bundle: Bundle, example: Example, story: Story) -> Iterator[Difference]:
    """Where the story that was played went otherwise."""
    expect = example.expect
    for _, incident in story.trial.incidents:
        yield Difference("incident", None, _incident_words(incident.element, incident.message))
    results = story.results(bundle)
    if "results" in expect and results != expect["results"]:
        yield Difference("results", expect["results"], results)
    opened = story.opened_steps()
    for step in expect.get("never_opened", ()):
        if step in opened:
            yield Difference("never opened", step, "it was opened")
    wanted, path = list(expect.get("path", ())), story.path()
    if not _in_order(wanted, path):
        yield Difference("path", story.named(bundle, wanted), story.named(bundle, path))
    still_open = sorted(story.open_names(bundle), key=str)
    if still_open and not expect.get("left_open"):
        yield Difference("left open", [], still_open)


def said(refused: BaseException) -> str | Words:
    """What refused an act, in one line."""
    if isinstance(refused, LimitRefused):
        return refused.words
    return f"{type(refused).__name__}: {refused}"


def _in_order(wanted: Sequence[str], path: Sequence[str]) -> bool:
    walked = iter(path)
    return all(element in walked for element in wanted)


def _coverage(program: Program, walked: Mapping[Flow, int]) -> Iterator[Covered]:
    for key, process in program.processes.items():
        for node in process.nodes.values():
            for flow in node.outgoing:
                times = walked.get(Flow(key, flow.id), 0)
                yield Covered(program.file_of(key), key, flow.id, node.id, flow.target, times)
