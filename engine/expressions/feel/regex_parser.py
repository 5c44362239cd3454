"""The regular expressions of XPath that FEEL uses (XPath functions 3.1, 5.6.1): pattern text to a tree."""

from __future__ import annotations

from dataclasses import dataclass

from engine.expressions.feel.regex_classes import (
    CLASS_ESCAPES,
    CharTest,
    ClassMembers,
    PatternInvalid,
    any_character,
    no_line_end,
    opposite,
    property_test,
    same_character,
)

#: Longest pattern in characters, deepest groups, most capturing groups, greatest count of a quantifier.
PATTERN_LIMIT, GROUP_DEPTH, GROUP_LIMIT, COUNT_LIMIT = 10_000, 50, 100, 1_000
_FLAGS = frozenset("smix")
_SPECIAL = frozenset("\\|.?*+(){}[]^$")
_DIGITS = frozenset("0123456789")
_CONTROL = {"n": "\n", "r": "\r", "t": "\t"}
_QUANTIFIERS: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}


@dataclass(frozen=True, slots=True)
class Char:
    """One character."""

    test: CharTest


@dataclass(frozen=True, slots=True)
class At:
    """A place: "^", "$", and "^m", "$m" where they also stand at the ends of lines."""

    place: str


@dataclass(frozen=True, slots=True)
class Back:
    """What the group of this number holds, once more."""

    number: int
    either_case: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A capturing group, counted from 1."""

    number: int
    content: Tree


@dataclass(frozen=True, slots=True)
class Sequence:
    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Alternatives, the first has the right of way."""

    alternatives: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """`least` to `most` times, without end where `most` is None; `lazy` as few as possible."""

    content: Tree
    least: int
    most: int | None
    lazy: bool


Tree = Char | At | Back | Group | Sequence | Choice | Repeat


