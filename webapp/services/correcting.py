"""Answering a correction: at the window by a clerk, or on the tracking page by the applicant alone (number and code).

Both ways do the same acts (`handing_in`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine import AnswersInvalid, Words
from webapp.errors import ActRefused, FileRefused, Incomplete
from webapp.services import handing_in
from webapp.services.advance import apply
from webapp.services.corrected_answers import correct_answers
from webapp.services.corrections import (
    STILL_OPEN,
    AfterAcceptance,
    CorrectionLate,
    HandedIn,
    correction_basis,
    ensure_in_time,
    guided_of,
    keep_in_material,
    last_round,
    late_rule,
    take_answer,
)
from webapp.services.engine_border import complete
from webapp.services.files import Upload, check_pages
from webapp.services.handing_in import Errand
from webapp.services.locked_case import LOCK_BY_ID, lock
from webapp.services.materials import check_all
from webapp.unit_of_work import sql, unit_of_work

STEP = "correct"
#: What captured pages are called until the material's name is known, inside the command.
CAPTURED = "pages.pdf"


class NothingToCorrect(ActRefused):
    """No correction of this item is open: it was answered."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "该事项没有待补正的内容，可能已经补正。",
                "Nothing of this item is to be corrected; perhaps it was done.",
            )
        )


STANDING = """
select ic.case_id, ic.item_key, ic.accepted_at, coalesce((select c.lapse from correction c where c.item_case_id = ic.id
    order by c.round desc limit 1), ''), (select l.due_on from legal_clock l
    where l.item_case_id = ic.id and l.name = 'correction')
from item_case ic where ic.id = %s
"""


def _why_closed(item_case_id: int) -> ActRefused | None:
    """The rule behind a correction that is not open any more; None where it was simply answered."""
    row = sql().execute(STANDING, (item_case_id,)).fetchone()
    assert row is not None
    case_id, item_key, accepted_at, lapse, due = row
    if accepted_at is None and lapse in ("", STILL_OPEN):
        return None
    with unit_of_work():
        case = lock(LOCK_BY_ID, case_id)
        if accepted_at is not None:
            return AfterAcceptance(accepted_at, correction_basis(case, item_key))
        return CorrectionLate(lapse, due, late_rule(case)[1])


CORRECTING = Errand(STEP, _why_closed, NothingToCorrect)


class AtWindow(handing_in.AtWindow):
    """A clerk answers for the applicant who is there. Raises what `on_task` does, CorrectionLate, AfterAcceptance."""

    __slots__ = ()
    errand = CORRECTING


class ByApplicant(handing_in.ByApplicant):
    """The applicant, known by number and code. Raises CorrectionLate, AfterAcceptance, NothingToCorrect."""

    __slots__ = ()
    errand = CORRECTING


Answering = AtWindow | ByApplicant


def add_files(who: Answering, material_key: str, uploads: Sequence[Upload], how: HandedIn) -> list[FileRefused]:
    """Add files to a material that was asked for; a bad file is refused by name and reason, the good ones are kept.

    Returns the refusals. Raises Incomplete, NotAsked, CorrectionLate, TooManyFiles, and what `who.open` does.
    """
    if not uploads:
        raise Incomplete("files", Words("请选择要补交的文件。", "Choose the files to hand in."))
    checked, refused = check_all(uploads)
    with who.open() as task:
        keep_in_material(task, material_key, checked, how, by=who.by)
    return refused


def add_pages(who: Answering, material_key: str, pages: Sequence[Upload], how: HandedIn) -> None:
    """Bind captured pages to one PDF and add it to the material. Raises FileRefused and as `add_files`."""
    checked = check_pages(CAPTURED, list(pages))
    with who.open() as task:
        names = {one.key: one.name.zh for one in task.case.release.bundle.materials}
        named = replace(checked, name=f"{names.get(material_key, material_key)}.pdf")
        keep_in_material(task, material_key, [named], how, by=who.by)


def save_answers(who: Answering, posted: Mapping[str, Any]) -> tuple[str, ...]:
    """Keep corrected answers of the form; returns the keys that changed.

    `posted` is the whole form with the corrections in it. Raises AnswersInvalid, NotAsked, CorrectionLate, and what
    `who.open` does.
    """
    invalid: AnswersInvalid | None = None
    changed: tuple[str, ...] = ()
    with who.open() as task:
        ensure_in_time(task)
        assert task.item_case_id is not None
        asked = last_round(task.item_case_id).keys("answer")
        try:
            changed = correct_answers(task.case, guided_of(task.case.id), asked, posted, by=who.by, source="correction")
        except AnswersInvalid as faults:  # the person's to mend, not an incident of the process
            invalid = faults
    if invalid is not None:
        raise invalid
    return changed


def answer(who: Answering, reply: str, *, revision: int | None = None, key: str | None = None) -> None:
    """The correction is complete: back to the department, whose limit begins anew from this day.

    Raises Incomplete (nothing came for something, and no word on it), CorrectionLate, and what `who.open` does.
    """
    with who.open(revision, key) as task:
        take_answer(task, reply, who.by, who.channel)
        step = complete(task.instance.release.program, task.instance.state, task.engine_task, {}, task.case.context)
        apply(task.case, task.instance, step, by=who.by, act="corrected", task_id=task.id)
