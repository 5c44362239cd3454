"""Some hundred processes on both cores, and that the fuzzer notices what it is there for.

The full figure is `make fuzz N=10000`. A seed that fails here is shown small by `python -m tests.fuzz 1 SEED`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.runtime import gateways, machine
from tests.fuzz.blocks import Again, Block, Both, Choice, Guarded, Inner, Many, Row, Single, size, smaller
from tests.fuzz.making import make
from tests.fuzz.shrinking import Failure, failure, shrunk

#: Small ones, so that many are walked in a short time.
SIZES = (3, 4, 6, 8, 12)
SEEDS, BATCH = 200, 20


@pytest.mark.parametrize("first", range(0, SEEDS, BATCH))
def test_both_cores_agree_after_every_step(first: int) -> None:
    for seed in range(first, first + BATCH):
        root, stops = make(seed, SIZES)
        found = failure(root, seed, stops=stops)
        assert found is None, f"seed {seed}\n{found.drawing.text}\n{found.said}"


def test_every_kind_of_block_is_made() -> None:
    made = {type(block) for seed in range(SEEDS) for block in _all(make(seed, SIZES)[0])}
    assert made >= {Single, Row, Choice, Both, Again, Inner, Many, Guarded}
    assert len(made) == 14


def test_a_seed_always_makes_the_same_process() -> None:
    assert make(7) == make(7)


def test_a_parallel_join_that_does_not_wait_is_noticed_and_shown_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(machine.BEHAVIOURS, "parallelGateway", lambda run, token, _: run.schedule(token, "complete"))
    root = Row((Single("user"), Both((Row((Single("user"), Single("script"))), Single("user"))), Single("user")))
    found = first_failure(root)
    small = shrunk(found)
    assert small.kind == found.kind
    assert size(small.root) < size(root)


def test_an_inclusive_join_that_does_not_wait_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateways, "_is_awaited", lambda *_: False)
    assert first_failure(Choice("or", (Single("user"), Single("user"), Single("user")))).kind in ("open", "completed")


def first_failure(root: Block) -> Failure:
    return next(found for seed in range(20) if (found := failure(root, seed, stops=False)))


def test_smaller_blocks_are_smaller_or_simpler() -> None:
    root, _ = make(3)
    assert any(size(each) < size(root) for each in smaller(root))


def _all(block: Block) -> Iterator[Block]:
    yield block
    for each in block.inner():
        yield from _all(each)
