"""Decisions of a bundle in the words of its readers: labels, options, conditions and notes in their language."""

from __future__ import annotations

import re
from functools import partial

from flask_babel import gettext

from engine import Words
from engine.bundles import answer_words
from engine.values import Value
from webapp.catalogue import Published
from webapp.form_values import shown_value
from webapp.languages import language
from webapp.pages.decision_steps import Reading
from webapp.pages.support import words

CREDIT = {
    "good": Words("没有不良信用记录", "no bad credit record"),
    "barred": Words("有未修复的不良信用记录", "a credit record that bars"),
}
TEXT = re.compile(r'"([^"\\]*)"')
CONTAINS = re.compile(r'list contains\(\?, ("[^"\\]*")\)')


def reading_of(release: Published, file: str) -> Reading:
    """How decisions of this file of the release are read."""
    return Reading(partial(_text, release, file), partial(_meaning, release), partial(_condition, release), labels=True)


def _text(release: Published, file: str, element: str, attribute: str, chinese: str) -> str:
    plain = _plain(chinese) if attribute == "text" else chinese
    return words(release.bundle.words(file, element, attribute, plain))


def _plain(written: str) -> str:
    """A literal without the signs of the expression language; anything else as it is."""
    if TEXT.fullmatch(written):
        return written[1:-1]
    return {"true": gettext("是"), "false": gettext("否")}.get(written, written)


def _condition(release: Published, expression: str, cell: str) -> str:
    """An input cell with its texts as people call them; what is no plain list of values stays an expression."""
    contained = CONTAINS.fullmatch(cell)
    if contained:
        return gettext("包含%(what)s", what=_named(release, expression, contained[1]))
    if cell.strip() == "null":
        return _meaning(release, expression, None)
    if all(TEXT.fullmatch(part.strip()) for part in cell.split(",")):
        return gettext("、").join(_named(release, expression, part.strip()) for part in cell.split(","))
    return _plain(cell)


def _named(release: Published, expression: str, literal: str) -> str:
    return _meaning(release, expression, literal[1:-1]) or literal[1:-1]


def _meaning(release: Published, expression: str, value: Value) -> str:
    """What the value of a column stands for: an option's label, an item's name, yes or no; "" where it is plain."""
    if expression == "requirement":
        return _material(release, value)
    if value is None:
        return gettext("未填写")
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    bundle = release.bundle
    if expression == "item":
        return next((words(item.name) for item in bundle.items if item.key == value), "")
    if expression == "credit" and isinstance(value, str):
        return words(CREDIT[value]) if value in CREDIT else ""
    question = next((each for each in bundle.questions if each.key == expression), None)
    if question is not None and question.options:
        return words(answer_words(value, {option.value: option.label for option in question.options}))
    field = next((each for each in release.form.inputs if each.key == expression), None)
    return shown_value(field, value, language()) if field is not None and field.options else ""


def _material(release: Published, key: Value) -> str:
    """The material that a commitment is to replace alone; without one it is about the item as a whole."""
    if key is None:
        return gettext("整个事项")
    return next((words(each.name) for each in release.bundle.materials if each.key == key), "")
