"""The built-in functions by name."""

from __future__ import annotations

from engine.expressions.feel.builtins import (
    booleans,
    contexts,
    conversion,
    lists,
    numeric,
    office,
    ranges,
    strings,
    temporal,
)
from engine.expressions.feel.objects import Function

_MODULES = (booleans, contexts, conversion, lists, numeric, office, ranges, strings, temporal)

#: Every built-in function of DMN 1.5, 10.3.4 that is there, and the office's own.
BUILTINS: dict[str, Function] = {
    function.name: function for module in _MODULES for function in module.FUNCTIONS.functions
}
#: The first words of those that read the moment or the calendar: what calls none of them depends on its names alone.
OF_THE_MOMENT = frozenset(
    name.split()[0] for name in ("now", "today", *(function.name for function in office.FUNCTIONS.functions))
)
