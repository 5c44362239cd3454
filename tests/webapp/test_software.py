"""Which software this is: another one wherever its source is another, whatever its number says."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from webapp.services import content_places, heat_aside
from webapp.software import mark_of, software


def test_a_mended_module_makes_another_software_under_the_same_number(tmp_path: Path) -> None:
    part = tmp_path / "part"
    part.mkdir()
    for folder in (tmp_path, part):
        (folder / "__init__.py").write_text("")
    (part / "reading.py").write_text("LIMIT = 1\n")
    before = mark_of([tmp_path])
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "tool.py").write_text("no part of the package")
    assert mark_of([tmp_path]) == before
    (part / "reading.py").write_text("LIMIT = 2\n")
    mended = mark_of([tmp_path])
    (part / "reading.py").rename(tmp_path / "reading.py")
    assert len({before, mended, mark_of([tmp_path])}) == 3


def test_what_cannot_be_counted_and_what_is_kept_of_contents_go_by_the_same() -> None:
    assert heat_aside.software is content_places.software is software
    number, _, mark = software().partition("+")
    assert (number, len(mark)) == (version("one-window"), 12)
