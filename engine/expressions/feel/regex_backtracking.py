"""Patterns with back references: the alternatives one after another, each step paid for.

No machine can follow them side by side (what a back reference stands for is different on each way), so that such
a pattern may need exponential time. The step budget of the evaluation ends it.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.expressions.feel.regex_program import Instruction

Found = tuple[int | None, ...]
#: A place in the program and in the text, the loops whose round began here, and what the groups hold.
_State = tuple[int, int, int, Found]


class BacktrackingPattern:
    """A compiled pattern that has back references."""

    __slots__ = ("_program", "groups")

    def __init__(self, program: list[Instruction], groups: int) -> None:
        self._program = program
        self.groups = groups

    def search(self, text: str, start: int, spend: Callable[[int], None]) -> Found | None:
        """The first match at or after `start`; `spend` is charged for the work and for what is kept of it."""
        for position in range(start, len(text) + 1):
            found = self._match(text, position, spend)
            if found is not None:
                return found
        return None

    def _match(self, text: str, start: int, spend: Callable[[int], None]) -> Found | None:
        waiting: list[_State] = [(0, start, 0, (None,) * (2 * self.groups + 2))]
        while waiting:
            spend(1)
            pc, position, rounds, saved = waiting.pop()
            instruction = self._program[pc]
            op = instruction.op
            if op == "match":
                return saved
            if op == "char":
                if position < len(text) and instruction.test is not None and instruction.test(text[position]):
                    waiting.append((pc + 1, position + 1, 0, saved))
            elif op == "back":
                end = _repeated(instruction, text, position, saved)
                spend(0 if end is None else (end - position) >> 8)
                if end is not None:
                    waiting.append((pc + 1, end, rounds if end == position else 0, saved))
            elif op == "save":
                spend(len(saved) >> 4)
                slot = instruction.first
                waiting.append((pc + 1, position, rounds, (*saved[:slot], position, *saved[slot + 1 :])))
            elif op == "at":
                if stands_at(instruction.place, text, position):
                    waiting.append((pc + 1, position, rounds, saved))
            else:
                waiting += _ways(instruction, pc, position, rounds, saved)
        return None


def _ways(instruction: Instruction, pc: int, position: int, rounds: int, saved: Found) -> list[_State]:
    """Where it goes on from a jump, a split or a loop; the last one is tried first."""
    if instruction.op == "jump":
        return [(instruction.first, position, rounds, saved)]
    if instruction.op == "enter":
        return [(pc + 1, position, rounds | instruction.loop, saved)]
    if instruction.op == "again" and rounds & instruction.loop:
        return [(instruction.out, position, rounds & ~instruction.loop, saved)]
    return [(instruction.second, position, rounds, saved), (instruction.first, position, rounds, saved)]


def _repeated(instruction: Instruction, text: str, position: int, saved: Found) -> int | None:
    """Where it ends, if what the group holds stands here again; a group that took no part holds nothing."""
    begin, end = saved[2 * instruction.first], saved[2 * instruction.first + 1]
    if begin is None or end is None:
        return position
    after = position + end - begin
    wanted, found = text[begin:end], text[position:after]
    if instruction.place == "i":
        wanted, found = wanted.casefold(), found.casefold()
    return after if wanted == found else None


def stands_at(place: str, text: str, position: int) -> bool:
    """Whether "^" or "$" holds here; "^m" and "$m" hold at the ends of lines, too."""
    if place[0] == "^":
        return position == 0 or (place == "^m" and text[position - 1] == "\n")
    return position == len(text) or (place == "$m" and text[position] == "\n")
