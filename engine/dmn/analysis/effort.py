"""How much work the analysis of one upload may be: counted, never timed, so that it ends within two seconds."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.dmn.analysis.nearest import Comparing

#: Steps over all tables that are read together; a step is a cell read, a value compared or a few hundred rules at once.
MOST_STEPS = 1_200_000
#: Rules times values that are told apart, in one table: bits that are held in memory at once.
MOST_BITS = 100_000_000


class GaveUp(Exception):
    """There is no effort left; what was found so far stands."""


@dataclass(slots=True)
class Effort:
    """What the tables looked at so far have left."""

    left: int = MOST_STEPS
    comparing: Comparing = field(default_factory=Comparing)  # of names that may be meant

    def take(self, steps: int = 1) -> None:
        """Account for so many steps before they are taken. Raises GaveUp."""
        self.left -= steps
        if self.left < 0:
            raise GaveUp
