"""Conditions over the guided answers, answered one question at a time: what is left of them is what matters on.

A condition is cut at `and`, `or` and `not`; what stands between them is an atom, evaluated once everything that it
reads is known. Equal remains are the same number, so that ways through the questions which differ only in what is
settled already become one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from engine.dmn.analysis import Effort
from engine.errors import BudgetExceeded
from engine.expressions import Expression
from engine.expressions.feel import nodes as n
from engine.expressions.feel.compiler import Compiler
from engine.expressions.feel.parser import parse_expression
from engine.expressions.feel.printer import printed
from engine.expressions.feel.run import Closure, Run
from engine.values import Value

#: The remains that are settled: true, false, and null, which holds as little as false does.
TRUE, FALSE, NULL = 0, 1, 2
_NOT = {TRUE: FALSE, FALSE: TRUE, NULL: NULL}

#: What is known of an atom that reads more than one question: (question, answer) of those answered.
Known = tuple[tuple[str, "Frozen"], ...]
Frozen = str | bool | None | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Atom:
    """A part without `and`, `or`, `not`. `option` of `list contains(question, option)`, else "".

    `counts`: it reads the question's answer by `count(…)` alone.
    """

    names: frozenset[str]
    closure: Closure = field(compare=False)
    option: str = ""
    counts: bool = False

    def over(self, answers: Mapping[str, Value]) -> int:
        """What it is, everything else being unanswered. A part that costs too much holds nothing."""
        try:
            value = self.closure(Run(None, "", answers))
        except (BudgetExceeded, RecursionError):
            return NULL
        return TRUE if value is True else FALSE if value is False else NULL


@dataclass(frozen=True, slots=True)
class Remains:
    """One number's meaning: "atom" (number, what is known), "not", "and" or "or" of other numbers."""

    sort: str
    parts: tuple[int, ...] = ()
    known: Known = ()


