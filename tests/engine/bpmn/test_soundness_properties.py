"""The check of soundness against the token game played naively, and on blocks that are sound by their making."""

from collections import Counter

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.bpmn import check
from tests.engine.bpmn.token_game import Game, TooLarge
from tests.engine.runtime.diagrams import diagram

STUCK = {"stuck-join", "dead-join"}
Drawing = tuple[dict[str, str], list[tuple[str, str]]]


@st.composite
def drawings(draw: st.DrawFn, kinds: tuple[str, ...] = ("task", "xor", "and", "or")) -> Drawing:
    """Any nodes and flows between the start "s" and the end "e", loops included."""
    names = [f"n{number}" for number in range(draw(st.integers(2, 7)))]
    found = {name: draw(st.sampled_from(kinds)) for name in names} | {"e": "end"}
    flows = {("s", names[0])}
    for number, name in enumerate(names[1:], start=1):
        flows.add((names[draw(st.integers(0, number - 1))], name))
    for _ in range(draw(st.integers(1, len(names)))):
        source, target = draw(st.sampled_from(names)), draw(st.sampled_from([*names, "e"]))
        if source != target:
            flows.add((source, target))
    flows |= {(name, "e") for name in names if not any(source == name for source, _ in flows)}
    return found, draw(st.permutations(sorted(flows)))


def codes(kinds: dict[str, str], flows: list[tuple[str, str]]) -> dict[str, set[str]]:
    """code -> elements of the findings about the drawing."""
    outs = Counter(source for source, _ in flows)
    lines = ["start s", *(f"{kind} {name}" for name, kind in kinds.items())]
    for source, target in flows:
        chosen = kinds.get(source) in ("xor", "or") and outs[source] > 1
        lines.append(f"{source} -> {target}" + (f" if c{source}{target}" if chosen else ""))
    found: dict[str, set[str]] = {}
    for each in check({"p.bpmn": diagram("\n".join(lines))}):
        found.setdefault(each.code, set()).add(each.element)
    return found


def has_loop(flows: list[tuple[str, str]]) -> bool:
    left = list(flows)
    while True:
        sources = {source for source, _ in left}
        kept = [(source, target) for source, target in left if target in sources]
        if len(kept) == len(left):
            return bool(left)
        left = kept


@settings(max_examples=300, deadline=None)
@given(drawings())
def test_the_check_finds_what_the_naive_game_finds_and_nothing_else(drawing: Drawing) -> None:
    kinds, flows = drawing
    game = Game(kinds, flows)
    try:
        game.play()
    except TooLarge:
        assume(False)
    found = codes(kinds, flows)
    twice = "runs-twice" in found
    # a loop may start something aside in every round: that is meant, though it may be under way twice
    assert twice == game.twice or (game.twice and has_loop(flows))
    if not game.twice:
        assert bool(STUCK & found.keys()) == game.stuck
        idle = {name for name, kind in kinds.items() if kind == "and" and name not in game.fired}
        assert found.get("dead-join", set()) <= idle


class Blocks:
    """Draws block-structured processes: sound whatever is chosen."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.lines: list[str] = []
        self.count = 0

    def new(self, kind: str, *rest: str) -> str:
        self.count += 1
        name = f"{kind}{self.count}"
        self.lines.append(" ".join((kind, name, *rest)))
        return name

    def flow(self, source: str, target: str, condition: str = "") -> None:
        self.lines.append(f"{source} -> {target}{condition}")

    def block(self, before: str, depth: int) -> str:
        """A block behind the node `before`; its last node."""
        shapes = ["task", "row", "xor", "and", "or", "loop", "late", "aside", "sub"] if depth else ["task"]
        return getattr(self, f"_{self.draw(st.sampled_from(shapes))}")(before, depth - 1)

    def _task(self, before: str, depth: int) -> str:
        task = self.new("user")
        self.flow(before, task)
        return task

    def _row(self, before: str, depth: int) -> str:
        return self.block(self.block(before, depth), depth)

    def _split(self, before: str, depth: int, split: str, join: str) -> str:
        first, last = self.new(split), self.new(join)
        self.flow(before, first)
        for number in range(self.draw(st.integers(2, 3))):
            begin = self.new("manual")
            chosen = split != "and"
            self.flow(first, begin, f" if n = {number}" if chosen and number else " default" if chosen else "")
            self.flow(self.block(begin, depth), last)
        return last

    def _xor(self, before: str, depth: int) -> str:
        return self._split(before, depth, "xor", self.draw(st.sampled_from(["xor", "or", "manual"])))

    def _and(self, before: str, depth: int) -> str:
        return self._split(before, depth, "and", self.draw(st.sampled_from(["and", "or"])))

    def _or(self, before: str, depth: int) -> str:
        return self._split(before, depth, "or", "or")

    def _loop(self, before: str, depth: int) -> str:
        merge, choice = self.new("xor"), self.new("xor")
        self.flow(before, merge)
        self.flow(self.block(merge, depth), choice)
        self.flow(choice, merge, " if again")
        after = self.new("manual")
        self.flow(choice, after, " default")
        return after

    def _late(self, before: str, depth: int) -> str:
        task, merge = self._task(before, depth), self.new("xor")
        event = self.new("timer", "on", task, "PT1H")
        self.flow(self.block(event, depth), merge)
        self.flow(task, merge)
        return merge

    def _aside(self, before: str, depth: int) -> str:
        task = self._task(before, depth)
        event = f"beside-{task}"
        self.lines.append(f"also timer {event} on {task} PT1H")
        end = self.new("end")
        self.flow(self.block(event, depth), end)
        return task

    def _sub(self, before: str, depth: int) -> str:
        self.count += 1
        name = f"sub{self.count}"
        self.flow(before, name)
        self.lines.append(f"sub {name} {{")
        start = self.new("start")
        end = self.new("end")
        self.flow(self.block(start, depth), end)
        self.lines.append("}")
        return name


@st.composite
def blocks(draw: st.DrawFn) -> str:
    drawn = Blocks(draw)
    drawn.lines = ["start s", "end e"]
    drawn.flow(drawn.block("s", draw(st.integers(1, 4))), "e")
    return "\n".join(drawn.lines)


@settings(max_examples=200, deadline=None)
@given(blocks())
def test_no_block_structured_process_raises_an_alarm(text: str) -> None:
    found = {each.code for each in check({"p.bpmn": diagram(text)})}
    assert found <= {"no-candidate-group", "no-implementation"}
