"""A pattern's tree to the program that regex.py runs."""

from __future__ import annotations

from dataclasses import dataclass

from engine.expressions.feel.regex_classes import CharTest, PatternInvalid
from engine.expressions.feel.regex_parser import At, Back, Char, Choice, Group, Repeat, Sequence, Tree

#: Most instructions of a program, and most visits of the tree's nodes to write it.
PROGRAM_LIMIT, VISIT_LIMIT = 5_000, 20_000


@dataclass(frozen=True, slots=True)
class Instruction:
    """`op`: "char" (test), "split" (first, then second), "jump" (first), "save" (first: the slot), "at" (place),
    "back" (first: the group, place: "i" for either case), "match"; "enter" begins a round of a loop and "again"
    ends it: a split, or where the round took no character, just the way out to `out`. `loop` is one bit per loop
    around.
    """

    op: str
    test: CharTest | None = None
    first: int = 0
    second: int = 0
    place: str = ""
    loop: int = 0
    out: int = 0


class ProgramWriter:
    """Writes one program. `visits` is the work so far."""

    def __init__(self) -> None:
        self.program: list[Instruction] = []
        self.visits = 0
        self._loops = 0

    def write(self, tree: Tree) -> list[Instruction]:
        """The whole program: slots 0 and 1 save where the match begins and ends. Raises PatternInvalid."""
        self._emit(Instruction("save", first=0))
        self._tree(tree)
        self._emit(Instruction("save", first=1))
        self._emit(Instruction("match"))
        return self.program

    def _emit(self, instruction: Instruction) -> int:
        if len(self.program) >= PROGRAM_LIMIT:
            raise PatternInvalid("too large")
        self.program.append(instruction)
        return len(self.program) - 1

    def _tree(self, tree: Tree) -> None:
        """Recursive, but no deeper than the groups that the parser allows."""
        self.visits += 1
        if self.visits > VISIT_LIMIT:
            raise PatternInvalid("too large")
        if isinstance(tree, Char):
            self._emit(Instruction("char", tree.test))
        elif isinstance(tree, At):
            self._emit(Instruction("at", place=tree.place))
        elif isinstance(tree, Back):
            self._emit(Instruction("back", first=tree.number, place="i" if tree.either_case else ""))
        elif isinstance(tree, Sequence):
            for part in tree.parts:
                self._tree(part)
        elif isinstance(tree, Choice):
            self._choice(tree)
        elif isinstance(tree, Group):
            self._emit(Instruction("save", first=2 * tree.number))
            self._tree(tree.content)
            self._emit(Instruction("save", first=2 * tree.number + 1))
        else:
            self._repeat(tree)

    def _choice(self, choice: Choice) -> None:
        jumps: list[int] = []
        for alternative in choice.alternatives[:-1]:
            split = self._emit(Instruction("split"))
            self._tree(alternative)
            jumps.append(self._emit(Instruction("jump")))
            self.program[split] = Instruction("split", first=split + 1, second=len(self.program))
        self._tree(choice.alternatives[-1])
        for jump in jumps:
            self.program[jump] = Instruction("jump", first=len(self.program))

    def _repeat(self, repeat: Repeat) -> None:
        for _ in range(repeat.least if repeat.most is not None else repeat.least - 1):
            self._tree(repeat.content)
        if repeat.most is not None:
            splits = []
            for _ in range(repeat.most - repeat.least):
                splits.append(self._emit(Instruction("split")))
                self._tree(repeat.content)
            self._leave(splits, repeat.lazy)
        elif repeat.least:
            self._loop(repeat)
        else:
            split = self._emit(Instruction("split"))
            self._loop(repeat)
            self._leave([split], repeat.lazy)

    def _loop(self, repeat: Repeat) -> None:
        """Once or more. A round that takes no character is the last one, as in every backtracking engine."""
        loop = 1 << self._loops
        self._loops += 1
        start = self._emit(Instruction("enter", loop=loop))
        self._tree(repeat.content)
        again = self._emit(Instruction("again"))
        after = len(self.program)
        first, second = (after, start) if repeat.lazy else (start, after)
        self.program[again] = Instruction("again", first=first, second=second, loop=loop, out=after)
        self._loops -= 1

    def _leave(self, splits: list[int], lazy: bool) -> None:
        """Each of these goes on behind it, or to the end of the program so far."""
        after = len(self.program)
        for split in splits:
            first, second = (after, split + 1) if lazy else (split + 1, after)
            self.program[split] = Instruction("split", first=first, second=second)
