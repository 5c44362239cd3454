"""What a state is held in: who holds what is always told right, and without going through all rows for each holder."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from engine.runtime.rows import Rows


class Thing:
    def __init__(self, holder: int) -> None:
        self.holder = holder


class Counted(list[int]):
    """A column that counts how often it is gone through."""

    times = 0

    def __iter__(self) -> Iterator[int]:
        self.times += 1
        return super().__iter__()


def stored(holders: list[int]) -> Rows[Thing]:
    """Rows with the ids 1, 2 … as they come out of a state."""
    ids = list(range(1, len(holders) + 1))
    return Rows(lambda thing: thing.holder, lambda id_, holder: Thing(holder), ids, holders, [b"[]"] * len(ids))


HOLDERS = st.integers(0, 6)


@given(
    st.lists(HOLDERS, max_size=30),
    st.lists(st.tuples(st.sampled_from(["add", "remove", "ask", "begin"]), HOLDERS), max_size=60),
)
def test_who_holds_what_is_right_whatever_came_and_went_before(holders: list[int], acts: list[tuple[str, int]]) -> None:
    rows = stored(list(holders))
    known = dict(enumerate(holders, 1))
    following = len(holders) + 1
    for act, holder in acts:
        if act == "add":
            rows[following] = Thing(holder)
            known[following] = holder
            following += 1
        elif act == "remove" and known:
            gone = sorted(known)[holder % len(known)]
            del rows[gone]
            del known[gone]
        elif act == "begin":
            fresh = following + 1_000
            rows.nothing_held_by(fresh)
            assert list(rows.held_by(fresh)) == []
        assert list(rows.held_by(holder)) == [id_ for id_, each in known.items() if each == holder]
        assert list(rows) == sorted(known)


def test_thousands_of_holders_that_hold_nothing_are_told_from_one_look_at_the_column() -> None:
    """A multi-instance activity that is cancelled asks for the waits of each of its tokens."""
    rows = stored([])
    rows.holders = column = Counted(range(1, 2_001))
    rows.ids = list(range(1, 2_001))
    rows.lines = [b"[]"] * 2_000
    assert all(not rows.held_by(holder) for holder in range(2_001, 4_001))
    assert column.times == 1
    rows[2_001] = Thing(5_000)
    assert list(rows.held_by(5_000)) == [2_001]
