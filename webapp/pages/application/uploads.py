"""Files as they come from the browser."""

from __future__ import annotations

from flask import request

from webapp.services.files import Upload


def upload_named(field: str) -> Upload | None:
    """The one file of a field; None where none was chosen."""
    chosen = uploads_named(field)
    return chosen[0] if chosen else None


def uploads_named(field: str) -> list[Upload]:
    """Every file of a field, in order; browsers send one without a name where none was chosen."""
    return [Upload(file.filename, file.read()) for file in request.files.getlist(field) if file.filename]
