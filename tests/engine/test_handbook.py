"""The handbook's own examples run as they stand."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
BLOCKS = re.findall(r"```python\n(.*?)```", (DOCS / "engine.md").read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_the_examples_of_the_engine_page_run(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(DOCS.parent)
    names: dict[str, object] = {}
    for block in BLOCKS[: number + 1]:  # later ones use the imports of earlier ones
        exec(block, names)


def test_there_are_examples() -> None:
    assert len(BLOCKS) == 2
