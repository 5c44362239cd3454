"""Names of several words (`date and time`, `string length`): which ones are known at a place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from engine.errors import ExpressionInvalid
from engine.expressions.feel.lexer import Token, tokens_of

#: Built-in names that hold a keyword or would otherwise be split.
BUILTIN_NAMES = ("date and time", "get or else", "days and time duration", "years and months duration")


@lru_cache(maxsize=4096)
def _words(name: str) -> tuple[str, ...]:
    """The tokens of a name; none where it cannot be written without quotes."""
    try:
        return tuple(token.text for token in tokens_of(name)[:-1])
    except ExpressionInvalid:
        return ()


class KnownNames:
    """Known names by their first word. `mark` and `forget` bracket the names of an inner scope."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._learned: list[str] = []
        for name in (*BUILTIN_NAMES, *names):
            self.learn(name)

    def learn(self, name: str) -> None:
        """Remember `name`; only those of several tokens need it."""
        if name.isalnum():
            return
        words = _words(name)
        if len(words) > 1:
            self._by_first.setdefault(words[0], []).append((words, name))
            self._learned.append(words[0])

    def mark(self) -> int:
        return len(self._learned)

    def forget(self, mark: int) -> None:
        while len(self._learned) > mark:
            self._by_first[self._learned.pop()].pop()

    def longest(self, tokens: Sequence[Token], position: int) -> tuple[str, int] | None:
        """The longest known name that starts at this token, and its number of tokens."""
        best: tuple[str, int] | None = None
        for words, name in self._by_first.get(tokens[position].text, ()):
            here = tokens[position : position + len(words)]
            if tuple(token.text for token in here) == words and (best is None or len(words) > best[1]):
                best = (name, len(words))
        if best is not None and tokens[position + best[1]].kind == "name":
            return None  # a longer name that merely begins like a known one
        return best

    def written(self, tokens: Sequence[Token]) -> str:
        """The name these tokens write: as in the source, each gap made one space."""
        text = tokens[0].text
        for before, token in pairwise(tokens):
            text += token.text if before.end == token.start else f" {token.text}"
        return text
