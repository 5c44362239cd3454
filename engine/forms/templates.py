"""Texts with FEEL in them, as form-js writes them (feelers): `=expression`, `{{expression}}`, `{{#if}}`, `{{#loop}}`.

Parsed once into a flat list of parts; rendered without recursion, with a limit on what comes out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.errors import BudgetExceeded, ExpressionInvalid
from engine.expressions import Context, Expression, compile_expression
from engine.values import Value, Variables
from engine.words import Words

#: Characters that one text may come to, and turns of its loops together.
LONGEST_TEXT = 100_000
MOST_TURNS = 5_000
#: Sections inside sections.
DEEPEST = 16

_PLACE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_OPENS = re.compile(r"#(if|loop)\s+(.*)", re.DOTALL)
_ALL = compile_expression("string(value)")


class TemplateInvalid(Exception):
    """A text cannot be read; `words` say why. Never leaves this package: it becomes a finding."""

    def __init__(self, words: Words) -> None:
        self.words = words
        super().__init__(words.en)


@dataclass(frozen=True, slots=True)
class _Part:
    """`text` as it stands, or an `expression` that is put in, or a section that runs up to the part `end`."""

    kind: str  # "text" | "insert" | "if" | "loop"
    text: str = ""
    expression: Expression | None = None
    end: int = 0


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed text. `names` are the variables it reads; `escape` is laid over every value put in."""

    source: str
    parts: tuple[_Part, ...]
    names: frozenset[str]
    escape: Callable[[str], str]

    @property
    def is_plain(self) -> bool:
        """There is nothing in it to work out."""
        return all(part.kind == "text" for part in self.parts)

    def render(self, variables: Variables, context: Context | None = None) -> str:
        """The text over these variables. Raises BudgetExceeded."""
        return _Rendering(self, context).run(variables)


def is_template(text: str) -> bool:
    """Whether form-js would work this text out rather than show it as it stands."""
    return text.startswith("=") or _PLACE.search(text) is not None


def parse_template(source: str, element: str, escape: Callable[[str], str] = str) -> Template:
    """Parse a text. Raises TemplateInvalid."""
    if source.startswith("="):
        parts = [_Part("insert", expression=_compiled(source[1:], element))]
    else:
        parts = _parts(source, element)
    return Template(source, tuple(parts), _names(parts), escape)


def _names(parts: list[_Part]) -> frozenset[str]:
    """The variables that are read; inside a loop a name may be one of the item's, so none is counted there."""
    read: set[str] = set()
    loop_ends = 0
    for place, part in enumerate(parts):
        if part.expression is not None and place >= loop_ends:
            read |= part.expression.names
        if part.kind == "loop":
            loop_ends = max(loop_ends, part.end)
    return frozenset(read)


def _parts(source: str, element: str) -> list[_Part]:
    parts: list[_Part] = []
    open_at: list[int] = []
    position = 0
    for place in _PLACE.finditer(source):
        _add_text(parts, source[position : place.start()])
        position = place.end()
        content = place[1].strip()
        if opening := _OPENS.fullmatch(content):
            open_at.append(len(parts))
            parts.append(_Part(opening[1], expression=_compiled(opening[2], element)))
            if len(open_at) > DEEPEST:
                raise TemplateInvalid(Words("段落嵌套过深。", "Its sections are nested too deeply."))
            position = _after_newline(source, position)
        elif content in ("/if", "/loop"):
            _close(parts, open_at, content[1:])
            position = _after_newline(source, position)
        elif content.startswith(("#", "/")):
            raise TemplateInvalid(Words(f"不认识“{{{{{content}}}}}”。", f"“{{{{{content}}}}}” is not known."))
        elif content:
            parts.append(_Part("insert", expression=_compiled(content, element)))
    _add_text(parts, source[position:])
    if open_at:
        kind = parts[open_at[-1]].kind
        raise TemplateInvalid(Words(f"“{{{{#{kind}}}}}”没有结束。", f"“{{{{#{kind}}}}}” is never closed."))
    return parts


