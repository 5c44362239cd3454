"""Spans of time counted in buckets, so that percentiles of many can be told from sums, and sums be added up.

Bucket 0 holds what is shorter than a minute; each further one reaches `RATIO` times as far as the one before. What a
percentile is told as lies within `ERROR` of the span that it stands for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from math import floor, log

ERROR = 0.05
RATIO = (1 + ERROR) / (1 - ERROR)
FIRST_SECONDS = 60
#: Some thousand years: what is longer is a mistake, and counts as this.
LAST_BUCKET = 200


def bucket_of(seconds: float) -> int:
    """The bucket that holds a span."""
    if seconds < FIRST_SECONDS:
        return 0
    return min(LAST_BUCKET, 1 + floor(log(seconds / FIRST_SECONDS) / log(RATIO)))


def seconds_of(bucket: int) -> float:
    """What a span of the bucket is told as: as far, in proportion, from its shortest as from its longest."""
    if bucket == 0:
        return 0.0
    return float(FIRST_SECONDS * RATIO ** (bucket - 1) * 2 * RATIO / (1 + RATIO))


def added(one: Sequence[int], other: Sequence[int]) -> list[int]:
    """Both counted together; trailing buckets without a span may be left out of either."""
    return [a + b for a, b in zip_longest(one, other, fillvalue=0)]


def together(many: Iterable[Sequence[int]]) -> list[int]:
    """All counted together."""
    total: list[int] = []
    for one in many:
        total = added(total, one)
    return total


def percentile(counts: Sequence[int], share: float) -> float | None:
    """Seconds within which at least `share` (of 1) of the spans lie, by nearest rank; None where there is no span."""
    number = sum(counts)
    if not number:
        return None
    left = max(1, -(-number * round(share * 1000) // 1000))  # the rank, rounded up
    for bucket, count in enumerate(counts):
        left -= count
        if left <= 0:
            return seconds_of(bucket)
    raise AssertionError("the ranks are those of the counts")
