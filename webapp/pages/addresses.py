"""Where a page may lead: addresses of this installation, never of another host."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request, url_for


def safe_next(target: str | None) -> str:
    """`target` when it is a path of this installation, else the landing page.

    Browsers read `//host`, `/\\host` and control characters as another host; none of these is a path of ours.
    """
    home = url_for("home.index")
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return home
    if any(ord(character) < 0x20 for character in target) or "\\" in target:
        return home
    parts = urlsplit(target)
    return home if parts.scheme or parts.netloc else target


def this_page() -> str:
    """The address of the page being asked for."""
    return safe_next(request.full_path.rstrip("?"))


def came_from() -> str:
    """The page of ours that the person came from, else the landing page."""
    try:
        parts = urlsplit(request.referrer or "")
    except ValueError:  # a made-up header
        return safe_next(None)
    if parts.netloc != request.host:
        return safe_next(None)
    return safe_next(f"{parts.path}?{parts.query}" if parts.query else parts.path)
