"""`python -m benchmarks [NAME …] [--quick] [--record]`: every figure of the table, or those of the named parts.

`--quick` measures a small size that says whether all still runs, and keeps nothing. A full run is kept in
`results.json`; it ends with code 1 where a bar is broken or a ratio is worse than the recorded one. `--record`
holds later runs to the ratios of this one.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from importlib import import_module

from benchmarks.figures import Figure, read_results, slipped, table, write_results

#: In the order in which they run; `together` and `inbox` take longest.
PARTS = (
    "engine_steps",
    "engine_growth",
    "decisions",
    "checks",
    "clocks",
    "completion",
    "bulk",
    "storage",
    "backlog",
    "documents",
    "inbox",
    "board",
    "heat",
    "migration",
    "together",
)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="a small size; nothing is kept or held to the record")
    parser.add_argument("--record", action="store_true", help="hold later runs to these ratios")
    said = parser.parse_args(arguments)
    unknown = set(said.names) - set(PARTS)
    if unknown:
        print(f"There is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}.")
        return 2
    figures: list[Figure] = []
    for name in said.names or PARTS:
        run: Callable[..., Iterator[Figure]] = import_module(f"benchmarks.{name}").run
        measured = list(run(full=not said.quick))
        print(table(measured), flush=True)
        figures += measured
    if said.quick:
        return 0
    against = slipped(figures, read_results())
    write_results(figures, record=said.record)
    for line in against:
        print(line)
    return 1 if against else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
