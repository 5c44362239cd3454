"""Decision tables and the graph of decisions (DMN 1.1 to 1.5)."""

from engine.dmn.model import Decision, DecisionOutcome, Decisions, MatchedRule
from engine.dmn.reader import read_decisions

__all__ = ["Decision", "DecisionOutcome", "Decisions", "MatchedRule", "read_decisions"]
