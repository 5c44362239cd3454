"""One sample on both cores at once, act by act, and the first place where they differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random

from engine.bpmn.program import Program
from engine.bundles.examples import Act
from engine.errors import BudgetExceeded, EngineError, ExpressionFailed, NotInReferenceCore
from engine.reference.guesses import entered, values_of
from engine.reference.held import HeldCore
from engine.reference.samples import Sample
from engine.reference.session import ReferenceProgram
from engine.reference.sharing import Misread, Sharing, Written
from engine.reference.sides import Open, Side, ours, theirs
from engine.runtime.step import Context
from engine.values import Value, Variables
from engine.words import Words

#: Processes that messages start, the first one included.
MOST_INSTANCES = 20


#: What is open on one core alone: on ours, on the reference core.
Opened = tuple[tuple[Open, ...], tuple[Open, ...]]


class Differs(Exception):
    """The cores differ at an element, or in a variable. `opened`: what is open on ours alone, and on the reference
    core alone. Never leaves the portability check."""

    def __init__(
        self, words: Words, process: str = "", element: str = "", *, variable: str = "", opened: Opened = ((), ())
    ) -> None:
        self.words, self.process, self.element, self.variable = words, process, element, variable
        self.opened = opened
        super().__init__(words.en)


class Undone(Exception):
    """The sample cannot be walked to its end. Never leaves the portability check."""

    def __init__(self, words: Words) -> None:
        self.words = words
        super().__init__(words.en)


ALLOWANCE = Words("超出检查的步数上限", "past the steps that one check may take")
_NOT_OPEN = Words(
    "示例的这一步没有打开的任务：{step} {item}", "no open task for this act of the example: {step} {item}"
)
_OUR_STOP = Words("一窗引擎停下等人处理：{why}", "the One Window engine stops for someone to repair: {why}")
_OUR_REFUSAL = Words("一窗引擎拒绝这一步：{why}", "the One Window engine refuses this act: {why}")
_THEIR_STOP = Words("SpiffWorkflow 无法继续：{why}", "SpiffWorkflow cannot go on: {why}")
_OPEN = Words(
    "打开的不同。只有一窗引擎：{ours}；只有 SpiffWorkflow：{theirs}",
    "What is open differs. The One Window engine alone: {ours}; SpiffWorkflow alone: {theirs}",
)
_ENDED = Words("一窗引擎{ours}，SpiffWorkflow {theirs}", "The One Window engine {ours}, SpiffWorkflow {theirs}")
_HAS_ENDED = Words("已结束", "has ended")
_GOES_ON = Words("未结束", "goes on")
_THROWN = Words(
    "发出的消息不同。只有一窗引擎：{ours}；只有 SpiffWorkflow：{theirs}",
    "What is thrown differs. The One Window engine alone: {ours}; SpiffWorkflow alone: {theirs}",
)
_PROPERTY = Words(
    "任务属性不同。一窗引擎：{ours}；SpiffWorkflow：{theirs}",
    "The task's properties differ. One Window engine: {ours}; SpiffWorkflow: {theirs}",
)
_VARIABLE = Words(
    "变量 {name} 不同。一窗引擎：{ours}；SpiffWorkflow：{theirs}",
    "Variable {name} differs. One Window engine: {ours}; SpiffWorkflow: {theirs}",
)


@dataclass(slots=True)
class Lockstep:
    """A sample on both cores at once. `most`: acts; `after`: the element of the last act; `stopped`: where both
    cores stopped for someone to repair. `sharing`: what the reference core misreads, where it is walked as if its
    branches had one set of variables; of each act, the start first: `misread_before`, how much of it came before,
    and `missing`, the variables that a copy would not have behind it."""

    compared: ReferenceProgram
    sample: Sample
    context: Context
    most: int
    acts: int = 0
    after: str = ""
    stopped: str = ""
    sharing: Sharing | None = None
    misread_before: list[int] = field(default_factory=list)
    missing: list[dict[str, Written]] = field(default_factory=list)
    left: Side = field(init=False)
    right: Side = field(init=False)
    guesses: dict[str, tuple[Value, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.left = ours(self.program, self.context)
        self.right = theirs(self.compared, self.context, self.sharing)

    @property
    def program(self) -> Program:
        return self.compared.program

    def run(self) -> None:
        """Walks the sample. Raises Differs, Undone, NotInReferenceCore, BudgetExceeded."""
        self._allow()
        self._note_misread()
        self._start(self.program.entry, self.sample.variables)
        self._walk()

    def misread_in(self, act: int, found: Differs) -> Misread | None:
        """What led the reference core astray in this act, or in the last one before it (0: the start)."""
        if self.sharing is None:
            return None
        if found.variable:
            written = self.missing[act].get(found.variable)
            return Misread("", "", found.variable, written) if written else None
        misread, starts = self.sharing.misread, [*self.misread_before, len(self.sharing.misread)]
        first, behind = starts[act], starts[act + 1]
        if first < behind:
            here = [each for each in misread[first:behind] if each.element == found.element]
            return (here or misread[first:behind])[0]
        return misread[first - 1] if first else None

    def _note_misread(self) -> None:
        if self.sharing is not None:
            self.misread_before.append(len(self.sharing.misread))
            self.missing.append({})

    def _walk(self) -> None:
        if self.sample.acts is None:
            self._made_acts(Random(self.sample.seed))
            return
        for act in self.sample.acts:
            if self.stopped:
                return
            self._allow()
            found = self._find(act)
            if found is None:
                raise Undone(_NOT_OPEN.fill(step=act.step, item=act.item or ""))
            self._do(*found, act.variables)

    def _made_acts(self, random: Random) -> None:
        self.guesses = values_of(self.program)
        while not self.stopped:
            possible = [
                (index, one) for index, instance in enumerate(self.left.instances) for one in sorted(instance.seen())
            ]
            if not possible or self.acts >= self.most:
                return
            weights = [4 if one.kind == "task" else 1 for _, one in possible]
            index, one = random.choices(possible, weights)[0]
            given = entered(self.program, one.process, one.element, self.guesses, random) if one.kind == "task" else {}
            self._do(index, one, given)

    def _find(self, act: Act) -> tuple[int, Open] | None:
        for index, instance in enumerate(self.left.instances):
            for one in instance.open.values():
                step = instance.properties.get(one, {}).get("step")
                if one.kind == "task" and step == act.step and one.about == (act.item or ""):
                    return index, one
        return None

    def _allow(self) -> None:
        if self.acts >= self.most:
            raise Undone(ALLOWANCE)

    # -- both at once ------------------------------------------------------------------------------

    def _start(self, process: str, variables: Variables) -> None:
        """Starts the process, and every one that its messages, or those of the next, start."""
        pending: list[tuple[str, Variables]] = [(process, variables)]
        while pending:
            if len(self.left.instances) >= MOST_INSTANCES:
                raise Undone(ALLOWANCE)
            pending += self._begin(*pending.pop(0))

    def _begin(self, process: str, variables: Variables) -> list[tuple[str, Variables]]:
        item = variables.get("item")
        about = item if isinstance(item, str) and self.left.instances else ""
        self._ours(lambda: self.left.start(process, variables, about))
        self._theirs(lambda: self.right.start(process, variables, about))
        return self._compared(len(self.left.instances) - 1)

    def _do(self, index: int, one: Open, variables: Variables) -> None:
        self.acts, self.after = self.acts + 1, one.element
        self._note_misread()
        self._ours(lambda: self.left.do(index, one, variables))
        self._theirs(lambda: self.right.do(index, one, variables))
        for started in self._compared(index):
            self._start(*started)

    def _ours(self, act: Callable[[], None]) -> None:
        try:
            act()
        except BudgetExceeded:
            raise
        except EngineError as failure:
            raise Undone(
                _OUR_REFUSAL.fill(why=failure.words if isinstance(failure, ExpressionFailed) else str(failure))
            ) from failure

    def _theirs(self, act: Callable[[], None]) -> None:
        """The same on the reference core: it must stop where ours does."""
        incidents = [each for instance in self.left.instances for each in instance.incidents]
        try:
            act()
        except ExpressionFailed as failure:
            if not incidents:
                raise Differs(_THEIR_STOP.fill(why=failure.words), element=failure.element) from failure
            self.stopped = incidents[0][0]
            return
        except NotInReferenceCore:
            raise
        except EngineError as failure:
            raise Differs(_THEIR_STOP.fill(why=str(failure))) from failure
        if incidents:
            element, why = incidents[0]
            raise Differs(_OUR_STOP.fill(why=why), element=element)

    def _compared(self, index: int) -> list[tuple[str, Variables]]:
        """What the messages of the last act start. Raises Differs."""
        if self.stopped:
            return []
        core = self.right.commands
        if self.sharing is not None and isinstance(core, HeldCore):
            self.missing[-1] |= core.missing(self.right.instances[index].state)
        for difference in self._differences(index):
            raise difference
        starts = self.program.message_starts()
        heard = [each for each in self.left.thrown if each.kind == "message" and each.name in starts]
        return [(starts[each.name], each.payload) for each in heard]

    def _differences(self, index: int) -> Iterator[Differs]:
        left, right = self.left.instances[index], self.right.instances[index]
        mine, other = left.seen(), right.seen()
        if mine != other:
            first = next(iter(sorted((mine - other) + (other - mine))))
            words = _OPEN.fill(ours=_listed(mine - other), theirs=_listed(other - mine))
            opened = tuple(sorted((mine - other).elements())), tuple(sorted((other - mine).elements()))
            yield Differs(words, first.process, first.element, opened=opened)
        if left.ended != right.ended:
            told = [(_HAS_ENDED if each.ended else _GOES_ON) for each in (left, right)]
            zh = _ENDED.zh.format(ours=told[0].zh, theirs=told[1].zh)
            yield Differs(Words(zh, _ENDED.en.format(ours=told[0].en, theirs=told[1].en)))
        yield from self._thrown_differences()
        for one, properties in left.properties.items():
            if one in mine and properties != right.properties.get(one):
                words = _PROPERTY.fill(ours=dict(properties), theirs=dict(right.properties.get(one, {})))
                yield Differs(words, one.process, one.element)
        if not left.ended:
            yield from self._variable_differences(index)

    def _thrown_differences(self) -> Iterator[Differs]:
        mine, other = (
            Counter((each.kind, each.name, each.key or "") for each in side.thrown) for side in (self.left, self.right)
        )
        if mine != other:
            told = [
                ", ".join(" ".join(each).strip() for each in (one - two).elements())
                for one, two in ((mine, other), (other, mine))
            ]
            yield Differs(_THROWN.fill(ours=told[0] or "—", theirs=told[1] or "—"))

    def _variable_differences(self, index: int) -> Iterator[Differs]:
        """A value agrees when at least one branch of the reference core, each with its own copy, has it."""
        (mine,), branches = self.left.variables(index), self.right.variables(index)
        if not branches:
            return
        for name in sorted({*mine, *(name for branch in branches for name in branch)}):
            if not any(_same(mine, branch, name) for branch in branches):
                seen = next((branch[name] for branch in branches if name in branch), None)
                words = _VARIABLE.fill(name=name, ours=_shown(mine.get(name)), theirs=_shown(seen))
                yield Differs(words, variable=name)


def _same(mine: Mapping[str, Value], branch: Mapping[str, Value], name: str) -> bool:
    if (name in mine) != (name in branch):
        return False
    return name not in mine or (type(mine[name]) is type(branch[name]) and bool(mine[name] == branch[name]))


def _listed(one: Counter[Open]) -> str:
    return ", ".join(f"{each.element} {each.about}".strip() for each in sorted(one.elements())) or "—"


def _shown(value: Value) -> str:
    return repr(value)[:80]
