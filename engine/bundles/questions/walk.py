"""Every way through the guided questions at once: layer by layer, ways that leave the same conditions being one.

A question with one answer is one step, a question with several is one step for each option (chosen or not). So the
work grows with what the conditions tell apart and not with how many ways there are, of which n yes-or-no questions
have 2^n.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from engine.bundles.model import Bundle, Question
from engine.bundles.questions.conditions import FALSE, TRUE, Atom, Conditions, Remains, settled_for_good
from engine.dmn.analysis import Effort
from engine.expressions import Expression
from engine.values import Value

#: What one more node of the walk counts, beside the conditions that are looked at for it.
STEPS_OF_A_NODE = 8

#: Question key -> answer.
Answers = dict[str, Value]


@dataclass(slots=True)
class Node:
    """What is left of the conditions behind one or many ways, and how it goes on.

    `step`: (question, option or "") that is answered here, None at the end. `next`: answer of the step -> node; a
    single one without answer where nothing is asked. `first` is the way by which it was reached first.
    """

    left: tuple[int, ...]
    first: tuple[Node, str] | None
    chosen: tuple[str, ...] | None = ()
    count: int | None = 0
    some: bool = False
    step: tuple[Question, str] | None = None
    next: list[tuple[str, Node]] = field(default_factory=list)

    def state(self) -> tuple[object, ...]:
        return (self.left, self.chosen, self.count, self.some)


YES, NO = "yes", "no"
_VALUES: Mapping[str, Value] = {YES: True, NO: False}


class Walk:
    """All ways through the questions that these conditions read; `ends` is None until `go` came to the end."""

    def __init__(self, bundle: Bundle, goals: Sequence[Expression | None], effort: Effort) -> None:
        self.effort = effort
        self.conditions = Conditions(effort)
        names = frozenset(name for goal in goals if goal is not None for name in goal.names)
        behind = questions_behind(bundle, names)
        self.questions = [question for question in bundle.questions if question.key in behind]
        self.goals = tuple(self.conditions.read(goal) for goal in goals)
        self.whens = tuple(self.conditions.read(question.when) for question in self.questions)

    def any_of_the_goals(self) -> None:
        """From now on there is one goal: that one of them holds."""
        self.goals = (self.conditions.any_of(self.goals),)

    def go(self) -> tuple[Node, list[Node]]:
        """(root, ends). What is left in an end is whether each goal holds: TRUE or FALSE. Raises GaveUp."""
        root = Node(self._tidy((*self.whens, *self.goals)), None)
        layer = [root]
        for question in self.questions:
            layer = self._ask(question, layer)
        return root, self._ends(layer)

    # ------------------------------------------------------------ one question

    def _ask(self, question: Question, layer: list[Node]) -> list[Node]:
        """The nodes behind the question; the first of `left` is whether it is asked."""
        asked = _Layer()
        passed = _Layer()
        unasked: dict[int, int] = {}
        stands: dict[int, int] = {}
        for node in layer:
            (when,) = self.conditions.answer(node.left[:1], self.conditions.as_it_stands, stands)
            if when == TRUE:
                asked.put(node, "", Node(node.left[1:], (node, "")))
            else:
                passed.put(node, "", Node(self._answered(node.left[1:], question, None, unasked), (node, "")))
        for node in self._answer(question, asked.nodes):
            passed.add(node)
        return passed.nodes

    def _answer(self, question: Question, layer: list[Node]) -> list[Node]:
        if question.kind == "many":
            return self._choose(question, layer)
        behind = _Layer()
        given: list[str] = [YES, NO] if question.kind == "yes-no" else [option.value for option in question.options]
        for answer in given:
            memo: dict[int, int] = {}
            for node in layer:
                left = self._answered(node.left, question, _VALUES.get(answer, answer), memo)
                behind.put(node, answer, Node(left, (node, answer)))
        for node in layer:
            node.step = (question, "")
            node.next.sort(key=lambda each: given.index(each[0]))
        return behind.nodes

    def _answered(
        self, left: tuple[int, ...], question: Question, answer: Value, memo: dict[int, int]
    ) -> tuple[int, ...]:
        return self._tidy(
            self.conditions.answer(left, lambda one: self.conditions.with_answer(one, question.key, answer), memo)
        )

    # ------------------------------------------------------------ a question with several answers

    def _choose(self, question: Question, layer: list[Node]) -> list[Node]:
        values = [option.value for option in question.options]
        values.sort(key=lambda value: -sum(one.option == value for one in self.conditions.atoms))
        for place, value in enumerate(values):
            remaining = len(values) - place - 1
            for node in layer:
                node.step = (question, value)
            behind = _Layer()
            for answer in (YES, NO):
                memos: dict[tuple[int | None, tuple[str, ...] | None], dict[int, int]] = {}
                for node in layer:
                    if answer == NO and not node.some and not remaining:
                        continue  # a question with several answers wants at least one
                    made = self._chosen(question, node, value if answer == YES else "", value, remaining, memos)
                    made.first = (node, answer)
                    behind.put(node, answer, made)
            layer = behind.nodes
        return self._forgotten(layer)

    def _chosen(
        self,
        question: Question,
        node: Node,
        taken: str,
        option: str,
        remaining: int,
        memos: dict[tuple[int | None, tuple[str, ...] | None], dict[int, int]],
    ) -> Node:
        """The node behind one option, `taken` or "". What has been chosen is kept only where something reads it."""
        chosen = None if node.chosen is None else (*node.chosen, taken) if taken else node.chosen
        count = None if node.count is None else node.count + bool(taken)
        memo = memos.setdefault((count, chosen), {})

        def decide(one: Remains) -> int | None:
            atom = self.conditions.atoms[one.parts[0]]
            if question.key not in atom.names:
                return None
            if atom.option:
                return (TRUE if taken else FALSE) if atom.option == option else self._not_offered(question, atom)
            if atom.counts and len(atom.names) == 1 and count is not None:
                return self._counted(atom, question.key, count, remaining)
            if not remaining and chosen is not None:
                return self.conditions.with_answer(one, question.key, _in_order(question, chosen))
            return None

        left = self._tidy(self.conditions.answer(node.left, decide, memo))
        reading = [one for one in self.conditions.atoms_in(left).values() if question.key in one.names]
        whole = any(not one.option and not (one.counts and len(one.names) == 1) for one in reading)
        counted = any(one.counts for one in reading)
        return Node(left, None, chosen if whole else None, count if counted else None, node.some or bool(taken))

    @staticmethod
    def _not_offered(question: Question, atom: Atom) -> int | None:
        """What is not among the options is never chosen."""
        return None if atom.option in {option.value for option in question.options} else FALSE

    @staticmethod
    def _counted(atom: Atom, key: str, count: int, remaining: int) -> int | None:
        """What it is for every number of answers that there can still be; None where that is not one."""
        found = {atom.over({key: [""] * number}) for number in range(count, count + remaining + 1)}
        return found.pop() if len(found) == 1 else None

    @staticmethod
    def _forgotten(layer: list[Node]) -> list[Node]:
        """What was chosen is no longer told apart, once the question is answered."""
        behind = _Layer()
        for node in layer:
            behind.put(node, "", Node(node.left, (node, "")))
        return behind.nodes

    # ------------------------------------------------------------ the end

    def _tidy(self, left: tuple[int, ...]) -> tuple[int, ...]:
        self.effort.take(STEPS_OF_A_NODE)
        return tuple(settled_for_good(self.conditions, number) for number in left)

    def _ends(self, layer: list[Node]) -> list[Node]:
        """Whether each goal holds; what reads anything else than questions reads null."""
        ends = _Layer()
        stands: dict[int, int] = {}
        for node in layer:
            left = self.conditions.answer(node.left, self.conditions.as_it_stands, stands)
            ends.put(node, "", Node(tuple(TRUE if one == TRUE else FALSE for one in left), (node, "")))
        return ends.nodes


class _Layer:
    """Nodes side by side, those with the same state once."""

    def __init__(self) -> None:
        self.by_state: dict[tuple[object, ...], Node] = {}

    @property
    def nodes(self) -> list[Node]:
        return list(self.by_state.values())

    def put(self, before: Node, answer: str, node: Node) -> None:
        """Lead from `before` to the node of this state."""
        before.next.append((answer, self.by_state.setdefault(node.state(), node)))

    def add(self, node: Node) -> None:
        """Take a node in that something leads to already."""
        known = self.by_state.setdefault(node.state(), node)
        if known is not node:
            node.next.append(("", known))


def way_to(node: Node) -> Answers:
    """The answers by which the node is reached first."""
    answers: Answers = {}
    options: list[tuple[Question, str]] = []
    here = node
    while here.first is not None:
        before, answer = here.first
        if before.step is not None and answer:
            question, option = before.step
            if option:
                answers.setdefault(question.key, [])
                if answer == YES:
                    options.append((question, option))
            else:
                answers[question.key] = _VALUES.get(answer, answer) if question.kind == "yes-no" else answer
        here = before
    for question, _ in options:
        chosen = {value for one, value in options if one.key == question.key}
        answers[question.key] = [one.value for one in question.options if one.value in chosen]
    return dict(reversed(answers.items()))


def questions_behind(bundle: Bundle, names: frozenset[str]) -> frozenset[str]:
    """The questions of these names and all that decide whether they are asked."""
    questions = {question.key: question for question in bundle.questions}
    found: set[str] = set()
    pending = [name for name in names if name in questions]
    while pending:
        key = pending.pop()
        if key in found:
            continue
        found.add(key)
        when = questions[key].when
        pending += [name for name in (when.names if when else ()) if name in questions]
    return frozenset(found)


def _in_order(question: Question, chosen: Sequence[str]) -> list[Value]:
    return [option.value for option in question.options if option.value in chosen]


def all_nodes(root: Node) -> Iterator[Node]:
    """Every node, each before those that it leads to."""
    order: list[Node] = []
    seen: set[int] = set()
    waiting: list[tuple[Node, bool]] = [(root, False)]
    while waiting:
        node, behind_is_done = waiting.pop()
        if behind_is_done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            waiting.append((node, True))
            waiting += [(each, False) for _, each in node.next]
    return reversed(order)
