"""Case data as columns of a list: answers to fields of the bundle's form, as the case's own release shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.forms import Field
from webapp.answers import decode_answer
from webapp.catalogue import published
from webapp.form_values import shown_value
from webapp.queries.worklist_beside import column_fields
from webapp.unit_of_work import sql

ANSWERS = """
select distinct on (case_id, key) case_id, key, value from answer
where case_id = any(%s) and key = any(%s) order by case_id, key, version desc
"""


def answers_of_cases(cases: Sequence[int], keys: Sequence[str]) -> list[tuple[Any, ...]]:
    """(case, key, kept value) of the answers in force."""
    if not cases or not keys:
        return []
    return sql().execute(ANSWERS, (list(cases), list(keys))).fetchall()


def shown_columns(
    answers: Sequence[tuple[Any, ...]], releases: dict[int, int], language: str
) -> dict[int, dict[str, str]]:
    """Case -> key -> text. `releases`: case -> its release. A field that a release has no column of stays empty."""
    known: dict[int, dict[str, Field]] = {
        release: {field.key: field for field in column_fields(published(release))} for release in set(releases.values())
    }
    shown: dict[int, dict[str, str]] = {case: {} for case in releases}
    for case, key, value in answers:
        field = known[releases[case]].get(key)
        if field is not None:
            shown[case][key] = shown_value(field, decode_answer(value), language)
    return shown
