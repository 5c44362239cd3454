"""The blueprint of supervision, and the addresses of its pages with what they are narrowed to."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from flask_babel import gettext

from webapp.identity import Identity
from webapp.permissions import Permission, may

blueprint = Blueprint("supervision", __name__, url_prefix="/supervision")


def address(endpoint: str, **given: Any) -> str:
    """The URL of a page of supervision; what is empty is left out."""
    return url_for(f"supervision.{endpoint}", **{key: value for key, value in given.items() if value})


def asked(name: str, known: Any = None) -> str:
    """A parameter of the URL, "" where it is not one of `known`."""
    value = request.args.get(name, "").strip()
    return value if known is None or value in known else ""


def asked_number(name: str) -> int:
    """A number of the URL; 0 where there is none."""
    value = request.args.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else 0


def sections(by: Identity, current: str) -> list[tuple[str, str, bool, None]]:
    """The parts of supervision that this person may open, as tabs."""
    parts = [
        (gettext("时限看板"), "board", Permission.SUPERVISION_SEE),
        (gettext("监察信号"), "signals", Permission.SIGNAL_SEE),
    ]
    return [
        (label, address(endpoint), endpoint == current, None)
        for label, endpoint, permission in parts
        if permission is not Permission.SUPERVISION_SEE or may(by, permission)
    ]
