"""How much one upload may hold, so that every answer comes within bounds: everything is counted, nothing is timed.

A process of 10,000 nodes in a row fits in; what is beyond a limit is refused with the limit in the finding. All but
the first limit hold for all files that are read together.
"""

from __future__ import annotations

from dataclasses import dataclass

#: XML elements of one file, its drawing included.
MAX_XML_ELEMENTS = 300_000
#: XML elements besides the drawing and the names of flows at nodes.
MAX_ELEMENTS = 50_000
#: Nodes and sequence flows.
MAX_FLOW_ELEMENTS = 25_000
#: Characters of all expressions and scripts. Each counts as some more, since a short one takes time too, and those of
#: a script twice.
MAX_EXPRESSIONS = 500_000
EACH_EXPRESSION, EACH_SCRIPT = 15, 40


@dataclass(slots=True)
class Allowance:
    """What the files read so far have left."""

    elements: int = MAX_ELEMENTS
    flow_elements: int = MAX_FLOW_ELEMENTS
    expressions: int = MAX_EXPRESSIONS

    def take_elements(self, number: int, flow_elements: int) -> None:
        """A file with so many is read."""
        self.elements -= number
        self.flow_elements -= flow_elements

    def take_expression(self, text: str) -> bool:
        """False if it is too long for what is left."""
        self.expressions -= len(text) + EACH_EXPRESSION
        return self.expressions >= 0

    def take_script(self, text: str) -> bool:
        """False if it is too long for what is left."""
        self.expressions -= 2 * len(text) + EACH_SCRIPT
        return self.expressions >= 0