class PatternParser:
    """Reads one pattern. `groups` is the number of capturing groups so far."""

    def __init__(self, pattern: str, flags: frozenset[str]) -> None:
        if not flags <= _FLAGS or len(pattern) > PATTERN_LIMIT:
            raise PatternInvalid(pattern)
        self.flags = flags
        self.pattern = _without_spaces(pattern) if "x" in flags else pattern
        self.position = 0
        self.groups = 0
        self.depth = 0
        self.back_references = False
        self._closed: set[int] = set()

    def parse(self) -> Tree:
        """The whole pattern. Raises PatternInvalid."""
        tree = self._alternatives()
        if self.position < len(self.pattern):
            raise PatternInvalid(self.pattern)
        return tree

    def _peek(self) -> str:
        return self.pattern[self.position : self.position + 1]

    def _take(self, text: str) -> bool:
        if self.pattern.startswith(text, self.position):
            self.position += len(text)
            return True
        return False

    def _next(self) -> str:
        character = self._peek()
        if not character:
            raise PatternInvalid(self.pattern)
        self.position += 1
        return character

    def _deeper(self) -> None:
        self.depth += 1
        if self.depth > GROUP_DEPTH:
            raise PatternInvalid("too deep")

    def _alternatives(self) -> Tree:
        found = [self._sequence()]
        while self._take("|"):
            found.append(self._sequence())
        return found[0] if len(found) == 1 else Choice(tuple(found))

    def _sequence(self) -> Tree:
        parts: list[Tree] = []
        while (character := self._peek()) and character not in "|)":
            parts.append(self._repeated(self._atom()))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _atom(self) -> Tree:
        character = self._next()
        if character == "(":
            return self._group()
        if character == "[":
            return Char(self._class())
        if character == ".":
            return Char(any_character if "s" in self.flags else no_line_end)
        if character in "^$":
            return At(character + ("m" if "m" in self.flags else ""))
        if character == "\\":
            return self._back_reference() if self._peek() in _DIGITS else Char(self._escape())
        if character in _SPECIAL:
            raise PatternInvalid(self.pattern)
        return Char(same_character(character, "i" in self.flags))

    def _group(self) -> Tree:
        self._deeper()
        number = 0
        if not self._take("?:"):
            self.groups += 1
            if self.groups > GROUP_LIMIT:
                raise PatternInvalid("too large")
            number = self.groups
        content = self._alternatives()
        if not self._take(")"):
            raise PatternInvalid(self.pattern)
        self.depth -= 1
        self._closed.add(number)
        return Group(number, content) if number else content

    def _back_reference(self) -> Tree:
        """`\\1`: as many digits as still name a group that is closed already."""
        number = int(self._next())
        if number not in self._closed - {0}:
            raise PatternInvalid(self.pattern)
        while self._peek() in _DIGITS and number * 10 + int(self._peek()) in self._closed:
            number = number * 10 + int(self._next())
        self.back_references = True
        return Back(number, "i" in self.flags)

    def _repeated(self, atom: Tree) -> Tree:
        mark = self._peek()
        if not mark or mark not in "*+?{":
            return atom
        self.position += 1
        least, most = _QUANTIFIERS.get(mark) or self._counts()
        lazy = self._take("?")
        if self._peek() in ("*", "+", "?", "{"):
            raise PatternInvalid(self.pattern)
        return Repeat(atom, least, most, lazy)

    def _counts(self) -> tuple[int, int | None]:
        """`3}`, `3,}` or `3,5}`."""
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

    def _escape(self) -> CharTest:
        character = self._next()
        if character in _CONTROL:
            return same_character(_CONTROL[character], False)
        if character.lower() in CLASS_ESCAPES:
            test = CLASS_ESCAPES[character.lower()]
            return test if character.islower() else opposite(test)
        if character in "pP":
            test = self._property()
            return test if character == "p" else opposite(test)
        if character in _SPECIAL or character == "-":
            return same_character(character, False)
        raise PatternInvalid(f"\\{character}")

    def _property(self) -> CharTest:
        """`{Lu}` after \\p."""
        end = self.pattern.find("}", self.position)
        if not self._take("{") or end < 0:
            raise PatternInvalid(self.pattern)
        name = self.pattern[self.position : end]
        self.position = end + 1
        return property_test(name)

    def _class(self) -> CharTest:
        """The inside of [...], with ranges, escapes, ^ and subtraction `-[...]`."""
        self._deeper()
        negated = self._take("^")
        members = ClassMembers()
        without: CharTest | None = None
        while self._peek() != "]":
            if members and self._take("-["):
                without = self._class()
                break
            self._class_member(members)
        if self._next() != "]" or not members:
            raise PatternInvalid(self.pattern)
        self.depth -= 1
        return members.test(negated=negated, without=without, either_case="i" in self.flags)

    def _class_member(self, members: ClassMembers) -> None:
        start = self.position
        character = self._next()
        if character == "\\":
            letter = self._peek()
            test = self._escape()
            if letter in ("p", "P") or letter.lower() in CLASS_ESCAPES:
                members.add_escape(self.pattern[start : self.position], test)
                return
            character = _CONTROL.get(letter, letter)
        elif character == "[":
            raise PatternInvalid(self.pattern)
        following = self.pattern[self.position : self.position + 2]
        if following[:1] != "-" or following[1:] in ("", "]", "["):
            members.singles.add(character)
            return
        self.position += 1
        last = self._next()
        if last == "\\":
            letter = self._peek()
            self._escape()
            last = _CONTROL.get(letter, letter)
        if last < character:
            raise PatternInvalid(self.pattern)
        members.ranges.append((character, last))


def _without_spaces(pattern: str) -> str:
    """The pattern as the flag x reads it: without white space, but for that in character classes."""
    kept: list[str] = []
    depth, escaped = 0, False
    for character in pattern:
        if depth == 0 and character in " \t\n\r":
            continue
        kept.append(character)
        if not escaped:
            depth = max(0, depth + (character == "[") - (character == "]"))
        escaped = character == "\\" and not escaped
    return "".join(kept)
