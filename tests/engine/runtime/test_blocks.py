"""Random block-structured diagrams: every chosen task is done exactly once, and the case ends."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.runtime import Context
from tests.engine.reference.walks import walk
from tests.engine.runtime.diagrams import MONDAY, Case, diagram

#: A block: a task, a sequence, a subprocess, or a split of a kind with one truth per branch.
TASK = st.just("task")
BLOCKS: st.SearchStrategy[Any] = st.recursive(
    TASK,
    lambda inner: st.one_of(
        st.tuples(st.just("sequence"), st.lists(inner, min_size=1, max_size=3)),
        st.tuples(st.just("sub"), inner),
        st.tuples(
            st.sampled_from(["and", "xor", "or"]),
            st.lists(st.tuples(inner, st.booleans()), min_size=2, max_size=3),
        ),
    ),
    max_leaves=8,
)


@dataclass
class Drawing:
    """The text of a diagram, and the tasks that its conditions choose."""

    lines: list[str] = field(default_factory=list)
    expected: Counter[str] = field(default_factory=Counter)
    count: int = 0

    def name(self, kind: str) -> str:
        self.count += 1
        self.lines.append(f"{kind} {kind}{self.count}")
        return f"{kind}{self.count}"

    def draw(self, block: Any, chosen: bool) -> tuple[str, str]:
        """Draws the block; its first and last element."""
        if block == "task":
            name = self.name("user")
            self.expected[name] += chosen
            return name, name
        kind, inner = block
        if kind == "sequence":
            ends = [self.draw(each, chosen) for each in inner]
            self.lines += [f"{one[1]} -> {two[0]}" for one, two in pairwise(ends)]
            return ends[0][0], ends[-1][1]
        return self._sub(inner, chosen) if kind == "sub" else self._split(kind, inner, chosen)

    def _sub(self, inner: Any, chosen: bool) -> tuple[str, str]:
        self.count += 1
        name = f"sub{self.count}"
        self.lines.append(f"sub {name} {{")
        start, end = self.name("start"), self.name("end")
        first, last = self.draw(inner, chosen)
        self.lines += [f"{start} -> {first}", f"{last} -> {end}", "}"]
        return name, name

    def _split(self, kind: str, inner: Any, chosen: bool) -> tuple[str, str]:
        split, join = self.name(kind), self.name(kind)
        taken = False
        for block, holds in inner:
            goes = chosen and (kind == "and" or (holds and not (kind == "xor" and taken)))
            taken = taken or holds
            first, last = self.draw(block, goes)
            condition = "" if kind == "and" else f" if {str(holds).lower()}"
            self.lines += [f"{split} -> {first}{condition}", f"{last} -> {join}"]
        if kind != "and":
            first, last = self.draw("task", chosen and not taken)
            self.lines += [f"{split} -> {first} default", f"{last} -> {join}"]
        return split, join


def drawn(block: Any) -> tuple[bytes, Counter[str]]:
    drawing = Drawing()
    start, end = drawing.name("start"), drawing.name("end")
    first, last = drawing.draw(block, True)
    drawing.lines += [f"{start} -> {first}", f"{last} -> {end}"]
    return diagram("\n".join(drawing.lines)), +drawing.expected


@given(BLOCKS, st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=150)
def test_every_chosen_task_is_done_once_in_any_order_and_the_case_ends(block: Any, random: Any) -> None:
    file, expected = drawn(block)
    case = Case(file)
    done: Counter[str] = Counter()
    while case.tasks:
        task = random.choice(case.tasks)
        case.complete(task)
        done[task] += 1
    assert case.ended
    assert done == expected


@given(BLOCKS)
@settings(deadline=None, max_examples=25)
def test_both_cores_open_the_same_tasks(block: Any) -> None:
    file, _ = drawn(block)
    acts: list[tuple[Any, ...]] = []
    case = Case(file)
    while case.tasks:
        acts.append((case.tasks[0],))
        case.complete(case.tasks[0])
    walks = [walk(core, {"p.bpmn": file}, "p", {}, acts, Context(now=MONDAY)) for core in ("ours", "reference")]
    assert walks[0].seen == walks[1].seen
    assert walks[0].ended
    assert walks[1].ended
