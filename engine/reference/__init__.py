"""SpiffWorkflow as reference core behind our own commands; it is imported only when one is called."""

from engine.reference.core import (
    ReferenceProgram,
    ReferenceView,
    compile_program,
    complete,
    correlate,
    fire,
    snapshot,
    start,
    unavailable,
)

__all__ = [
    "ReferenceProgram",
    "ReferenceView",
    "compile_program",
    "complete",
    "correlate",
    "fire",
    "snapshot",
    "start",
    "unavailable",
]
