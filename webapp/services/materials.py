"""The one set of materials: attach, capture, exempt, remove."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine import Words
from webapp.errors import ActRefused, FileRefused, Incomplete, NotFound
from webapp.identity import Identity
from webapp.services.drafts import ensure_draft
from webapp.services.events import Event
from webapp.services.files import Checked, Upload, check_pages, check_upload, keep_file
from webapp.services.locked_case import LockedCase, on_case
from webapp.unit_of_work import sql

FORMS = ("original-returned", "copy", "e-licence", "exempt")
MOST_FILES = 20


def attach(
    case_id: int,
    material_key: str,
    uploads: Sequence[Upload],
    *,
    by: Identity,
    form: str,
    copies: int,
    provided_by: str,
) -> list[FileRefused]:
    """Add files to a material; each bad file is refused by name and reason, the good ones are kept.

    Returns the refusals. Raises NotFound for a material the bundle does not have, NotADraft.
    """
    checked, refused = check_all(uploads)
    with on_case(case_id) as case:
        ensure_draft(case, by)
        submitted = submitted_row(case, material_key, form, copies, provided_by, by)
        for file in checked:
            link_file(case, submitted, keep_file(file, by), material_key, by)
        if not uploads:  # the form alone is put right: of what is there
            sql().execute("update material_file set form = %s where submitted_material_id = %s", (form, submitted))
    return refused


def check_all(uploads: Sequence[Upload]) -> tuple[list[Checked], list[FileRefused]]:
    """Look into every upload before the case is locked: the good ones, and the refusals of the bad."""
    checked: list[Checked] = []
    refused: list[FileRefused] = []
    for upload in uploads:
        try:
            checked.append(check_upload(upload))
        except FileRefused as refusal:
            refused.append(refusal)
    return checked, refused


def attach_pages(
    case_id: int,
    material_key: str,
    pages: Sequence[Upload],
    *,
    by: Identity,
    form: str,
    copies: int,
    provided_by: str,
) -> None:
    """Bind captured pages to one PDF and add it to the material. Raises FileRefused naming the page."""
    checked = check_pages(f"{material_key}.pdf", list(pages))
    with on_case(case_id) as case:
        ensure_draft(case, by)
        submitted = submitted_row(case, material_key, form, copies, provided_by, by)
        name = f"{case.release.bundle.material(material_key).name.zh}.pdf"
        link_file(case, submitted, keep_file(replace(checked, name=name), by), material_key, by)


def detach(case_id: int, material_key: str, file_id: int, *, by: Identity) -> None:
    """Take a file off a material again (the file itself stays in the store until swept)."""
    with on_case(case_id) as case:
        ensure_draft(case, by)
        gone = sql().execute(
            "delete from material_file mf using submitted_material m where m.id = mf.submitted_material_id"
            " and m.case_id = %s and m.material_key = %s and mf.file_id = %s",
            (case_id, material_key, file_id),
        )
        if gone.rowcount != 1:
            raise NotFound()
        case.record(Event.MATERIAL_REMOVED, by, material=material_key, file=file_id)


def submitted_row(
    case: LockedCase, material_key: str, form: str, copies: int, provided_by: str, by: Identity | None
) -> int:
    """The row of a material of the case, as handed in now. `by` is nobody where the applicant does it alone."""
    material = case.release.bundle.material(material_key)
    if form not in material.forms:
        raise Incomplete("form", Words("该材料不接受这种形式。", "This material is not accepted in that form."))
    if not 1 <= copies <= 99:
        raise Incomplete("copies", Words("份数应为 1 至 99。", "Copies must be 1 to 99."))
    row = (
        sql()
        .execute(
            "insert into submitted_material (case_id, material_key, form, copies, provided_by, by_id, at)"
            " values (%s, %s, %s, %s, %s, %s, %s)"
            " on conflict (case_id, material_key) do update set form = excluded.form,"
            " copies = excluded.copies, provided_by = excluded.provided_by, by_id = excluded.by_id, at = excluded.at"
            " returning id",
            (case.id, material.key, form, copies, provided_by, by.user_id if by else None, case.now),
        )
        .fetchone()
    )
    assert row is not None
    return int(row[0])


def link_file(case: LockedCase, submitted: int, file_id: int, material_key: str, by: Identity | None) -> None:
    row = (
        sql()
        .execute(
            "insert into material_file (submitted_material_id, file_id, position, form) select m.id, %s,"
            " (select count(*) from material_file where submitted_material_id = m.id), m.form"
            " from submitted_material m where m.id = %s returning position",
            (file_id, submitted),
        )
        .fetchone()
    )
    assert row is not None
    if row[0] >= MOST_FILES:
        raise TooManyFiles()
    case.record(Event.MATERIAL_ATTACHED, by, material=material_key, file=file_id)


class TooManyFiles(ActRefused):
    status = 422

    def __init__(self) -> None:
        super().__init__(Words(f"每种材料最多 {MOST_FILES} 个文件。", f"At most {MOST_FILES} files per material."))
