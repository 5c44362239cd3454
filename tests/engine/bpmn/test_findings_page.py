"""Every kind of finding stands in docs/checks.md with its severities, words and remedy."""

from pathlib import Path

from engine.bpmn.wording import KINDS
from engine.bpmn.words.kind import Kind
from engine.dmn.analysis import DOUBTS

PAGE = Path(__file__).parents[3] / "docs" / "checks.md"


def row(code: str, kind: Kind) -> str:
    """The line of the page about one kind of finding."""
    says, remedy = (f"{words.zh}<br>{words.en}" for words in (kind.message, kind.remedy))
    return f"| `{code}` | {kind.engine} | {kind.office} | {says} | {remedy} |"


def test_the_page_lists_every_kind_of_finding_as_it_is() -> None:
    told = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    doubts = {code: Kind(one.severity, one.severity, one.message, one.remedy) for code, one in DOUBTS.items()}
    assert sorted(told) == sorted(row(code, kind) for code, kind in {**KINDS, **doubts}.items())


def test_no_finding_sends_to_a_page_that_its_reader_does_not_have() -> None:
    told = [text for kind in KINDS.values() for words in (kind.message, kind.remedy) for text in (words.zh, words.en)]
    assert [text for text in told if "docs/" in text or ".md" in text] == []
