"""The order in which what a decision requires is to be known. Iterative: files may hold long chains."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence


def acyclic_requirements(
    required: Mapping[str, Sequence[str]], report_cycle: Callable[[tuple[str, ...]], None]
) -> dict[str, tuple[str, ...]]:
    """For each key what it requires directly, without the requirements that would close a cycle.

    A cycle is reported once, with its keys.
    """
    done: set[str] = set()
    kept: dict[str, list[str]] = {key: [] for key in required}
    for start in required:
        path: list[tuple[str, int]] = [(start, 0)] if start not in done else []
        on_path = {start}
        while path:
            key, index = path.pop()
            if index == len(required[key]):
                on_path.discard(key)
                done.add(key)
                continue
            path.append((key, index + 1))
            following = required[key][index]
            if following in on_path:
                keys = [each for each, _ in path]
                report_cycle((*keys[keys.index(following) :], following))
                continue
            kept[key].append(following)
            if following not in done:
                on_path.add(following)
                path.append((following, 0))
    return {key: tuple(each) for key, each in kept.items()}


def in_order(wanted: Sequence[str], required: Callable[[str], Sequence[str]]) -> list[str]:
    """These keys and all that they require, directly or not, each once and before what requires it.

    `required` gives what a key requires directly, which has no cycle.
    """
    order: list[str] = []
    seen: set[str] = set()
    waiting = [(key, False) for key in reversed(wanted)]
    while waiting:
        key, is_known = waiting.pop()
        if is_known:
            order.append(key)
        elif key not in seen:
            seen.add(key)
            waiting.append((key, True))
            waiting.extend((each, False) for each in reversed(required(key)) if each not in seen)
    return order
