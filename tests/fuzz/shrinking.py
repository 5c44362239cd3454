"""A failing process made smaller: the smallest one that still fails in the same way."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.errors import EngineError
from tests.fuzz.blocks import Block, size, smaller
from tests.fuzz.drawing import Drawing, draw
from tests.fuzz.making import make
from tests.fuzz.walking import walk

#: Walks tried over each smaller process; what fails in one may need another choice of acts.
WALKS = 6
MOST_TRIES = 1_500
#: Names and ids that differ from process to process.
UNIQUE = r"\b[a-z]*\d[-\w]*"


@dataclass(frozen=True)
class Failure:
    """A process on which both cores differ. `kind`: what differed, or the error's type."""

    root: Block
    stops: bool
    seed: int
    kind: str
    said: str
    drawing: Drawing


def failure(root: Block, seed: int, *, stops: bool) -> Failure | None:
    """How the process fails on this walk; None where both cores agree."""
    return tried(root, seed, stops=stops)[1]


def tried(root: Block, seed: int, *, stops: bool) -> tuple[int, Failure | None]:
    """How many acts were done, and how the process fails on this walk."""
    drawing = draw(root, stops=stops)
    try:
        acts, found = walk(drawing, seed)
    except EngineError as refused:
        words = str(refused)
        kind = f"{type(refused).__name__}: {re.sub(UNIQUE, '', words)[:60]}"
        return 0, Failure(root, stops, seed, kind, words, drawing)
    except Exception as broken:  # noqa: BLE001 (whatever the package raises is told with its process)
        return 0, Failure(root, stops, seed, type(broken).__name__, repr(broken), drawing)
    if found is None:
        return acts, None
    return acts, Failure(root, stops, seed, found.what.split()[0], str(found), drawing)


def shrunk(found: Failure) -> Failure:
    """The smallest process that fails in the same way."""
    tries = 0
    while True:
        for candidate in sorted(smaller(found.root), key=size):
            if size(candidate) >= size(found.root) and repr(candidate) >= repr(found.root):
                continue
            tries += 1
            better = _same_failure(candidate, found)
            if better is not None:
                found = better
                break
            if tries > MOST_TRIES:
                return found
        else:
            return found


def _same_failure(candidate: Block, found: Failure) -> Failure | None:
    for stops in {False, found.stops}:
        for seed in range(WALKS):
            other = failure(candidate, seed, stops=stops)
            if other is not None and other.kind == found.kind:
                return other
    return None


def walk_all(seeds: range) -> tuple[int, list[int]]:
    """How many acts were done over these seeds, and the seeds on which the cores differ."""
    acts, failing = 0, []
    for seed in seeds:
        root, stops = make(seed)
        done, found = tried(root, seed, stops=stops)
        acts += done
        failing += [seed] if found else []
    return acts, failing
