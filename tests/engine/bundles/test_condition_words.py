"""Conditions of the catalogue in words: what the legal office reads says what the condition says."""

from __future__ import annotations

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
from engine.words import Words
from tests.support.shipped import TREE

KNOWN = {
    "class_iii": Labelled(Words("是否经营第三类医疗器械？", "Are class III devices sold?"), {}),
    "scope": Labelled(Words("经营哪些药品？", "Which drugs?"), {"rx": Words("处方药", "Prescription drugs")}),
    "handled_by": Labelled(Words("由谁办理", "Who acts"), {"agent": Words("经办人", "A representative")}),
    "owner.age": Labelled(Words("年龄", "Age"), {}),
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
            "“经营哪些药品？”没有选“处方药”",
            "“Which drugs?” does not include “Prescription drugs”",
        ),
        (
            '(class_iii or owner.age >= 18) and handled_by = "agent"',
            "（“是否经营第三类医疗器械？”答“是”，或者“年龄”不少于 18），并且“由谁办理”为“经办人”",
            "(“Are class III devices sold?” is answered “yes”, or “Age” is at least 18),"
            " and “Who acts” is “A representative”",
        ),
        (
            "not(class_iii = true and owner.age < 18)",
            "并非（“是否经营第三类医疗器械？”答“是”，并且“年龄”小于 18）",
            "not (“Are class III devices sold?” is answered “yes”, and “Age” is less than 18)",
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


@pytest.mark.parametrize(
    ("source", "zh", "en"),
    [
        ('"rx"', "处方药", "Prescription drugs"),
        ('"rx", "other"', "处方药，或者other", "Prescription drugs, or other"),
        ('not("rx")', "不是（处方药）", "not (Prescription drugs)"),
        ("true", "是", "yes"),
        ("null", "没有", "none"),
        (">= 18", "不少于 18", "is at least 18"),
        ('list contains(?, "rx")', "选了“处方药”", "includes “Prescription drugs”"),
        ('count(?) = 1 and list contains(?, "rx")', "选了 1 项，并且选了“处方药”", ""),
    ],
)
def test_a_cell_of_a_table_says_what_it_asks_of_its_column(source: str, zh: str, en: str) -> None:
    words = cell_words(source, KNOWN["scope"].options)
    assert words is not None
    assert (words.zh, en and words.en) == (zh, en)


@pytest.mark.parametrize("source", ["-", "[1..5]", "other", '"rx', "? + 1 > 2"])
def test_a_cell_without_words_is_left_as_it_is_written(source: str) -> None:
    assert cell_words(source, {}) is None


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
