"""Texts that two people changed: nothing of either is lost, and only the same place asks."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.merging import Kind, Side, merge_file

WORDS = st.text("ab\n \r", max_size=30)
#: Lines that stand once, so that where a change belongs is never in doubt.
NUMBERED = st.integers(4, 30).map(lambda count: [f"line {number}" for number in range(count)])


def merged(base: str, mine: str, theirs: str, **chosen: Side) -> str:
    found = merge_file("guide/zh.md", base.encode(), mine.encode(), theirs.encode(), chosen)
    assert found.content is not None
    return found.content.decode()


@given(WORDS, WORDS)
def test_a_change_that_meets_none_is_the_change(base: str, mine: str) -> None:
    assert merged(base, mine, base) == mine
    assert merged(base, base, mine) == mine
    assert merged(base, mine, mine) == mine


@given(WORDS, WORDS, WORDS)
@settings(max_examples=300, deadline=None)
def test_who_merges_changes_neither_the_questions_nor_the_outcome(base: str, one: str, other: str) -> None:
    here = merge_file("a.md", base.encode(), one.encode(), other.encode())
    there = merge_file("a.md", base.encode(), other.encode(), one.encode())
    assert [each.key for each in here.conflicts] == [each.key for each in there.conflicts]
    assert [(each.mine, each.theirs) for each in here.conflicts] == [
        (each.theirs, each.mine) for each in there.conflicts
    ]
    mine = dict.fromkeys((each.mark for each in here.conflicts), Side.MINE)
    theirs = dict.fromkeys((each.mark for each in there.conflicts), Side.THEIRS)
    chosen_here = merge_file("a.md", base.encode(), one.encode(), other.encode(), mine)
    chosen_there = merge_file("a.md", base.encode(), other.encode(), one.encode(), theirs)
    assert chosen_here.content == chosen_there.content
    assert not chosen_here.open


@given(NUMBERED, st.data())
def test_changes_of_different_places_are_both_made(base: list[str], data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(0, (len(base) - 1) // 2), unique=True, max_size=6))
    changed = {place * 2: data.draw(st.sampled_from(["rewritten", "removed", "more"])) for place in places}
    whose = {place: data.draw(st.booleans()) for place in changed}

    def text(wanted: set[int]) -> str:
        lines: list[str] = []
        for number, line in enumerate(base):
            kind = changed[number] if number in wanted else ""
            lines += {"rewritten": [f"{line}!"], "removed": [], "more": [line, f"after {line}"]}.get(kind, [line])
        return "\n".join(lines)

    mine = text({place for place in changed if whose[place]})
    theirs = text({place for place in changed if not whose[place]})
    assert merged("\n".join(base), mine, theirs) == text(set(changed))


def test_one_line_that_both_rewrote_is_asked_with_both_sides() -> None:
    base, mine, theirs = "甲\n乙\n丙", "甲\n乙一\n丙", "甲\n乙二\n丙"
    found = merge_file("a.md", base.encode(), mine.encode(), theirs.encode())
    (conflict,) = found.open
    assert (conflict.kind, conflict.base, conflict.mine, conflict.theirs) == (Kind.LINES, "乙", "乙一", "乙二")
    assert merged(base, mine, theirs, **{conflict.mark: Side.MINE}) == mine
    assert merged(base, mine, theirs, **{conflict.mark: Side.THEIRS}) == theirs
    other = merge_file("a.md", base.encode(), "甲\n乙三\n丙".encode(), theirs.encode())
    assert other.open[0].mark != conflict.mark  # what was chosen for another text does not count


def test_line_ends_alone_are_no_conflict() -> None:
    assert merged("a\r\nb\r\nc\r\n", "a\nb\nc!\n", "a!\nb\nc\n") == "a!\nb\nc!\n"


def test_what_one_took_out_and_the_other_changed_is_asked() -> None:
    found = merge_file("a.md", b"a", None, b"b")
    (conflict,) = found.open
    assert (conflict.kind, conflict.mine, conflict.theirs) == (Kind.FILE, None, "b")
    assert merge_file("a.md", b"a", None, b"b", {conflict.mark: Side.MINE}).content is None
    assert merge_file("a.md", b"a", None, b"a").content is None
    assert merge_file("a.md", None, b"a", b"a").content == b"a"


def test_long_texts_that_have_nothing_in_common_cost_little() -> None:
    texts = ["\n".join(f"{word} {number % 7}" for number in range(20_000)) for word in ("a", "b", "c")]
    found = merge_file("a.md", *(text.encode() for text in texts))
    assert len(found.open) == 1
