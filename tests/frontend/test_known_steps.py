"""What the kinds of work in the diagram editor offer is known: steps that have a page, posts that there are."""

from __future__ import annotations

import re
import tomllib

from engine.bundles import known_steps
from tests.frontend.kit import ASSETS
from webapp.settings import PROJECT_FOLDER

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


def test_every_post_that_a_kind_of_work_begins_with_is_one_of_the_office() -> None:
    kinds = (ASSETS / "src/designer/templates.js").read_text("utf-8")
    posts = tomllib.loads((PROJECT_FOLDER / "processes/_shared/organisation/demo.toml").read_text("utf-8"))["groups"]
    named = set(re.findall(r"\bgroups\('([^'=][^']*)'\)", kinds))
    assert named
    assert named <= set(posts)
