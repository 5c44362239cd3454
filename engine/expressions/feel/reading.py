"""What every part of the parser needs: the tokens, the names of several words, and type names."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import NoReturn

from engine.expressions.feel.lexer import Token, refuse, tokens_of
from engine.expressions.feel.names import KnownNames
from engine.expressions.feel.nodes import TypeName

#: Deepest nesting of brackets, operators and paths that is read.
NESTING_LIMIT = 200


def refuse_depth(source: str, offset: int, limit: int = NESTING_LIMIT) -> NoReturn:
    """Raise ExpressionInvalid: nested too deeply."""
    refuse(source, offset, f"嵌套最多 {limit} 层", f"at most {limit} levels of nesting")


class Reading:
    """One reading of one source text. `position` is the index of the token that comes next."""

    def __init__(self, source: str, names: Iterable[str] = ()) -> None:
        self.source = source
        self.tokens = tokens_of(source)
        self.line_starts = [0, *(at + 1 for at, character in enumerate(source) if character == "\n")]
        self.position = 0
        self.depth = 0
        self.names = KnownNames(names)
        self.input_mentions = 0

    # --- tokens

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    def sees(self, text: str) -> bool:
        token = self.tokens[self.position]
        return token.text == text and token.kind != "string"

    def take(self, text: str) -> bool:
        if self.sees(text):
            self.position += 1
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.take(text):
            self.refuse(f"此处应为“{text}”", f"{text!r} here")

    def another(self, closing: str) -> bool:
        """Whether a comma follows, and then something before the closing mark."""
        if not self.take(","):
            return False
        if self.sees(closing):
            self.refuse("逗号之后缺少内容", "something after the comma")
        return True

    def expect_end(self) -> None:
        if self.token.kind != "end":
            self.refuse(f"表达式应在“{self.token.text}”之前结束", f"the end before {self.token.text!r}")

    def refuse(self, zh: str, en: str) -> NoReturn:
        refuse(self.source, self.token.start, zh, en)

    def refuse_depth(self) -> NoReturn:
        refuse_depth(self.source, self.token.start)

    def sees_instance_of(self) -> bool:
        """Whether `instance of` comes next; neither word is a keyword by itself."""
        return self.sees("instance") and self.tokens[self.position + 1].text == "of"

    def where(self, token: Token) -> tuple[int, int]:
        """The 1-based line and column of a token."""
        line = bisect_right(self.line_starts, token.start)
        return line, token.start - self.line_starts[line - 1] + 1

    # --- names and types

    def name(self) -> str:
        """A name where it is used: the longest known one, else all words up to the next mark or keyword."""
        known = self.names.longest(self.tokens, self.position)
        if known is not None:
            name, length = known
            self.position += length
            return name
        words: list[str] = []
        while self.token.kind == "name" and not (words and self.sees_instance_of()):
            words.append(self.token.text)
            self.position += 1
        if not words:
            self.refuse("此处应为名称", "a name here")
        return " ".join(words)

    def new_name(self, *ends: str) -> str:
        """A name where it is made: everything up to one of the marks `ends`."""
        first = self.position
        while self.token.kind != "end" and not (self.token.kind in ("mark", "keyword") and self.token.text in ends):
            if self.token.kind == "string" or self.token.text in ("(", ")", "[", "]", "{", "}", ","):
                break
            self.position += 1
        if self.position == first or self.tokens[first].kind != "name":
            self.position = first
            self.refuse("此处应为名称", "a name here")
        return self.names.written(self.tokens[first : self.position])

    def type_name(self) -> TypeName:
        """A type: `number`, `list<string>`, `context<a: number>`, `function<number> -> string`."""
        self.depth += 1
        if self.depth > NESTING_LIMIT:
            self.refuse_depth()
        name = self.name() if self.token.kind == "name" else self.keyword_type()
        found = TypeName(name)
        if name in ("list", "range", "context", "function") and self.take("<"):
            found = self.type_arguments(name)
        while name not in ("list", "range", "context", "function") and self.take("."):
            found = TypeName(f"{found.name}.{self.name()}")
        self.depth -= 1
        return found

    def keyword_type(self) -> str:
        """`function` and `null`, which are keywords elsewhere."""
        text = self.token.text
        if text not in ("function", "null"):
            self.refuse("此处应为类型", "a type here")
        self.position += 1
        return text

    def type_arguments(self, name: str) -> TypeName:
        arguments: list[TypeName] = []
        keys: list[str] = []
        while not self.sees(">"):
            if name == "context":
                keys.append(self.new_name(":"))
                self.expect(":")
            arguments.append(self.type_name())
            if not self.another(">"):
                break
        self.expect(">")
        if name == "function" and self.take("->"):
            arguments.append(self.type_name())
        return TypeName(name, tuple(arguments), tuple(keys))
