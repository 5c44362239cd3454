"""Stub."""

from engine.expressions.feel.builtins.registry import Registry

FUNCTIONS = Registry()
