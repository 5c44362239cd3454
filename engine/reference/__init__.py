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
from engine.reference.faults import FAULTS, Fault
from engine.reference.lockstep import Opened
from engine.reference.portability import (
    Allowance,
    KnownDifference,
    Portability,
    SampleReport,
    Verdict,
    check_portability,
)
from engine.reference.samples import Sample, bundle_samples
from engine.reference.session import ReferenceProgram
from engine.reference.sharing import Misread
from engine.reference.sides import Open

__all__ = [
    "FAULTS",
    "Allowance",
    "Fault",
    "KnownDifference",
    "Misread",
    "Open",
    "Opened",
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
