"""The editors' scripts: what completion offers is what the engine has, and each editor is loaded on its page alone."""

from __future__ import annotations

import json
import re

import pytest

from engine.expressions.feel.builtins import BUILTINS
from tests.frontend.kit import ASSETS, DIST, WEBAPP

FUNCTIONS = ASSETS / "src/editors/feel-functions.js"
EDITORS = ("designer", "decision-editor", "form-editor")
MANIFEST = DIST / "manifest.json"
built = pytest.mark.skipif(not MANIFEST.exists(), reason="assets are not built")
#: Bytes that opening a page may cost, with all that is loaded for it; docs/frontend.md has what it costs.
MOST = {
    "app": 120_000,
    "case-diagram": 260_000,
    "designer": 1_900_000,
    "decision-editor": 1_300_000,
    "form-editor": 1_400_000,
}


def test_completion_offers_the_functions_of_the_engine() -> None:
    lines = re.findall(r"^  '([^']+)': \[(.*)\],$", FUNCTIONS.read_text("utf-8"), re.MULTILINE)
    offered = {name: tuple(re.findall(r"'([^']*)'", names)) for name, names in lines}
    assert offered == {name: _longest(one.signatures) for name, one in BUILTINS.items()}


def _longest(signatures: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    return max(signatures, key=len, default=())


@pytest.mark.parametrize("editor", EDITORS)
def test_an_editor_is_loaded_on_its_page_alone(editor: str) -> None:
    using = [
        path.name
        for path in (WEBAPP / "templates").rglob("*.html")
        if f"asset('{editor}.js')" in path.read_text("utf-8")
    ]
    assert len(using) == 1


@built
@pytest.mark.parametrize("entry", MOST)
def test_what_a_page_loads_stays_small(entry: str) -> None:
    manifest = json.loads(MANIFEST.read_text("utf-8"))
    assert sum((DIST / name).stat().st_size for name in loaded(manifest[f"{entry}.js"])) < MOST[entry]


@built
def test_no_other_page_loads_an_editor() -> None:
    manifest = json.loads(MANIFEST.read_text("utf-8"))
    others = set().union(*(loaded(manifest[f"{name}.js"]) for name in ("app", "case-diagram", "documents")))
    for editor, mark in (("designer", "ElementTemplates__"), ("decision-editor", "dmn-decision-table-container")):
        assert any(mark in (DIST / name).read_text("utf-8") for name in loaded(manifest[f"{editor}.js"]))
        assert not any(mark in (DIST / name).read_text("utf-8") for name in others)


def loaded(entry: str) -> set[str]:
    """The script with all that it imports, at once or later."""
    found: set[str] = set()
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        waiting += re.findall(r"[\"'(]\./((?:[\w-]+)-[A-Z0-9]{8}\.js)", (DIST / name).read_text("utf-8"))
    return found
