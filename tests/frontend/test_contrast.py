"""Contrast of our colours, computed from tokens.css by the formula of WCAG 2.2 (relative luminance)."""

from __future__ import annotations

import re

import pytest

from tests.frontend.kit import ASSETS

TOKENS = dict(re.findall(r"--ow-([a-z-]+):\s*(#[0-9a-f]{6});", (ASSETS / "src/styles/tokens.css").read_text("utf-8")))

TEXT_ON_SURFACE = [
    *(
        (ink, surface)
        for ink in ("ink", "ink-soft", "ink-heading", "link")
        for surface in ("surface", "surface-soft", "page")
    ),
    ("placeholder", "surface"),
    ("link", "primary-soft"),
    ("ink", "primary-soft"),
    ("on-navy", "navy"),
    ("on-navy", "navy-strong"),
    ("navy-strong", "on-navy-soft"),
    ("on-primary", "primary"),
    ("on-primary", "primary-strong"),
    ("on-danger", "danger"),
    ("on-danger", "danger-strong"),
    ("bad-ink", "surface"),
    ("ok-ink", "surface"),
    ("seal", "surface"),
    *((f"{kind}-ink", f"{kind}-surface") for kind in ("bad", "warn", "ok", "info", "muted")),
]

CONTROL_ON_SURFACE = [
    ("control", "surface"),
    ("control", "surface-soft"),
    ("danger", "surface"),
    ("focus", "surface"),
    ("focus", "page"),
    ("focus-on-navy", "navy"),
    ("primary", "primary-soft"),
]


def luminance(colour: str) -> float:
    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    light, dark = sorted((luminance(TOKENS[first]), luminance(TOKENS[second])), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("ink", "surface"), TEXT_ON_SURFACE)
def test_text_can_be_read(ink: str, surface: str) -> None:
    assert contrast(ink, surface) >= 4.5


@pytest.mark.parametrize(("line", "surface"), CONTROL_ON_SURFACE)
def test_controls_can_be_seen(line: str, surface: str) -> None:
    assert contrast(line, surface) >= 3


def test_tabler_is_compiled_with_the_same_colours() -> None:
    compiled = (ASSETS / "src/styles/tabler.scss").read_text("utf-8")
    for variable, token in (
        ("primary", "primary"),
        ("danger", "danger"),
        ("body-color", "ink"),
        ("input-border-color", "control"),
    ):
        assert f"${variable}: {TOKENS[token]}" in compiled
