"""Conditions of the catalogue in words: what the legal office reads says what the condition says."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest

from engine.bundles import (
    Labelled,
    bundle_files,
    bundle_keys,
    cell_words,
    condition_words,
    form_file,
    labels_of,
    read_bundle,
    read_forms,
)
from engine.expressions import compile_expression
from engine.values import Value
from engine.words import Words
from tests.support.shipped import TREE

KNOWN = {
    "class_iii": Labelled(Words("是否经营第三类医疗器械？", "Are class III devices sold?"), {}, "yes-no"),
    "scope": Labelled(Words("经营哪些药品？", "Which drugs?"), {"rx": Words("处方药", "Prescription drugs")}, "many"),
    "handled_by": Labelled(Words("由谁办理", "Who acts"), {"agent": Words("经办人", "A representative")}, "one"),
    "owner.age": Labelled(Words("年龄", "Age"), {}, "number"),
}


@pytest.mark.parametrize(
    ("source", "zh", "en"),
    [
        ("class_iii", "“是否经营第三类医疗器械？”答“是”", "“Are class III devices sold?” is answered “yes”"),
        ("class_iii = false", "“是否经营第三类医疗器械？”答“否”", "“Are class III devices sold?” is answered “no”"),
        (
            "class_iii != true",
            "“是否经营第三类医疗器械？”没有答“是”",
            "“Are class III devices sold?” is not answered “yes”",
        ),
        ('handled_by = "agent"', "“由谁办理”为“经办人”", "“Who acts” is “A representative”"),
        ('"agent" = handled_by', "“由谁办理”为“经办人”", "“Who acts” is “A representative”"),
        (
            'handled_by in ("agent", "x")',
            "“由谁办理”为“经办人”、“x”之一",
            "“Who acts” is one of “A representative”, “x”",
        ),
        ("handled_by = null", "“由谁办理”没有回答", "“Who acts” is not answered"),
        ('list contains(scope, "rx")', "“经营哪些药品？”选了“处方药”", "“Which drugs?” includes “Prescription drugs”"),
        ("count(scope) = 1", "“经营哪些药品？”选了 1 项", "1 chosen in “Which drugs?”"),
        ("18 > owner.age", "“年龄”小于 18", "“Age” is less than 18"),
        (
            'not(list contains(scope, "rx"))',
            "“经营哪些药品？”的回答里没有“处方药”",
            "the answer to “Which drugs?” does not include “Prescription drugs”",
        ),
        (
            '(class_iii or owner.age >= 18) and handled_by = "agent"',
            "（“是否经营第三类医疗器械？”答“是”，或者“年龄”不少于 18），并且“由谁办理”为“经办人”",
            "(“Are class III devices sold?” is answered “yes”, or “Age” is at least 18),"
            " and “Who acts” is “A representative”",
        ),
        (
            'not(class_iii = true and handled_by = "agent")',
            "并非（“是否经营第三类医疗器械？”答“是”，并且“由谁办理”为“经办人”）",
            "not (“Are class III devices sold?” is answered “yes”, and “Who acts” is “A representative”)",
        ),
    ],
)
def test_a_condition_says_in_words_what_it_asks(source: str, zh: str, en: str) -> None:
    assert condition_words(source, KNOWN) == Words(zh, en)


@pytest.mark.parametrize(
    "source",
    [
        "unknown = true",
        "class_iii = other",
        "owner.age + 1 > 18",
        "class_iii and unknown",
        "class_iii and",
        "some x in scope satisfies x = 1",
    ],
)
def test_what_there_are_no_words_for_is_not_told_by_half(source: str) -> None:
    assert condition_words(source, KNOWN) is None


SCOPE = KNOWN["scope"]
KIND = Labelled(Words("由谁办理", "Who acts"), {"rx": Words("处方药", "Prescription drugs")}, "one")


@pytest.mark.parametrize(
    ("column", "source", "zh", "en"),
    [
        (KIND, '"rx"', "处方药", "Prescription drugs"),
        (KIND, '"rx", "other"', "处方药，或者other", "Prescription drugs, or other"),
        (KIND, 'not("rx")', "不是（处方药）", "not (Prescription drugs)"),
        (KIND, '""', "空文本", "empty text"),
        (KIND, "null", "没有", "none"),
        (KIND, "not(null)", "有值", "any value"),
        (
            KIND, '? = "rx" or ? = null, "y"',
            "（为“处方药”，或者没有回答），或者y", "(is “Prescription drugs”, or is not answered), or y",
        ),
        (KNOWN["class_iii"], "true", "是", "yes"),
        (KNOWN["owner.age"], ">= 18", "不少于 18", "is at least 18"),
        (SCOPE, 'list contains(?, "rx")', "选了“处方药”", "includes “Prescription drugs”"),
        (SCOPE, "count(?) = 1", "选了 1 项", "1 chosen"),
        (
            SCOPE, 'count(?) = 2 and list contains(?, "rx")',
            "选了 2 项，并且选了“处方药”", "2 chosen, and includes “Prescription drugs”",
        ),
    ],
)  # fmt: skip
def test_a_cell_of_a_table_says_what_it_asks_of_its_column(column: Labelled, source: str, zh: str, en: str) -> None:
    assert cell_words(source, column) == Words(zh, en)


@pytest.mark.parametrize(
    ("column", "source"),
    [
        (KIND, "-"), (KIND, "[1..5]"), (KIND, "other"), (KIND, '"rx'), (KIND, "? + 1 > 2"), (KIND, "!= ?"),
        (SCOPE, '"rx"'), (SCOPE, 'not(list contains(?, "rx"))'), (KNOWN["owner.age"], "not(> 3)"), (KIND, "> true"),
    ],
)  # fmt: skip
def test_a_cell_without_words_is_left_as_it_is_written(column: Labelled, source: str) -> None:
    assert cell_words(source, column) is None


def test_what_reads_alike_holds_for_the_same_answers() -> None:
    """A question that was not asked among them: there `not(a)` and `not(a = true)` part."""
    atoms = [
        "class_iii", "class_iii = true", "class_iii = false", "class_iii != true", "class_iii = null",
        "class_iii != null", 'handled_by = "agent"', 'handled_by != "agent"', 'handled_by in ("agent", "x")',
        'list contains(scope, "rx")', "count(scope) = 0", "count(scope) = 1", "count(scope) < 2", "count(scope) != 1",
        "owner.age < 18", "owner.age != 18", "owner.age >= 18",
    ]  # fmt: skip
    single = [*atoms, *(f"not({one})" for one in atoms)]
    pairs = [f"{one} {joint} {other}" for one, other in product(single, single) for joint in ("and", "or")]
    said: dict[Words, dict[str, tuple[bool, ...]]] = {}
    for source in [*single, *pairs, *(f"not({one})" for one in pairs)]:
        words = condition_words(source, KNOWN)
        if words is not None:
            said.setdefault(words, {})[source] = _holds(source)
    assert len(said) > 500
    assert [meant for meant in said.values() if len(set(meant.values())) > 1] == []


def _holds(source: str) -> tuple[bool, ...]:
    expression = compile_expression(source)
    return tuple(expression.evaluate(one) is True for one in ANSWERS)


ANSWERS: list[dict[str, Value]] = [
    {"class_iii": yes, "handled_by": who, "scope": chosen, "owner": {"age": age}}
    for yes in (None, True, False)
    for who in (None, "agent", "other")
    for chosen in (None, [], ["rx"], ["rx", "x"])
    for age in (None, Decimal(17), Decimal(18))
]


@pytest.mark.parametrize("key", bundle_keys(TREE))
def test_every_condition_of_the_shipped_catalogues_has_words(key: str) -> None:
    files = bundle_files(TREE, key)
    bundle = read_bundle(files)
    known = labels_of(bundle, read_forms(files, bundle).get(form_file(bundle.form_key, files) or ""))
    asked = [one.when for item in bundle.items for one in item.situations]
    asked += [one.when for one in bundle.questions if one.when]
    asked += [one.when for material in bundle.materials for one in material.requirements if one.when]
    assert asked
    assert [one.source for one in asked if condition_words(one.source, known) is None] == []
