"""The portability check: sample paths of a diagram on our core and on SpiffWorkflow, compared after every act."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from engine.bpmn import compile_program as compile_ours
from engine.bpmn.program import Program
from engine.errors import BudgetExceeded, NotInReferenceCore
from engine.reference.core import compile_program
from engine.reference.lockstep import ALLOWANCE, Differs, Lockstep, Undone
from engine.reference.samples import Sample
from engine.reference.session import ReferenceProgram
from engine.runtime.step import Context
from engine.words import Words

NO_WORDS = Words("", "")
_STOPPED = Words("两个核都在“{element}”停下等人处理", "Both cores stop at “{element}” for someone to repair")


class Verdict(StrEnum):
    """What came out of one sample, the best first."""

    SAME = "same"
    OUTSIDE = "outside"  # not in the reference core
    UNDONE = "undone"  # not walked to its end: past the allowance, or its own acts do not fit
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much is done at most: acts of one made path, acts and starts of all samples together."""

    acts_each: int = 15
    acts: int = 240


@dataclass(frozen=True, slots=True)
class SampleReport:
    """One sample. `after` is the element of the last act ("" at the start); `process`, `element` and `file` are
    where the cores differ or what the reference core lacks, "" where no place is meant; `words` say what."""

    name: Words
    verdict: Verdict
    acts: int
    after: str = ""
    process: str = ""
    element: str = ""
    file: str = ""
    words: Words = NO_WORDS


@dataclass(frozen=True, slots=True)
class Portability:
    """The outcome. `verdict` is the worst of the samples'; with no sample nothing is known."""

    samples: tuple[SampleReport, ...]

    @property
    def verdict(self) -> Verdict:
        order = list(Verdict)
        return max((each.verdict for each in self.samples), key=order.index, default=Verdict.UNDONE)

    def count(self, verdict: Verdict) -> int:
        return sum(each.verdict == verdict for each in self.samples)


def check_portability(
    files: Mapping[str, bytes],
    entry: str,
    samples: Sequence[Sample],
    context: Context,
    allowance: Allowance = Allowance(),
) -> Portability:
    """Walks every sample on both cores from a start of process `entry`.

    Costs about 10 ms of CPU per act; past the allowance samples are undone. Raises DefinitionInvalid
    where the files cannot be run at all.
    """
    program = compile_ours(files, entry)
    try:
        compared = compile_program(files, entry)
    except NotInReferenceCore as refusal:
        reports = [_outside(sample, 0, "", refusal) for sample in samples]
    else:
        reports = list(_walked(compared, samples, context, allowance))
    return Portability(tuple(replace(each, file=_file(program, each)) for each in reports))


def _walked(
    compared: ReferenceProgram, samples: Sequence[Sample], context: Context, allowance: Allowance
) -> Iterator[SampleReport]:
    left = allowance.acts
    for sample in samples:
        report = _report(compared, sample, context, left if sample.acts is not None else min(left, allowance.acts_each))
        left -= report.acts + 1
        yield report


def _file(program: Program, report: SampleReport) -> str:
    """The file of the process that the report names, else of the one that has its element."""
    for process in program.processes.values():
        if report.process == process.id or (not report.process and report.element in process.nodes):
            return process.file
    return ""


def _report(compared: ReferenceProgram, sample: Sample, context: Context, most: int) -> SampleReport:
    walk, name = Lockstep(compared, sample, context, most), sample.name
    try:
        walk.run()
    except Differs as found:
        return SampleReport(
            name, Verdict.DIFFERS, walk.acts, walk.after, found.process, found.element, words=found.words
        )
    except NotInReferenceCore as refusal:
        return _outside(sample, walk.acts, walk.after, refusal)
    except Undone as undone:
        return SampleReport(name, Verdict.UNDONE, walk.acts, walk.after, words=undone.words)
    except BudgetExceeded as past:
        return SampleReport(name, Verdict.UNDONE, walk.acts, walk.after, element=past.element, words=ALLOWANCE)
    words = _STOPPED.fill(element=walk.stopped) if walk.stopped else NO_WORDS
    return SampleReport(name, Verdict.SAME, walk.acts, walk.after, element=walk.stopped, words=words)


def _outside(sample: Sample, acts: int, after: str, refusal: NotInReferenceCore) -> SampleReport:
    return SampleReport(
        sample.name, Verdict.OUTSIDE, acts, after, refusal.process, refusal.element, words=refusal.words
    )
