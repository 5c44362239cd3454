"""Edits leave comments, order and spelling of everything else, and files that cannot be edited so say it."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.catalogue import Edit, NotEditable, apply_edits, move_question

FILE = "items/A.toml"
TEXT = b"""# An item.
key = "A"   # the file's name
[limits]
# By law.
statutory = { value = 20, unit = "working_days", basis = "act" } # art. 42
promised = { value = 12, unit = "working_days", basis = "act" }

# Exactly one situation holds.
[situations.new]
name = "new"
when = 'list contains(kinds, "x")'

# What is examined.
[checklist.a]
text = "a"
"""


def edited(*edits: Edit, text: bytes = TEXT) -> str:
    return apply_edits({FILE: text}, edits)[FILE].decode()


def test_one_value_is_one_line() -> None:
    after = edited(Edit(FILE, ("limits", "statutory", "value"), 15))
    assert after == TEXT.decode().replace("value = 20", "value = 15")


def test_a_new_table_comes_before_the_comment_that_leads_to_the_next() -> None:
    after = edited(
        Edit(FILE, ("situations", "other", "name"), "other"),
        Edit(FILE, ("situations", "other", "when"), 'a = "b"'),
    )
    assert '[situations.other]\nname = "other"\nwhen = \'a = "b"\'\n\n# What is examined.\n[checklist.a]' in after
    assert "# Exactly one situation holds.\n[situations.new]" in after


def test_a_limit_is_written_in_one_line_as_its_neighbours() -> None:
    after = edited(
        Edit(FILE, ("limits", "promised"), None),
        Edit(FILE, ("limits", "other", "value"), 3),
        Edit(FILE, ("limits", "other", "unit"), "months"),
    )
    assert 'other = { value = 3, unit = "months" }\n\n# Exactly' in after


def test_what_is_taken_away_takes_its_table_along() -> None:
    after = edited(Edit(FILE, ("situations", "new"), None))
    assert "situations" not in tomllib.loads(after) or not tomllib.loads(after)["situations"]
    assert "# What is examined.\n[checklist.a]" in after


def test_the_same_value_changes_no_file() -> None:
    assert apply_edits({FILE: TEXT}, [Edit(FILE, ("key",), "A"), Edit(FILE, ("absent", "x"), None)]) == {}


def test_a_file_that_is_not_there_begins() -> None:
    assert apply_edits({}, [Edit(FILE, ("key",), "A")]) == {FILE: b'key = "A"\n'}


@pytest.mark.parametrize("text", [b"key = ", b"\xff\xfe", b"a" * 10])
def test_what_is_no_toml_is_refused_by_name(text: bytes) -> None:
    with pytest.raises(NotEditable, match=r"items/A\.toml"):
        apply_edits({FILE: text}, [Edit(FILE, ("key",), "B")])


def test_a_value_where_a_table_should_be_is_refused() -> None:
    with pytest.raises(NotEditable):
        apply_edits({FILE: b'limits = "none"\n'}, [Edit(FILE, ("limits", "promised", "value"), 1)])


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40), st.sampled_from(["name", "a.b", '"', "中 文", ""])
)
def test_any_text_comes_back(text: str, key: str) -> None:
    after = edited(Edit(FILE, ("situations", "new", "name"), text), Edit(FILE, ("words", key), text))
    found = tomllib.loads(after)
    assert (found["situations"]["new"]["name"], found["words"][key]) == (text, text)


QUESTIONS = """# All questions.
[questions.a]
text = "a"
[questions.a.options]
x = "X"

# Said of b.
[questions.b]
text = "b"

[questions.c]
text = "c"

# What follows.
[materials.m]
name = "m"
"""


def test_a_question_moves_with_what_stands_in_it_and_above_it() -> None:
    (after,) = move_question({"bundle.toml": QUESTIONS.encode()}, "b", -1).values()
    assert after.decode() == (
        '# All questions.\n# Said of b.\n[questions.b]\ntext = "b"\n\n'
        '[questions.a]\ntext = "a"\n[questions.a.options]\n'
        'x = "X"\n\n[questions.c]\ntext = "c"\n\n# What follows.\n[materials.m]\nname = "m"\n'
    )


@pytest.mark.parametrize(("key", "by"), [("a", -1), ("c", 5), ("none", 1), ("b", 0)])
def test_a_question_that_is_there_already_stays(key: str, by: int) -> None:
    assert move_question({"bundle.toml": QUESTIONS.encode()}, key, by) == {}


@pytest.mark.parametrize("text", ["questions = 5\n", 'questions = "a"\n', "[[questions]]\na = 1\n"])
def test_where_there_are_no_questions_none_is_moved(text: str) -> None:
    assert move_question({"bundle.toml": text.encode()}, "a", 1) == {}


@pytest.mark.parametrize("text", ['questions = { a = { text = "a" }, b = { text = "b" } }\n', "questions = "])
def test_questions_that_are_no_tables_are_not_moved(text: str) -> None:
    with pytest.raises(NotEditable):
        move_question({"bundle.toml": text.encode()}, "a", 1)
