"""The notification sheet (一次性告知单): the one complete list of what this applicant needs.

It is generated from the guide, never typed, and what was handed over is kept word for word: `text` is
canonical, so the same content always has the same digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from engine.bundles.eligibility import Eligibility
from engine.bundles.guide import Answers
from engine.bundles.model import Bundle, Guide, Item, Limit, RequiredMaterial, Situation
from engine.expressions import Context
from engine.law.clock_words import amount, day_words
from engine.law.profile import Profile
from engine.values import Value
from engine.words import Words

TITLE = Words("一次性告知单", "Notification sheet")
FORM_WORDS = {
    "original-returned": Words("原件核验后退还", "original, returned after checking"),
    "copy": Words("复印件", "copy"),
    "e-licence": Words("电子证照", "electronic licence"),
    "exempt": Words("免提交", "not to be submitted"),
}
LIMIT_WORDS = {
    "statutory": Words("法定办结时限", "statutory limit"),
    "promised": Words("承诺办结时限", "promised limit"),
}
_RESULT = Words("由本次办理产生，免提交", "Produced in this application; not to be submitted")


@dataclass(frozen=True, slots=True)
class SheetAnswer:
    """A guided question as it was put, and the answer as it was given."""

    key: str
    question: Words
    answer: Words


@dataclass(frozen=True, slots=True)
class SheetItem:
    """One item that applies. `commitment` None: the item knows no commitment, or it was not yet examined."""

    key: str
    code: str
    name: Words
    situation: Words
    department: Words
    limits: Mapping[str, Limit]
    immediate: bool
    basis: tuple[Words, ...]
    conditions: tuple[Words, ...]
    commitment: Eligibility | None


@dataclass(frozen=True, slots=True)
class SheetMaterial:
    """One material. `used_by` names items by key; `exempt_reason` says why it is not asked for.

    `basis` is the legal source of each item's requirement; `replaced_for` the items for which a
    commitment takes its place.
    """

    key: str
    name: Words
    forms: tuple[Words, ...]
    copies: int
    main: bool
    used_by: tuple[str, ...]
    basis: tuple[tuple[str, Words], ...]
    exempt_reason: Words | None
    replaced_for: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that is told, as data; `text` and `digest` are what is kept."""

    bundle: str
    name: Words
    jurisdiction: Words
    demo: bool
    made_on: date
    answers: tuple[SheetAnswer, ...]
    items: tuple[SheetItem, ...]
    materials: tuple[SheetMaterial, ...]
    separate_submissions: int
    bundled_submissions: int

    @property
    def asked(self) -> tuple[SheetMaterial, ...]:
        """The materials that the applicant brings."""
        return tuple(one for one in self.materials if one.exempt_reason is None)

    @property
    def exempt(self) -> tuple[SheetMaterial, ...]:
        return tuple(one for one in self.materials if one.exempt_reason is not None)

    def text(self, language: str = "zh") -> str:
        """The whole sheet as lines of text, in one language."""
        return "\n".join(_lines(self, language)) + "\n"

    @property
    def digest(self) -> str:
        """SHA-256 over the text in both languages."""
        return hashlib.sha256((self.text("zh") + "\f" + self.text("en")).encode()).hexdigest()


def notification_sheet(
    bundle: Bundle,
    guide: Guide,
    profile: Profile,
    answers: Answers,
    *,
    made_on: date,
    departments: Mapping[str, Words] | None = None,
    eligible: Mapping[str, Eligibility] | None = None,
    context: Context | None = None,
) -> Sheet:
    """The sheet for these guided answers.

    `departments` gives the names of departments by key (the key itself where it is missing); `eligible`
    the items for which commitment was examined.
    """
    names = departments or {}
    return Sheet(
        bundle=bundle.key,
        name=bundle.name,
        jurisdiction=profile.jurisdiction,
        demo=bundle.demo or profile.demo,
        made_on=made_on,
        answers=tuple(_answers(bundle, answers)),
        items=tuple(_item(one.item, one.situation, names, (eligible or {}).get(one.item.key)) for one in guide.items),
        materials=tuple(_material(one) for one in guide.materials),
        separate_submissions=guide.separate_submissions,
        bundled_submissions=guide.bundled_submissions,
    )


