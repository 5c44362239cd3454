"""Trying an expression or a decision by itself: what comes out, and why."""

from engine.playground.days import noting
from engine.playground.decisions import DecisionTried, decision_chosen, expected_input, read_model, try_decision
from engine.playground.expressions import ExpressionTried, try_expression
from engine.playground.given import InputInvalid, read_input
from engine.playground.telling import Fault

__all__ = [
    "DecisionTried",
    "ExpressionTried",
    "Fault",
    "InputInvalid",
    "decision_chosen",
    "expected_input",
    "noting",
    "read_input",
    "read_model",
    "try_decision",
    "try_expression",
]
