"""The file store: content-addressed, a folder. The file is written before the row that names it."""

from __future__ import annotations

import hashlib
import os
import tempfile
from datetime import datetime
from pathlib import Path

from webapp.errors import NotFound
from webapp.settings import current_settings


def put(content: bytes) -> str:
    """Keep `content` under its SHA-256 and return that. Written aside, flushed, then renamed into place."""
    digest = hashlib.sha256(content).hexdigest()
    place = _place(digest)
    if place.exists():
        os.utime(place)  # in use again: the sweep leaves it alone
        return digest
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, aside = tempfile.mkstemp(dir=place.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(aside).replace(place)
    return digest


def get(digest: str) -> bytes:
    """The content; raises NotFound when it is gone or no longer fits its digest."""
    place = _place(digest)
    if not place.exists():
        raise NotFound()
    content = place.read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        raise NotFound()
    return content


def remove_if_unused_since(digest: str, moment: datetime) -> None:
    """Let go of a content that no row names any more, unless it was put again after `moment`."""
    place = _place(digest)
    if place.exists() and place.stat().st_mtime < moment.timestamp():
        place.unlink()


def _place(digest: str) -> Path:
    return current_settings().files_dir / digest[:2] / digest[2:4] / digest
