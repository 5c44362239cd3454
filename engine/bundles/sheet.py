"""The notification sheet (一次性告知单): the one complete list of what this applicant needs.

It is generated from the guide, never typed, and what was handed over is kept word for word: `text` is
canonical, so the same content always has the same digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from engine.bundles.eligibility import Eligibility
from engine.bundles.guide import Answers
from engine.bundles.levels import handled_by
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
    commitment takes its place, as far as commitment is open to this applicant; `from_form`: it is printed from the
    one form, so that nobody brings it.
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
    from_form: bool = False
    #: For which items it may follow acceptance in this place, and within which time (容缺受理).
    tolerated: tuple[tuple[str, Limit], ...] = ()


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
        return tuple(one for one in self.materials if one.exempt_reason is None and not one.from_form)

    @property
    def made(self) -> tuple[SheetMaterial, ...]:
        """The materials that the one form becomes."""
        return tuple(one for one in self.materials if one.exempt_reason is None and one.from_form)

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
    the items for which commitment was examined: of such an item a material is only said to be replaced where
    commitment is open.
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
        materials=tuple(
            replace(_material(one, eligible or {}), tolerated=_tolerated(one, profile)) for one in guide.materials
        ),
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
        department=handled_by(item, departments),
        limits=item.limits,
        immediate=item.immediate,
        basis=item.basis,
        conditions=item.conditions,
        commitment=eligible,
    )


def _tolerated(required: RequiredMaterial, profile: Profile) -> tuple[tuple[str, Limit], ...]:
    listed = profile.tolerance.items if profile.tolerance else ()
    return tuple(
        (one.item, one.tolerance)
        for one in required.material.requirements
        if one.tolerance is not None and one.item in required.used_by and one.item in listed
    )


def _material(required: RequiredMaterial, eligible: Mapping[str, Eligibility]) -> SheetMaterial:
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
        replaced_for=tuple(key for key in required.replaced_for if key not in eligible or eligible[key].eligible),
        from_form=material.source == "form",
    )


# ---------------------------------------------------------------- canonical text


def _lines(sheet: Sheet, language: str) -> Iterator[str]:
    """The sheet as read aloud or printed. Marks begin a line: "== " a part, "? " an answer, "# " an item, "* " a
    material; two spaces a detail of the line above.
    """

    def pick(zh: str, en: str) -> str:
        return Words(zh, en).in_language(language)

    names = {item.key: item.name.in_language(language) for item in sheet.items}
    yield f"{TITLE.in_language(language)}  {sheet.name.in_language(language)}"
    yield f"{sheet.jurisdiction.in_language(language)}  {day_words(sheet.made_on).in_language(language)}"
    if sheet.demo:
        yield pick("示例：数据仅供演示", "Example: the figures are for demonstration")
    yield pick("== 一、您的情况", "== 1. Your situation")
    for answer in sheet.answers:
        yield f"? {answer.question.in_language(language)} {answer.answer.in_language(language)}"
    yield pick("== 二、办理事项", "== 2. Items")
    for item in sheet.items:
        yield from _item_lines(item, language)
    yield pick(f"== 三、需要提交的材料（{len(sheet.asked)}种）", f"== 3. Materials to hand in ({len(sheet.asked)})")
    for number, material in enumerate(sheet.asked, 1):
        yield from _asked_lines(number, material, names, language)
    yield from _not_brought_lines(sheet, language)
    made = len(sheet.made)
    yield pick(
        f"逐项办理需提交{sheet.separate_submissions}份，本次只需提交{sheet.bundled_submissions}份"
        + (f"，其中{made}份由申请表生成，不用另交。" if made else "。"),
        f"Separately: {sheet.separate_submissions} submissions; here: {sheet.bundled_submissions}"
        + (f", of which {made} come from the form." if made else "."),
    )


def _not_brought_lines(sheet: Sheet, language: str) -> Iterator[str]:
    """What is made from the form, and what is not asked for, each under its own number."""

    def pick(zh: str, en: str) -> str:
        return Words(zh, en).in_language(language)

    if sheet.made:
        count = len(sheet.made)
        yield pick(
            f"== 四、由申请表生成的材料（{count}种，不用另交）",
            f"== 4. Made from the form, not to be brought ({count})",
        )
    for material in sheet.made:
        yield f"* {material.name.in_language(language)}"
        yield pick("  填好申请表后由系统生成", "  Printed by the system once the form is filled in")
    if sheet.exempt:
        count, zh, en = len(sheet.exempt), *(("五", "5") if sheet.made else ("四", "4"))
        yield pick(f"== {zh}、免提交的材料（{count}种）", f"== {en}. Materials not asked for ({count})")
    for material in sheet.exempt:
        yield f"* {material.name.in_language(language)}"
        assert material.exempt_reason is not None
        yield f"  {material.exempt_reason.in_language(language)}"


def _item_lines(item: SheetItem, language: str) -> Iterator[str]:
    def say(label: Words, text: str) -> str:
        return f"  {label.in_language(language)}{text}"

    yield f"# {item.name.in_language(language)}"
    yield say(Words("适用情形：", "Situation: "), item.situation.in_language(language))
    yield say(Words("承办部门：", "Department: "), item.department.in_language(language))
    for kind, limit in item.limits.items():
        length = amount(limit.value, limit.unit).in_language(language)
        basis = Words(f"（依据：{limit.basis.zh}）", f" (basis: {limit.basis.en})").in_language(language)
        yield say(Words(f"{LIMIT_WORDS[kind].zh}：", f"{LIMIT_WORDS[kind].en}: "), length + basis)
    yield say(Words("设定依据：", "Legal basis: "), _joined(item.basis, language))
    yield say(Words("办理条件：", "Conditions: "), _joined(item.conditions, language))
    if item.commitment is not None:
        may = Words("可以告知承诺：", "commitment possible: ")
        may_not = Words("不适用告知承诺：", "commitment not possible: ")
        yield say(may if item.commitment.eligible else may_not, item.commitment.basis.in_language(language))


def _asked_lines(number: int, material: SheetMaterial, names: Mapping[str, str], language: str) -> Iterator[str]:
    comma = Words("、", ", ").in_language(language)

    def say(zh: str, en: str) -> str:
        return "  " + Words(zh, en).in_language(language)

    yield f"* {number}. {material.name.in_language(language)}"
    forms = Words("或者", " or ").in_language(language).join(form.in_language(language) for form in material.forms)
    yield say(f"{material.copies}份，{forms}", f"{material.copies} x {forms}")
    used = comma.join(names[key] for key in material.used_by)
    yield say(f"用于：{used}", f"Used for: {used}")
    if material.replaced_for:
        replaced = comma.join(names[key] for key in material.replaced_for)
        yield say(f"选择告知承诺的免交：{replaced}", f"Not needed with a commitment for: {replaced}")
    if not material.main:
        yield say("次要材料", "Secondary material")
    for item, limit in material.tolerated:
        length = amount(limit.value, limit.unit)
        yield say(
            f"可以容缺受理：{names[item]}，书面承诺后最长{length.zh}内补齐（依据：{limit.basis.zh}）",
            f"May follow acceptance: {names[item]}, on a written promise, within {length.en} at the longest"
            f" (basis: {limit.basis.en})",
        )
    bases = _joined(tuple(dict.fromkeys(basis for _, basis in material.basis)), language)
    yield say(f"依据：{bases}", f"Basis: {bases}")


def _joined(texts: Iterable[Words], language: str) -> str:
    return Words("；", "; ").in_language(language).join(text.in_language(language) for text in texts)
