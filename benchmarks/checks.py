"""The server's checks: of a diagram as one draws it, by its size; and of 132 bundles that come at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks import diagrams
from benchmarks.figures import Figure
from benchmarks.measure import best_seconds, spending
from benchmarks.server import bench
from engine import errors_in
from engine.bpmn import check
from tests.support import office
from webapp.catalogue import current_releases, release_files
from webapp.identity import Identity
from webapp.services import releases
from webapp.services.release_uploads import zip_of

SELF = "itself, smaller"
SMALL, LARGE = 100, 500
#: Of an office at work: a department has four elements beside the first and the last two gateways and events.
OF_DEPARTMENT, AROUND = 4, 4
BUNDLES = 132
SHIPPED = ("open-pharmacy", "pharmacy-follow-up")
DESIGNER = "taoran"


def run(*, full: bool) -> Iterator[Figure]:
    """Sizes of one diagram, then many bundles."""
    yield from _elements(full=full)
    yield _bundles(full=full)


def _elements(*, full: bool) -> Iterator[Figure]:
    """As many departments at once as make so many elements; and the same as stages, one behind the other."""
    rounds = 7 if full else 2
    shapes = {
        "departments": lambda elements: diagrams.review((elements - AROUND) // OF_DEPARTMENT),
        "stages": lambda elements: diagrams.stages((elements - 2) // 4),
    }
    for name, shape in shapes.items():
        seconds = {}
        for elements in (SMALL, LARGE):
            files = {"drawn.bpmn": shape(elements)}
            seconds[elements] = best_seconds(lambda: check(files, level="office"), repeat=1, rounds=rounds)  # noqa: B023
        ratio = seconds[LARGE] / seconds[SMALL]
        milliseconds = {elements: one * 1000 for elements, one in seconds.items()}
        told = f"all checks of a diagram of {LARGE} elements ({name}), peer {SMALL}"
        yield Figure(f"checks.{name}", told, "ms CPU", milliseconds[LARGE], milliseconds[SMALL], SELF, ratio, 6.0)
        yield Figure(f"checks.{name}_time", told, "ms CPU", milliseconds[LARGE], None, "", milliseconds[LARGE], 300.0)


def _bundles(*, full: bool) -> Figure:
    """Copies of the shipped bundles under other keys: one of the last block against one of the first.

    Each is read from its zip, checked whole and kept as a draft, in a transaction of its own, as an import does.
    """
    blocks, each = (6, BUNDLES // 6) if full else (2, 4)
    with bench("bundles") as place:
        shipped = [(key, release_files(current_releases()[key])) for key in SHIPPED]
        designer = office.person(DESIGNER)
        _import(_copy_of(shipped, -1), designer)  # what is read once for all is there
        seconds = []
        for block in range(blocks):
            copies = [_copy_of(shipped, block * each + number) for number in range(each)]
            with spending(place.server) as spent:
                for copy in copies:
                    _import(copy, designer)
            seconds.append(spent.both / each)
    return Figure(
        "checks.bundles",
        f"a bundle of {blocks * each} that are imported, of the last {each}; peer the first {each}",
        "ms CPU per bundle",
        seconds[-1] * 1000,
        seconds[0] * 1000,
        "the first",
        seconds[-1] / seconds[0],
        1.2,
    )


def _import(copy: tuple[str, dict[str, bytes]], designer: Identity) -> None:
    key, files = copy
    assert not errors_in(releases.check_files(key, files))
    releases.draft_from_zip(f"{key}.zip", zip_of(files), by=designer, note="benchmark")


def _copy_of(shipped: Sequence[tuple[str, dict[str, bytes]]], number: int) -> tuple[str, dict[str, bytes]]:
    """A shipped bundle under a key of its own."""
    key, files = shipped[number % len(shipped)]
    other = f"{key}-{number + 1:03}"
    named = files["bundle.toml"].replace(f'key = "{key}"'.encode(), f'key = "{other}"'.encode(), 1)
    return other, {**files, "bundle.toml": named}
