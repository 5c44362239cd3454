"""Blocks as diagrams in the little language of tests/engine/runtime/diagrams.py, and who decides what in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any
from xml.sax.saxutils import quoteattr

from tests.engine.runtime.diagrams import calls, diagram, ext, io, job, script
from tests.fuzz import blocks
from tests.fuzz.blocks import Block

#: Variables that every process starts with; they never change.
NUMBERS = ("n0", "n1", "n2")
#: A variable that a person's choice is written to begins so; it is written anew before every use.
CHOSEN = "c"
MARGIN = "    "


@dataclass
class Drawing:
    """The files, and for every user task that decides: the variables it must give, each with its values."""

    files: dict[str, bytes] = field(default_factory=dict)
    text: str = ""
    decides: dict[str, dict[str, tuple[object, ...]]] = field(default_factory=dict)
    again: set[str] = field(default_factory=set)  # user tasks that decide on another round
    quiet: set[str] = field(default_factory=set)
    once: set[str] = field(default_factory=set)  # message boundary events that do not interrupt
    errors: set[str] = field(default_factory=set)  # boundary events that catch an error
    drawn: int = 0

    def new(self, kind: str) -> str:
        self.drawn += 1
        return f"{kind}{self.drawn}"


def draw(root: Block, *, stops: bool = False) -> Drawing:
    """The drawing of a process `p` that consists of `root`; `stops`: a branch beside it ends everything."""
    drawing = Drawing()
    _process(drawing, "p", root, (), stops=stops)
    return drawing


def _process(
    drawing: Drawing, name: str, root: Block, where: tuple[str, ...], *, stops: bool = False, error: str = ""
) -> None:
    pen = _Pen(drawing)
    pen.body(root, where, stops=stops, error=error)
    text = "\n".join(pen.lines)
    drawing.files[f"{name}.bpmn"] = diagram(text, pen.inside, process=name)
    shown = "".join(f"\n{MARGIN}# {element}: {xml}" for element, xml in pen.inside.items())
    drawing.text = f"process {name}\n{MARGIN}" + text.replace("\n", "\n" + MARGIN) + shown + "\n" + drawing.text


@dataclass
class _Pen:
    """Draws one process. `where`: the item variables of the multi-instance activities around."""

    drawing: Drawing
    lines: list[str] = field(default_factory=list)
    inside: dict[str, str] = field(default_factory=dict)

    def block(self, block: Block, where: tuple[str, ...]) -> tuple[str, str]:
        """Draws a block; gives its first and its last element."""
        drawers: dict[type, Callable[[Any, tuple[str, ...]], tuple[str, str]]] = {
            blocks.Single: self._single,
            blocks.Row: self._row,
            blocks.Choice: self._choice,
            blocks.Both: self._both,
            blocks.Again: self._again,
            blocks.Inner: self._alone,
            blocks.Called: self._alone,
            blocks.Many: self._alone,
            blocks.Repeat: self._alone,
            blocks.Guarded: self._guarded,
            blocks.Race: self._race,
            blocks.Leaving: self._leaving,
            blocks.Twice: self._twice,
            blocks.Shake: self._shake,
        }
        return drawers[type(block)](block, where)

    def body(
        self, block: Block, where: tuple[str, ...], *, stops: bool = False, error: str = "", again: str = ""
    ) -> None:
        """What stands in a process or subprocess: a start, the block and ends. `again`: the variable by which
        a person decides at the end on another turn."""
        start = self.element("start")
        first, last = self.block(block, where)
        if error:
            decider, gate = self._user(where), self.element("xor")
            chosen = f"{CHOSEN}{gate}"
            self.drawing.decides[decider] = {chosen: (True, False)}
            self.flow(last, decider, gate)
            self.flow(gate, self.element("end", f"error {error}"), f"if {chosen}")
            self.flow(gate, self.element("end"), "default")
        elif again:
            decider = self._decider(where, again)
            self.flow(last, decider)
            self.end(decider)
        else:
            self.end(last)
        if stops:
            fork, person = self.element("and"), self._user(where)
            self.flow(start, fork, first)
            self.flow(fork, person, self.element("end", "terminate"))
        else:
            self.flow(start, first)

    # -- pieces ------------------------------------------------------------------------------------

    def element(self, kind: str, rest: str = "", name: str = "", before: str = "") -> str:
        name = name or self.drawing.new(kind[0])
        self.lines.append(" ".join(filter(None, (before, kind, name, rest))))
        return name

    def flow(self, source: str, *path: str) -> None:
        *names, last = path
        said = f" {last}" if last.startswith(("if ", "default")) else f" -> {last}"
        self.lines.append(" -> ".join([source, *names]) + said)

    def end(self, last: str) -> None:
        """Every other way has no end event (BPMN allows it)."""
        name = self.drawing.new("e")
        if int(name[1:]) % 2:
            self.element("end", name=name)
            self.flow(last, name)

    def add(self, element: str, *parts: str, loop: str = "") -> None:
        if parts or loop:
            self.inside[element] = (ext(*parts) if parts else "") + loop

    def _user(self, where: tuple[str, ...], *, quiet: bool = True, name: str = "", loop: str = "") -> str:
        name = self.element("user", name=name)
        if quiet:
            self.drawing.quiet.add(name)
        self.add(name, *_where(where), loop=loop)
        return name

    def _decider(self, where: tuple[str, ...], chosen: str, *, loop: str = "") -> str:
        """A user task at which the person decides on another turn."""
        person = self._user(where, loop=loop)
        self.drawing.decides[person] = {chosen: (True, False)}
        self.drawing.again.add(person)
        return person

    # -- blocks ------------------------------------------------------------------------------------

    def _single(self, block: blocks.Single, where: tuple[str, ...], name: str = "", loop: str = "") -> tuple[str, str]:
        key = _key(where)
        if block.kind == "user":
            name = self._user(where, quiet=block.quiet, name=name, loop=loop)
            return name, name
        kinds = {
            "timer": ("catch", "timer PT1H"),
            "message": ("catch", "message {name} {key}"),
            "receive": ("receive", "{name}"),
            "throw": ("throw", "message out-{name} {key}"),
            "tell": ("send", "out-{name}"),
        }
        kind, rest = kinds.get(block.kind, (block.kind, ""))
        name = name or self.drawing.new(kind[0])
        self.element(kind, rest.format(name=f"m-{name}", key=key).strip(), name)
        parts = {"service": [job("work")], "script": [] if block.quiet else [script("n0 + 1", f"s_{name}")]}
        self.add(name, *parts.get(block.kind, []), loop=loop)
        return name, name

    def _row(self, block: blocks.Row, where: tuple[str, ...]) -> tuple[str, str]:
        drawn = [self.block(each, where) for each in block.blocks]
        for (_, source), (target, _) in pairwise(drawn):
            self.flow(source, target)
        return drawn[0][0], drawn[-1][1]

    def _choice(self, block: blocks.Choice, where: tuple[str, ...]) -> tuple[str, str]:
        person = self._user(where) if block.by == "person" or not block.gateway else ""
        split = self.element(block.gate) if block.gateway else person
        if person and person != split:
            self.flow(person, split)
        merge = self.element(block.gate)
        conditions = self._conditions(block, person, split)
        for way, condition in zip(block.ways, conditions, strict=True):
            first, last = self.block(way, where)
            self.flow(split, first, condition)
            self.flow(last, merge)
        return person or split, merge

    def _conditions(self, block: blocks.Choice, person: str, split: str) -> list[str]:
        """The last way is the default."""
        many = len(block.ways) - 1
        chosen = f"{CHOSEN}{split}"
        if block.by == "number":
            return [f"if {NUMBERS[index % 3]} = {index}" for index in range(many)] + ["default"]
        if block.gate == "xor":
            self.drawing.decides[person] = {chosen: tuple(range(many + 1))}
            return [f"if {chosen} = {index}" for index in range(many)] + ["default"]
        self.drawing.decides[person] = {f"{chosen}_{index}": (True, False) for index in range(many)}
        return [f"if {chosen}_{index}" for index in range(many)] + ["default"]

    def _both(self, block: blocks.Both, where: tuple[str, ...]) -> tuple[str, str]:
        split, join = self.element("and" if block.gateway else "task"), self.element("and")
        for way in block.ways:
            first, last = self.block(way, where)
            self.flow(split, first)
            self.flow(last, join)
        return split, join

    def _again(self, block: blocks.Again, where: tuple[str, ...]) -> tuple[str, str]:
        merge, gate, after = self.element("xor"), self.element("xor"), self.element("task")
        chosen = f"{CHOSEN}{gate}"
        person = self._decider(where, chosen)
        first, last = self.block(block.body, where)
        self.flow(merge, first)
        self.flow(last, person, gate)
        self.flow(gate, merge, f"if {chosen}")
        self.flow(gate, after, "default")
        return merge, after

    def _alone(self, block: Block, where: tuple[str, ...], *, error: str = "") -> tuple[str, str]:
        name = self.activity(block, where, error=error)
        return name, name

    def _guarded(self, block: blocks.Guarded, where: tuple[str, ...]) -> tuple[str, str]:
        code = self.drawing.new("E") if block.event == "error" else ""
        name = self.activity(block.activity, where, error=code)
        event = self.drawing.new("b")
        said = {"timer": "PT1H", "message": f"m-{event} {_key(where)}".strip(), "error": code}[block.event]
        self.element(block.event, f"on {name} {said}", event, "" if block.interrupting else "also")
        if code:
            self.drawing.errors.add(event)
        first, last = self.block(block.handler, where)
        self.flow(event, first)
        if not block.interrupting:
            if block.event == "message":
                self.drawing.once.add(event)
            self.end(last)
            return name, name
        merge = self.element("xor")
        self.flow(name, merge)
        self.flow(last, merge)
        return name, merge

    def _race(self, block: blocks.Race, where: tuple[str, ...]) -> tuple[str, str]:
        gate, merge = self.element("race"), self.element("xor")
        for event, way in zip(block.events, block.ways, strict=True):
            caught, _ = self._single(blocks.Single(event), where)
            first, last = self.block(way, where)
            self.flow(gate, caught, first)
            self.flow(last, merge)
        return gate, merge

    def _leaving(self, block: blocks.Leaving, where: tuple[str, ...]) -> tuple[str, str]:
        split = self.element("and")
        for way in block.ways:
            first, last = self.block(way, where)
            self.flow(split, first)
            self.end(last)
        first, last = self.block(block.main, where)
        self.flow(split, first)
        return split, last

    def _twice(self, block: blocks.Twice, where: tuple[str, ...]) -> tuple[str, str]:
        split, merge = self.element("and"), self.element("xor")
        for way in block.ways:
            first, last = self.block(way, where)
            self.flow(split, first)
            self.flow(last, merge)
        return split, merge

    def _shake(self, block: blocks.Shake, where: tuple[str, ...]) -> tuple[str, str]:
        split, join = self.element("and"), self.element("and")
        hears = self.drawing.new("c")
        self.element("catch", f"message m-{hears} {_key(where)}".strip(), hears)
        tells = self.element("throw", f"message m-{hears} {_key(where)}".strip())
        if block.late:
            person = self._user(where)
            self.flow(split, person, tells)
        else:
            self.flow(split, tells)
        self.flow(tells, join)
        self.flow(split, hears, join)
        return split, join

    # -- activities --------------------------------------------------------------------------------

    def activity(self, block: Block, where: tuple[str, ...], *, error: str = "", loop: str = "") -> str:
        """One element: a task, a subprocess, a call, or many of it."""
        if isinstance(block, blocks.Many):
            item = self.drawing.new("i")
            inside = (*where, "loopCounter" if block.by_number else item)
            return self.activity(block.activity, inside, error=error, loop=_loop(block, item))
        if isinstance(block, blocks.Repeat):
            return self._repeat(block, where)
        if isinstance(block, blocks.Inner):
            return self._inner(block, where, error, loop)
        if isinstance(block, blocks.Called):
            return self._called(block, where, error, loop)
        assert isinstance(block, blocks.Single)
        return self._single(block, where, loop=loop)[0]

    def _repeat(self, block: blocks.Repeat, where: tuple[str, ...]) -> str:
        chosen = "" if block.before else self.drawing.new(CHOSEN)
        loop = _turns(block, f"{NUMBERS[0]} &lt; 2" if block.before else chosen)
        if isinstance(block.activity, blocks.Inner):
            inner = block.activity
            if chosen:  # nothing may go on beside the choice: a branch that ended later would bring a stale copy
                inner = replace(inner, body=blocks.Inner(inner.body))
            return self._inner(inner, where, "", loop, chosen)
        assert isinstance(block.activity, blocks.Single)
        return self._decider(where, chosen, loop=loop) if chosen else self._user(where, loop=loop)

    def _inner(self, block: blocks.Inner, where: tuple[str, ...], error: str, loop: str, again: str = "") -> str:
        name = self.drawing.new("s")
        self.lines.append(f"sub {name} {{")
        self.body(block.body, where, stops=block.stops == "terminate", error=error, again=again)
        self.lines.append("}")
        self.add(name, *([io({f"l_{name}": "n0 + 2"}, {f"r_{name}": "n1 + 3"})] if block.mapped else []), loop=loop)
        return name

    def _called(self, block: blocks.Called, where: tuple[str, ...], error: str, loop: str) -> str:
        name = self.element("call", name=self.drawing.new("c"))
        process = self.drawing.new("q")
        inputs = {each: each for each in (*NUMBERS, *where) if each != "loopCounter"}
        known = tuple(each for each in where if each != "loopCounter") if block.mapped else where
        _process(self.drawing, process, block.body, known, error=error)
        if block.mapped:
            self.add(name, calls(process, all_in=False), io(inputs, {f"r_{name}": "n0 + 4"}), loop=loop)
        else:
            self.add(name, calls(process, out=True), loop=loop)
        return name


def _where(where: tuple[str, ...]) -> list[str]:
    """A property that tells which of many instances this is."""
    if not where:
        return []
    return [
        f'<zeebe:properties><zeebe:property name="where" value={quoteattr("=" + _text(where))}/></zeebe:properties>'
    ]


def _key(where: tuple[str, ...]) -> str:
    return _text(where) if where else ""


def _text(where: tuple[str, ...]) -> str:
    return ' + "-" + '.join(f"string({each})" for each in where)


def _loop(block: blocks.Many, item: str) -> str:
    way = str(block.sequential).lower()
    items = f"[{', '.join(str(10 * number) for number in range(1, block.count + 1))}]"
    said = "" if block.by_number else f'inputCollection="={items}" inputElement="{item}" '
    if block.collects:
        said += f'outputCollection="o_{item}" outputElement="=loopCounter * 3"'
    number = f"<loopCardinality>={block.count}</loopCardinality>" if block.by_number else ""
    enough = ""
    if block.enough is not None:
        enough = f"<completionCondition>=numberOfCompletedInstances &gt;= {block.enough}</completionCondition>"
    loop = ext(f"<zeebe:loopCharacteristics {said}/>") if said else ""
    return (
        f'<multiInstanceLoopCharacteristics isSequential="{way}">{loop}{number}{enough}'
        "</multiInstanceLoopCharacteristics>"
    )


def _turns(block: blocks.Repeat, condition: str) -> str:
    most = "" if block.most is None else f' loopMaximum="{block.most}"'
    return (
        f'<standardLoopCharacteristics testBefore="{str(block.before).lower()}"{most}>'
        f"<loopCondition>={condition}</loopCondition></standardLoopCharacteristics>"
    )
