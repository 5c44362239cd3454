"""Which characters a part of a pattern stands for (XPath 3.1 functions, 5.6.1; XML Schema 1.1 part 2, G.4)."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Callable

CharTest = Callable[[str], bool]

#: Most escapes (`\d`, `\p{Lu}`) within one character class.
ESCAPE_LIMIT = 30
#: The general categories of `\p{…}` by their letters; one letter alone stands for all of its kind.
_CATEGORIES = {
    "L": ("u", "l", "t", "m", "o"),
    "M": ("n", "c", "e"),
    "N": ("d", "l", "o"),
    "P": ("c", "d", "s", "e", "i", "f", "o"),
    "Z": ("s", "l", "p"),
    "S": ("m", "c", "k", "o"),
    "C": ("c", "f", "o", "n"),
}
#: The blocks of `\p{Is…}` that are run: first and last character.
_BLOCKS = {
    "BasicLatin": ("\u0000", "\u007f"),
    "Latin-1Supplement": ("\u0080", "\u00ff"),
    "LatinExtended-A": ("\u0100", "\u017f"),
    "Greek": ("\u0370", "\u03ff"),
    "Cyrillic": ("\u0400", "\u04ff"),
    "GeneralPunctuation": ("\u2000", "\u206f"),
    "CJKSymbolsandPunctuation": ("\u3000", "\u303f"),
    "CJKUnifiedIdeographsExtensionA": ("\u3400", "\u4dbf"),
    "CJKUnifiedIdeographs": ("\u4e00", "\u9fff"),
    "CJKCompatibilityIdeographs": ("\uf900", "\ufaff"),
    "HalfwidthandFullwidthForms": ("\uff00", "\uffef"),
}


class PatternInvalid(Exception):
    """The pattern does not follow the syntax, or is too large."""


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


#: The escapes of one letter; the capital stands for all other characters.
CLASS_ESCAPES: dict[str, CharTest] = {
    "w": _is_word,
    "s": _is_space,
    "i": _is_name_start,
    "c": _is_name,
    "d": _is_digit,
}


def opposite(test: CharTest) -> CharTest:
    return lambda c: not test(c)


def any_character(c: str) -> bool:
    return True


def no_line_end(c: str) -> bool:
    return c not in "\n\r"


def property_test(name: str) -> CharTest:
    """What `\\p{name}` stands for: a category (`L`, `Lu`) or a block (`IsCyrillic`). Raises PatternInvalid."""
    if name.startswith("Is"):
        if name[2:] not in _BLOCKS:
            raise PatternInvalid(name)
        first, last = _BLOCKS[name[2:]]
        return lambda c: first <= c <= last
    if name[:1] not in _CATEGORIES or (name[1:] and name[1:] not in _CATEGORIES[name[0]]):
        raise PatternInvalid(name)
    return lambda c: unicodedata.category(c).startswith(name)


def same_character(character: str, either_case: bool) -> CharTest:
    """The test for one character."""
    if either_case:
        return lambda c: character in _cases(c)
    return lambda c: c == character


def _cases(c: str) -> tuple[str, ...]:
    return (c, *(other for other in (c.lower(), c.upper()) if len(other) == 1))


class ClassMembers:
    """What stands within `[…]`: single characters, ranges, and escapes by their texts."""

    def __init__(self) -> None:
        self.singles: set[str] = set()
        self.ranges: list[tuple[str, str]] = []
        self.escapes: dict[str, CharTest] = {}

    def __bool__(self) -> bool:
        return bool(self.singles or self.ranges or self.escapes)

    def add_escape(self, text: str, test: CharTest) -> None:
        """Raises PatternInvalid for too many."""
        self.escapes[text] = test
        if len(self.escapes) > ESCAPE_LIMIT:
            raise PatternInvalid("too large")

    def test(self, *, negated: bool, without: CharTest | None, either_case: bool) -> CharTest:
        """The test for the whole class; `without` are the characters taken away."""
        singles, in_ranges, escapes = frozenset(self.singles), _in_ranges(self.ranges), tuple(self.escapes.values())

        def holds(c: str) -> bool:
            return c in singles or in_ranges(c) or any(test(c) for test in escapes)

        def test(c: str) -> bool:
            found = any(map(holds, _cases(c))) if either_case else holds(c)
            return found is not negated and (without is None or not without(c))

        return test


def _in_ranges(ranges: list[tuple[str, str]]) -> CharTest:
    """Whether a character lies in one of the ranges, however many there are."""
    starts: list[str] = []
    ends: list[str] = []
    for first, last in sorted(ranges):
        if ends and first <= ends[-1]:
            ends[-1] = max(ends[-1], last)
        else:
            starts.append(first)
            ends.append(last)

    def test(c: str) -> bool:
        place = bisect_right(starts, c) - 1
        return place >= 0 and c <= ends[place]

    return test
