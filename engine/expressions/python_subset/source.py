"""Python source text to its tree: within limits, and with places that people can find again."""

from __future__ import annotations

import ast
import re
import threading
import warnings
from typing import NoReturn

from engine.errors import ExpressionInvalid
from engine.expressions.feel.lexer import SOURCE_LIMIT
from engine.words import Words

#: Deepest nesting of statements and expressions that is read; chains (a + b + c, elif) count once.
NESTING_LIMIT = 60
#: The parser warns of doubtful escapes through the process-wide filters; one thread at a time silences them.
_PARSING = threading.Lock()
_NEWLINE = re.compile(r"\r\n?")
_BLANKS = re.compile(r"[ \t]*")


class Source:
    """A source text, and what of it the parser got.

    `skipped` lines at the top were left out, `first_margin` characters of the first parsed line and `margin`
    of all others.
    """

    def __init__(self, text: str, parsed: str, *, skipped: int = 0, first_margin: int = 0, margin: int = 0) -> None:
        self.text, self.parsed = text, parsed
        self.skipped, self.first_margin, self.margin = skipped, first_margin, margin
        # As the tree counts: in bytes of UTF-8. A lone surrogate is refused by the parser.
        self._lines = [line.encode("utf-8", "replace") for line in parsed.split("\n")]

    def refuse(self, node: ast.AST, zh: str, en: str) -> NoReturn:
        """Raise ExpressionInvalid at this node."""
        line: int = getattr(node, "lineno", 1)
        offset: int = getattr(node, "col_offset", 0)
        before = self._line(line)[:offset].decode("utf-8", "ignore")
        raise self.invalid(line, len(before) + 1, zh, en)

    def invalid(self, line: int, column: int, zh: str, en: str) -> ExpressionInvalid:
        """The error at this place of the parsed text (1-based, in characters)."""
        margin = self.first_margin if line == 1 else self.margin
        return ExpressionInvalid(self.text, line + self.skipped, column + margin, Words(zh, en))

    def written(self, node: ast.expr) -> str:
        """How a node of one line was written; nonsense where the tree has no places (within f-strings)."""
        return self._line(node.lineno)[node.col_offset : node.end_col_offset].decode("utf-8", "ignore")

    def _line(self, number: int) -> bytes:
        return self._lines[number - 1] if 0 < number <= len(self._lines) else b""


def parse_expression(text: str) -> tuple[Source, ast.expr]:
    """The tree of one expression. Raises ExpressionInvalid."""
    plain = _plain(text)
    leading = plain[: len(plain) - len(plain.lstrip())]
    margin = len(leading) - (leading.rfind("\n") + 1)
    source = Source(text, plain.strip(), skipped=leading.count("\n"), first_margin=margin)
    body: ast.expr = _parsed(source, "eval").body  # type: ignore[attr-defined]
    _check_depth(source, [body])
    return source, body


def parse_script(text: str) -> tuple[Source, list[ast.stmt]]:
    """The statements of a script. Raises ExpressionInvalid.

    A margin that all lines share is no indentation, and neither is one that all but the first share: who
    reads a script from XML strips its first line.
    """
    lines = _plain(text).split("\n")
    margin = _margin(lines)
    source = Source(text, _without(lines, margin), first_margin=margin, margin=margin)
    try:
        tree = _parsed(source, "exec")
    except ExpressionInvalid as failure:
        margin = _margin(lines[1:])
        if not margin or not isinstance(failure.__cause__, IndentationError):
            raise
        source = Source(text, f"{lines[0]}\n{_without(lines[1:], margin)}", margin=margin)
        tree = _parsed(source, "exec")
    body: list[ast.stmt] = tree.body  # type: ignore[attr-defined]
    _check_depth(source, body)
    return source, body


def _plain(text: str) -> str:
    if len(text) > SOURCE_LIMIT:
        words = Words(f"脚本最长 {SOURCE_LIMIT} 个字符", f"a script of at most {SOURCE_LIMIT} characters")
        raise ExpressionInvalid(text[:80], 1, 1, words)
    return _NEWLINE.sub("\n", text)


def _margin(lines: list[str]) -> int:
    """How many blanks all lines share that hold anything."""
    blanks = [match.group() for line in lines if line.strip() and (match := _BLANKS.match(line))]
    if not blanks:
        return 0
    least, greatest = min(blanks), max(blanks)
    return next((i for i, blank in enumerate(least) if blank != greatest[i]), len(least))


def _without(lines: list[str], margin: int) -> str:
    return "\n".join(line[margin:] for line in lines)


def _parsed(source: Source, mode: str) -> ast.AST:
    try:
        with _PARSING, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source.parsed, mode=mode)
    except SyntaxError as fault:
        zh, en = f"不是正确的 Python 语法（{fault.msg}）", f"correct Python: {fault.msg}"
        raise source.invalid(fault.lineno or 1, fault.offset or 1, zh, en) from fault
    except ValueError:
        raise source.invalid(1, 1, "不得含有 NUL 或不完整的字符", "no NUL and no lone surrogate") from None
    except (RecursionError, MemoryError):  # the parser's own limits of depth
        raise too_deep(source) from None


def too_deep(source: Source, line: int = 1, column: int = 1) -> ExpressionInvalid:
    """Nested deeper than the limit at this line."""
    return source.invalid(line, column, f"嵌套最多 {NESTING_LIMIT} 层", f"at most {NESTING_LIMIT} levels of nesting")


def _check_depth(source: Source, top: list[ast.expr] | list[ast.stmt]) -> None:
    waiting: list[tuple[ast.AST, int]] = [(node, 1) for node in top]
    while waiting:
        node, level = waiting.pop()
        if level > NESTING_LIMIT:
            raise too_deep(source, getattr(node, "lineno", 1))
        for child in ast.iter_child_nodes(node):
            waiting.append((child, level if _is_chained(node, child) else level + 1))


def _is_chained(node: ast.AST, child: ast.AST) -> bool:
    """Whether the child is the next link of a chain, which is compiled in a loop."""
    if isinstance(node, ast.BinOp):
        return child is node.left
    return isinstance(node, ast.If) and node.orelse == [child] and isinstance(child, ast.If)
