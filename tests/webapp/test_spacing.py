"""The space between Chinese and Latin letters or digits on pages."""

from __future__ import annotations

import pytest

from engine import Words
from webapp.spacing import spaced, spaced_words


@pytest.mark.parametrize(
    ("joined", "said"),
    [
        ("12个工作日", "12 个工作日"),
        ("按Camunda 7、通用 BPMN 2.0读取", "按 Camunda 7、通用 BPMN 2.0 读取"),
        ("Camunda 8（Zeebe）的写法", "Camunda 8（Zeebe）的写法"),
        ("“P6”与80%", "“P6”与 80%"),
        ("没有要改的", "没有要改的"),
    ],
)
def test_a_space_stands_where_letters_meet_and_not_at_punctuation(joined: str, said: str) -> None:
    assert spaced(joined) == said


def test_english_stays_as_it_is() -> None:
    assert spaced_words(Words("3个月", "3 months")) == Words("3 个月", "3 months")
