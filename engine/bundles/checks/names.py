"""Names that conditions and settings read: each must be asked or filled in somewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from engine.bundles.checks.checking import Checking
from engine.bundles.reader import form_file
from engine.expressions import Expression
from engine.forms import Form
from engine.words import Words

_ANSWER = Words("问题或者表单字段", "question or form field")


def check_names(checking: Checking) -> None:
    """Conditions read known answers; settings name known fields; questions are read by something."""
    _check_form(checking)
    _check_questions(checking)
    _check_conditions(checking)
    for place, name in enumerate(checking.bundle.case_variables):
        if name not in checking.answer_keys:
            checking.missing(_ANSWER, "bundle.toml", f"case_variables[{place}]", name)


def _check_form(checking: Checking) -> None:
    bundle = checking.bundle
    if form_file(bundle.form_key, checking.files) is None:
        checking.missing(Words("表单", "form"), "bundle.toml", "form.key", bundle.form_key)
        return
    form = checking.main_form
    if form is None:
        return
    for setting in ("applicant_name_field", "subject_field", "present_field", "district_field"):
        name = getattr(bundle, setting)
        if name not in checking.field_keys and (name or setting not in ("present_field", "district_field")):
            checking.missing(Words("表单字段", "form field"), "bundle.toml", f"form.{setting}", name)
    for setting in ("identity_fields", "collector_fields", "collector_name_fields"):
        for name in getattr(bundle, setting):
            if name not in checking.field_keys:
                checking.missing(Words("表单字段", "form field"), "bundle.toml", f"form.{setting}", name)
    path = form_file(bundle.form_key, checking.files) or ""
    for name in sorted(form.names_read - checking.question_keys):
        checking.missing(_ANSWER, path, form.reader_of(name) or name, name)
    for place, item in dict.fromkeys(_items_named(form)):
        if item not in checking.item_keys:
            checking.missing(Words("事项", "item"), path, place, item)
    for clash in sorted(checking.field_keys & checking.question_keys):
        checking.error(
            "answer-asked-twice",
            path,
            clash,
            Words(
                f"“{clash}”既是引导问题又是表单字段。",
                f"“{clash}” is both a guided question and a form field.",
            ),
            Words("只问一次，删去表单字段或者换一个键。", "Ask once: remove the field or give it another key."),
        )


def _items_named(form: Form) -> Iterator[tuple[str, str]]:
    """The items by which the form's answers are read, each with the component that names it."""
    for section in form.sections:
        yield from ((section.items_by, item) for item in section.items)
        for field in section.fields:
            yield from ((field.items_by, item) for item in field.items)


def _check_questions(checking: Checking) -> None:
    earlier: set[str] = set()
    for question in checking.bundle.questions:
        _names_known(checking, "bundle.toml", f"questions.{question.key}.when", question.when, earlier)
        earlier.add(question.key)
    used = {name for expression in _all_conditions(checking) for name in expression.names}
    used |= set(checking.bundle.case_variables)
    for form in checking.forms.values():
        used |= form.names_read
    for key in sorted(checking.question_keys - used):
        checking.warning(
            "unused-question",
            "bundle.toml",
            f"questions.{key}",
            Words(f"没有任何条件用到问题“{key}”。", f"Nothing reads the answer to “{key}”."),
            Words("删去这个问题，不问用不到的事。", "Remove it: do not ask what is not used."),
        )


def _check_conditions(checking: Checking) -> None:
    for item in checking.bundle.items:
        _names_known(checking, f"items/{item.key}.toml", "applies", item.applies, checking.question_keys)
        for situation in item.situations:
            element = f"situations.{situation.key}.when"
            _names_known(checking, f"items/{item.key}.toml", element, situation.when, checking.question_keys)
    for material in checking.bundle.materials:
        for requirement in material.requirements:
            element = f"materials.{material.key}.required.{requirement.item}.when"
            _names_known(checking, "bundle.toml", element, requirement.when, checking.answer_keys)


def _names_known(
    checking: Checking, file: str, element: str, condition: Expression | None, known: Collection[str]
) -> None:
    for name in sorted(condition.names if condition is not None else ()):
        if name not in known:
            checking.missing(_ANSWER, file, element, name)


def _all_conditions(checking: Checking) -> Iterator[Expression]:
    bundle = checking.bundle
    yield from (question.when for question in bundle.questions if question.when)
    yield from (situation.when for item in bundle.items for situation in item.situations)
    yield from (item.applies for item in bundle.items if item.applies)
    for material in bundle.materials:
        yield from (requirement.when for requirement in material.requirements if requirement.when)
