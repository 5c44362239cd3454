"""随机抽取: who is drawn follows from a seed and a list, so that anyone can draw again and get the same.

The rule is simple enough to be recomputed by hand or with any tool: each candidate is put behind the seed
(`<seed>:<id>`), the SHA-256 of that text is taken, and the candidates with the smallest hashes are drawn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def drawn(seed: str, candidates: Iterable[int], count: int) -> tuple[int, ...]:
    """The `count` candidates (ids) that the seed draws, in the order in which they are drawn; fewer where there are
    not so many. The order of the list does not matter.
    """
    ranked = sorted(set(candidates), key=lambda one: (hashlib.sha256(f"{seed}:{one}".encode()).digest(), one))
    return tuple(ranked[:count])
