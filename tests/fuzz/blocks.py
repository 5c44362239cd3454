"""Block-structured processes as values: what the fuzzer makes, draws and makes smaller."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

#: Kinds of a single element (see tests/engine/runtime/diagrams.py).
WORK = ("user", "script", "service", "manual", "task", "throw", "tell")
WAITS = ("timer", "message", "receive")


@dataclass(frozen=True)
class Block:
    """A part of a process that a token enters at one place and leaves at one place."""

    def inner(self) -> tuple[Block, ...]:
        """The blocks directly inside."""
        return tuple(self._inner())

    def _inner(self) -> Iterator[Block]:
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, Block):
                yield value
            elif isinstance(value, tuple):
                yield from (one for one in value if isinstance(one, Block))


@dataclass(frozen=True)
class Single(Block):
    """One element: work of WORK or a wait of WAITS. `quiet`: it writes no variable."""

    kind: str
    quiet: bool = False


@dataclass(frozen=True)
class Row(Block):
    """One after the other."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Choice(Block):
    """`gate` is "xor" or "or". `by`: "person" (the user task before it), or "number" (a variable of the start).
    Without `gateway` the conditional flows leave the user task itself."""

    gate: str
    ways: tuple[Block, ...]
    by: str = "person"
    gateway: bool = True


@dataclass(frozen=True)
class Both(Block):
    """All ways at once, joined. Without `gateway` the flows leave an element without conditions."""

    ways: tuple[Block, ...]
    gateway: bool = True


@dataclass(frozen=True)
class Again(Block):
    """A loop: the body, and once more while the person says so."""

    body: Block


@dataclass(frozen=True)
class Inner(Block):
    """An embedded subprocess; `mapped`: with input and output mappings. `stops`: "" or "terminate"."""

    body: Block
    mapped: bool = False
    stops: str = ""


@dataclass(frozen=True)
class Called(Block):
    """A called process; `mapped`: with mappings instead of everything in and everything out."""

    body: Block
    mapped: bool = False


@dataclass(frozen=True)
class Many(Block):
    """A multi-instance activity over `count` items (or the number); `enough`: instances that suffice."""

    activity: Block
    sequential: bool
    count: int
    by_number: bool = False
    collects: bool = False
    enough: int | None = None


@dataclass(frozen=True)
class Repeat(Block):
    """An activity that loops by itself, at most `most` times (None: without bound). `before`: a number of the
    start decides before every turn, else the person after it."""

    activity: Block
    before: bool
    most: int | None


@dataclass(frozen=True)
class Guarded(Block):
    """An activity with a boundary event ("timer", "message" or "error") and what follows it.

    What follows an interrupting event comes back to the main way; else it ends by itself. An error is thrown
    inside the activity, at an end event of its own.
    """

    activity: Block
    event: str
    interrupting: bool
    handler: Block


@dataclass(frozen=True)
class Race(Block):
    """An event-based gateway: the first of the events ("timer", "message", "receive") decides."""

    events: tuple[str, ...]
    ways: tuple[Block, ...]


@dataclass(frozen=True)
class Leaving(Block):
    """Parallel ways that are not joined: each of `ways` ends by itself, the main way goes on."""

    ways: tuple[Block, ...]
    main: Block


@dataclass(frozen=True)
class Twice(Block):
    """Parallel ways that come together without being joined: a token each goes on to the end."""

    ways: tuple[Block, ...]


@dataclass(frozen=True)
class Shake(Block):
    """Two parallel ways, one waiting for the message of the other; `late`: after a user task."""

    late: bool


def size(block: Block) -> int:
    """How many blocks, this one included."""
    return 1 + sum(size(each) for each in block.inner())


def smaller(block: Block) -> Iterator[Block]:
    """Simpler blocks in place of this one, the simplest first."""
    if block != Single("user"):
        yield Single("user")
    yield from block.inner()
    for each in fields(block):
        value = getattr(block, each.name)
        if isinstance(value, Block):
            yield from (replace(block, **{each.name: one}) for one in smaller(value) if _fits(block, each.name, one))
        elif isinstance(value, tuple) and value and isinstance(value[0], Block):
            yield from _smaller_ways(block, each.name, value)


def _smaller_ways(block: Block, name: str, ways: tuple[Block, ...]) -> Iterator[Block]:
    fewest = 1 if isinstance(block, (Row, Leaving)) else 2
    if len(ways) > fewest and not isinstance(block, Race):
        for index in range(len(ways)):
            yield replace(block, **{name: ways[:index] + ways[index + 1 :]})
    for index, way in enumerate(ways):
        for one in smaller(way):
            yield replace(block, **{name: (*ways[:index], one, *ways[index + 1 :])})


def _fits(block: Block, name: str, one: Block) -> bool:
    if name != "activity":
        return True
    if isinstance(block, Guarded) and block.event == "error":
        return isinstance(one, (Inner, Called))
    if isinstance(block, Repeat):
        return isinstance(one, Inner) or one == Single("user", quiet=True)
    return isinstance(one, (Inner, Called)) or (isinstance(one, Single) and one.kind in ("user", "receive"))
