"""Findings of one file: collected, filled in both languages, and values as people write them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from engine.dmn.analysis.columns import Dimension
from engine.dmn.analysis.domains import ORDERED, Domain, Part
from engine.dmn.analysis.sweep import runs_of
from engine.dmn.analysis.words import DOUBTS
from engine.errors import BudgetExceeded
from engine.expressions.feel.builtins.conversion import text_of
from engine.expressions.feel.run import Run
from engine.findings import Finding
from engine.values import Value
from engine.words import Words

#: Longest text of a file that is repeated in a finding.
CLIPPED = 80
#: Values of one input that an example names.
_SHOWN = 3
_NULL = Words("空值", "null")
_OTHER = Words("其他文本", "any other text")
_ANYTHING = Words("任意值", "anything")


#: Findings of one kind in one file; further ones are only counted, in a last finding.
MOST_OF_A_KIND = 200


@dataclass(slots=True)
class Telling:
    """Collects the findings of one file."""

    file: str
    _told: list[Finding] = field(default_factory=list)
    _counts: dict[str, int] = field(default_factory=dict)

    @property
    def findings(self) -> list[Finding]:
        """All that was told, with the number of those that were too many to list."""
        more = [(code, count - MOST_OF_A_KIND) for code, count in self._counts.items() if count > MOST_OF_A_KIND]
        return self._told + [
            self._finding("more-doubts", "", 0, {"code": code, "count": count}) for code, count in more
        ]

    def __call__(self, code: str, element: str, line: int, **said: object) -> None:
        """Adds the finding `code`; `said` fills its words, texts of the file clipped and made plain."""
        count = self._counts[code] = self._counts.get(code, 0) + 1
        if count <= MOST_OF_A_KIND:
            self._told.append(self._finding(code, element, line, said))

    def _finding(self, code: str, element: str, line: int, said: dict[str, object]) -> Finding:
        doubt = DOUBTS[code]
        zh = {name: _plain(value.zh if isinstance(value, Words) else value) for name, value in said.items()}
        en = {name: _plain(value.en if isinstance(value, Words) else value) for name, value in said.items()}
        message = Words(doubt.message.zh.format(**zh), doubt.message.en.format(**en))
        return Finding(doubt.severity, code, self.file, element, message, doubt.remedy, line or None)


def _plain(value: object) -> object:
    """A text without line breaks, controls and marks that turn the writing round."""
    if not isinstance(value, str):
        return value
    return "".join(each if each.isprintable() else " " for each in value)


def clipped(text: str) -> str:
    """The text, cut where it is too long to be repeated."""
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= CLIPPED else f"{one_line[: CLIPPED - 1]}…"


def value_words(value: Value) -> Words:
    """A value as it would be written in a cell."""
    if value is None:
        return _NULL
    if type(value) is str:
        return Words(f'"{clipped(value)}"', f'"{clipped(value)}"')
    try:
        text = clipped(str(text_of(value, Run(None, ""))))
    except BudgetExceeded:
        text = "…"
    return Words(text, text)


def part_words(part: Part) -> Words:
    """The example of a part."""
    if part.other_text:
        return _OTHER
    return _ANYTHING if part.kind == "" else value_words(part.value)


def example(dimensions: Sequence[Dimension], chosen: dict[int, int]) -> Words:
    """`age = 18, type = "chain"`: of each input (by number) some of its parts, those that may well come if there are.

    Of parts that follow each other only the first is said.
    """
    said = []
    for number, parts in chosen.items():
        dimension = dimensions[number]
        firsts = [first for first, _ in runs_of(parts & dimension.domain.sure or parts)]
        shown = [part_words(dimension.domain.parts[at]) for at in firsts[:_SHOWN]]
        more = "…" if len(firsts) > _SHOWN else ""
        zh, en = "、".join(each.zh for each in shown) + more, " / ".join(each.en for each in shown) + more
        label, sign = clipped(dimension.label), " " if dimension.domain.opaque else " = "
        said.append(Words(f"{label}{sign}{zh}", f"{label}{sign}{en}"))
    return joined(said)


def hole(dimensions: Sequence[Dimension], chosen: dict[int, int]) -> Words:
    """`age in [18..60], days > 3, type = "chain"`: of each input all that a place without a rule takes, values that
    follow each other as a range."""
    said = []
    for number, parts in chosen.items():
        dimension = dimensions[number]
        runs = runs_of(parts & dimension.domain.sure or parts)
        shown = [_run_words(dimension.domain, *run) for run in runs[:_SHOWN]]
        if not any(is_range for _, is_range in shown):
            said.append(example(dimensions, {number: parts}))
            continue
        more = "…" if len(runs) > _SHOWN else ""
        label = clipped(dimension.label)
        zh, en = "、".join(each.zh for each, _ in shown), " / ".join(each.en for each, _ in shown)
        if len(runs) == 1 and en[0] in "<>":
            said.append(Words(f"{label} {zh}", f"{label} {en}"))
            continue
        said.append(Words(f"{label} 在 {zh}{more} 之内", f"{label} in {en}{more}"))
    return joined(said)


def _run_words(domain: Domain, first: int, behind: int) -> tuple[Words, bool]:
    """Parts that follow each other, and whether they are a range: of values with an order, more than one value."""
    parts = domain.parts
    span = next(((start, end) for kind, start, end in domain.spans if start <= first < end and kind in ORDERED), None)
    if span is None or behind > span[1] or (behind - first == 1 and parts[first].point):
        return part_words(parts[first]), False
    low = high = ""
    if parts[first].point:
        low = f"[{value_words(parts[first].value).en}"
    elif first > span[0]:
        low = f"({value_words(parts[first - 1].value).en}"
    if parts[behind - 1].point:
        high = f"{value_words(parts[behind - 1].value).en}]"
    elif behind < span[1]:
        high = f"{value_words(parts[behind].value).en})"
    if not low and not high:
        return part_words(parts[first]), False
    edges = {True: "=", False: ""}
    if not high:
        text = f">{edges[low[0] == '[']} {low[1:]}"
    elif not low:
        text = f"<{edges[high[-1] == ']']} {high[:-1]}"
    else:
        text = f"{low}..{high}"
    return Words(text, text), True


def joined(words: Iterable[Words]) -> Words:
    """An enumeration."""
    found = list(words)
    return Words("，".join(each.zh for each in found), ", ".join(each.en for each in found))
