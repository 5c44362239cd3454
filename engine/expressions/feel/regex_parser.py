"""The regular expressions of XPath that FEEL uses: pattern text to the program of regex.py."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

CharTest = Callable[[str], bool]

#: Most instructions of a compiled pattern, deepest groups, greatest count of a quantifier.
PROGRAM_LIMIT, GROUP_DEPTH, COUNT_LIMIT = 5_000, 50, 1_000
_FLAGS = frozenset("smix")
_SPECIAL = frozenset("\\|.?*+(){}[]^$")
_CONTROL = {"n": "\n", "r": "\r", "t": "\t"}


class PatternInvalid(Exception):
    """The pattern does not follow the syntax, or asks for what is not run (back references)."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """`op`: "char" (test), "split" (first, then second), "jump", "save" (slot), "at" (place), "match"."""

    op: str
    test: CharTest | None = None
    first: int = 0
    second: int = 0
    place: str = ""


def _is_word(c: str) -> bool:
    return unicodedata.category(c)[0] not in "PZC"


def _is_space(c: str) -> bool:
    return c in " \t\n\r"


def _is_name_start(c: str) -> bool:
    return c in "_:" or c.isalpha()


def _is_name(c: str) -> bool:
    return _is_name_start(c) or c in "-.\u00b7" or unicodedata.category(c) in ("Nd", "Mc", "Me", "Mn")


def _is_digit(c: str) -> bool:
    return unicodedata.category(c) == "Nd"


def _cases(c: str) -> tuple[str, ...]:
    return (c, *(other for other in (c.lower(), c.upper()) if len(other) == 1))


_CLASSES: dict[str, CharTest] = {
    "w": _is_word,
    "s": _is_space,
    "i": _is_name_start,
    "c": _is_name,
    "d": _is_digit,
}


def _not(test: CharTest) -> CharTest:
    return lambda c: not test(c)


class PatternParser:
    """Writes the program while it reads. `groups` is the number of capturing groups."""

    def __init__(self, pattern: str, flags: str) -> None:
        if not _FLAGS.issuperset(flags):
            raise PatternInvalid(flags)
        self.flags = flags
        self.pattern = pattern
        self.position = 0
        self.groups = 0
        self.depth = 0
        self.program: list[Instruction] = []

    def parse(self) -> list[Instruction]:
        """The whole program. Raises PatternInvalid."""
        self._emit(Instruction("save", first=0))
        self._alternatives()
        if self.position < len(self.pattern):
            raise PatternInvalid(self.pattern)
        self._emit(Instruction("save", first=1))
        self._emit(Instruction("match"))
        return self.program

    def _emit(self, instruction: Instruction) -> int:
        if len(self.program) >= PROGRAM_LIMIT:
            raise PatternInvalid("too large")
        self.program.append(instruction)
        return len(self.program) - 1

    def _peek(self) -> str:
        if "x" in self.flags:
            while self.pattern[self.position : self.position + 1] in (" ", "\t", "\n", "\r"):
                self.position += 1
        return self.pattern[self.position : self.position + 1]

    def _next(self) -> str:
        character = self.pattern[self.position : self.position + 1]
        if not character:
            raise PatternInvalid(self.pattern)
        self.position += 1
        return character

    def _alternatives(self) -> None:
        start = len(self.program)
        jumps: list[int] = []
        self._sequence()
        while self._peek() == "|":
            self.position += 1
            self._insert(start, Instruction("split", first=start + 1, second=len(self.program) + 2))
            jumps = [jump + 1 for jump in jumps]
            jumps.append(self._emit(Instruction("jump")))
            start = len(self.program)
            self._sequence()
        for jump in jumps:
            self.program[jump] = Instruction("jump", first=len(self.program))

    def _insert(self, at: int, instruction: Instruction) -> None:
        """Put one instruction before those from `at` on; their targets from `at` on move with them."""
        self._emit(instruction)
        self.program[at:] = [instruction, *(_moved(each, 1, at) for each in self.program[at:-1])]

    def _sequence(self) -> None:
        while (character := self._peek()) and character not in "|)":
            start, groups = len(self.program), self.groups
            self._atom()
            self._quantifier(start, groups)

    def _atom(self) -> None:
        character = self._next()
        if character == "(":
            self._group()
        elif character == "[":
            self._char(self._class())
        elif character == ".":
            self._char((lambda c: True) if "s" in self.flags else (lambda c: c not in "\n\r"))
        elif character in "^$":
            self._emit(Instruction("at", place=character + ("m" if "m" in self.flags else "")))
        elif character == "\\":
            self._char(self._escape())
        elif character in _SPECIAL:
            raise PatternInvalid(self.pattern)
        else:
            self._char(self._same(character))

    def _char(self, test: CharTest) -> None:
        self._emit(Instruction("char", test))

    def _same(self, character: str) -> CharTest:
        """The test for one character, in either case with the flag i."""
        if "i" not in self.flags:
            return lambda c: c == character
        return lambda c: character in _cases(c)

    def _group(self) -> None:
        self.depth += 1
        if self.depth > GROUP_DEPTH:
            raise PatternInvalid("too deep")
        number = 0
        if self.pattern.startswith("?:", self.position):
            self.position += 2
        else:
            self.groups += 1
            number = self.groups
            self._emit(Instruction("save", first=2 * number))
        self._alternatives()
        if self._peek() != ")":
            raise PatternInvalid(self.pattern)
        self.position += 1
        if number:
            self._emit(Instruction("save", first=2 * number + 1))
        self.depth -= 1

    def _escape(self) -> CharTest:
        character = self._next()
        if character in _CONTROL:
            control = _CONTROL[character]
            return lambda c: c == control
        if character.lower() in _CLASSES:
            test = _CLASSES[character.lower()]
            return test if character.islower() else _not(test)
        if character in "pP":
            test = self._category()
            return test if character == "p" else _not(test)
        if character in _SPECIAL or character == "-":
            return lambda c: c == character
        raise PatternInvalid(f"\\{character}")

    def _category(self) -> CharTest:
        """`{Lu}` or `{L}` after \\p; blocks (`IsGreek`) are not run."""
        end = self.pattern.find("}", self.position)
        name = self.pattern[self.position + 1 : end]
        if end < 0 or self.pattern[self.position] != "{" or name[:1] not in tuple("LMNPZSC") or len(name) > 2:
            raise PatternInvalid(self.pattern)
        self.position = end + 1
        return lambda c: unicodedata.category(c).startswith(name)

    def _class(self) -> CharTest:
        """The inside of [...], with ranges, escapes, ^ and subtraction `-[...]`."""
        negated = self.pattern.startswith("^", self.position)
        self.position += negated
        tests: list[CharTest] = []
        singles: set[str] = set()
        without: CharTest | None = None
        while self.pattern[self.position : self.position + 1] != "]":
            if self.pattern.startswith("-[", self.position) and (tests or singles):
                self.position += 2
                self.depth += 1
                if self.depth > GROUP_DEPTH:
                    raise PatternInvalid("too deep")
                without = self._class()
                self.depth -= 1
                break
            self._class_part(tests, singles)
        if self._next() != "]" or not (tests or singles):
            raise PatternInvalid(self.pattern)
        members = frozenset(singles)
        cases = _cases if "i" in self.flags else tuple

        def test(c: str) -> bool:
            found = any(each in members or any(test(each) for test in tests) for each in cases(c))
            return found is not negated and (without is None or not without(c))

        return test

    def _class_part(self, tests: list[CharTest], singles: set[str]) -> None:
        character = self._next()
        if character == "\\":
            letter = self.pattern[self.position : self.position + 1]
            if letter in ("p", "P") or letter.lower() in _CLASSES:
                tests.append(self._escape())
                return
            self._escape()
            character = _CONTROL.get(letter, letter)
        elif character == "[":
            raise PatternInvalid(self.pattern)
        following = self.pattern[self.position : self.position + 2]
        if following[:1] != "-" or following[1:] in ("", "]", "["):
            singles.add(character)
            return
        self.position += 1
        last = self._next()
        if last == "\\":
            letter = self.pattern[self.position : self.position + 1]
            self._escape()
            last = _CONTROL.get(letter, letter)
        if last < character:
            raise PatternInvalid(self.pattern)
        tests.append(lambda c: character <= c <= last)

    def _quantifier(self, start: int, groups: int) -> None:
        mark = self._peek()
        if not mark or mark not in "*+?{":
            return
        self.position += 1
        least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(mark) or self._counts()
        lazy = self._peek() == "?"
        self.position += lazy
        if self._peek() in ("*", "+", "?", "{"):
            raise PatternInvalid(self.pattern)
        body = self.program[start:]
        del self.program[start:]
        for _ in range(least):
            self._copy(body, start)
        if most is None:
            self._loop(body, start, lazy)
        else:
            splits = [self._optional(body, start, lazy) for _ in range(most - least)]
            for split in splits:
                self._finish(split, len(self.program), lazy)

    def _counts(self) -> tuple[int, int | None]:
        end = self.pattern.find("}", self.position)
        low, comma, high = self.pattern[self.position : max(end, 0)].partition(",")
        if not (low.isascii() and low.isdigit() and (not high or (high.isascii() and high.isdigit()))):
            raise PatternInvalid(self.pattern)
        if len(low) > 4 or len(high) > 4 or int(low) > COUNT_LIMIT or int(high or 0) > COUNT_LIMIT:
            raise PatternInvalid("too large")
        self.position = end + 1
        least = int(low)
        most = least if not comma else int(high) if high else None
        if most is not None and most < least:
            raise PatternInvalid(self.pattern)
        return least, most

    def _copy(self, body: list[Instruction], origin: int) -> None:
        offset = len(self.program) - origin
        for instruction in body:
            self._emit(_moved(instruction, offset, origin))

    def _loop(self, body: list[Instruction], origin: int, lazy: bool) -> None:
        split = self._optional(body, origin, lazy)
        self._emit(Instruction("jump", first=split))
        self._finish(split, len(self.program), lazy)

    def _optional(self, body: list[Instruction], origin: int, lazy: bool) -> int:
        split = self._emit(Instruction("split"))
        self._copy(body, origin)
        return split

    def _finish(self, split: int, after: int, lazy: bool) -> None:
        inside = split + 1
        first, second = (after, inside) if lazy else (inside, after)
        self.program[split] = Instruction("split", first=first, second=second)


def _moved(instruction: Instruction, offset: int, origin: int) -> Instruction:
    """The instruction with its targets from `origin` on moved."""
    if instruction.op not in ("split", "jump"):
        return instruction
    first, second = (
        target + offset if target >= origin else target for target in (instruction.first, instruction.second)
    )
    return Instruction(instruction.op, None, first, second)
