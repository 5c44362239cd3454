"""One component of a form-js schema while it is read: typed access, with a finding for every fault."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.errors import ExpressionInvalid
from engine.expressions import Expression, compile_expression
from engine.findings import Report
from engine.words import Words

#: (file, element, attribute, Chinese text) -> the text in both languages.
WordsFor = Callable[[str, str, str, str], Words]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass
class Component:
    """A component's JSON object. `key` is the answer's key, or the id where there is none."""

    report: Report
    file: str
    words: WordsFor
    content: dict[str, Any]

    @property
    def type(self) -> str:
        return str(self.content.get("type", ""))

    @property
    def id(self) -> str:
        return str(self.content.get("id") or self.content.get("key") or "")

    @property
    def key(self) -> str:
        return str(self.content.get("key") or self.content.get("id") or "")

    # ------------------------------------------------------------ texts

    def text(self, attribute: str, *more: str) -> Words:
        """The text of the first of these attributes that is there, in both languages.

        Expressions and templates in texts are not run, so they are refused rather than shown raw.
        """
        for name in (attribute, *more):
            chinese = self.content.get(name)
            if isinstance(chinese, str) and chinese:
                if chinese.startswith("=") or "{{" in chinese:
                    self.unsupported(name, Words("文字中不能使用表达式。", "Texts cannot hold expressions."))
                return self.words(self.file, self.key, attribute, chinese)
        return Words("", "")

    def hide(self) -> Expression | None:
        """The FEEL expression of `conditional.hide`."""
        conditional = self.content.get("conditional")
        if conditional in (None, {}):
            return None
        source = conditional.get("hide") if isinstance(conditional, dict) else None
        if source in (None, ""):
            return None
        if not isinstance(source, str) or not source.startswith("="):
            self.wrong("conditional.hide", Words("隐藏条件应以“=”开头。", "A hide expression starts with “=”."))
            return None
        try:
            return compile_expression(source[1:].strip(), element=self.key)
        except ExpressionInvalid as fault:
            self.report.error(
                "bad-expression",
                self.key,
                Words(
                    f"隐藏条件无法解析（第{fault.line}行第{fault.column}列）：{fault.expected.zh}",
                    f"The hide expression cannot be parsed (line {fault.line}, column {fault.column}): "
                    f"{fault.expected.en}",
                ),
                Words("改正FEEL表达式。", "Correct the FEEL expression."),
            )
            return None

    def items(self) -> tuple[str, ...]:
        """Property `items`: which items read the field."""
        return tuple(part.strip() for part in self.own_term("items").split(",") if part.strip())

    def own_term(self, name: str) -> str:
        """One of the office's own terms, from the component's `properties`."""
        properties = self.content.get("properties")
        value = properties.get(name, "") if isinstance(properties, dict) else ""
        return value if isinstance(value, str) else ""

    # ------------------------------------------------------------ rules

    @property
    def rules(self) -> dict[str, Any]:
        rules = self.content.get("validate")
        return rules if isinstance(rules, dict) else {}

    def length(self, rule: str) -> int | None:
        value = self.number(self.rules.get(rule), f"validate.{rule}")
        if value is None:
            return None
        if value != int(value) or value < 0:
            self.wrong(f"validate.{rule}", Words("应为非负整数。", "It must be a whole number, not negative."))
            return None
        return int(value)

    def number(self, value: Any, attribute: str) -> Decimal | None:
        if value is None or value == "":
            return None
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
            return Decimal(value)
        self.wrong(attribute, Words("应为数字。", "It must be a number."))
        return None

    def check_key(self) -> None:
        """Answers are FEEL variables: their keys are plain names."""
        if not _NAME.fullmatch(self.key):
            self.wrong(
                "key",
                Words("键只能由字母、数字和下划线组成。", "A key has letters, digits and underscores only."),
            )

    # ------------------------------------------------------------ findings

    def missing(self, attribute: str) -> None:
        self.report.error(
            "missing-key",
            self.key,
            Words(f"组件（{self.type}）缺少“{attribute}”。", f"A component ({self.type}) has no “{attribute}”."),
            Words("在编辑器里补上。", "Add it in the editor."),
        )

    def wrong(self, attribute: str, reason: Words) -> None:
        self.report.error(
            "wrong-value",
            self.key,
            Words(f"“{attribute}”不可用：{reason.zh}", f"“{attribute}” cannot be used: {reason.en}"),
            Words("改正这个值。", "Correct the value."),
        )

    def unsupported(self, attribute: str, reason: Words) -> None:
        self.report.error(
            "unsupported-attribute",
            self.key,
            Words(f"不支持“{attribute}”：{reason.zh}", f"“{attribute}” is not supported: {reason.en}"),
            Words("删去它。", "Remove it."),
        )
