"""Spans in buckets: what a percentile is told as lies close to the span that it stands for."""

from __future__ import annotations

from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from webapp.histograms import ERROR, FIRST_SECONDS, added, bucket_of, percentile, seconds_of, together

#: From nothing to some forty years.
SECONDS = st.floats(0, 1_300_000_000, allow_nan=False)


def counted(spans: list[float]) -> list[int]:
    counts: list[int] = []
    for span in spans:
        counts = added(counts, [0] * bucket_of(span) + [1])
    return counts


@given(st.lists(SECONDS, min_size=1, max_size=60), st.sampled_from([0.5, 0.9]))
def test_a_percentile_is_off_by_at_most_the_stated_error(spans: list[float], share: float) -> None:
    exact = sorted(spans)[ceil(len(spans) * share) - 1]
    told = percentile(counted(spans), share)
    assert told is not None
    if exact < FIRST_SECONDS:
        assert told == 0
    else:
        assert abs(told - exact) <= exact * ERROR * 1.000001


@given(st.lists(SECONDS, max_size=30), st.lists(SECONDS, max_size=30))
def test_sums_of_parts_are_the_sum_of_all(one: list[float], other: list[float]) -> None:
    assert together([counted(one), counted(other)]) == counted(one + other)


def test_nothing_has_no_percentile_and_buckets_grow() -> None:
    assert percentile([], 0.5) is None
    assert percentile([0, 0], 0.9) is None
    told = [seconds_of(bucket) for bucket in range(60)]
    assert told == sorted(set(told))
    assert all(bucket_of(seconds_of(bucket)) == bucket for bucket in range(1, 150))
