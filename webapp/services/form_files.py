"""Files that are given in the form: kept, made the case's own, and named by the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine import Words
from engine.forms import Field
from engine.values import Value
from webapp.identity import Identity
from webapp.services.drafts import ensure_draft
from webapp.services.events import Event
from webapp.services.files import Checked, Upload, keep_file
from webapp.services.locked_case import LockedCase, on_case
from webapp.services.materials import check_all
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class KeptFiles:
    """By the name of the control: references to the files that were kept, and what was wrong with the others."""

    references: Mapping[str, Sequence[Value]] = field(default_factory=dict)
    errors: Mapping[str, tuple[Words, ...]] = field(default_factory=dict)


def keep_files(
    case_id: int, pickers: Mapping[str, Field], uploads: Mapping[str, Sequence[Upload]], *, by: Identity
) -> KeptFiles:
    """Keep the good files of each picker; a bad one is refused by name and reason. Raises NotADraft."""
    if not uploads:
        return KeptFiles()
    looked_into = {name: check_all(uploads[name]) for name in pickers if name in uploads}
    references: dict[str, list[Value]] = {}
    with on_case(case_id) as case:
        ensure_draft(case, by)
        for name, (good, _) in looked_into.items():
            references[name] = [_kept(case, pickers[name], file, by) for file in good]
    errors = {
        name: tuple(refusal.words for refusal in refused) for name, (_, refused) in looked_into.items() if refused
    }
    return KeptFiles(references, errors)


def _kept(case: LockedCase, picker: Field, file: Checked, by: Identity) -> Value:
    """The reference to a file, as form-js writes one."""
    file_id = keep_file(file, by)
    sql().execute("insert into answer_file (case_id, file_id) values (%s, %s)", (case.id, file_id))
    case.record(Event.FORM_FILE_ATTACHED, by, field=picker.id, file=file_id)
    facts = {"fileName": file.name, "contentType": file.media_type, "size": file.size}
    return {"documentId": str(file_id), "metadata": facts}
