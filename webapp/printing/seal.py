"""The drawn seal of a demo: the office along the ring, 演示样章 below the star. Never a real seal."""

from __future__ import annotations

import math
from html import escape

RED = "#c00000"
RING, RADIUS = 57.0, 44.0
#: The ring of letters leaves the lower part free; longer names get smaller letters.
WIDEST_ARC = math.radians(250)
LARGEST = 14.0
STAR = "M60 41 L64.4 54.2 L78.3 54.2 L67.1 62.5 L71.3 75.8 L60 67.8 L48.7 75.8 L52.9 62.5 L41.7 54.2 L55.6 54.2 Z"


def demo_seal(office: str, words: str, family: str) -> str:
    """An SVG of 120 by 120: round, `office` around, `words` below."""
    letters = "".join(_on_the_ring(office, family))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 120" width="120" height="120">'
        f'<g fill="{RED}" fill-opacity="0.78" stroke="none">'
        f'<circle cx="60" cy="60" r="{RING}" fill="none" stroke="{RED}" stroke-opacity="0.78" stroke-width="3"/>'
        f'<path d="{STAR}"/>{letters}{_text(60, 101, 11, words, family)}</g></svg>'
    )


def _on_the_ring(office: str, family: str) -> list[str]:
    """Each letter upright to the centre; evenly spread over the upper part of the ring."""
    count = max(len(office), 1)
    wide = sum(1.0 if ord(letter) > 0x2E7F else 0.55 for letter in office)
    size = min(LARGEST, WIDEST_ARC * RADIUS / max(wide, 1) / 1.05)
    arc = min(WIDEST_ARC, size * 1.45 * wide / RADIUS)
    drawn = []
    for place, letter in enumerate(office):
        angle = -arc / 2 + arc * (place + 0.5) / count
        x, y = 60 + RADIUS * math.sin(angle), 60 - RADIUS * math.cos(angle)
        turned = f' transform="rotate({math.degrees(angle):.2f} {x:.2f} {y:.2f})"'
        drawn.append(_text(x, y + size * 0.35, size, letter, family, turned))
    return drawn


def _text(x: float, y: float, size: float, words: str, family: str, more: str = "") -> str:
    return (
        f'<text x="{x:.2f}" y="{y:.2f}" font-family="{escape(family)}" font-weight="700" font-size="{size:.2f}"'
        f' text-anchor="middle"{more}>{escape(words)}</text>'
    )
