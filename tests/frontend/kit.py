"""Renders templates as the application does, with sample words in place of its services."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from lxml.html import HtmlElement, document_fromstring

from engine import Words
from engine.forms import Field

WEBAPP = Path(__file__).parents[2] / "webapp"
ASSETS = WEBAPP / "assets"
DIST = WEBAPP / "static" / "dist"
#: The accessibility checker that browser tests inject; brought by `npm ci`.
AXE = ASSETS / "node_modules" / "axe-core" / "axe.min.js"


def words(value: Words | str | None) -> str:
    return value.zh if isinstance(value, Words) else value or ""


def environment(**context: Any) -> Environment:
    """A Jinja environment with the filters and globals that docs/frontend.md expects."""
    manifest_file = DIST / "manifest.json"
    manifest = json.loads(manifest_file.read_text()) if manifest_file.exists() else {}
    env = Environment(loader=FileSystemLoader(WEBAPP / "templates"), autoescape=True, extensions=["jinja2.ext.i18n"])
    env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    env.filters["words"] = words
    env.filters["day"] = lambda value: value.isoformat() if isinstance(value, date) else ""
    env.filters["when"] = lambda value: value.strftime("%m-%d %H:%M") if isinstance(value, datetime) else ""
    env.globals.update(
        asset=lambda name: f"/static/dist/{manifest.get(name, name)}",
        csrf_token=lambda: "token",
        may=lambda permission: False,
        get_flashed_messages=lambda with_categories=False: context.get("flashes", []),
        **context,
    )
    return env


def render(source: str, **context: Any) -> str:
    """A template given as source text, rendered."""
    return environment(**context).from_string(source).render(**context)


def page(source: str, **context: Any) -> HtmlElement:
    """The same as a parsed document."""
    return document_fromstring(render(source, **context))


def form_field(**facts: Any) -> Field:
    """A field as engine.forms reads it, with the given facts."""
    plain: dict[str, Any] = {
        "key": "name",
        "id": "name",
        "type": "textfield",
        "label": Words("名称", "Name"),
        "description": Words("", ""),
        "required": True,
    }
    return Field(**(plain | facts))