def _answers(bundle: Bundle, answers: Answers) -> Iterator[SheetAnswer]:
    for question in bundle.questions:
        if question.key in answers:
            labels = {option.value: option.label for option in question.options}
            yield SheetAnswer(question.key, question.text, answer_words(answers[question.key], labels))


def answer_words(answer: Value, labels: Mapping[str, Words]) -> Words:
    """A guided answer as people read it."""
    if isinstance(answer, bool):
        return Words("是", "yes") if answer else Words("否", "no")
    chosen = answer if isinstance(answer, list) else [answer]
    words = [labels.get(one, Words(str(one), str(one))) for one in chosen]
    return Words("、".join(one.zh for one in words), ", ".join(one.en or one.zh for one in words))


def _item(
    item: Item, situation: Situation, departments: Mapping[str, Words], eligible: Eligibility | None
) -> SheetItem:
    return SheetItem(
        key=item.key,
        code=item.code,
        name=item.name,
        situation=situation.name,
        department=departments.get(item.department, Words(item.department, item.department)),
        limits=item.limits,
        immediate=item.immediate,
        basis=item.basis,
        conditions=item.conditions,
        commitment=eligible,
    )


def _material(required: RequiredMaterial) -> SheetMaterial:
    material = required.material
    basis = {one.item: one.basis for one in material.requirements}
    return SheetMaterial(
        key=material.key,
        name=material.name,
        forms=tuple(FORM_WORDS[form] for form in material.forms),
        copies=material.copies,
        main=required.main,
        used_by=required.used_by,
        basis=tuple((item, basis[item]) for item in required.used_by),
        exempt_reason=(material.exempt_reason or _RESULT) if required.exempt else None,
        replaced_for=required.replaced_for,
    )


# ---------------------------------------------------------------- canonical text


def _lines(sheet: Sheet, language: str) -> Iterator[str]:
    def say(words: Words) -> str:
        return words.in_language(language)

    def pick(zh: str, en: str) -> str:
        return Words(zh, en).in_language(language)

    yield f"{say(TITLE)}  {say(sheet.name)}"
    yield f"{say(sheet.jurisdiction)}  {say(day_words(sheet.made_on))}"
    if sheet.demo:
        yield pick("示例：数据仅供演示", "Example: the figures are for demonstration")
    for answer in sheet.answers:
        yield f"? {say(answer.question)} {say(answer.answer)}"
    for item in sheet.items:
        yield from _item_lines(item, language)
    for material in sheet.materials:
        yield from _material_lines(material, language)
    yield pick(
        f"逐项办理需提交{sheet.separate_submissions}份，本次只需提交{sheet.bundled_submissions}份",
        f"Separately: {sheet.separate_submissions} submissions; here: {sheet.bundled_submissions}",
    )


def _item_lines(item: SheetItem, language: str) -> Iterator[str]:
    name, situation = item.name.in_language(language), item.situation.in_language(language)
    yield f"# {item.key} {item.code} {name} [{situation}]"
    yield f"  {item.department.in_language(language)}"
    for kind, limit in item.limits.items():
        length = amount(limit.value, limit.unit).in_language(language)
        name = LIMIT_WORDS[kind].in_language(language)
        yield f"  {name}: {length} [{limit.basis.in_language(language)}]"
    for basis in item.basis:
        yield f"  = {basis.in_language(language)}"
    for condition in item.conditions:
        yield f"  - {condition.in_language(language)}"
    if item.commitment is not None:
        may = Words("可以告知承诺", "commitment possible")
        may_not = Words("不适用告知承诺", "commitment not possible")
        answer = (may if item.commitment.eligible else may_not).in_language(language)
        yield f"  {answer}: {item.commitment.basis.in_language(language)}"


def _material_lines(material: SheetMaterial, language: str) -> Iterator[str]:
    forms = " / ".join(form.in_language(language) for form in material.forms)
    yield f"* {material.name.in_language(language)} ×{material.copies} {forms} → {' '.join(material.used_by)}"
    for item, basis in material.basis:
        yield f"    {item}: {basis.in_language(language)}"
    if not material.main:
        yield f"    {Words('次要材料', 'secondary material').in_language(language)}"
    if material.exempt_reason is not None:
        yield f"    {material.exempt_reason.in_language(language)}"
    if material.replaced_for:
        replaced = Words("告知承诺可以代替", "may be replaced by commitment").in_language(language)
        yield f"    {replaced}: {' '.join(material.replaced_for)}"
