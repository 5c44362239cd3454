"""Answers of the form that are corrected after receipt: only those that were asked for, judged as the form judges."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from pypinyin import lazy_pinyin

from engine import Words
from engine.forms import FILES, LIST, Field, value_at
from engine.runtime import Context
from webapp.answers import answers_of
from webapp.catalogue import Published
from webapp.errors import ActRefused
from webapp.identity import Identity
from webapp.search import tokens
from webapp.services.answer_rows import write_answers
from webapp.services.events import Event
from webapp.services.locked_case import LockedCase
from webapp.unit_of_work import sql


class NotAsked(ActRefused):
    """An answer or material that the request of correction does not name : it is one complete list."""

    status = 422

    def __init__(self, name: Words) -> None:
        super().__init__(
            Words(
                f"“{name.zh}”不在补正材料一次性告知书所列范围内，不能更改：补正以一次性告知的内容为限。",
                f"“{name.en}” is not on the notice of correction and cannot be changed: it told everything at once.",
            )
        )


def fields_of_item(release: Published, answers: Mapping[str, Any], item_key: str) -> tuple[Field, ...]:
    """The answers that the item reads and that may be corrected: shown over `answers`, typed by somebody.

    Lists and files of the form are corrected as materials.
    """
    visible = release.form.visible(answers)
    return tuple(
        one
        for section in release.form.sections
        for one in section.fields
        if one.is_asked
        and one.key in visible
        and one.label.zh
        and one.type not in (LIST, FILES)
        and not one.readonly
        and (item_key in (one.items or section.items) or not (one.items or section.items))
    )


def open_fields(
    release: Published,
    guided: Mapping[str, Any],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    asked: Collection[str],
    context: Context,
) -> frozenset[str]:
    """The fields that may be written: those asked for, and those that a corrected answer has made appear."""
    shown = release.form.visible({**before, **guided}, context)
    now = release.form.visible({**after, **guided}, context)
    return frozenset(asked) | (now - shown)


def correct_answers(
    case: LockedCase,
    guided: Mapping[str, Any],
    asked: Collection[str],
    posted: Mapping[str, Any],
    *,
    by: Identity | None,
    source: str,
) -> tuple[str, ...]:
    """Keep what was corrected as a new version of the answers; returns the keys that changed.

    `posted` is the whole form with the corrections in it. Raises AnswersInvalid with what the form does not take,
    NotAsked for a change elsewhere.
    """
    release, before = case.release, answers_of(case.id)
    typed = release.form.draft(posted, case.context)
    allowed = open_fields(release, guided, before, typed, asked, case.context)
    valid = release.form.validate(posted, guided, case.context)
    changed = [one for one in release.form.inputs if value_at(valid, one.key) != value_at(before, one.key)]
    for one in changed:
        # What a correction hides goes with it, and a computed answer follows what it is computed from.
        if one.key not in allowed and one.is_asked and not one.readonly and value_at(valid, one.key) is not None:
            raise NotAsked(one.label)
    keys = tuple(dict.fromkeys(one.root for one in changed))
    if not keys:
        return ()
    row = sql().execute("select coalesce(max(version), 1) + 1 from answer where case_id = %s", (case.id,)).fetchone()
    assert row is not None
    write_answers(case, {key: valid.get(key) for key in keys}, version=row[0], source=source, by=by)
    _follow_names(case, {**before, **{key: valid.get(key) for key in keys}}, keys)
    case.record(Event.ANSWERS_CORRECTED, by, fields=sorted(keys), source=source, version=row[0])
    return keys


NAMES = """
update cases set applicant_name = %s, applicant_key = %s, applicant_pinyin = %s, subject_name = %s, search_tokens = %s
where id = %s
"""


def _follow_names(case: LockedCase, answers: Mapping[str, Any], keys: Iterable[str]) -> None:
    """The names by which the case is listed and found follow what was corrected."""
    bundle = case.release.bundle
    listed = {bundle.applicant_name_field, bundle.subject_field, *bundle.identity_fields}
    if listed.isdisjoint(keys):
        return
    applicant, subject = (str(answers.get(key) or "") for key in (bundle.applicant_name_field, bundle.subject_field))
    identity = next((str(answers[key]) for key in bundle.identity_fields if answers.get(key)), "")
    found_by = tokens(f"{case.number} {applicant} {subject}")
    sql().execute(NAMES, (applicant, identity, " ".join(lazy_pinyin(applicant)), subject, found_by, case.id))
