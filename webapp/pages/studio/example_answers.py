"""改答案: what a worked example answers, where the questions or the form of its bundle no longer take it so."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import EngineError, Words
from engine.trial import Amended, Review, Unfit, difference_words
from engine.values import Value
from webapp.errors import Incomplete, NotFound
from webapp.feel_text import NotAValue, read, written
from webapp.identity import signed_in
from webapp.pages.studio.shared import blueprint
from webapp.pages.support import needs, words
from webapp.permissions import Permission
from webapp.queries.example_runs import differences_of, review_of
from webapp.queries.working_copies import CopyRow, digests_of, working_copy
from webapp.services.example_answers import amend_answers, example_with_answers
from webapp.services.trials import source_of_copy

LONGEST_ANSWER = 4_000


@blueprint.get("/copies/<int:copy_id>/examples/answers")
@needs(Permission.RELEASE_DRAFT)
def example_answers(copy_id: int) -> ResponseReturnValue:
    """The answers of an example that do not fit, each to be given anew."""
    return _page(_open(copy_id), request.args.get("example", ""), {})


@blueprint.post("/copies/<int:copy_id>/examples/answers")
@needs(Permission.RELEASE_DRAFT)
def amend_example(copy_id: int) -> ResponseReturnValue:
    """Save the example with the answers given. Where others do not fit then, the page asks for those."""
    copy, path, by = _open(copy_id), request.args.get("example", ""), signed_in()
    review = _review(copy, path)
    errors: dict[str, Words] = {}
    given = _amended(review, errors)
    if errors:
        return _page(copy, path, errors), 422
    try:
        amend_answers(copy_id, path, given, request.form.get("base", ""), by=by)
    except Incomplete as refused:
        return _page(copy, path, {"": refused.words}), refused.status
    flash(gettext("已更新示例 %(path)s。", path=path), "success")
    after = review_of(source_of_copy(copy_id), path)
    if after is not None and (after.answers or after.guide):
        flash(gettext("还有答案与现在的表单或引导不符，请继续改。"), "warning")
        return redirect(url_for("studio.example_answers", copy_id=copy_id, example=path))
    say_what_differs(copy_id, path)
    return redirect(url_for("studio.examples", copy_id=copy_id))


def say_what_differs(copy_id: int, path: str) -> None:
    """Told to whoever just mended an example: what it still says otherwise than the bundle does."""
    differing = differences_of(source_of_copy(copy_id), path)
    if differing:
        said = [difference_words(one) for one in differing]
        listed = Words("；".join(one.zh for one in said), "; ".join(one.en for one in said))
        flash(gettext("示例仍有不符之处：%(differences)s。", differences=words(listed)), "warning")


def _open(copy_id: int) -> CopyRow:
    copy = working_copy(copy_id)
    if not copy.is_open:
        raise NotFound()
    return copy


def _review(copy: CopyRow, path: str) -> Review:
    example_with_answers(copy.id, path)
    try:
        found = review_of(source_of_copy(copy.id), path)
    except EngineError as unreadable:  # the findings of the copy say where
        raise NotFound() from unreadable
    if found is None:
        raise NotFound()
    return found


def _page(copy: CopyRow, path: str, errors: Mapping[str, Words]) -> str:
    example, review = example_with_answers(copy.id, path), _review(copy, path)
    return render_template(
        "studio/example_answers.html",
        copy=copy,
        path=path,
        example=example,
        review=review,
        errors={name: words(said) for name, said in errors.items()},
        labels={one.name: words(one.label) for one in review.answers},
        typed=request.form,
        base=digests_of(copy.id)[path],
        shown_of=_shown,
        written=written,
        difference_words=difference_words,
    )


def _shown(one: Unfit) -> str:
    """The answer as the control has it."""
    if one.given is None:
        return ""
    return one.given if one.is_text and isinstance(one.given, str) else written(one.given)


def _amended(review: Review, errors: dict[str, Words]) -> Amended:
    """What was typed; what cannot be read is put among the errors."""
    guided: dict[str, Value] = {}
    answers: dict[str, Value] = {}
    for one in review.answers:
        if one.name not in request.form:
            continue
        try:
            (guided if one.guided else answers)[one.key] = _read(one, request.form[one.name].strip()[:LONGEST_ANSWER])
        except NotAValue as refused:
            errors[one.name] = refused.words
    taken = request.form.getlist("guide")
    guide = {one.of_guide: one.found for one in review.guide if one.of_guide in taken}
    return Amended(guided, answers, guide)


def _read(one: Unfit, text: str) -> Value:
    """The answer; None, where it is left empty or taken out. Raises NotAValue."""
    if text and one.is_text:
        return text
    if text and one.is_choice:
        return next((value for value, _ in one.options if written(value) == text), None)
    return read(text) if text and one.is_value else None
