"""Renders templates as the application does, with sample words in place of its services."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader

WEBAPP = Path(__file__).parents[2] / "webapp"
DIST = WEBAPP / "static" / "dist"


def words(value: Any) -> str:
    return str(getattr(value, "zh", value) or "")


def environment(**context: Any) -> Environment:
    """A Jinja environment with the filters and globals that docs/frontend.md expects."""
    manifest_file = DIST / "manifest.json"
    manifest = json.loads(manifest_file.read_text()) if manifest_file.exists() else {}
    env = Environment(
        loader=FileSystemLoader(WEBAPP / "templates"), autoescape=True, extensions=["jinja2.ext.i18n"]
    )
    env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    env.filters["words"] = words
    env.filters["day"] = lambda value: value.isoformat() if isinstance(value, date) else ""
    env.filters["when"] = lambda value: value.strftime("%m-%d %H:%M") if isinstance(value, datetime) else ""
    env.globals.update(
        asset=lambda name: "/static/dist/" + manifest.get(name, name),
        csrf_token=lambda: "token",
        get_flashed_messages=lambda with_categories=False: context.get("flashes", []),
        **context,
    )
    return env


@pytest.fixture
def render() -> Callable[..., str]:
    """Renders a template given as source text."""

    def render_source(source: str, **context: Any) -> str:
        return environment().from_string(source).render(**context)

    return render_source


@pytest.fixture
def dist() -> Path:
    """The built assets; skipped where they have not been built."""
    if not (DIST / "manifest.json").exists():
        pytest.skip("assets are not built: run node build.mjs in webapp/assets")
    return DIST


def form_field(**facts: Any) -> SimpleNamespace:
    """A field as engine.forms describes it, with the given facts."""
    plain = {"key": "name", "type": "textfield", "label": "名称", "description": "", "required": True, "options": ()}
    return SimpleNamespace(**(plain | facts))