def _add_text(parts: list[_Part], text: str) -> None:
    if text:
        parts.append(_Part("text", text))


def _after_newline(source: str, position: int) -> int:
    """A mark that ends its line takes the end of the line with it."""
    return position + 1 if source.startswith("\n", position) else position


def _close(parts: list[_Part], open_at: list[int], kind: str) -> None:
    if not open_at or parts[open_at[-1]].kind != kind:
        raise TemplateInvalid(Words(f"多出“{{{{/{kind}}}}}”。", f"“{{{{/{kind}}}}}” closes nothing."))
    start = open_at.pop()
    opened = parts[start]
    parts[start] = _Part(opened.kind, expression=opened.expression, end=len(parts))


def _compiled(source: str, element: str) -> Expression:
    try:
        return compile_expression(source.strip(), element=element)
    except ExpressionInvalid as fault:
        raise TemplateInvalid(
            Words(
                f"表达式无法解析（第 {fault.line} 行第 {fault.column} 列）：{fault.expected.zh}",
                f"the expression cannot be parsed (line {fault.line}, column {fault.column}): "
                f"expected {fault.expected.en}",
            )
        ) from fault


@dataclass
class _Turn:
    """Where rendering stands inside one section: the part after it, and what is left of its loop."""

    start: int
    end: int
    variables: Mapping[str, Value]
    around: Mapping[str, Value]
    items: list[Value]


class _Rendering:
    """One run over the parts."""

    def __init__(self, template: Template, context: Context | None) -> None:
        self.template = template
        self.context = context
        self.written: list[str] = []
        self.length = 0
        self.turns = 0

    def run(self, variables: Variables) -> str:
        parts, position = self.template.parts, 0
        current: Mapping[str, Value] = variables
        open_turns: list[_Turn] = []
        while True:
            while open_turns and position == open_turns[-1].end:
                turn = open_turns[-1]
                if turn.items:
                    current, position = self._next(turn), turn.start
                else:
                    open_turns.pop()
                    current = turn.around
                    # The end of a section may be the end of the one around it.
            if position >= len(parts):
                return "".join(self.written)
            part = parts[position]
            position += 1
            if part.expression is None:
                self._write(part.text)
            elif part.kind == "insert":
                self._write(self.template.escape(self._said(part.expression, current)))
            else:
                items = self._items(part.kind, part.expression.evaluate(current, self.context), current)
                if not items or position == part.end:
                    position = part.end
                    continue
                turn = _Turn(position, part.end, current, current, items)
                open_turns.append(turn)
                current = self._next(turn) if part.kind == "loop" else self._only(turn)

    def _next(self, turn: _Turn) -> Mapping[str, Value]:
        self.turns += 1
        if self.turns > MOST_TURNS:
            raise BudgetExceeded(self.template.source[:80], "form text turns", MOST_TURNS)
        item = turn.items.pop(0)
        inner: dict[str, Value] = dict(turn.around)
        if isinstance(item, dict):
            inner |= item
        return inner | {"this": item, "parent": turn.around, "_this_": item, "_parent_": turn.around}

    def _only(self, turn: _Turn) -> Mapping[str, Value]:
        turn.items.clear()
        return turn.variables

    def _items(self, kind: str, value: Value, current: Mapping[str, Value]) -> list[Value]:
        if kind == "if":
            return [current] if value not in (None, False, "", 0) else []
        if isinstance(value, list):
            return list(value)
        return [] if value is None else [value]

    def _said(self, expression: Expression, variables: Mapping[str, Value]) -> str:
        return said(expression.evaluate(variables, self.context), self.context)

    def _write(self, text: str) -> None:
        self.length += len(text)
        if self.length > LONGEST_TEXT:
            raise BudgetExceeded(self.template.source[:80], "form text characters", LONGEST_TEXT)
        self.written.append(text)


def said(value: Any, context: Context | None = None) -> str:
    """A value as it stands in a text: nothing for null, everything else as FEEL's `string` writes it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    text = _ALL.evaluate({"value": value}, context)
    return text if isinstance(text, str) else ""
