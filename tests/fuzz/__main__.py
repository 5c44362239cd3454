"""`make fuzz N=10000`: so many processes on both cores; the first differing ones are made small and shown.

`python -m tests.fuzz [N] [FIRST]` walks the seeds FIRST … FIRST + N - 1 (FIRST 0 by default) in as many
processes as there are processors, and exits 1 where both cores differ.
"""

from __future__ import annotations

import os
import sys
from multiprocessing import get_context

from tests.fuzz.making import make
from tests.fuzz.shrinking import failure, shrunk, walk_all

AT_ONCE = 20
SHOWN = 3


def main(number: int = 10_000, first: int = 0) -> int:
    """Walks them all; gives the exit code."""
    acts, failing = 0, []
    batches = [range(at, min(at + AT_ONCE, first + number)) for at in range(first, first + number, AT_ONCE)]
    with get_context("spawn").Pool(os.cpu_count()) as pool:
        for done, (batch_acts, seeds) in enumerate(pool.imap_unordered(walk_all, batches), start=1):
            acts, failing = acts + batch_acts, failing + seeds
            if sys.stderr.isatty():
                print(f"\r{done * AT_ONCE} of {number}, {len(failing)} differences", end="", file=sys.stderr)
    for text in (_shown(seed) for seed in sorted(failing)[:SHOWN]):
        print(text)
    print(f"{number} processes, {len(failing)} differences ({acts} acts, seeds {first} to {first + number - 1})")
    return 1 if failing else 0


def _shown(seed: int) -> str:
    root, stops = make(seed)
    found = failure(root, seed, stops=stops)
    if found is None:
        return f"seed {seed}: differs only now and then"
    small = shrunk(found)
    return f"seed {seed}, {small.kind}, as small as it gets:\n\n{small.drawing.text}\n{small.said}\n"


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
