"""Files that are no TOML: the finding names the line."""

from __future__ import annotations

import pytest

from engine.errors import DefinitionInvalid
from engine.findings import Finding, Report
from engine.law.tables import read_toml

SOUND = 'key = "a"\nlist = [\n  "x = 1",\n]\n\n[table]\nmore = """\ntext = of several\nlines\n"""\n'


def fault(text: str | bytes) -> Finding:
    with pytest.raises(DefinitionInvalid) as refused:
        read_toml(text.encode() if isinstance(text, str) else text, Report("a.toml"))
    [found] = refused.value.findings
    return found


def test_a_fault_within_the_file_is_told_with_line_and_column() -> None:
    found = fault(f"{SOUND}name = x\nafter = 1\n")
    assert found.line == 11
    assert "第 11 行第 8 列" in found.message.zh
    assert "(line 11, column 8): Invalid value" in found.message.en


@pytest.mark.parametrize(
    "rest",
    ["name = ", 'name = [\n  "a",\n', "name = {a = 1", 'name = """\nafter = 1\n\n[further]\nmore = 2\n', "[items"],
)
def test_what_is_not_closed_is_told_where_it_begins(rest: str) -> None:
    found = fault(SOUND + rest)
    assert found.line == 11
    assert "line 11" in found.message.en
    assert "end of document" not in found.message.en


def test_what_is_no_text_is_told_with_its_line() -> None:
    assert fault(b'a = 1\nb = "\xff"\n').line == 2
