"""Expressions of conditions, mappings, timers, forms and decision tables."""

from engine.expressions.expression import Expression, UnaryTests, compile_expression, compile_unary_tests
from engine.expressions.feel.run import Context

__all__ = ["Context", "Expression", "UnaryTests", "compile_expression", "compile_unary_tests"]
