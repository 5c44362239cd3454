"""The history of an instance as it is kept: one row per step, its lines as one JSON list.

A line is the letter of what happened, a space and the element. Lines stand in the instance's own scope and process
until a `[scope, process]` between them says otherwise. Most steps take three lines and forty bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from engine.runtime import LogLine
from webapp.unit_of_work import sql

LETTERS = {"entered": "e", "completed": "c", "cancelled": "x", "taken": "t"}
WHATS = {letter: what for what, letter in LETTERS.items()}
OWN_SCOPE = 1


def encode_lines(log: Iterable[LogLine], process: str) -> str:
    """The lines of one step of an instance of `process`."""
    kept: list[Any] = []
    place: tuple[int, str] = (OWN_SCOPE, process)
    for line in log:
        if (line.scope, line.process) != place:
            place = (line.scope, line.process)
            kept.append(place)
        kept.append(f"{LETTERS[line.what]} {line.element}")
    return orjson.dumps(kept).decode()


# Rows that begin with a line begin in the instance's own process; those that begin with a place say it already.
KEEP_PROCESS = r"""
update activity set lines = %s || substr(lines, 2) where instance_id = %s and lines like '["%%'
"""


def keep_process(instance_id: int, process: str) -> None:
    """Have every row say which process it tells of, before the instance goes on in another."""
    place = orjson.dumps([[OWN_SCOPE, process]]).decode()
    sql().execute(KEEP_PROCESS, (f"{place[:-1]},", instance_id))


def decode_lines(text: str, process: str) -> Iterator[tuple[int, str, str, str]]:
    """(scope, process, element, what) of every line that `encode_lines` wrote."""
    scope, inside = OWN_SCOPE, process
    for line in orjson.loads(text):
        if isinstance(line, str):
            yield scope, inside, line[2:], WHATS[line[0]]
        else:
            scope, inside = line
