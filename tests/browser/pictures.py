"""Pictures for README and docs, kept only when they are asked for: ONEWINDOW_SCREENSHOTS=1."""

from __future__ import annotations

import io
import os
from pathlib import Path

from PIL import Image

FOLDER = Path(__file__).parents[2] / "docs" / "images"
WANTED = os.environ.get("ONEWINDOW_SCREENSHOTS") == "1"
LARGEST_BYTES = 250_000


def keep(name: str, png: bytes) -> None:
    """Write `docs/images/<name>.png` with a palette: pages have few colours, so nothing is seen of it."""
    target = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        reduced = image.convert("RGB").quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        reduced.save(target, "PNG", optimize=True)
    assert target.tell() < LARGEST_BYTES, (name, target.tell())
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.png").write_bytes(target.getvalue())
