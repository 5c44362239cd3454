"""What a difference from an example says to a designer: no key and no writing of the programming language."""

from __future__ import annotations

import pytest

from engine import Words
from engine.trial import difference_words
from engine.trial.differences import Difference


@pytest.mark.parametrize(
    ("one", "zh", "en"),
    [
        (
            Difference("results", {"P1": "granted", "P2": "refused"}, {"P1": "granted"}),
            "各事项的办理结果：示例为 P1 = 准予、P2 = 不予，实际为 P1 = 准予",
            "outcomes of the items: the example says P1 = granted, P2 = refused, found P1 = granted",
        ),
        (
            Difference("act 3", ("accept", "P2"), [("review", "P2"), ("issue", None)]),
            "第 3 步：示例为 accept（P2），实际为 review（P2）、issue",
            "act 3: the example says accept (P2), found review (P2), issue",
        ),
        (
            Difference("way of P2", "commitment", "not eligible (otc-b-only)"),
            "事项 P2 的办理方式：示例为告知承诺，实际为不能告知承诺（规则 otc-b-only）",
            "way of P2: the example says commitment, found not eligible (otc-b-only)",
        ),
        (
            Difference("left open", [], [("visit", "P3")]),
            "没有办完的环节：示例为没有，实际为 visit（P3）",
            "steps left open: the example says none, found visit (P3)",
        ),
        (
            Difference("guided answer food", "usable", Words("请回答：卖什么？", "Please answer: what is sold?")),
            "引导问题 food 的答案：请回答：卖什么？",
            "guided answer food: Please answer: what is sold?",
        ),
        (
            Difference("something new", 1, 2),
            "something new：示例为 1，实际为 2",
            "something new: the example says 1, found 2",
        ),
    ],
)
def test_a_difference_is_told_in_both_languages(one: Difference, zh: str, en: str) -> None:
    said = difference_words(one)
    assert (said.zh, said.en) == (zh, en)


def test_a_long_value_is_cut() -> None:
    assert len(difference_words(Difference("path", [], ["step"] * 500)).zh) < 400
