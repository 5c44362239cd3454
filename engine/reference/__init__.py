"""SpiffWorkflow as reference core behind our own commands; it is imported only when one is called.

The portability check walks sample paths on both cores.
"""

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
from engine.reference.portability import Allowance, Portability, SampleReport, Verdict, check_portability
from engine.reference.samples import Sample, bundle_samples
from engine.reference.session import ReferenceProgram

__all__ = [
    "Allowance",
    "Portability",
    "ReferenceProgram",
    "ReferenceView",
    "Sample",
    "SampleReport",
    "Verdict",
    "bundle_samples",
    "cancel",
    "check_portability",
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
