"""A note on a document as a point of the list of corrections: the draft of the acceptance with it written in."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext

from webapp.errors import NotFound
from webapp.identity import Identity
from webapp.pages.workspace.intake_parts import FAULT
from webapp.queries.desk_parts import desk_of
from webapp.queries.workspace import workspace
from webapp.services import intake
from webapp.services.task_drafts import Field


def with_note(task_id: int, note_id: int, fields: Sequence[Field], by: Identity) -> list[Field]:
    """The form with the note's words in the line of its material, and correction chosen. Raises NotFound."""
    task = workspace(task_id, by)
    notes = [note for lines in desk_of(task, by).notes.values() for note in lines]
    note = next((one for one in notes if one.id == note_id), None)
    if task.step != "accept" or note is None:
        raise NotFound()
    material = next((line for line in task.materials if any(file.id == note.file_id for file in line.files)), None)
    if material is None:
        raise NotFound()
    name = f"{FAULT}material.{material.key}"
    words = gettext("第 %(page)s 页：%(words)s", page=note.page, words=note.words)
    written = dict(fields).get(name, "")
    if words in written:
        return list(fields)
    text = gettext("%(before)s；%(words)s", before=written, words=words) if written else words
    others = [field for field in fields if field[0] not in (name, "outcome")]
    return [*others, ("outcome", intake.CORRECTION), (name, text)]
