"""Unified EL source text to tokens: text outside, expressions within `${…}` or `#{…}`."""

from __future__ import annotations

import re
from typing import NamedTuple, NoReturn

from engine.expressions.feel.lexer import SOURCE_LIMIT, refuse

#: Operators that may be written as words (Expression Language 2.2, 1.14).
_WORDS = {
    "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=",
    "and": "&&", "or": "||", "not": "!", "div": "/", "mod": "%",
    "empty": "empty", "instanceof": "instanceof",
}  # fmt: skip
CONSTANTS = {"true": True, "false": False, "null": None}

_OPENING = re.compile(r"(\\?)([$#]\{)")
_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
  | (?P<name>(?:[^\W\d]|\$)[\w$]*)
  | (?P<string>"(?:[^"\\]|\\["'\\])*"|'(?:[^'\\]|\\["'\\])*')
  | (?P<mark>&&|\|\||==|!=|<=|>=|->|\+=|[-+*/%<>!?:()\[\].,=;{}])
    """,
    re.VERBOSE,
)
_ESCAPE = re.compile(r"""\\(["'\\])""")


class Token(NamedTuple):
    """`kind`: "text" (outside), "open", "name", "constant", "number", "string", "mark", "close" or "end".

    `text` is the name, the mark (word operators as their signs), the digits, or the text without quotes.
    """

    kind: str
    text: str
    start: int


def tokens_of(source: str) -> list[Token]:
    """All tokens, closed by one of kind "end". Raises ExpressionInvalid."""
    if len(source) > SOURCE_LIMIT:
        refuse(
            source[:80], 0, f"表达式最长 {SOURCE_LIMIT} 个字符", f"an expression of at most {SOURCE_LIMIT} characters"
        )
    tokens: list[Token] = []
    offset = 0
    while offset < len(source):
        offset = _outside(source, offset, tokens)
        if offset < len(source):
            tokens.append(Token("open", source[offset : offset + 2], offset))
            offset = _inside(source, offset + 2, tokens)
    tokens.append(Token("end", "", offset))
    return tokens


def _outside(source: str, start: int, tokens: list[Token]) -> int:
    """Adds the text up to the next opening, and gives its place; `\\${` is text too."""
    text, offset = "", start
    while (match := _OPENING.search(source, offset)) is not None and match[1]:
        text += source[offset : match.start()] + match[2]
        offset = match.end()
    end = len(source) if match is None else match.start()
    text += source[offset:end]
    if text:
        tokens.append(Token("text", text, start))
    return end


def _inside(source: str, start: int, tokens: list[Token]) -> int:
    """Adds the tokens of one expression with its closing brace, and gives the place behind it."""
    offset = start
    while offset < len(source):
        match = _TOKEN.match(source, offset)
        if match is None:
            _refuse_character(source, offset)
        kind, text = match.lastgroup or "mark", match.group()
        if text == "}":
            tokens.append(Token("close", text, offset))
            return match.end()
        if kind != "space":
            tokens.append(_token(kind, text, offset))
        offset = match.end()
    return offset


def _token(kind: str, text: str, offset: int) -> Token:
    if kind == "string":
        return Token(kind, _ESCAPE.sub(r"\1", text[1:-1]), offset)
    if kind == "name" and text in _WORDS:
        return Token("mark", _WORDS[text], offset)
    return Token("constant" if kind == "name" and text in CONSTANTS else kind, text, offset)


def _refuse_character(source: str, offset: int) -> NoReturn:
    character = source[offset]
    if character in "\"'":
        refuse(
            source,
            offset,
            f"字符串缺少结尾的引号 {character}，或反斜杠之后不是引号或反斜杠",
            f"a closing {character} for this string, and only quotes and backslashes after a backslash",
        )
    refuse(source, offset, f"不能识别的字符“{character}”", f"no such character as {character!r}")
