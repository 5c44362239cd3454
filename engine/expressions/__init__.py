"""Expressions of conditions, mappings, timers, forms and decision tables, and scripts."""

from engine.expressions.expression import (
    LANGUAGES,
    Expression,
    UnaryTests,
    compile_expression,
    compile_unary_tests,
)
from engine.expressions.feel.run import Context
from engine.expressions.readings import differs_from_python, parses_as
from engine.expressions.script import SLEPT, Script, compile_script

__all__ = [
    "LANGUAGES",
    "SLEPT",
    "Context",
    "Expression",
    "Script",
    "UnaryTests",
    "compile_expression",
    "compile_script",
    "compile_unary_tests",
    "differs_from_python",
    "parses_as",
]
