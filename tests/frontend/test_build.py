"""What the asset build leaves in static/dist. Skipped where nothing has been built."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.frontend.kit import ASSETS, DIST, WEBAPP

pytestmark = pytest.mark.skipif(not (DIST / "manifest.json").exists(), reason="assets are not built")

TEMPLATES = sorted((WEBAPP / "templates").rglob("*.html"))


@pytest.fixture(scope="module")
def manifest() -> dict[str, str]:
    return dict(json.loads((DIST / "manifest.json").read_text("utf-8")))


def test_every_asset_that_a_template_names_is_built(manifest: dict[str, str]) -> None:
    named = {name for path in TEMPLATES for name in re.findall(r"asset\(['\"]([^'\"]+)", path.read_text("utf-8"))}
    assert named
    assert named <= manifest.keys()


def test_every_name_in_the_manifest_is_a_file_with_its_digest(manifest: dict[str, str]) -> None:
    for plain, built in manifest.items():
        stem, _, ending = plain.rpartition(".")
        assert re.fullmatch(rf"{stem}-[0-9A-Z]{{8}}\.{ending}", built)
        assert (DIST / built).stat().st_size > 0


def test_every_icon_that_a_template_draws_is_in_the_sprite(manifest: dict[str, str]) -> None:
    sprite = (DIST / manifest["icons.svg"]).read_text("utf-8")
    drawn = {
        name
        for path in TEMPLATES
        for name in re.findall(r"(?:icon\(|glyph=)[\"']([a-z-]+)[\"']", path.read_text("utf-8"))
    }
    assert drawn
    assert {name for name in drawn if f'id="{name}"' not in sprite} == set()


def test_licences_of_everything_bundled_are_shipped() -> None:
    licences = (DIST / "THIRD_PARTY.txt").read_text("utf-8")
    for package in ("@tabler/core", "@tabler/icons-sprite", "bpmn-js", "diagram-js", "htmx.org"):
        assert re.search(rf"^{re.escape(package)} \d", licences, re.MULTILINE)
    assert "Permission is hereby granted" in licences


def test_scripts_hold_nothing_that_the_content_security_policy_forbids() -> None:
    for source in (ASSETS / "src").glob("*.js"):
        text = source.read_text("utf-8")
        assert not re.search(r"\beval\(|new Function|innerHTML|setAttribute\('style'", text), source.name


def test_styles_use_nothing_that_the_oldest_browser_does_not_know(manifest: dict[str, str]) -> None:
    for name in ("styles.css", "print.css", "case-diagram.css"):
        assert "light-dark(" not in (DIST / manifest[name]).read_text("utf-8")


def test_the_lockfile_names_no_host() -> None:
    lock = json.loads((ASSETS / "package-lock.json").read_text("utf-8"))
    packages = {path: facts for path, facts in lock["packages"].items() if path}
    assert all("integrity" in facts for facts in packages.values())
    assert not any("resolved" in facts for facts in packages.values())


def test_words_that_scripts_say_are_on_the_page() -> None:
    given = (WEBAPP / "templates/_components/script_words.html").read_text("utf-8")
    known = {_camel(name) for name in re.findall(r"data-([a-z-]+)=", given)}
    said = {name for source in (ASSETS / "src").glob("*.js") for name in re.findall(r"say\('(\w+)'", _text(source))}
    assert said
    assert said <= known


def _camel(name: str) -> str:
    first, *rest = name.split("-")
    return first + "".join(part.title() for part in rest)


def _text(source: Path) -> str:
    return source.read_text("utf-8")
