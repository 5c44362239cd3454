"""Regular expressions in linear time: all alternatives are followed side by side (a Pike machine).

Python's own `re` tries them one after another, so that a short hostile pattern runs for years. A `Found` holds the
start and end of the whole match, then of each group; None where a group took no part.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from engine.expressions.feel.regex_backtracking import BacktrackingPattern, Found, stands_at
from engine.expressions.feel.regex_classes import PatternInvalid
from engine.expressions.feel.regex_parser import PATTERN_LIMIT, PatternParser
from engine.expressions.feel.regex_program import PROGRAM_LIMIT, Instruction, ProgramWriter
from engine.expressions.feel.regex_simple import WORK_LIMIT, WORK_OF_A_STEP, SimplePattern, simple_pattern

Spend = Callable[[int], None]
_Thread = tuple[int, Found]
#: Longest pattern that is kept compiled, in characters.
KEPT_LENGTH = 250
_FLAGS_LENGTH = 16
_MARKS = frozenset("\\|.?*+(){}[]^$")


class Pattern:
    """A compiled pattern."""

    __slots__ = ("_anchored", "_program", "_simple", "groups")

    def __init__(self, program: list[Instruction], groups: int, simple: SimplePattern | None = None) -> None:
        self._program = program
        self._simple = simple
        self._anchored = program[1].op == "at" and program[1].place == "^"
        self.groups = groups

    def search(self, text: str, start: int, spend: Spend) -> Found | None:
        """The first match at or after `start`; `spend` is charged for the work."""
        simple = self._simple
        if simple is not None:
            work = simple.work(len(text) - start)
            if work <= WORK_LIMIT:
                spend(1 + work // WORK_OF_A_STEP)
                match = simple.compiled.search(text, start)
                return None if match is None else match.span()
        program = self._program
        nothing: Found = (None,) * (2 * self.groups + 2)
        threads: list[_Thread] = []
        best: Found | None = None
        for position in range(start, len(text) + 1):
            work = len(threads)
            if best is None and not (self._anchored and position):
                work += self._follow(0, nothing, text, position, {pc for pc, _ in threads}, threads)
            elif not threads:
                break
            character = text[position] if position < len(text) else ""
            following: list[_Thread] = []
            seen: set[int] = set()
            for pc, saved in threads:
                test = program[pc].test
                if test is None:  # a match: the threads behind it have less right
                    best = saved
                    break
                if character and test(character):
                    work += self._follow(pc + 1, saved, text, position + 1, seen, following)
            threads = following
            spend(1 + (work >> 2))
        return best

    def _follow(self, pc: int, saved: Found, text: str, position: int, seen: set[int], threads: list[_Thread]) -> int:
        """Add the threads that stand at a character test or at the match, by their right of way.

        A state is an instruction and the loops around it whose round began at this very place: where one
        was seen, nothing new can follow. Gives the number of instructions visited.
        """
        waiting = [(pc, 0, saved)]
        visits = 0
        while waiting:
            pc, rounds, saved = waiting.pop()
            state = pc + rounds * PROGRAM_LIMIT
            if state in seen:
                continue
            seen.add(state)
            visits += 1
            instruction = self._program[pc]
            op = instruction.op
            if op in ("char", "match"):
                if rounds:
                    if pc in seen:
                        continue
                    seen.add(pc)
                threads.append((pc, saved))
            elif op == "jump":
                waiting.append((instruction.first, rounds, saved))
            elif op == "split":
                waiting += ((instruction.second, rounds, saved), (instruction.first, rounds, saved))
            elif op == "save":
                slot = instruction.first
                waiting.append((pc + 1, rounds, (*saved[:slot], position, *saved[slot + 1 :])))
            elif op == "enter":
                waiting.append((pc + 1, rounds | instruction.loop, saved))
            elif op == "again":
                if rounds & instruction.loop:
                    waiting.append((instruction.out, rounds & ~instruction.loop, saved))
                else:
                    waiting += ((instruction.second, rounds, saved), (instruction.first, rounds, saved))
            elif stands_at(instruction.place, text, position):
                waiting.append((pc + 1, rounds, saved))
        return visits


def is_plain(pattern: str) -> bool:
    """Whether a pattern stands for itself."""
    return bool(pattern) and _MARKS.isdisjoint(pattern)


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


Machine = Pattern | BacktrackingPattern | PlainText


@dataclass(frozen=True, slots=True)
class Compiled:
    """`machine` is None where the pattern or a flag is invalid; `work` what it took to find out."""

    machine: Machine | None
    work: int


def compile_pattern(pattern: str, flags: str) -> Compiled:
    """The compiled pattern. Short ones are kept, so that a loop compiles once."""
    if len(pattern) <= KEPT_LENGTH and len(flags) <= _FLAGS_LENGTH:
        return _kept(pattern, flags)
    return _compile(pattern, flags)


def _compile(pattern: str, flags: str) -> Compiled:
    if not flags and is_plain(pattern):
        return Compiled(PlainText(pattern), 0)
    if len(pattern) > PATTERN_LIMIT or len(flags) > _FLAGS_LENGTH:
        return Compiled(None, 0)
    return _written(pattern, frozenset(flags))


def _written(pattern: str, flags: frozenset[str]) -> Compiled:
    writer = ProgramWriter()
    machine: Machine | None = None
    try:
        parser = PatternParser(pattern, flags)
        program = writer.write(parser.parse())
        if parser.back_references:
            machine = BacktrackingPattern(program, parser.groups)
        else:
            machine = Pattern(program, parser.groups, None if flags else simple_pattern(pattern))
    except PatternInvalid:
        pass  # no machine: what asks for it gives null
    return Compiled(machine, len(pattern) + writer.visits)


_kept = lru_cache(maxsize=128)(_compile)
