"""Regular expressions in linear time: all alternatives are followed side by side (a Pike machine).

Python's own `re` tries them one after another, so that a short hostile pattern runs for years.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from engine.expressions.feel.regex_parser import Instruction, PatternInvalid, PatternParser

#: Start and end of the whole match, then of each group; None where a group took no part.
Found = tuple[int | None, ...]
Spend = Callable[[int], None]


class Pattern:
    """A compiled pattern."""

    __slots__ = ("_program", "groups")

    def __init__(self, program: list[Instruction], groups: int) -> None:
        self._program = program
        self.groups = groups

    def search(self, text: str, start: int, spend: Spend) -> Found | None:
        """The first match at or after `start`; `spend` is charged for the work."""
        program = self._program
        nothing: Found = (None,) * (2 * self.groups + 2)
        threads: list[tuple[int, Found]] = []
        best: Found | None = None
        for position in range(start, len(text) + 1):
            reached: set[int] = {pc for pc, _ in threads}
            if best is None:
                threads += self._follow(0, nothing, text, position, reached)
            elif not threads:
                break
            spend(1 + (len(threads) >> 2))
            character = text[position] if position < len(text) else ""
            following: list[tuple[int, Found]] = []
            seen: set[int] = set()
            for pc, saved in threads:
                test = program[pc].test
                if test is None:  # a match: the threads behind it have less right
                    best = saved
                    break
                if character and test(character):
                    following += self._follow(pc + 1, saved, text, position + 1, seen)
            threads = following
        return best

    def _follow(self, pc: int, saved: Found, text: str, position: int, seen: set[int]) -> list[tuple[int, Found]]:
        """The threads that stand at a character test or at the match, by their right of way."""
        threads: list[tuple[int, Found]] = []
        waiting = [(pc, saved)]
        while waiting:
            pc, saved = waiting.pop()
            if pc in seen:
                continue
            seen.add(pc)
            instruction = self._program[pc]
            op = instruction.op
            if op in ("char", "match"):
                threads.append((pc, saved))
            elif op == "jump":
                waiting.append((instruction.first, saved))
            elif op == "split":
                waiting += ((instruction.second, saved), (instruction.first, saved))
            elif op == "save":
                slot = instruction.first
                waiting.append((pc + 1, (*saved[:slot], position, *saved[slot + 1 :])))
            elif _stands_at(instruction.place, text, position):
                waiting.append((pc + 1, saved))
        return threads


class PlainText:
    """A pattern without any special character."""

    __slots__ = ("_text",)
    groups = 0

    def __init__(self, text: str) -> None:
        self._text = text

    def search(self, text: str, start: int, spend: Spend) -> Found | None:
        """The first occurrence at or after `start`."""
        position = text.find(self._text, start)
        spend(1 + (((position if position >= 0 else len(text)) - start) >> 8))
        return None if position < 0 else (position, position + len(self._text))


def _stands_at(place: str, text: str, position: int) -> bool:
    if place[0] == "^":
        return position == 0 or (place == "^m" and text[position - 1] == "\n")
    return position == len(text) or (place == "$m" and text[position] == "\n")


@lru_cache(maxsize=512)
def compile_pattern(pattern: str, flags: str) -> Pattern | PlainText | None:
    """The compiled pattern, None where the pattern or a flag is invalid."""
    if pattern and not flags and not any(c in "\\|.?*+(){}[]^$" for c in pattern):
        return PlainText(pattern)
    try:
        parser = PatternParser(pattern, flags)
        return Pattern(parser.parse(), parser.groups)
    except PatternInvalid:
        return None
