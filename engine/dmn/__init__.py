"""Decision tables and the graph of decisions (DMN 1.1 to 1.5).

`read_decisions` reads a file, `Decisions.evaluate` decides. A `DecisionOutcome` says what came out (`value`), by
which rules (`matched`) and why (`steps`: one `DecisionStep` for each decision of the graph, with the variables it
read and a `TableTrace` for each table); `DecisionOutcome.record()` is the same as values for the ledger,
which `read_record` makes steps of again.
"""

from engine.dmn.model import Decision, DecisionOutcome, Decisions
from engine.dmn.reader import read_decisions
from engine.dmn.record import read_record
from engine.dmn.trace import DecisionStep, InputColumn, MatchedRule, NamedValue, OutputColumn, TableShape, TableTrace

__all__ = [
    "Decision",
    "DecisionOutcome",
    "DecisionStep",
    "Decisions",
    "InputColumn",
    "MatchedRule",
    "NamedValue",
    "OutputColumn",
    "TableShape",
    "TableTrace",
    "read_decisions",
    "read_record",
]
