"""How a person who stands in for another is named."""

from __future__ import annotations

from webapp.languages import language


def acting_name(name: str, absent: str | None) -> str:
    """The name, and for whom the person acted, where for somebody."""
    if not absent:
        return name
    return f"{name}（代{absent}）" if language() == "zh" else f"{name} (for {absent})"
