"""The selector of steps in the diagram editor offers what the application has a page for, by its words."""

from __future__ import annotations

import re

from engine.bundles import known_steps
from tests.frontend.kit import ASSETS

STEPS = ASSETS / "src/designer/known-steps.js"
LINE = re.compile(r"^  \{ value: '([^']+)', name: \{ zh: '([^']+)', en: '([^']+)' \} \},$", re.MULTILINE)


def test_the_selector_has_every_known_step() -> None:
    offered = LINE.findall(STEPS.read_text("utf-8"))
    assert offered == [(one.key, one.name.zh, one.name.en) for one in known_steps().values()]


def test_every_step_of_a_kind_of_work_is_known() -> None:
    kinds = (ASSETS / "src/designer/templates.js").read_text("utf-8")
    named = re.findall(r"^  task\('[^']+', '([^']+)'", kinds, re.MULTILINE)
    assert "record" in named
    assert set(named) <= set(known_steps())
