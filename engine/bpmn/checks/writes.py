"""What two tokens may both write at the same time: the one that comes last wins, the other's work is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from engine.bpmn.checks.inspected import Inspected
from engine.bpmn.checks.splits import Split, Steps, branches_of, ordered, splits_of
from engine.bpmn.checks.writers import EVERYTHING, Writers
from engine.bpmn.program import Node
from engine.words import Words

#: Elements that may be passed on the way from all splits of an upload.
MOST_STEPS = 200_000
_WRITES = Words("并行分支的写入冲突", "what parallel branches both write")
_ALL_VARIABLES = Words("（全部变量）", "(all variables)")
#: Elements that write all variables whose conflicts are looked for, and names that are told in one finding.
_MOST_PAIRED, _MOST_NAMES = 20, 5


def check_writes(processes: Sequence[Inspected]) -> None:
    """Reports variables that parallel branches, the instances of one activity, or an event subprocess and what runs
    beside it may both write."""
    writers = Writers({each.process.id: each for each in processes})
    steps = Steps(MOST_STEPS)
    for checked in processes:
        for container, inside in checked.inside.items():
            _Container(checked, container, inside, writers, steps).check()
        if steps.left < 0:
            checked.tell("too-large-to-check", checked.process.id, what=_WRITES)


@dataclass(slots=True)
class _Container:
    checked: Inspected
    container: str | None
    inside: Sequence[Node]
    writers: Writers
    steps: Steps
    written: dict[str, int] = field(default_factory=dict)  # node -> what it writes

    def check(self) -> None:
        self.written = {node.id: self.writers.of(self.checked, node) for node in self.inside}
        for node in self.inside:
            self._check_instances(node)
        doubled = self._doubled()
        if not doubled:
            return
        self._check_handlers(doubled)
        order = ordered({node.id for node in self.inside}, self.checked.forward)
        for split in splits_of(self.checked, self.container, self.inside):
            if self.steps.left >= 0:
                self._check_split(split, branches_of(split, self.checked.forward, order, self.steps), doubled)

    def _doubled(self) -> int:
        """The variables that more than one element writes."""
        once = twice = 0
        for written in self.written.values():
            twice |= once & written
            once |= written
        return twice | (once & EVERYTHING if once != EVERYTHING else 0)

    def _check_instances(self, node: Node) -> None:
        """The instances of a parallel multi-instance activity all write into the same scope."""
        loop = node.loop
        if loop is None or loop.sequential or loop.standard:
            return
        names = self.writers.names_in(self.written[node.id] & ~EVERYTHING)
        shown = [name for name in names if name != loop.output_collection][:_MOST_NAMES]
        if shown:
            self.checked.tell("instances-overwrite", node.id, variable="、".join(shown)[:120])

    def _check_handlers(self, doubled: int) -> None:
        """An event subprocess that does not interrupt runs beside everything else in its container."""
        for node in self.inside:
            common = self.written[node.id] & doubled
            if node.by_event and common and not self._interrupts(node):
                for name in self.writers.names_in(common):
                    bit = self.writers.bit(name)
                    other = next((e for e, written in self.written.items() if e != node.id and written & bit), None)
                    if other is not None:
                        self._tell(node.id, (node.id, other), name)

    def _interrupts(self, node: Node) -> bool:
        starts = (inner for inner in self.checked.inside.get(node.id, ()) if inner.type == "startEvent")
        return all(start.interrupting for start in starts)

    def _check_split(self, split: Split, branches: Mapping[str, int], doubled: int) -> None:
        by_name: dict[str, list[tuple[int, str]]] = {}
        for element, mask in branches.items():
            for name in self.writers.names_in(self.written[element] & doubled):
                by_name.setdefault(name, []).append((mask, element))
                self.steps.left -= 1
        for name, places in by_name.items():
            pair = self._everything(places, branches) if not name else _apart(places)
            if pair is not None:
                self._tell(split.element, pair, name)

    def _everything(self, places: list[tuple[int, str]], branches: Mapping[str, int]) -> tuple[str, str] | None:
        """An element that writes all variables, and one of another branch that writes any."""
        for mask, element in places[:_MOST_PAIRED]:
            for other, its in branches.items():
                if self.written[other] and mask & ~its and its & ~mask:
                    return element, other
            self.steps.left -= len(branches)
        return None

    def _tell(self, element: str, pair: tuple[str, str], name: str) -> None:
        one, other = (self.checked.name(each) for each in pair)
        value = Words(f"“{one}”和“{other}”", f"“{one}” and “{other}”")
        self.checked.tell("write-conflict", element, value=value, variable=name[:80] or _ALL_VARIABLES)


def _apart(places: list[tuple[int, str]]) -> tuple[str, str] | None:
    """Two elements each of which a branch leads to that does not lead to the other."""
    ranked = sorted(places, key=lambda place: place[0].bit_count())
    for (mask, element), (its, other) in pairwise(ranked):
        if mask & ~its:  # not fewer branches lead to the other: so one of them does not lead here
            return element, other
    return None
