"""The server's checks: of a diagram as one draws it, by its size; and of 132 bundles that come in one zip."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from benchmarks import diagrams
from benchmarks.figures import Figure
from benchmarks.measure import best_seconds, spending
from benchmarks.server import Bench, bench
from engine.bpmn import check
from tests.support import office
from webapp.catalogue import current_releases, release_files
from webapp.identity import Identity
from webapp.services import bundle_imports
from webapp.unit_of_work import sql

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
    """Copies of the shipped bundles under other keys: one of the last full job of the worker against one of the second.

    Each is checked whole and kept as a draft, in a transaction of its own; what a job reads anew falls to its bundles.
    """
    bundles = BUNDLES if full else bundle_imports.AT_ONCE + 5
    with bench("bundles") as place:
        designer = office.person(DESIGNER)
        _import(place, 2, designer)  # what is read once for all is there
        seconds = _import(place, bundles, designer)
    # What the very first job meets for the first time would hide that the later ones cost more.
    early, late = (seconds[1], seconds[bundles // bundle_imports.AT_ONCE - 1]) if full else seconds[:2]
    return Figure(
        "checks.bundles",
        f"a bundle of a zip of {bundles}, in the last full job of the worker; peer in its second",
        "ms CPU per bundle",
        late * 1000,
        early * 1000,
        "the second job",
        late / early,
        1.2,
    )


def _import(place: Bench, bundles: int, designer: Identity) -> list[float]:
    """CPU seconds per bundle of each job, the application's and PostgreSQL's."""
    run_id = bundle_imports.begin("all.zip", _zip(bundles), by=designer, note="benchmark")
    seconds: list[float] = []
    done = 0
    while done < bundles:
        with spending(place.server) as spent:
            bundle_imports.work(run_id)
        before, done = done, _drafted(run_id)
        assert done > before, "every job has a result"
        seconds.append(spent.both / (done - before))
    return seconds


def _drafted(run_id: int) -> int:
    rows = sql().execute(
        "select count(*) from bundle_import_part where import_id = %s and state = 'drafted' and errors = 0", (run_id,)
    )
    ((number,),) = rows.fetchall()
    sql().commit()
    return int(number)


def _zip(bundles: int) -> bytes:
    """A folder for each bundle under a key of its own, as they come out of the studio."""
    shipped = [(key, release_files(current_releases()[key])) for key in SHIPPED]
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for number in range(bundles):
            key, files = shipped[number % len(shipped)]
            other = f"{key}-{bundles}-{number + 1:03}"
            named = files["bundle.toml"].replace(f'key = "{key}"'.encode(), f'key = "{other}"'.encode(), 1)
            for path, content in {**files, "bundle.toml": named}.items():
                packed.writestr(f"{other}/{path}", content)
    return target.getvalue()
