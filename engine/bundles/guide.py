"""The guided questions (情形引导), and what their answers lead to: items, situations, materials, savings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from engine.bundles.model import (
    ApplicableItem,
    Bundle,
    Guide,
    Item,
    Material,
    Question,
    RequiredMaterial,
    Requirement,
    Situation,
)
from engine.expressions import Context
from engine.values import Value
from engine.words import Words

Answers = Mapping[str, Value]


# ---------------------------------------------------------------- questions


def questions_asked(bundle: Bundle, answers: Answers, context: Context | None = None) -> tuple[Question, ...]:
    """The questions that these answers lead to, in order; each reads only what is asked before it."""
    asked: list[Question] = []
    known: dict[str, Value] = {}
    for question in bundle.questions:
        if question.when is None or question.when.evaluate(known, context) is True:
            asked.append(question)
            known[question.key] = answers.get(question.key)
    return tuple(asked)


def next_question(bundle: Bundle, answers: Answers) -> Question | None:
    """The first question asked that has no usable answer yet; None when the guide is complete."""
    for question in questions_asked(bundle, answers):
        if answer_fault(question, answers.get(question.key)) is not None:
            return question
    return None


def read_answer(question: Question, given: Sequence[str]) -> Value:
    """The FEEL value of what a page posted for one question; null where nothing usable was posted."""
    if question.kind == "many":
        return [option.value for option in question.options if option.value in given]
    if len(given) != 1:
        return None
    if question.kind == "yes-no":
        return {"true": True, "yes": True, "false": False, "no": False}.get(given[0])
    return given[0] if given[0] in {option.value for option in question.options} else None


def settled(bundle: Bundle, answers: Answers) -> dict[str, Value]:
    """The answers of the questions that are asked; what an earlier change made pointless is dropped."""
    return {
        question.key: answers[question.key] for question in questions_asked(bundle, answers) if question.key in answers
    }


def answer_fault(question: Question, answer: Value) -> Words | None:
    """What keeps one answer from being used, or None."""
    if answer is None or answer == []:
        return Words(f"请回答：{question.text.zh}", f"Please answer: {question.text.en or question.text.zh}")
    offered = {option.value for option in question.options}
    if question.kind == "yes-no":
        usable = isinstance(answer, bool)
    elif question.kind == "one":
        usable = isinstance(answer, str) and answer in offered
    else:
        usable = isinstance(answer, list) and all(isinstance(one, str) and one in offered for one in answer)
    if usable:
        return None
    return Words("只能从列出的选项中选择。", "Choose one of the answers listed.")


def answer_faults(bundle: Bundle, answers: Answers) -> dict[str, Words]:
    """Every fault of the guided answers by question; a question that was not asked is one too."""
    asked = questions_asked(bundle, answers)
    faults = {
        question.key: fault
        for question in asked
        if (fault := answer_fault(question, answers.get(question.key))) is not None
    }
    strays = answers.keys() - {question.key for question in asked}
    never_asked = Words("没有提出这个问题。", "This was not asked.")
    return faults | dict.fromkeys(sorted(strays), never_asked)


def answers_valid(bundle: Bundle, answers: Answers) -> bool:
    """Whether the guide is complete and holds nothing else."""
    return not answer_faults(bundle, answers)


# ---------------------------------------------------------------- guide


def guide_for(bundle: Bundle, answers: Answers, context: Context | None = None) -> Guide:
    """What an applicant with these answers needs.

    An item applies when one of its situations holds. A material is asked for once, however many items
    use it; it is exempt when it has a reason for that, or is the result of an item applied for now.
    """
    items = tuple(_applicable(bundle, answers, context))
    applied_for = {one.item.key for one in items}
    materials = tuple(_required(bundle, applied_for, answers, context))
    return Guide(
        items=items,
        materials=materials,
        separate_submissions=sum(len(required.used_by) for required in materials),
        bundled_submissions=sum(not required.exempt for required in materials),
    )


def situations_of(item: Item, answers: Answers, context: Context | None = None) -> tuple[Situation, ...]:
    """The item's situations that hold; at most one in a sound bundle."""
    return tuple(one for one in item.situations if one.when.evaluate(answers, context) is True)


def _applicable(bundle: Bundle, answers: Answers, context: Context | None) -> Iterator[ApplicableItem]:
    for item in bundle.items:
        situations = situations_of(item, answers, context)
        if situations:
            yield ApplicableItem(item, situations[0])


def requirements_of(
    material: Material, items: frozenset[str] | set[str], answers: Answers, context: Context | None = None
) -> tuple[Requirement, ...]:
    """The requirements of a material that hold for these items and answers."""
    return tuple(
        one
        for one in material.requirements
        if one.item in items and (one.when is None or one.when.evaluate(answers, context) is True)
    )


def _required(bundle: Bundle, items: set[str], answers: Answers, context: Context | None) -> Iterator[RequiredMaterial]:
    replacing = {item.key: item.commitment.replaces for item in bundle.items if item.commitment and item.key in items}
    for material in bundle.materials:
        requirements = requirements_of(material, items, answers, context)
        if requirements:
            used_by = tuple(one.item for one in requirements)
            yield RequiredMaterial(
                material=material,
                used_by=used_by,
                main=any(one.main for one in requirements),
                exempt=material.exempt_reason is not None or material.result_of in items,
                replaced_for=tuple(key for key in used_by if material.key in replacing.get(key, ())),
            )
