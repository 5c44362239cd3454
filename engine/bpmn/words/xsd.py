"""What the XML validator says about a file that breaks the schema, in Chinese too."""

from __future__ import annotations

import re

from engine.words import Words

_AT = r"Element '(?P<element>[^']*)'(?:, attribute '(?P<attribute>[^']*)')?: "
_PATTERNS = [
    (r"This element is not expected\.(?: Expected is (?:one of )?\((?P<expected>[^)]*)\)\.)?$", "此处不应出现该元素"),
    (r"Missing child element\(s\)\. Expected is (?:one of )?\((?P<expected>[^)]*)\)\.$", "缺少下级元素"),
    (r"The attribute '[^']*' is not allowed\.$", "不允许有该属性"),
    (r"The attribute '(?P<value>[^']*)' is required but missing\.$", "缺少属性“{value}”"),
    (r"'(?P<value>.*)' is not a valid value of the [a-z ]*type '[^']*'\.$", "值“{value}”无效"),
    (r"\[facet '[^']*'\] The value '(?P<value>.*)' .*$", "值“{value}”无效"),
    (r"Character content (?:other than whitespace )?is not allowed.*$", "此处不允许有文字"),
    (r"The type definition is abstract\.$", "该元素不能直接使用"),
    (r"No matching global declaration available for the validation root\.$", "根元素不是 BPMN 定义"),
    (r"The QName value '(?P<value>.*)' of the xsi:type attribute does not resolve to a type definition\.$",
     "xsi:type“{value}”不存在"),
]  # fmt: skip
_COMPILED = [(re.compile(_AT + pattern, re.DOTALL), zh) for pattern, zh in _PATTERNS]
#: Characters of a message that are told.
_LENGTH = 300


def in_words(message: str) -> Words:
    """The validator's message, its namespaces left out; in Chinese as far as it is known, else as it is."""
    english = re.sub(r"\{[^}]*\}", "", message)
    for pattern, zh in _COMPILED:
        match = pattern.match(english)
        if match is not None:
            return Words(_chinese(match, zh)[:_LENGTH], english[:_LENGTH])
    return Words(english[:_LENGTH], english[:_LENGTH])


def _chinese(match: re.Match[str], zh: str) -> str:
    found = match.groupdict()
    where = f"元素“{found['element']}”" + (f"的属性“{found['attribute']}”" if found["attribute"] else "")
    expected = (found.get("expected") or "").strip()
    what = zh.replace("{value}", found.get("value") or "")
    return f"{where}：{what}" + (f"，应为：{expected}" if expected else "")
