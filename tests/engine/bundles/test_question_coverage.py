"""The walk through the questions against trying every way; the tree; what is said of ways that go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bundles import Bundle, Option, Question, Situation, check_bundle, read_bundle, situations_of
from engine.bundles.questions import (
    Budget,
    item_coverage,
    nothing_applies,
    questions_never_asked,
    way_words,
)
from engine.expressions import compile_expression
from engine.values import Value
from engine.words import Words
from tests.engine.bundles import conftest as small

Answers = dict[str, Value]


def words(text: str) -> Words:
    return Words(text, text)


def question(key: str, kind: str = "yes-no", options: str = "", when: str = "") -> Question:
    offered = tuple(Option(one, words(one.upper())) for one in options)
    return Question(key, words(f"{key}？"), words(""), kind, offered, compile_expression(when) if when else None)


@pytest.fixture
def bundle(files: dict[str, bytes]) -> Bundle:
    return read_bundle(files)


def asking(bundle: Bundle, questions: list[Question], situations: dict[str, str], applies: str = "") -> Bundle:
    """The bundle with these questions, and one item with these situations (key -> condition)."""
    leaves = tuple(Situation(key, words(key), compile_expression(when)) for key, when in situations.items())
    item = replace(bundle.items[0], situations=leaves, applies=compile_expression(applies) if applies else None)
    return replace(bundle, questions=tuple(questions), items=(item,))


def every_way(questions: list[Question], answers: Answers | None = None) -> Iterator[Answers]:
    answers = answers or {}
    if not questions:
        yield answers
        return
    first, *rest = questions
    if first.when is not None and first.when.evaluate(answers) is not True:
        yield from every_way(rest, answers)
        return
    for answer in answers_to(first):
        yield from every_way(rest, {**answers, first.key: answer})


def answers_to(one: Question) -> Iterator[Value]:
    values = [option.value for option in one.options]
    if one.kind == "yes-no":
        yield from (True, False)
    elif one.kind == "one":
        yield from values
    else:
        for size in range(1, len(values) + 1):
            yield from (list(chosen) for chosen in combinations(values, size))


# ---------------------------------------------------------------- against trying every way

QUESTIONS = [
    question("a", "one", "xyz"),
    question("b", "many", "pqrs", when='a != "z"'),
    question("c", when='a = "x" or count(b) > 2'),
    question("d", "many", "uv", when="c = true or c = null"),
]
ATOMS = st.sampled_from(
    [
        'a = "x"', 'a != "y"', 'a in ("x", "z")', 'list contains(b, "p")', 'list contains(b, "q")',
        'list contains(b, "r")', "count(b) = 1", "count(b) >= 3", "count(b) < count(d)", 'b = ["p", "s"]', "b = null",
        "c = true", "c = false", "c = null", "c", 'list contains(d, "u")', "count(d) = 2", "true", "null",
        "d[1] = b[1]",
        'some one in b satisfies one = "s"', 'list contains(b, "no option")',
    ]
)  # fmt: skip
CONDITIONS = st.recursive(
    ATOMS,
    lambda part: st.one_of(
        st.builds("({} and {})".format, part, part),
        st.builds("({} or {})".format, part, part),
        st.builds("not({})".format, part),
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(CONDITIONS, min_size=1, max_size=4), CONDITIONS)
def test_the_walk_finds_what_trying_every_way_finds(conditions: list[str], applies: str) -> None:
    bundle = asking(BLANK, QUESTIONS, {f"s{number}": one for number, one in enumerate(conditions)}, applies)
    item = bundle.items[0]
    ways = [(way, tuple(one.key for one in situations_of(item, way))) for way in every_way(QUESTIONS)]
    found = item_coverage(bundle, item)
    assert {one.situations for one in found.overlaps} == {holding for _, holding in ways if len(holding) > 1}
    assert set(found.unreached) == {one.key for one in item.situations} - {key for _, held in ways for key in held}
    assert item.applies is not None
    meant = [(item.applies.evaluate(way) is True, holding) for way, holding in ways]
    assert (found.missing is None) == all(holding for applies, holding in meant if applies)
    assert (found.outside is None) == all(applies for applies, holding in meant if holding)
    assert (nothing_applies(bundle) is None) == all(holding for _, holding in ways)
    for overlap in found.overlaps:
        assert overlap.example in [part_of(way, overlap.example) for way, _ in ways]
        whole = next(holding for way, holding in ways if part_of(way, overlap.example) == overlap.example)
        assert whole == overlap.situations
    assert found.tree is not None


def part_of(way: Answers, example: Answers) -> Answers:
    """The way as far as the example says anything: it names what matters alone."""
    return {key: way[key] for key in example if key in way}


def _read_blank() -> Bundle:
    texts = {"bundle.toml": small.BUNDLE, "texts/en.toml": small.ENGLISH}
    texts |= {f"items/{key}.toml": small.item(key, key, "filing", "[]") for key in "ABC"}
    return read_bundle({path: text.encode() for path, text in texts.items()})


BLANK = _read_blank()


# ---------------------------------------------------------------- size


def test_many_questions_are_no_more_work_than_their_conditions(bundle: Bundle) -> None:
    """40 yes-or-no questions have 2^40 ways."""
    questions = [question(f"q{number}") for number in range(40)]
    everything = " and ".join(f"q{number} = true" for number in range(40))
    asked = asking(bundle, questions, {"all": everything, "rest": f"not({everything})"}, "true")
    found = item_coverage(asked, asked.items[0])
    assert (found.overlaps, found.unreached, found.missing, found.outside) == ((), (), None, None)
    assert found.tree is not None


def test_a_question_with_many_options_is_walked_option_by_option(bundle: Bundle) -> None:
    """20 options have a million sets."""
    letters = "abcdefghijklmnopqrst"
    any_of = " or ".join(f'list contains(k, "{one}")' for one in letters)
    questions = [question("k", "many", letters)]
    asked = asking(bundle, questions, {"some": f"({any_of}) and count(k) < 20", "whole": "count(k) = 20"}, "true")
    found = item_coverage(asked, asked.items[0])
    assert (found.overlaps, found.unreached, found.missing) == ((), (), None)


def test_what_is_too_much_says_so(bundle: Bundle) -> None:
    """Pairs that are all told apart: nothing can be put together."""
    questions = [question(f"q{number}") for number in range(40)]
    hostile = " or ".join(f"(q{number} = q{number + 20} and q{(number * 7) % 20} = true)" for number in range(20))
    asked = asking(bundle, questions, {"s": hostile})
    found = item_coverage(asked, asked.items[0])
    assert found.tree is None


def test_many_items_that_are_too_much_take_no_longer_than_a_few(bundle: Bundle) -> None:
    """What all walks of a check may take is counted together."""
    questions = [question(f"q{number}") for number in range(40)]
    hostile = " or ".join(f"(q{number} = q{number + 20} and q{(number * 7) % 20} = true)" for number in range(20))
    asked = asking(bundle, questions, {"s": hostile})
    budget = Budget()
    found = [item_coverage(asked, asked.items[0], budget) for _ in range(50)]
    assert all(one.tree is None for one in found)
    assert budget.left == 0


# ---------------------------------------------------------------- the tree


def drawn(bundle: Bundle) -> list[str]:
    item = bundle.items[0]
    found = item_coverage(bundle, item)
    assert found.tree is not None
    return [
        "  " * line.depth
        + (f"{line.answer.zh} " if line.answer else "")
        + (line.question.text.zh if line.question else "|".join(item.situations[one].key for one in line.situations))
        for line in found.tree.lines
    ]


def test_the_tree_ends_in_situations_and_leaves_out_what_does_not_matter(bundle: Bundle) -> None:
    questions = [question("a"), question("b"), question("c", "one", "xyz", when="a = true")]
    assert drawn(asking(bundle, questions, {"s": 'c = "x"', "t": 'c = "y" or c = "z"'})) == [
        "a？",
        "  是 c？",
        "    X s",
        "    “Y”、“Z” t",
        "  否 ",
    ]


def test_options_are_said_in_few_words(bundle: Bundle) -> None:
    questions = [question("k", "many", "pqr")]
    asked = asking(
        bundle,
        questions,
        {
            "r": 'list contains(k, "r")',
            "only-p": 'count(k) = 1 and list contains(k, "p")',
            "q": 'list contains(k, "q") and not(list contains(k, "r"))',
        },
        "true",
    )
    assert drawn(asked) == ["k？", "  选了R r", "  选了Q，没选R q", "  只选P only-p"]


def test_one_situation_whatever_is_answered_is_a_tree_of_one_leaf(bundle: Bundle) -> None:
    assert drawn(asking(bundle, [question("a")], {"s": "a = true or a = false"})) == ["s"]


# ---------------------------------------------------------------- what is told


def test_a_way_is_told_in_plain_words(bundle: Bundle) -> None:
    questions = [question("a"), question("k", "many", "pqr")]
    asked = asking(bundle, questions, {})
    assert way_words(asked, {"a": True, "k": ["p", "q"]}).zh == "a？——是；k？——“P”、“Q”"
    assert way_words(asked, {"a": False}).en == "a？ – no"
    assert way_words(asked, {}).zh == "任何回答"


def test_a_question_that_nothing_leads_to_is_found(bundle: Bundle) -> None:
    questions = [question("a"), question("b", when="a = true and a = false"), question("c", when="a = true")]
    assert questions_never_asked(asking(bundle, questions, {"s": "a = true"})) == ("b",)


def test_an_item_that_always_applies_has_a_situation_for_every_way(files: dict[str, bytes]) -> None:
    files["items/B.toml"] = b'applies = "count(kinds) = 2"\n' + files["items/B.toml"].replace(
        b'when = "fire = true"', b'when = "fire = true and count(kinds) = 1"'
    )
    found = {one.code: one for one in check_bundle(files)}
    missing = found["path-without-situation"]
    assert (missing.file, missing.element) == ("items/B.toml", "situations")
    assert "卖什么？——“水果”、“热食”；用明火吗？——是" in missing.message.zh
    assert found["situation-although-not-applicable"].element == "situations.cold"


def test_the_overlap_names_the_situations_and_the_answers(files: dict[str, bytes]) -> None:
    files["items/B.toml"] = files["items/B.toml"].replace(b'when = "fire = true"', b'when = "count(kinds) = 2"')
    overlap = next(one for one in check_bundle(files) if one.code == "situations-overlap")
    assert overlap.message.zh == "情形“不用明火”、“用明火”可能同时成立，例如：卖什么？——“水果”、“热食”；用明火吗？——否"
