"""What the token game has shown about a process, as findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.bpmn.checks.inspected import Inspected
from engine.bpmn.checks.soundness.drawing import Outcome, draw
from engine.bpmn.checks.soundness.example import Example
from engine.bpmn.checks.soundness.game import Effort, Found, play
from engine.bpmn.checks.soundness.net import ALL, GATHER, ONE, Net
from engine.bpmn.checks.soundness.shrinking import shrink
from engine.bpmn.program import Node, Process
from engine.words import Words

#: Faults of one container for which an example is worked out.
_MOST_EXAMPLES = 50
_SOME_CHOICES = Words("在某些选择下", "with some choices")
_SOUNDNESS = Words("令牌是否会卡住、步骤是否会重复", "whether tokens get stuck or steps run twice")


def check_soundness(checked: Inspected, effort: Effort) -> None:
    """Reports joins that can wait for ever, merges behind which everything runs twice, and subprocesses that never
    complete; each container by itself, the innermost first."""
    process = checked.process
    outcomes: dict[str, Outcome] = {}
    whole = True
    for container in _innermost_first(process):
        around = None if container is None else process.nodes[container]
        inside = checked.inside.get(container, [])
        begins = _begins(process, container, inside)
        if not begins or (around is not None and around.ad_hoc is not None):
            continue  # the activities of an ad-hoc subprocess come in no order that could be checked
        net = draw(inside, begins, outcomes)
        shrink(net)
        found = play(net, effort)
        _Telling(net, found, Example(net, found, checked), checked).tell()
        whole = whole and found.whole
        if around is not None and found.whole:
            completes = found.completes or not found.fails or _handles_errors(process, around)
            outcomes[around.id] = Outcome(completes, found.fails)
            if not completes and around.outgoing:
                checked.tell("never-completes", around.id)
    if not whole:
        checked.tell("too-large-to-check", process.id, what=_SOUNDNESS)


def _handles_errors(process: Process, around: Node) -> bool:
    """Whether an event subprocess inside may take up an error and let the subprocess complete all the same."""
    starts = (process.nodes[each] for each in process.handlers.get(around.id, ()))
    return any(event.kind == "error" for start in starts for event in start.events)


def _innermost_first(process: Process) -> list[str | None]:
    """The process (None) and its subprocesses, each before the one around it."""
    depth: dict[str | None, int] = {None: 0}
    for container in process.starts:
        around: list[str] = []
        here = container
        while here is not None and here not in depth:
            around.append(here)
            here = process.nodes[here].container
        known = depth[here]
        depth |= {each: level for level, each in enumerate(reversed(around), start=known + 1)}
    return sorted(depth, key=lambda container: -depth[container])


def _begins(process: Process, container: str | None, inside: Sequence[Node]) -> list[tuple[str, ...]]:
    """The sets of nodes on which tokens can begin together (BPMN 2.0.2, 10.5.2 and 13.2)."""
    plain = process.starts.get(container, ())
    begins = [plain, *((node.id,) for node in inside if node.type == "startEvent" and node.id not in plain)]
    for node in inside if container is None else ():
        if node.instantiates and not node.incoming:
            targets = tuple(flow.target for flow in node.outgoing)
            if node.type == "receiveTask":
                begins.append((node.id,))
            else:
                begins += [targets] if node.all_events else [(target,) for target in targets]
    return [begin for begin in begins if begin]


class _Telling:
    """The findings about one container."""

    def __init__(self, net: Net, found: Found, example: Example, checked: Inspected) -> None:
        self.net = net
        self.found = found
        self.example = example
        self.checked = checked

    def tell(self) -> None:
        for index, (join, state) in enumerate(self.found.stuck.items()):
            path = self.example.choices(state) if index < _MOST_EXAMPLES else _SOME_CHOICES
            self._tell_stuck(join, state, path)
        for index, (vertex, state) in enumerate(self.found.twice.items()):
            path = self.example.choices(state) if index < _MOST_EXAMPLES else _SOME_CHOICES
            self._say("runs-twice", vertex, path=path)
        if not self.found.whole:
            for join, there, missing in _plainly_stuck(self.net):
                if join not in self.found.stuck:
                    choice = self.example.choice(self.net.edges[there].source, [there])
                    self._say_stuck("stuck-join", join, Words(f"{choice.zh}时", choice.en), [there], [missing])

    def _tell_stuck(self, join: int, state: int, path: Words) -> None:
        vertex = self.net.vertices[join]
        if vertex.kind == GATHER:
            self._say("few-tokens", join, path=path, count=vertex.need)
            return
        there = [edge for edge in vertex.ins if self.found.holds(state, edge)]
        missing = [edge for edge in vertex.ins if not self.found.holds(state, edge)]
        never = self.found.whole and join in self.found.idle
        self._say_stuck("dead-join" if never else "stuck-join", join, path, there, missing)

    def _say_stuck(self, code: str, join: int, path: Words, there: list[int], missing: list[int]) -> None:
        self._say(code, join, path=path, there=self.example.sides(there), missing=self.example.sides(missing))

    def _say(self, code: str, vertex: int, **said: object) -> None:
        element = self.net.vertices[vertex].element
        self.checked.tell(code, element, value=self.checked.name(element), **said)


def _plainly_stuck(net: Net) -> Iterator[tuple[int, int, int]]:
    """Joins that wait for two ways of one choice, seen without playing: the join, one way and the other."""
    for number, vertex in net.vertices.items():
        if vertex.kind != ALL:
            continue
        first: dict[int, int] = {}
        for edge in vertex.ins:
            source = net.edges[edge].source
            if net.vertices[source].kind == ONE and source in first:
                yield number, first[source], edge
                break
            first.setdefault(source, edge)
