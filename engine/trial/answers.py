"""The answers of an example that begins with some: those that no longer fit its bundle, and the example with others."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine.bundles import Bundle, Example, Question, answer_faults, questions_asked
from engine.forms import Form
from engine.forms.model import Field
from engine.runtime import Context
from engine.trial.differences import Difference, form_faults, guide_differences
from engine.trial.recording import exact, written
from engine.values import Value
from engine.words import Words

TEXT, CHOICE, VALUE, NOTHING = "text", "choice", "value", ""
_TEXTS = frozenset({"textfield", "textarea", "datetime"})
_CHOICES = frozenset({"radio", "select"})
_YES_NO = ((True, Words("是", "Yes")), (False, Words("否", "No")))


@dataclass(frozen=True, slots=True)
class Unfit:
    """An answer that the questions (`guided`) or the form refuse, and why.

    `key`: of the question or field; `kind` of its answer: a text, one of `options`, any other value, or nothing, where
    nobody asks for it; `given`: as the example has it, None where it has none.
    """

    guided: bool
    key: str
    label: Words
    kind: str
    given: Value
    faults: tuple[Words, ...]
    options: tuple[tuple[Value, Words], ...] = ()

    @property
    def name(self) -> str:
        """By which it is told from every other."""
        return f"{'guided' if self.guided else 'answer'}-{self.key}"

    @property
    def is_text(self) -> bool:
        return self.kind == TEXT

    @property
    def is_choice(self) -> bool:
        return self.kind == CHOICE

    @property
    def is_value(self) -> bool:
        return self.kind == VALUE


@dataclass(frozen=True, slots=True)
class Review:
    """What of an example's answers does not fit, and what the guide tells otherwise than the example says."""

    answers: tuple[Unfit, ...]
    guide: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Amended:
    """What is to be otherwise in an example. None takes an answer out; `guide`: what it is to say of the guide."""

    guided: Mapping[str, Value] = field(default_factory=dict)
    answers: Mapping[str, Value] = field(default_factory=dict)
    guide: Mapping[str, object] = field(default_factory=dict)


def reviewed(bundle: Bundle, form: Form | None, example: Example, context: Context) -> Review:
    """What of the answers the bundle as it is would refuse. Raises what the guide raises."""
    answers = (*_of_questions(bundle, example), *_of_form(form, example, context))
    # While a question lacks its answer the guide tells nothing to be held against the example.
    guide = () if any(one.guided for one in answers) else tuple(guide_differences(bundle, example, context))
    return Review(answers, guide)


def amended(content: bytes, given: Amended) -> bytes:
    """The example's file with these answers; everything else stays as it is.

    Raises ValueInvalid (a number that would be written otherwise).
    """
    told = json.loads(content.decode("utf-8"), parse_float=exact)
    for part, answers in (("guided", given.guided), ("answers", given.answers)):
        for key, value in answers.items():
            _put(told.setdefault(part, {}), key.split(".") if part == "answers" else [key], _plain(value))
    if given.guide:
        told["expect"].setdefault("guide", {}).update(given.guide)
    return written(told)


def _of_questions(bundle: Bundle, example: Example) -> Iterator[Unfit]:
    questions = {one.key: one for one in bundle.questions}
    asked = {one.key for one in questions_asked(bundle, example.guided)}
    for key, fault in answer_faults(bundle, example.guided).items():
        question, given = questions.get(key), example.guided.get(key)
        if question is None or key not in asked:
            yield Unfit(True, key, question.text if question else Words(key, key), NOTHING, given, (fault,))
        else:
            kind = VALUE if question.kind == "many" else CHOICE
            yield Unfit(True, key, question.text, kind, given, (fault,), _options(question))


def _options(question: Question) -> tuple[tuple[Value, Words], ...]:
    return _YES_NO if question.kind == "yes-no" else tuple((one.value, one.label) for one in question.options)


def _of_form(form: Form | None, example: Example, context: Context) -> Iterator[Unfit]:
    """A fault in a row of a list is one of the list's answer."""
    fields = {one.key: one for one in form.inputs} if form is not None else {}
    faults: dict[str, list[Words]] = {}
    for name, messages in form_faults(form, example, context).items():
        faults.setdefault(name.partition("[")[0], []).extend(messages)
    for key, said in faults.items():
        yield _unfit(key, fields.get(key), _at(example.answers, key.split(".")), tuple(said))


def _unfit(key: str, asked: Field | None, given: Value, faults: tuple[Words, ...]) -> Unfit:
    if asked is None:
        return Unfit(False, key, Words(key, key), NOTHING, given, faults)
    if asked.type == "checkbox":
        return Unfit(False, key, asked.label, CHOICE, given, faults, _YES_NO)
    options = tuple((one.value if one.answer is None else one.answer, one.label) for one in asked.options)
    if asked.type in _CHOICES and options:
        return Unfit(False, key, asked.label, CHOICE, given, faults, options)
    return Unfit(False, key, asked.label, TEXT if asked.type in _TEXTS else VALUE, given, faults, options)


def _at(answers: Mapping[str, Any], path: Iterable[str]) -> Any:
    found: Any = answers
    for part in path:
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _put(answers: dict[str, Any], path: list[str], value: Any) -> None:
    *around, last = path
    for part in around:
        if not isinstance(answers.get(part), dict):
            answers[part] = {}
        answers = answers[part]
    if value is None:
        answers.pop(last, None)
    else:
        answers[last] = value


def _plain(value: Value) -> Any:
    """A value as JSON has it. Raises ValueInvalid for a number with more digits than a float holds."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else exact(str(value))
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
