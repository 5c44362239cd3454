"""Whatever the diagram and wherever the case stands: the same version changes nothing, and another version that it
goes on with leaves nothing open that cannot be answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from engine.bpmn import Program, compile_program
from engine.errors import EngineError, MigrationRefused, StateInvalid
from engine.runtime import (
    Budgets,
    Context,
    JobDone,
    JobError,
    JobFailed,
    Step,
    complete,
    correlate,
    fire,
    migrate,
    reschedule,
    resolve,
    retry,
    set_variables,
    signal,
    skip,
    snapshot,
    start,
)
from engine.runtime.stored import dump, load
from tests.engine.runtime.diagrams import MONDAY, diagram, ext, job

CONTEXT = Context(MONDAY, budgets=Budgets(activations=1_000, tokens=100))
EVENTS = (
    "timer PT1H",
    "timer R2/PT1H",
    "message told",
    "message told n",
    "message heard",
    "signal go",
    "condition n > 2",
)
LOOPS = {
    "": "",
    "parallel": "<multiInstanceLoopCharacteristics><extensionElements><zeebe:loopCharacteristics"
    ' inputCollection="=[1, 2]" inputElement="i"/></extensionElements></multiInstanceLoopCharacteristics>',
    "sequential": '<multiInstanceLoopCharacteristics isSequential="true"><extensionElements>'
    '<zeebe:loopCharacteristics inputCollection="=[1, 2]" inputElement="i" outputCollection="said"'
    ' outputElement="=n"/></extensionElements></multiInstanceLoopCharacteristics>',
    "while": "<standardLoopCharacteristics><loopCondition>=n &lt; 3</loopCondition></standardLoopCharacteristics>",
}
#: Steps that have no boundary.
ROUTES = ("catch", "race")


@dataclass(frozen=True)
class Block:
    """One step of a diagram. `boundary`: whether it interrupts, and the event; `second`: one more definition."""

    kind: str
    number: str
    loop: str
    boundary: tuple[bool, str] | None
    second: str
    undo: bool
    inner: tuple[str, ...]
    watch: tuple[bool, str] | None

    def written(self) -> str:
        name = self.number
        lines = [self._body()]
        if self.boundary is not None and self.kind not in ROUTES:
            interrupts, said = self.boundary
            kind, *rest = said.split(" ", 1)
            lines += [f"{'' if interrupts else 'also '}{kind} late-{name} on {name} {' '.join(rest)}"]
            lines += [f"user after-{name}", f"late-{name} -> after-{name}"]
        if self.undo and self.kind in ("user", "service", "sub"):
            lines.append(f"undo user un-{name} of {name}")
        return "\n".join(lines)

    def _body(self) -> str:
        name = self.number
        if self.kind == "catch":
            return f"catch {name} {self.second or 'message told'}"
        if self.kind == "race":
            first, other = (self.second or "message told"), "timer PT2H"
            return (
                f"race {name}\ncatch one-{name} {first}\ncatch two-{name} {other}\nxor met-{name}\n"
                f"{name} -> one-{name} -> met-{name}\n{name} -> two-{name} -> met-{name}"
            )
        if self.kind in ("sub", "tx", "adhoc"):
            inside = [f"user {each}-{name}\nundo user un-{each}-{name} of {each}-{name}" for each in self.inner]
            if self.kind != "adhoc":
                inside.append(f"start s-{name}\n" + " -> ".join([f"s-{name}", *(f"{e}-{name}" for e in self.inner)]))
                inside.append(watched(name, self.watch))
            return f"{self.kind} {name} {{\n" + "\n".join(inside) + "\n}"
        return f"{self.kind} {name}"

    def inside(self) -> dict[str, str]:
        """More XML by element."""
        found = {self.number: (ext(job("work")) if self.kind == "service" else "")}
        if self.kind in ("user", "service", "sub"):
            found[self.number] += LOOPS[self.loop]
        if self.boundary is not None and self.kind not in ROUTES and self.second.startswith("timer"):
            duration = "<timeDuration>PT3H</timeDuration>"
            found[f"late-{self.number}"] = f"<timerEventDefinition>{duration}</timerEventDefinition>"
        return found


def watched(name: str, watch: tuple[bool, str] | None) -> str:
    """An event subprocess."""
    if watch is None:
        return ""
    keeps, said = ("" if watch[0] else "also "), watch[1]
    return f"event aside-{name} {{\n{keeps}start ask-{name} {said}\nuser answer-{name}\nask-{name} -> answer-{name}\n}}"


WATCHES = st.none() | st.tuples(st.booleans(), st.sampled_from(EVENTS))
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "kind": st.sampled_from(["user", "service", "catch", "race", "sub", "tx", "adhoc"]),
    "loop": st.sampled_from(sorted(LOOPS)),
    "boundary": WATCHES,
    "second": st.sampled_from(["", "timer PT3H", "message heard", "signal go", "condition n > 1"]),
    "undo": st.sampled_from([True, False]),
    "inner": st.sampled_from([("x",), ("x", "y"), ("y", "x"), ("y", "x", "z")]),
    "watch": WATCHES,
}
BLOCKS = st.lists(st.fixed_dictionaries(FIELDS), min_size=1, max_size=3).map(
    lambda drawn: [Block(number=f"b{index}", **fields) for index, fields in enumerate(drawn)]
)


@dataclass(frozen=True)
class Drawing:
    """A whole diagram: its blocks one after another, or side by side before a join."""

    blocks: tuple[Block, ...]
    parallel: bool
    watch: tuple[bool, str] | None
    undoes: bool

    def program(self) -> Program:
        lines = ["start s", "user last", watched("p", self.watch), *(each.written() for each in self.blocks)]
        lines.append("throw back compensate" if self.undoes else "task back")
        outs = [(each.number, f"met-{each.number}" if each.kind == "race" else each.number) for each in self.blocks]
        if self.parallel:
            lines += ["and fork", "and join", "s -> fork", "join -> back -> last"]
            lines += [f"fork -> {first}\n{end} -> join" for first, end in outs]
        else:
            here = "s"
            for first, end in outs:
                lines.append(f"{here} -> {first}")
                here = end
            lines.append(f"{here} -> back -> last")
        inside = {name: xml for each in self.blocks for name, xml in each.inside().items()}
        ordered = {each.number: 'ordering="Sequential"' for each in self.blocks if each.kind == "adhoc"}
        return compile_program({"p.bpmn": diagram("\n".join(lines), inside, attributes=ordered)}, "p")


DRAWINGS = st.builds(Drawing, BLOCKS.map(tuple), st.booleans(), WATCHES, st.sampled_from([True, False]))


def edited(data: st.DataObject, drawing: Drawing) -> Drawing:
    """One thing of it is another."""
    what = data.draw(st.sampled_from(["block"] * 6 + ["watch", "drop", "parallel", "undoes"]))
    if what == "watch":
        return replace(drawing, watch=data.draw(WATCHES))
    if what == "drop" and len(drawing.blocks) > 1:
        return replace(drawing, blocks=drawing.blocks[1:])
    if what in ("parallel", "undoes"):
        return replace(drawing, **{what: not getattr(drawing, what)})
    index = data.draw(st.integers(0, len(drawing.blocks) - 1))
    name = data.draw(st.sampled_from(sorted(FIELDS.keys() - {"kind"}) * 2 + ["kind"]))
    block = drawing.blocks[index]
    changed = replace(block, **{name: data.draw(FIELDS[name].filter(lambda made: made != getattr(block, name)))})
    return replace(drawing, blocks=(*drawing.blocks[:index], changed, *drawing.blocks[index + 1 :]))


VALUES = st.fixed_dictionaries({}, optional={"n": st.integers(0, 4)})


def walked(data: st.DataObject, program: Program, state: bytes, steps: int) -> bytes:
    """The case some acts later."""
    for _ in range(steps):
        view = snapshot(state)
        if view.ended:
            break
        kind = data.draw(st.sampled_from(["answer"] * 6 + ["set", "time"]))
        try:
            if kind == "answer" and view.waiting:
                state = answered(data, program, state, data.draw(st.sampled_from(list(view.waiting)))).state
            elif kind == "time":
                state = reschedule(program, state, CONTEXT).state
            elif view.incidents:
                command = data.draw(st.sampled_from([retry, skip]))
                state = command(program, state, view.incidents[0].id, CONTEXT, data.draw(VALUES)).state
            else:
                state = set_variables(program, state, data.draw(VALUES), CONTEXT).state
        except StateInvalid:
            raise
        except EngineError:
            continue
    return state


def answered(data: st.DataObject, program: Program, state: bytes, wait: Any) -> Step:
    """What is open is answered as the outside would."""
    given_now = data.draw(VALUES)
    if wait.kind == "task":
        return complete(program, state, wait.id, given_now, CONTEXT)
    if wait.kind == "timer":
        return fire(program, state, wait.id, CONTEXT)
    if wait.kind == "job":
        outcome = data.draw(st.sampled_from([JobDone(given_now), JobFailed("down", "no answer"), JobError("odd")]))
        return resolve(program, state, wait.id, outcome, CONTEXT)
    if wait.kind == "message":
        return correlate(program, state, wait.name, wait.key, given_now, CONTEXT)
    if wait.kind == "signal":
        return signal(program, state, wait.name, given_now, CONTEXT)
    return set_variables(program, state, {"n": 4}, CONTEXT)


def is_whole(stored: bytes) -> None:
    state = load(stored)
    assert dump(state) == stored
    for token in state.tokens.values():
        assert token.scope in state.scopes
        assert token.phase in ("active", "joining", "failed"), token
    for wait in state.waits.values():
        assert wait.token is None or wait.token in state.tokens
        assert wait.scope in state.scopes


SLOW = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@SLOW
@given(st.data())
def test_the_same_version_changes_nothing(data: st.DataObject) -> None:
    drawing = data.draw(DRAWINGS)
    program = drawing.program()
    state = walked(data, program, start(program, {"n": 1}, CONTEXT).state, data.draw(st.integers(0, 8)))
    step = migrate(program, drawing.program(), state, {}, CONTEXT)
    assert step == Step(state, ended=snapshot(state).ended, variables=step.variables)


@SLOW
@given(st.data())
def test_another_version_is_refused_or_leaves_what_can_be_answered(data: st.DataObject) -> None:
    drawing = data.draw(DRAWINGS)
    old = drawing.program()
    state = walked(data, old, start(old, {"n": 1}, CONTEXT).state, data.draw(st.integers(0, 8)))
    new = edited(data, drawing).program()
    try:
        migrated = migrate(old, new, state, {}, CONTEXT).state
    except MigrationRefused:
        event("refused")
        return
    event("taken")
    is_whole(migrated)
    for wait in snapshot(migrated).waiting:
        is_whole(answered(data, new, migrated, wait).state)
    walked(data, new, migrated, 10)
