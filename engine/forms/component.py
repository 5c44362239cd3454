"""One component of a form-js schema while it is read: typed access, with a finding for every fault."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.errors import ExpressionInvalid
from engine.expressions import Expression, compile_expression
from engine.findings import Report
from engine.forms.computed import Computed
from engine.forms.templates import TemplateInvalid, is_template, parse_template
from engine.words import Words

#: (file, element, attribute, Chinese text) -> the text in both languages.
WordsFor = Callable[[str, str, str, str], Words]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")


@dataclass
class Component:
    """A component's JSON object. `key` is the answer's key, or the id where there is none.

    `path` are the contexts that the groups around it lead into, "owner." for example; `place` names the
    lists around it, so that texts of two lists with the same keys stay apart.
    """

    report: Report
    file: str
    words: WordsFor
    content: dict[str, Any]
    path: str = ""
    place: str = ""
    computed: list[Computed] = field(default_factory=list)

    @property
    def type(self) -> str:
        kind = self.content.get("type", "")
        return kind if isinstance(kind, str) else ""

    @property
    def id(self) -> str:
        return str(self.content.get("id") or self.content.get("key") or "")

    @property
    def own_key(self) -> str:
        return str(self.content.get("key") or self.content.get("id") or "")

    @property
    def key(self) -> str:
        """With the contexts around it, where it carries an answer."""
        return self.path + self.own_key if self.content.get("key") else self.own_key

    @property
    def element(self) -> str:
        """What findings and texts call it."""
        return self.place + self.key

    # ------------------------------------------------------------ texts

    def text(self, attribute: str, *more: str, name: str = "", escape: Callable[[str], str] = str) -> Words:
        """The text of the first of these attributes that is there, in both languages.

        Where it holds expressions it is also `computed` for the field's attribute `name`, values in it
        laid under `escape`.
        """
        found = next(((one, self.content[one]) for one in (attribute, *more) if self.content.get(one)), None)
        return Words("", "") if found is None else self.said(*found, attribute, name or attribute, escape)

    def said(self, at: str, text: Any, words_key: str, name: str, escape: Callable[[str], str] = str) -> Words:
        """`text`, found at `at`, in both languages; the translations know it as `words_key`."""
        if not isinstance(text, str):
            self.wrong(at, Words("应为文字。", "It must be a text."))
            return Words("", "")
        words = self.words(self.file, self.element, words_key, text)
        if is_template(words.zh) or is_template(words.en):
            try:
                chinese = parse_template(words.zh, self.element, escape)
                english = parse_template(words.en, self.element, escape) if words.en else None
            except TemplateInvalid as fault:
                self.bad_expression(at, fault.words)
            else:
                self.computed.append(Computed(name, zh=chinese, en=english))
        return words

    def plain(self, attribute: str) -> str:
        """A text that nobody translates; where it holds expressions it is also computed for the field."""
        text = self.content.get(attribute)
        if text in (None, ""):
            return ""
        if not isinstance(text, str):
            self.wrong(attribute, Words("应为文字。", "It must be a text."))
            return ""
        if is_template(text):
            try:
                self.computed.append(Computed(attribute, zh=parse_template(text, self.element)))
            except TemplateInvalid as fault:
                self.bad_expression(attribute, fault.words)
        return text

    # ------------------------------------------------------------ expressions

    def hide(self) -> Expression | None:
        """The FEEL expression of `conditional.hide`."""
        conditional = self.content.get("conditional")
        source = conditional.get("hide") if isinstance(conditional, dict) else None
        if source in (None, ""):
            return None
        if not isinstance(source, str) or not source.startswith("="):
            self.wrong("conditional.hide", Words("隐藏条件应以“=”开头。", "A hide expression starts with “=”."))
            return None
        return self.compiled("conditional.hide", source)

    def compiled(self, attribute: str, source: str) -> Expression | None:
        """The expression after the "="; None, with a finding, where it cannot be parsed."""
        try:
            return compile_expression(source.removeprefix("=").strip(), element=self.element)
        except ExpressionInvalid as fault:
            where = f"第 {fault.line} 行第 {fault.column} 列", f"line {fault.line}, column {fault.column}"
            self.bad_expression(
                attribute, Words(f"{where[0]}：{fault.expected.zh}", f"{where[1]}: expected {fault.expected.en}")
            )
            return None

    def compute(self, name: str, attribute: str, source: Any) -> bool:
        """Where `source` is an expression, the field's attribute `name` is computed from it."""
        if not isinstance(source, str) or not source.startswith("="):
            return False
        expression = self.compiled(attribute, source)
        if expression is not None:
            self.computed.append(Computed(name, expression))
        return True

    def required_expression(self, attribute: str) -> Expression | None:
        """An attribute that must be there and be an expression."""
        source = self.content.get(attribute)
        if not isinstance(source, str) or not source.startswith("=") or not source[1:].strip():
            self.wrong(attribute, Words("应为以“=”开头的表达式。", "It must be an expression that starts with “=”."))
            return None
        return self.compiled(attribute, source)

    # ------------------------------------------------------------ the office's own terms

    def items(self) -> tuple[str, ...]:
        """Property `items`: which items read the field."""
        return tuple(part.strip() for part in self.own_term("items").split(",") if part.strip())

    def own_term(self, name: str) -> str:
        """One of the office's own terms, from the component's `properties`."""
        properties = self.content.get("properties")
        value = properties.get(name, "") if isinstance(properties, dict) else ""
        return value if isinstance(value, str) else ""

    # ------------------------------------------------------------ rules and numbers

    @property
    def rules(self) -> Mapping[str, Any]:
        rules = self.content.get("validate")
        return rules if isinstance(rules, dict) else {}

    def flag(self, attribute: str, name: str = "") -> bool:
        """True or false; with `name`, an expression is computed for it."""
        value = self.content.get(attribute)
        if value in (None, "", False):
            return False
        if value is True:
            return True
        if not (name and self.compute(name, attribute, value)):
            self.wrong(attribute, Words("应为 true 或 false。", "It must be true or false."))
        return False

    def whole(self, value: Any, attribute: str, name: str = "") -> int | None:
        """A whole number, not negative; with `name`, an expression is computed for it."""
        number = self.number(value, attribute, name)
        if number is None:
            return None
        if number != number.to_integral_value() or not 0 <= number <= 1_000_000:
            self.wrong(attribute, Words("应为非负整数。", "It must be a whole number, not negative."))
            return None
        return int(number)

    def number(self, value: Any, attribute: str, name: str = "") -> Decimal | None:
        """A number; with `name`, an expression is computed for it."""
        if value is None or value == "" or (name and self.compute(name, attribute, value)):
            return None
        try:
            if isinstance(value, (int, str, Decimal)) and not isinstance(value, bool):
                number = Decimal(value)
                if number.is_finite():
                    return number
        except InvalidOperation:
            pass  # said below
        self.wrong(attribute, Words("应为数字。", "It must be a number."))
        return None

    def one_of(self, attribute: str, values: tuple[str, ...]) -> str:
        """One of these texts; the first of them where it is left out or wrong."""
        value = self.content.get(attribute) or values[0]
        if value in values:
            return str(value)
        known = ", ".join(values)
        self.wrong(attribute, Words(f"只能是：{known}。", f"It must be one of: {known}."))
        return values[0]

    def check_key(self, attribute: str = "key") -> None:
        """Answers are FEEL variables: their keys are plain names, dots lead into contexts."""
        if not _NAME.fullmatch(self.key):
            self.wrong(
                attribute,
                Words("键只能由字母、数字和下划线组成。", "A key has letters, digits and underscores only."),
            )

    # ------------------------------------------------------------ findings

    def missing(self, attribute: str) -> None:
        self.report.error(
            "missing-key",
            self.element,
            Words(f"组件（{self.type}）缺少“{attribute}”。", f"A component ({self.type}) has no “{attribute}”."),
            Words("在编辑器里补上。", "Add it in the editor."),
        )

    def wrong(self, attribute: str, reason: Words) -> None:
        self.report.error(
            "wrong-value",
            self.element,
            Words(f"“{attribute}”不可用：{reason.zh}", f"“{attribute}” cannot be used: {reason.en}"),
            Words("改正这个值。", "Correct the value."),
        )

    def bad_expression(self, attribute: str, reason: Words) -> None:
        what = ("隐藏条件", "The hide expression") if attribute == "conditional.hide" else (f"“{attribute}”",) * 2
        self.report.error(
            "bad-expression",
            self.element,
            Words(f"{what[0]}无法解析：{reason.zh}", f"{what[1]} cannot be parsed: {reason.en}"),
            Words("改正 FEEL 表达式。", "Correct the FEEL expression."),
        )

    def contradicting(self, message: Words) -> None:
        """Two limits that no answer can keep."""
        self.report.error(
            "limits-contradict",
            self.element,
            message,
            Words("改正其中一个。", "Correct one of them."),
        )

    def unsupported(self, attribute: str, reason: Words) -> None:
        self.report.error(
            "unsupported-attribute",
            self.element,
            Words(f"不支持“{attribute}”：{reason.zh}", f"“{attribute}” is not supported: {reason.en}"),
            Words("删去它。", "Remove it."),
        )
