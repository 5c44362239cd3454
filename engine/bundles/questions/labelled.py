"""Questions and fields as people see them: what conditions over their answers are told by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.bundles.model import Bundle, Question
from engine.forms import Field, Form
from engine.values import Value
from engine.words import Words

YES_NO, ONE, MANY, NUMBER, TEXT, ANY = "yes-no", "one", "many", "number", "text", ""
#: Types of fields -> kinds of answers; of any other it is not known.
_KINDS = {
    "checkbox": YES_NO, "radio": ONE, "select": ONE, "checklist": MANY, "taglist": MANY, "number": NUMBER,
    "textfield": TEXT, "textarea": TEXT,
}  # fmt: skip
YES_OR_NO = {True: Words("是", "yes"), False: Words("否", "no")}


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question or a field as people see it: its text, what its options are called, by their value, and its kind
    (yes-no, one, many, number, text; "" where it is not known). Of the column of a table the text is empty."""

    text: Words
    options: Mapping[str, Words]
    kind: str = ANY

    def subject(self) -> Words:
        """It as the first part of a sentence."""
        return Words(f"“{self.text.zh}”", f"“{self.text.en}” ") if self.text.zh else self.text

    def called(self, option: str) -> Words:
        return self.options.get(option, Words(option, option)) if option else Words("空文本", "empty text")

    def takes(self, value: Value, operator: str) -> bool:
        """Whether comparing it so with this value says what it seems to."""
        if isinstance(value, bool):
            return operator in ("=", "!=") and self.kind in (YES_NO, ANY)
        if isinstance(value, str):
            return operator in ("=", "!=") and self.kind in (ONE, TEXT, ANY)
        return self.kind in (NUMBER, ANY)

    def valued(self, value: Value) -> Words:
        """A value as it stands behind a Chinese word, and in English."""
        if isinstance(value, bool):
            return Words(f"“{YES_OR_NO[value].zh}”", f"“{YES_OR_NO[value].en}”")
        if isinstance(value, str):
            called = self.called(value)
            return Words(f"“{called.zh}”", f"“{called.en}”") if value else called
        return Words(f" {value}", str(value))


def labels_of(bundle: Bundle, form: Form | None) -> dict[str, Labelled]:
    """What conditions of a bundle's catalogue read, by name: the guided answers, those of its form, and what
    the decision on commitments is asked of: the item and the material (`requirement`)."""
    items = {one.key: Words(f"{one.key} {one.name.zh}", f"{one.key} {_both(one.name).en}") for one in bundle.items}
    materials = {one.key: _both(one.name) for one in bundle.materials}
    named = {
        "item": Labelled(Words("事项", "Item"), items, ONE),
        "requirement": Labelled(Words("材料", "Material"), materials, ONE),
    }
    fields = {one.key: _labelled(one, one.label, _KINDS.get(one.type, ANY)) for one in form.inputs} if form else {}
    return {**named, **fields, **{one.key: _labelled(one, one.text, one.kind) for one in bundle.questions}}


def _labelled(asked: Question | Field, text: Words, kind: str) -> Labelled:
    return Labelled(_both(text), {one.value: _both(one.label) for one in asked.options}, kind)


def _both(words: Words) -> Words:
    """In Chinese where the English is missing."""
    return Words(words.zh, words.in_language("en"))