class Conditions:
    """All conditions of one walk, with what can be left of them."""

    def __init__(self, effort: Effort) -> None:
        self.effort = effort
        self.atoms: list[Atom] = []
        self._atom_numbers: dict[str, int] = {}  # by the text, so that the same asked twice is one
        self.remains: list[Remains] = [Remains("true"), Remains("false"), Remains("null")]
        self._numbers: dict[Remains, int] = {one: number for number, one in enumerate(self.remains)}

    # ------------------------------------------------------------ reading

    def read(self, expression: Expression | None) -> int:
        """The number of a condition; one that is not there always holds. Raises GaveUp."""
        if expression is None:
            return TRUE
        tree = parse_expression(expression.source)
        made: dict[int, int] = {}
        waiting: list[tuple[n.Node, bool]] = [(tree, False)]
        while waiting:
            node, parts_are_made = waiting.pop()
            inside = parts_of(node)
            if inside is None:
                made[id(node)] = self._number(Remains("atom", (self._atom(node),)))
            elif not parts_are_made:
                waiting.append((node, True))
                waiting += [(part, False) for part in inside]
            else:
                parts = [made[id(part)] for part in inside]
                sort = node.operator if isinstance(node, n.Logic) else "not"
                made[id(node)] = self._join(sort, parts)
        return made[id(tree)]

    def any_of(self, numbers: Iterable[int]) -> int:
        """Whether one of these holds."""
        return self._join("or", list(numbers))

    def _atom(self, node: n.Node) -> int:
        text = printed(node)
        if text not in self._atom_numbers:
            compiler = Compiler()
            closure = compiler.compile(node)
            names = frozenset(compiler.free)
            self._atom_numbers[text] = len(self.atoms)
            self.atoms.append(Atom(names, closure, _option(node), _counts_only(node, names)))
        return self._atom_numbers[text]

    # ------------------------------------------------------------ answering

    def atoms_in(self, numbers: Iterable[int]) -> dict[int, Atom]:
        """The atoms that are left in these remains, by their number."""
        found: dict[int, Atom] = {}
        for number in self._within(numbers):
            one = self.remains[number]
            if one.sort == "atom":
                found[one.parts[0]] = self.atoms[one.parts[0]]
        return found

    def answer(
        self, numbers: Collection[int], decide: Callable[[Remains], int | None], memo: dict[int, int]
    ) -> tuple[int, ...]:
        """What is left of them when `decide` says what each atom is (None: it stays). `memo` is kept per answer."""
        for number in self._within(numbers, memo):
            one = self.remains[number]
            if one.sort == "atom":
                decided = decide(one)
                memo[number] = number if decided is None else decided
            elif one.sort in ("and", "or", "not"):
                memo[number] = self._join(one.sort, [memo[part] for part in one.parts])
            else:
                memo[number] = number
        return tuple(memo[number] for number in numbers)

    def with_answer(self, one: Remains, question: str, answer: Value) -> int | None:
        """An atom that reads this question, once it is answered; None where it does not read it."""
        atom = self.atoms[one.parts[0]]
        if question not in atom.names:
            return None
        known = {**dict(one.known), question: _frozen(answer)}
        if atom.names <= known.keys():
            return atom.over({name: _thawed(value) for name, value in known.items()})
        return self._number(Remains("atom", one.parts, tuple(sorted(known.items()))))

    def as_it_stands(self, one: Remains) -> int:
        """An atom with nothing further answered: what it reads beyond that is null."""
        return self.atoms[one.parts[0]].over({name: _thawed(value) for name, value in one.known})

    # ------------------------------------------------------------ numbers

    def _within(self, numbers: Iterable[int], memo: Mapping[int, int] | None = None) -> list[int]:
        """These and all that they are made of, parts first, without those in `memo`."""
        known = memo or {}
        found: set[int] = set()
        waiting = [number for number in numbers if number not in known]
        while waiting:
            number = waiting.pop()
            if number not in found:
                found.add(number)
                one = self.remains[number]
                if one.sort != "atom":
                    waiting += [part for part in one.parts if part not in known]
        self.effort.take(len(found) + 1)
        return sorted(found)  # a part has always a smaller number than what it is a part of

    def _number(self, one: Remains) -> int:
        if one not in self._numbers:
            self._numbers[one] = len(self.remains)
            self.remains.append(one)
        return self._numbers[one]

    def _join(self, sort: str, parts: list[int]) -> int:
        """`and`, `or` and `not` of three values: true, false, null."""
        if sort == "not":
            return _NOT[parts[0]] if parts[0] in _NOT else self._number(Remains("not", (parts[0],)))
        neutral, deciding = (TRUE, FALSE) if sort == "and" else (FALSE, TRUE)
        left = sorted({part for part in parts if part != neutral})
        if deciding in left:
            return deciding
        if not left:
            return neutral
        return left[0] if len(left) == 1 else self._number(Remains(sort, tuple(left)))


def settled_for_good(conditions: Conditions, number: int) -> int:
    """A whole condition that can only become false or null holds nothing: it is FALSE."""
    one = conditions.remains[number]
    if number == NULL or (one.sort == "and" and NULL in one.parts):
        return FALSE
    return number


def parts_of(node: n.Node) -> tuple[n.Node, ...] | None:
    """The parts of `and`, `or` and `not(…)`; None of anything else."""
    if isinstance(node, n.Logic):
        return node.operands
    if (
        isinstance(node, n.Call)
        and isinstance(node.function, n.Name)
        and node.function.name == "not"
        and len(node.positional) == 1
        and not node.named
    ):
        return node.positional
    return None


def _option(node: n.Node) -> str:
    """Of `list contains(question, "option")` the option."""
    if isinstance(node, n.Call) and isinstance(node.function, n.Name) and node.function.name == "list contains":
        given = node.positional
        if len(given) == 2 and isinstance(given[0], n.Name) and isinstance(given[1], n.Literal):
            value = given[1].value
            return value if isinstance(value, str) else ""
    return ""


def _counts_only(tree: n.Node, names: frozenset[str]) -> bool:
    """Whether every question is read by `count(question)` and in no other way."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, n.Call) and isinstance(node.function, n.Name) and node.function.name == "count":
            if len(node.positional) == 1 and isinstance(node.positional[0], n.Name):
                continue
        elif isinstance(node, n.Name) and node.name in names:
            return False
        waiting.extend(node.children())
    return bool(names)


def _frozen(value: Value) -> Frozen:
    return tuple(value) if isinstance(value, list) else value


def _thawed(value: Frozen) -> Value:
    return list(value) if isinstance(value, tuple) else value
