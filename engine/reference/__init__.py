"""SpiffWorkflow as reference core behind our own commands; it is imported only when one is called."""

from engine.reference.core import (
    ReferenceProgram,
    ReferenceView,
    cancel,
    compile_program,
    complete,
    correlate,
    fire,
    migrate,
    modify,
    reschedule,
    resolve,
    retry,
    signal,
    snapshot,
    start,
    unavailable,
)

__all__ = [
    "ReferenceProgram",
    "ReferenceView",
    "cancel",
    "compile_program",
    "complete",
    "correlate",
    "fire",
    "migrate",
    "modify",
    "reschedule",
    "resolve",
    "retry",
    "signal",
    "snapshot",
    "start",
    "unavailable",
]
