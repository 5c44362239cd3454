"""FEEL source text to tokens."""

from __future__ import annotations

import re
from typing import NamedTuple, NoReturn

from engine.errors import ExpressionInvalid
from engine.words import Words

#: Longest source text that is read, in characters.
SOURCE_LIMIT = 64_000

KEYWORDS = frozenset(
    [
        "and",
        "between",
        "else",
        "every",
        "false",
        "for",
        "function",
        "if",
        "in",
        "null",
        "or",
        "return",
        "satisfies",
        "some",
        "then",
        "true",
    ]
)

# DMN 1.5, rules 28 and 29, without the full-width and ideographic punctuation of those blocks: typed by
# mistake for the ASCII marks, it would silently become part of a name.
_LETTER = (
    "A-Za-z_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3005-\u3007\u3021-\ud7ff\uf900-\ufdcf\ufdf0-\ufdff\ufe70-\ufefe\U00010000-\U000effff"
)
_TOKEN = re.compile(
    rf"""
    (?P<space>(?:\s|\u00a0|\ufeff|//[^\n]*|/\*.*?\*/)+)
  | (?P<number>(?:\d+(?:\.(?!\.)\d+)?|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<name>[{_LETTER}][{_LETTER}0-9\u00b7\u0300-\u036f\u203f\u2040]*)
  | (?P<string>"(?:[^"\\]|\\.)*")
  | (?P<mark>\*\*|\.\.|!=|<=|>=|->|[-+*/=<>()\[\]{{}},:.?@|'])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_FULL_WIDTH = str.maketrans("（）［］｛｝，：；。＂“”‘’＝＜＞＋－＊／．？！、", '()[]{},:;."""\'\'=<>+-*/.?!,')


class Token(NamedTuple):
    """`kind`: "name", "keyword", "number", "string", "mark" or "end"; `text` as written."""

    kind: str
    text: str
    start: int
    end: int


def refuse(source: str, offset: int, zh: str, en: str) -> NoReturn:
    """Raise ExpressionInvalid at this offset of the source."""
    line = source.count("\n", 0, offset) + 1
    column = offset - (source.rfind("\n", 0, offset) + 1) + 1
    raise ExpressionInvalid(source, line, column, Words(zh, en))


def tokens_of(source: str) -> list[Token]:
    """All tokens, closed by one of kind "end". Raises ExpressionInvalid."""
    if len(source) > SOURCE_LIMIT:
        refuse(
            source[:80],
            0,
            f"表达式最长 {SOURCE_LIMIT} 个字符",
            f"an expression of at most {SOURCE_LIMIT} characters",
        )
    tokens: list[Token] = []
    offset = 0
    while offset < len(source):
        match = _TOKEN.match(source, offset)
        if match is None:
            _refuse_character(source, offset)
        if source.startswith("/*", offset) and match.lastgroup != "space":
            refuse(source, offset, "注释缺少结尾的 */", "a closing */ for this comment")
        kind = match.lastgroup or "mark"
        if kind != "space":
            text = match.group()
            if kind == "name" and text in KEYWORDS:
                kind = "keyword"
            tokens.append(Token(kind, text, offset, match.end()))
        offset = match.end()
    tokens.append(Token("end", "", offset, offset))
    return tokens


def _refuse_character(source: str, offset: int) -> NoReturn:
    character = source[offset]
    half = character.translate(_FULL_WIDTH)
    if character == '"':
        refuse(source, offset, "字符串缺少结尾的双引号", 'a closing " for this string')
    if half != character:
        refuse(
            source,
            offset,
            f"请用半角“{half}”代替“{character}”",
            f"the ASCII {half!r} instead of {character!r}",
        )
    refuse(source, offset, f"不能识别的字符“{character}”", f"no such character as {character!r}")


def string_value(source: str, token: Token) -> str:
    """The text of a string token, escapes resolved. Raises ExpressionInvalid for a lone surrogate."""
    if "\\" not in token.text:
        return token.text[1:-1]

    def resolve(match: re.Match[str]) -> str:
        four, six, other = match.groups()
        if other is None:
            code = int(four or six, 16)
            return chr(code) if code <= 0x10FFFF else match.group()
        if other in "\"'\\":
            return str(other)
        return _ESCAPED.get(other, match.group())

    text = _ESCAPE.sub(resolve, token.text[1:-1])
    if not text.isascii():
        # Two \uXXXX escapes may stand for one character above U+FFFF.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if "\ufffd" in text and "\ufffd" not in token.text and "fffd" not in token.text.lower():
            refuse(source, token.start, "字符串含有不完整的字符", "no lone surrogate in a string")
    return text
