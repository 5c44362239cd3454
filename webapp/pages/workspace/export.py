"""The package for a system that decides elsewhere, to be taken along from the task."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response
from flask.typing import ResponseReturnValue

from webapp.identity import signed_in
from webapp.pages.support import needs
from webapp.pages.workspace.views import blueprint
from webapp.permissions import Permission
from webapp.queries.export_package import export_package
from webapp.queries.workspace import workspace
from webapp.services import access


@blueprint.get("/<int:task_id>/package.zip")
@needs(Permission.TASK_SEE)
def package(task_id: int) -> ResponseReturnValue:
    """Fields, files and list of the item; that they were taken is noted. Raises NotFound for a task of others."""
    by = signed_in()
    task = workspace(task_id, by)
    made = export_package(task)
    access.note(by, task.case_id, f"package:{task_id}")
    response = Response(made.content, mimetype="application/zip")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(made.name, safe='')}"
    return response
