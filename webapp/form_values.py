"""Answers as people read them, and as the controls of a page hold them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from engine.forms import FILES, LIST, Field, Form, Section, files_of, value_at, wall_clock
from engine.values import Value
from webapp import moments

_YES_NO = {("zh", True): "是", ("zh", False): "否", ("en", True): "yes", ("en", False): "no"}


#: Changes the text of one answer before it is shown: hides part of a number, for example.
Veil = Callable[[Field, str], str]


def shown_value(field: Field, value: Value, language: str, veil: Veil = lambda field, text: text) -> str:
    """One answer as people read it; empty for none. `veil` is laid over each answer, in rows of lists too."""
    if value is None or value == "":
        return ""
    if field.type == LIST:
        return _rows(field.sections, value, language, veil)
    return veil(field, _one(field, value, language))


def shown_answers(form: Form, answers: Mapping[str, Any], language: str) -> dict[str, str]:
    """Every field of the form as people read it: option labels instead of values, empty for no answer."""
    return {
        field.key: shown_value(field, value_at(answers, field.key), language)
        for section in form.sections
        for field in section.fields
    }


def _one(field: Field, value: Value, language: str) -> str:
    if field.type == FILES:
        return _listed([file.name for file in files_of(value)], language)
    labels = {option.value: option.label.in_language(language) for option in field.options}
    if isinstance(value, list):
        return _listed([labels.get(_plain(one), _plain(one)) for one in value], language)
    text = _plain(value)
    if text in labels:
        return labels[text]
    return _YES_NO[(language, value)] if isinstance(value, bool) else text


def _rows(sections: Sequence[Section], value: Value, language: str, veil: Veil) -> str:
    """One line for each row of a list: its answers with their labels."""
    colon, between = ("：", "；") if language == "zh" else (": ", "; ")
    lines = []
    for row in (one for one in value if isinstance(one, Mapping)) if isinstance(value, list) else ():
        told = [
            f"{one.label.in_language(language)}{colon}{text}"
            for section in sections
            for one in section.fields
            if one.label.zh and (text := shown_value(one, value_at(row, one.key), language, veil))
        ]
        lines.append(between.join(told) or "—")
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))


def _listed(texts: Sequence[str], language: str) -> str:
    return ("、" if language == "zh" else ", ").join(texts)


def _plain(value: Value) -> str:
    """A value as text: numbers without exponent, moments by the office's clock."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return f"{_office_clock(value):%Y-%m-%d %H:%M}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return str(value)


def control_value(value: Value) -> Any:
    """An answer as a control holds it: texts, ticks, and lists of texts."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [_plain(one) if not isinstance(one, Mapping) else one for one in value]
    if isinstance(value, datetime):
        return f"{_office_clock(value):%Y-%m-%dT%H:%M}"
    if isinstance(value, time):
        return f"{_office_clock(value):%H:%M}"
    return value.isoformat() if isinstance(value, date) else _plain(value)


def _office_clock(moment: datetime | time) -> date | time:
    """The wall clock of the office; a time of day with an offset keeps its own hours."""
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        moment = moment.astimezone(moments.OFFICE_ZONE)
    return wall_clock(moment, None)
