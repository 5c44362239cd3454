"""The PDF of a bundle's document: no word of a table is set into the next cell, whatever stands in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import orjson
import pytest

from webapp.printing import _compiler

RULES = (
    [
        *("Item", "Material that the commitment replaces", "Drug scope", "Credit record", "On the commitment list"),
        *("District", "Commitment possible", "Rule", "Basis", "Note"),
    ],
    ['"P3"', '"equipment-list"', "-", '"barred"', '"no"', "-", "false", "no-commitment", "A rule. " * 20, "Not listed"],
    ['"P5"', '"health-certificates"', 'list contains(?, "otc-b")', "-", "-", "-", "true", "proof-equipment", "", ""],
)
RULES_ZH = (
    [
        *("事项", "以承诺替代的材料", "药品经营范围", "信用记录", "列入告知承诺清单"),
        *("区县", "可以告知承诺", "规则", "依据"),
    ],
    ['"P3"', '"equipment-list"', "选了“中药饮片”", '"barred"', "-", "-", "false", "no-commitment", "不适用" * 30],
)
#: A line from top to bottom, and a run of letters with the place of its last one; lengths in points.
UPRIGHT = re.compile(r'stroke="#000000"[^>]*translate\(([\d.]+) ([\d.]+)\)" d="M 0 0v ([\d.]+)"')
RUN = re.compile(r'<g transform="matrix\(1 0 0 -1 ([\d.]+) ([\d.]+)\)">(.*?)</g>', re.S)
LETTER = re.compile(r'<use [^>]*x="([\d.]+)"')


def pages(blocks: Sequence[dict[str, Any]], language: str = "en") -> list[str]:
    """The pages after the table of contents, as SVG."""
    told = {"language": language, "title": "A", "under": [], "blocks": [{"text": "", "level": 0, **b} for b in blocks]}
    data = orjson.dumps({**told, "issued": [2026, 11, 28], "family": ["Noto Serif SC"]}).decode()
    made = _compiler("bundle.typ").compile(format="svg", sys_inputs={"data": data})
    assert isinstance(made, list)
    return [one.decode() for one in made[1:]]


def table(rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    return {"kind": "table", "heads": rows[0], "rows": rows[1:]}


def width_of(page: str) -> float:
    found = re.search(r'width="([\d.]+)pt"', page)
    assert found is not None
    return float(found[1])


def crossings(page: str) -> list[tuple[float, float]]:
    """Where letters stand on both sides of a line of the table."""
    lines = [(float(x), float(y), float(y) + float(height)) for x, y, height in UPRIGHT.findall(page)]
    assert lines
    found = []
    for left, base, letters in RUN.findall(page):
        places = [float(place) for place in LETTER.findall(letters)]
        end = float(left) + max(places, default=0.0) + 2  # and a little of the last letter
        found += [(x, top) for x, top, foot in lines if top < float(base) < foot and float(left) < x < end]
    return found


@pytest.mark.parametrize(("language", "rows"), [("en", RULES), ("zh", RULES_ZH)])
def test_a_table_of_many_columns_lies_and_keeps_its_words_in_their_cells(
    language: str, rows: Sequence[Sequence[str]]
) -> None:
    lead: list[dict[str, Any]] = [
        {"kind": "heading", "text": "Tables", "level": 1},
        {"kind": "text", "text": "The first rule counts"},
    ]
    made = pages([{"kind": "text", "text": "Before"}, *lead, table(rows)], language)
    assert [width_of(page) > 700 for page in made] == [False, True]
    assert not crossings(made[-1])
    (alone,) = pages([{"kind": "text", "text": "Before"}], language)
    assert len(RUN.findall(made[0])) == len(RUN.findall(alone))  # the heading and its line went along


def test_a_table_of_few_columns_stands_and_gives_long_words_their_room() -> None:
    told = "A basis in many words. " * 12
    rows = [["No.", "Commitment", "Told", "Basis"], ["1", "Unbreakablelongwordofonepieceonly", told, told]]
    (page,) = pages([table(rows)])
    assert width_of(page) < 700
    assert not crossings(page)


def test_a_word_over_a_line_would_be_noticed() -> None:
    (page,) = pages([table([["A", "B"], ["1", "2"]])])
    x, y, _ = UPRIGHT.findall(page)[1]
    letters = '<use xlink:href="#a" x="0" y="0"/><use xlink:href="#a" x="20" y="0"/>'
    over = f'<g transform="matrix(1 0 0 -1 {float(x) - 10} {float(y) + 9})">{letters}</g>'
    assert not crossings(page)
    assert crossings(page + over)


def test_a_short_row_stays_on_one_page() -> None:
    rows = [["Step", "Told"], *([str(number), "A few words that take several lines. " * 7] for number in range(30))]
    made = pages([table(rows)])
    assert len(made) > 1
    starts = [sorted({float(base) for _, base, _ in RUN.findall(page)}) for page in made]
    numbers = [min(float(left) for left, _, _ in RUN.findall(page)) for page in made]
    for page, left, lines in zip(made, numbers, starts, strict=True):
        first = [float(base) for at, base, _ in RUN.findall(page) if abs(float(at) - left) < 0.5]
        assert lines[1] in first  # below the heads, the page begins with the beginning of a row
