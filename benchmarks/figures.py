"""One figure of the table: what was measured here and on the peer, the ratio that counts, its bar and its goal."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results.json"
#: A ratio may be this much worse than the recorded one before the run fails: CPU times repeat within 15 %.
TOLERANCE = 1.25
#: Ratios this far inside their bar are not held to the recorded one: there the tolerance is mere noise.
FAR_INSIDE = 2.0


@dataclass(frozen=True)
class Figure:
    """`ratio` is what the bar is about: at most `bar`, or at least `bar` where `at_least`."""

    name: str
    what: str
    unit: str
    ours: float
    peer: float | None
    peer_name: str
    ratio: float
    bar: float
    goal: float | None = None
    at_least: bool = False

    @property
    def holds(self) -> bool:
        """Whether the bar is met."""
        return self.ratio >= self.bar if self.at_least else self.ratio <= self.bar

    @property
    def reaches_goal(self) -> bool:
        wanted = self.bar if self.goal is None else self.goal
        return self.ratio >= wanted if self.at_least else self.ratio <= wanted

    def has_slipped(self, recorded: float) -> bool:
        """Whether the ratio is worse than the recorded one by more than the tolerance.

        Far inside its bar (twice as good as it must be) a figure may move.
        """
        if self.at_least:
            return self.ratio * TOLERANCE < recorded and self.ratio < self.bar * FAR_INSIDE
        return self.ratio > recorded * TOLERANCE and self.ratio > self.bar / FAR_INSIDE

    def as_json(self) -> dict[str, Any]:
        return {
            "what": self.what,
            "unit": self.unit,
            "one_window": _rounded(self.ours),
            "peer": None if self.peer is None else _rounded(self.peer),
            "peer_name": self.peer_name,
            "ratio": _rounded(self.ratio),
            "bar": f"{'at least' if self.at_least else 'at most'} {self.bar:g}",
            "goal": None if self.goal is None else f"{'at least' if self.at_least else 'at most'} {self.goal:g}",
            "met": self.holds,
        }


def read_results() -> dict[str, Any]:
    """The results of the last full run; empty before there was one."""
    return json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {"figures": {}}


def slipped(figures: Iterable[Figure], results: Mapping[str, Any]) -> list[str]:
    """What stands against these figures: a broken bar, or a ratio worse than the recorded one."""
    against = []
    for figure in figures:
        recorded = results["figures"].get(figure.name, {}).get("recorded")
        if not figure.holds:
            against.append(f"{figure.name}: {figure.ratio:.4g} breaks the bar ({figure.as_json()['bar']})")
        elif recorded is not None and figure.has_slipped(recorded):
            against.append(f"{figure.name}: {figure.ratio:.4g} is worse than the recorded {recorded:g}")
    return against


def write_results(figures: Sequence[Figure], *, record: bool) -> None:
    """Keep these figures beside those that this run did not measure.

    `recorded` is the ratio that later runs are held to: the first one measured, or this one with `record`.
    """
    results = read_results()
    kept: dict[str, Any] = results["figures"]
    for figure in figures:
        recorded = kept.get(figure.name, {}).get("recorded")
        held_to = figure.ratio if record or recorded is None else recorded
        kept[figure.name] = {**figure.as_json(), "recorded": _rounded(held_to)}
    machine = f"{platform.machine()}, Python {platform.python_version()}, {time.strftime('%Y-%m-%d')}"
    RESULTS.write_text(
        json.dumps({"machine": machine, "figures": dict(sorted(kept.items()))}, indent=2, ensure_ascii=False) + "\n",
        "utf-8",
    )


def table(figures: Iterable[Figure]) -> str:
    """The figures as lines of text, the peer and the bar beside each."""
    lines = [f"{'figure':34}{'One Window':>13}{'peer':>13}  {'unit':20}{'ratio':>9}{'bar':>9}{'goal':>8}  "]
    for one in figures:
        sign = ">=" if one.at_least else "<="
        goal = "" if one.goal is None else f"{sign}{one.goal:g}"
        peer = "" if one.peer is None else _short(one.peer)
        verdict = "goal" if one.reaches_goal and one.goal is not None else "met" if one.holds else "MISSED"
        lines.append(
            f"{one.name:34}{_short(one.ours):>13}{peer:>13}  {one.unit:20}{_short(one.ratio):>9}"
            f"{sign + format(one.bar, 'g'):>9}{goal:>8}  {verdict}"
        )
    return "\n".join(lines)


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")
