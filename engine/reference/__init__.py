"""SpiffWorkflow as reference core behind our own commands; it is imported only when one is called."""

from engine.reference.core import (
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
from engine.reference.session import ReferenceProgram

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
