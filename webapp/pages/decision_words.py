"""Decisions of a bundle in the words of its readers: labels, options and notes in their language."""

from __future__ import annotations

from functools import partial

from flask_babel import gettext

from engine import Words
from engine.bundles import Bundle, answer_words
from engine.values import Value
from webapp.pages.decision_steps import Reading
from webapp.pages.support import words

CREDIT = {
    "good": Words("没有不良信用记录", "no bad credit record"),
    "barred": Words("有未修复的不良信用记录", "a credit record that bars"),
}


def reading_of(bundle: Bundle, file: str) -> Reading:
    """How decisions of this file of the bundle are read."""
    return Reading(partial(_text, bundle, file), partial(_meaning, bundle), labels=True)


def _text(bundle: Bundle, file: str, element: str, attribute: str, chinese: str) -> str:
    plain = _plain(chinese) if attribute == "text" else chinese
    return words(bundle.words(file, element, attribute, plain))


def _plain(written: str) -> str:
    """A result cell without the signs of the expression language."""
    if len(written) > 1 and written[0] == written[-1] == '"' and '"' not in written[1:-1]:
        return written[1:-1]
    return {"true": gettext("是"), "false": gettext("否")}.get(written, written)


def _meaning(bundle: Bundle, expression: str, value: Value) -> str:
    """What the value of a column stands for: an option's label, an item's name, yes or no."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if expression == "item":
        return next((words(item.name) for item in bundle.items if item.key == value), "")
    if expression == "credit" and isinstance(value, str):
        return words(CREDIT[value]) if value in CREDIT else ""
    question = next((each for each in bundle.questions if each.key == expression), None)
    if question is None:
        return ""
    return words(answer_words(value, {option.value: option.label for option in question.options}))
