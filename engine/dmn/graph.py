"""The order in which what a decision requires is to be known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence


def ordered_requirements(
    required: Mapping[str, Sequence[str]], report_cycle: Callable[[tuple[str, ...]], None]
) -> dict[str, tuple[str, ...]]:
    """For each key all that it needs, directly or not, each before what needs it. Iterative.

    A cycle is reported once, with its keys; the requirement that closes it is left out.
    """
    order: list[str] = []
    state: dict[str, int] = {}  # 1: on the path, 2: done
    kept: dict[str, list[str]] = {key: [] for key in required}
    for start in required:
        path: list[tuple[str, int]] = [(start, 0)] if start not in state else []
        state.setdefault(start, 1)
        while path:
            key, index = path.pop()
            if index == len(required[key]):
                state[key] = 2
                order.append(key)
                continue
            path.append((key, index + 1))
            following = required[key][index]
            if state.get(following) == 1:
                on_path = [each for each, _ in path]
                report_cycle((*on_path[on_path.index(following) :], following))
                continue
            kept[key].append(following)
            if following not in state:
                state[following] = 1
                path.append((following, 0))
    return {key: _closure(key, kept, order) for key in required}


def _closure(start: str, required: Mapping[str, Sequence[str]], order: Sequence[str]) -> tuple[str, ...]:
    wanted: set[str] = set()
    waiting = list(required[start])
    while waiting:
        key = waiting.pop()
        if key not in wanted:
            wanted.add(key)
            waiting.extend(required[key])
    return tuple(key for key in order if key in wanted)
