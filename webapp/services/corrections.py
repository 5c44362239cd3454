"""补正 at the window: files are added to a received case, only where a department asked for correction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine import Words
from engine.bundles import guide_for
from webapp.answers import answers_of
from webapp.errors import FileRefused, Incomplete, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.files import Upload, check_pages, keep_file
from webapp.services.materials import check_all, link_file, submitted_row
from webapp.services.tasks import ensure_step
from webapp.services.work import OpenTask, on_task
from webapp.unit_of_work import sql

#: What captured pages are called until the material's name is known, inside the command.
CAPTURED = "pages.pdf"


def materials_in_question(task: OpenTask) -> frozenset[str]:
    """Keys of the materials that the item of this `correct` task uses and that are handed in as files."""
    row = sql().execute("select guided from cases where id = %s", (task.case.id,)).fetchone()
    assert row is not None
    return frozenset(
        required.material.key
        for required in guide_for(task.case.release.bundle, {**answers_of(task.case.id), **row[0]}).materials
        if task.item_key in required.used_by and not required.exempt and required.material.source != "form"
    )


def add_files(
    task_id: int,
    material_key: str,
    uploads: Sequence[Upload],
    *,
    by: Identity,
    form: str,
    copies: int,
    provided_by: str,
) -> list[FileRefused]:
    """Add files to a material while correction is asked for; nothing that was handed in before goes away.

    Each bad file is refused by name and reason, the good ones are kept; returns the refusals. Raises
    NotFound for a material that the item does not use, Incomplete, TooManyFiles, and what `on_task` raises.
    """
    if not uploads:
        raise Incomplete("files", Words("请选择要补交的文件。", "Choose the files to hand in."))
    checked, refused = check_all(uploads)
    with on_task(task_id, by, permission=Permission.TASK_DO) as task:
        submitted = _open_material(task, material_key, form, copies, provided_by, by)
        for file in checked:
            link_file(task.case, submitted, keep_file(file, by), material_key, by)
    return refused


def add_pages(
    task_id: int,
    material_key: str,
    pages: Sequence[Upload],
    *,
    by: Identity,
    form: str,
    copies: int,
    provided_by: str,
) -> None:
    """Bind captured pages to one PDF and add it to the material. Raises FileRefused and as `add_files`."""
    checked = check_pages(CAPTURED, list(pages))
    with on_task(task_id, by, permission=Permission.TASK_DO) as task:
        submitted = _open_material(task, material_key, form, copies, provided_by, by)
        name = f"{task.case.release.bundle.material(material_key).name.zh}.pdf"
        link_file(task.case, submitted, keep_file(replace(checked, name=name), by), material_key, by)


def _open_material(task: OpenTask, material_key: str, form: str, copies: int, provided_by: str, by: Identity) -> int:
    ensure_step(task, "correct")
    if material_key not in materials_in_question(task):
        raise NotFound()
    return submitted_row(task.case, material_key, form, copies, provided_by, by)
