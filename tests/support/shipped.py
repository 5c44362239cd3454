"""The shipped bundles as files: path in the project -> content."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
TREE = {
    path.relative_to(ROOT).as_posix(): path.read_bytes()
    for folder in ("processes", "forms")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.is_file()
}
