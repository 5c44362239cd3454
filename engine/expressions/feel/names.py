"""Names of several words (`date and time`, `string length`): which ones are known at a place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from engine.errors import ExpressionInvalid
from engine.expressions.feel.lexer import Token, tokens_of

#: Built-in names that hold a keyword or would otherwise be split.
BUILTIN_NAMES = ("date and time", "get or else", "days and time duration", "years and months duration")
#: Longest name of several words that is known again, in characters.
NAME_LIMIT = 250


@lru_cache(maxsize=4096)
def _words(name: str) -> tuple[str, ...]:
    """The tokens of a name; none where it cannot be written without quotes."""
    try:
        return tuple(token.text for token in tokens_of(name)[:-1])
    except ExpressionInvalid:
        return ()


class _Words:
    """A node of the tree of known names: the words that may follow, and the names that end here."""

    __slots__ = ("following", "names")

    def __init__(self) -> None:
        self.following: dict[str, _Words] = {}
        self.names: list[str] = []


class KnownNames:
    """The known names, word by word. `mark` and `forget` bracket the names of an inner scope."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._first = _Words()
        self._learned: list[_Words] = []
        for name in (*BUILTIN_NAMES, *names):
            self.learn(name)

    def learn(self, name: str) -> None:
        """Remember `name`; only those of several tokens need it."""
        if name.isalnum() or len(name) > NAME_LIMIT:
            return
        words = _words(name)
        if len(words) > 1:
            place = self._first
            for word in words:
                place = place.following.setdefault(word, _Words())
            place.names.append(name)
            self._learned.append(place)

    def mark(self) -> int:
        return len(self._learned)

    def forget(self, mark: int) -> None:
        while len(self._learned) > mark:
            self._learned.pop().names.pop()

    def longest(self, tokens: Sequence[Token], position: int) -> tuple[str, int] | None:
        """The longest known name that starts at this token, and its number of tokens."""
        best: tuple[str, int] | None = None
        place = self._first
        end = position
        while (following := place.following.get(tokens[end].text)) is not None:
            place, end = following, end + 1
            if place.names:
                best = (place.names[0], end - position)
        if best is not None and _goes_on(tokens, position + best[1]):
            return None  # a longer name that merely begins like a known one
        return best

    def written(self, tokens: Sequence[Token]) -> str:
        """The name these tokens write: as in the source, each gap made one space."""
        text = tokens[0].text
        for before, token in pairwise(tokens):
            text += token.text if before.end == token.start else f" {token.text}"
        return text


def _goes_on(tokens: Sequence[Token], position: int) -> bool:
    """Whether a word follows that is none of `instance of`."""
    if tokens[position].kind != "name":
        return False
    return not (tokens[position].text == "instance" and tokens[position + 1].text == "of")
