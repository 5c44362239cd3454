"""Files as they come from the browser."""

from __future__ import annotations

import base64
import binascii

from flask import request

from engine import Words
from webapp.errors import Incomplete
from webapp.services.files import Upload

#: How a browser sends what was drawn on a canvas.
PNG_URL = "data:image/png;base64,"


def upload_named(field: str) -> Upload | None:
    """The one file of a field; None where none was chosen."""
    chosen = uploads_named(field)
    return chosen[0] if chosen else None


def uploads_named(field: str) -> list[Upload]:
    """Every file of a field, in order; browsers send one without a name where none was chosen."""
    return [Upload(file.filename, file.read()) for file in request.files.getlist(field) if file.filename]


def drawn_signature(field: str) -> Upload | None:
    """The signature drawn on the page; None where nothing was drawn. Raises Incomplete when it is damaged."""
    drawn = request.form.get(field, "")
    if not drawn:
        return None
    try:
        content = base64.b64decode(drawn.removeprefix(PNG_URL), validate=True)
    except (binascii.Error, ValueError) as broken:
        raise Incomplete(field, Words("签名没有传完整，请重签。", "The signature is damaged. Sign again.")) from broken
    return Upload(f"{field}.png", content)
