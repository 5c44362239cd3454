"""The portability check: sample paths of a diagram on our core and on SpiffWorkflow, compared after every act."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from engine.bpmn import compile_program as compile_ours
from engine.bpmn.program import Program
from engine.errors import BudgetExceeded, NotInReferenceCore
from engine.reference.core import compile_program
from engine.reference.faults import Fault
from engine.reference.lockstep import ALLOWANCE, Differs, Lockstep, Opened, Undone
from engine.reference.samples import Sample
from engine.reference.session import ReferenceProgram
from engine.reference.sharing import Misread, Sharing
from engine.runtime.step import Context
from engine.words import Words

NO_WORDS = Words("", "")
NOTHING_OPENED: Opened = ((), ())
_STOPPED = Words("两个核都在“{element}”停下等人处理", "Both cores stop at “{element}” for someone to repair")


class Verdict(StrEnum):
    """What came out of one sample, the best first."""

    SAME = "same"
    KNOWN = "known"  # differs, each time for a known fault of the reference core, and else is the same
    OUTSIDE = "outside"  # not in the reference core
    UNDONE = "undone"  # not walked to its end: past the allowance, or its own acts do not fit
    DIFFERS = "differs"  # for no known reason


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much is done at most: acts of one made path, acts and starts of all samples together. A path that differs
    is walked once more, which is not counted."""

    acts_each: int = 15
    acts: int = 240


@dataclass(frozen=True, slots=True)
class KnownDifference:
    """What a known fault of the reference core explains. `after`: the element of the act after which the cores part;
    `element`: where they part, "" where a variable alone differs; `words` say what differs. `misread`: which value of
    which element the reference core does not see, and where it would have been read."""

    fault: Fault
    misread: Misread
    acts: int
    after: str
    process: str
    element: str
    words: Words
    opened: Opened = NOTHING_OPENED
    file: str = ""  # of `element`
    read_in: str = ""  # the file of the element that reads
    written_in: str = ""  # the file of the element that wrote


@dataclass(frozen=True, slots=True)
class SampleReport:
    """One sample. `after` is the element of the last act ("" at the start); `process`, `element` and `file` are
    where the cores differ or what the reference core lacks, "" where no place is meant; `words` say what, `opened` what
    is open on one core alone. `known`: the first difference of a path, which a known fault explains; the rest tells
    how it goes on once that fault is set aside."""

    name: Words
    verdict: Verdict
    acts: int
    after: str = ""
    process: str = ""
    element: str = ""
    file: str = ""
    words: Words = NO_WORDS
    opened: Opened = NOTHING_OPENED
    known: KnownDifference | None = None


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
    return Portability(tuple(_placed(program, each) for each in reports))


def _walked(
    compared: ReferenceProgram, samples: Sequence[Sample], context: Context, allowance: Allowance
) -> Iterator[SampleReport]:
    left = allowance.acts
    for sample in samples:
        report = _report(compared, sample, context, left if sample.acts is not None else min(left, allowance.acts_each))
        left -= report.acts + 1
        yield report


def _placed(program: Program, report: SampleReport) -> SampleReport:
    """With the files of the elements that it names."""
    known = report.known
    if known is not None:
        read, written = known.misread, known.misread.written
        known = replace(
            known,
            file=_file(program, known.process, known.element),
            read_in=_file(program, read.process, read.element),
            written_in=_file(program, written.process, written.element),
        )
    return replace(report, file=_file(program, report.process, report.element), known=known)


def _file(program: Program, named: str, element: str) -> str:
    """The file of the process that is named, else of the one that has the element."""
    for process in program.processes.values():
        if named == process.id or (not named and element in process.nodes):
            return process.file
    return ""


def _report(compared: ReferenceProgram, sample: Sample, context: Context, most: int) -> SampleReport:
    walk = Lockstep(compared, sample, context, most)
    report, found = _told(walk)
    return (
        report
        if found is None
        else _explained(
            report, found, Lockstep(compared, sample, context, most, sharing=Sharing(compared.translation.parts))
        )
    )


def _explained(report: SampleReport, found: Differs, again: Lockstep) -> SampleReport:
    """The report of a path that differs: a known fault explains it where the cores no longer part in that act once
    it is set aside, and it led the reference core astray at an element that the act came to. What comes behind is
    told then; else the difference stays unexplained."""
    behind, other = _told(again)
    stays = again.acts <= report.acts and (other is not None or behind.verdict is Verdict.OUTSIDE)
    misread = None if stays else again.misread_in(report.acts, found)
    if misread is None:
        return report
    known = KnownDifference(
        misread.fault, misread, report.acts, report.after, found.process, found.element, found.words, found.opened
    )
    verdict = Verdict.KNOWN if behind.verdict is Verdict.SAME else behind.verdict
    return replace(behind, verdict=verdict, known=known)


def _told(walk: Lockstep) -> tuple[SampleReport, Differs | None]:
    """Walks the sample: what came of it, and the first difference."""
    name = walk.sample.name
    try:
        walk.run()
    except Differs as found:
        report = SampleReport(
            name,
            Verdict.DIFFERS,
            walk.acts,
            walk.after,
            found.process,
            found.element,
            words=found.words,
            opened=found.opened,
        )
        return report, found
    except NotInReferenceCore as refusal:
        return _outside(walk.sample, walk.acts, walk.after, refusal), None
    except Undone as undone:
        return SampleReport(name, Verdict.UNDONE, walk.acts, walk.after, words=undone.words), None
    except BudgetExceeded as past:
        return SampleReport(name, Verdict.UNDONE, walk.acts, walk.after, element=past.element, words=ALLOWANCE), None
    words = _STOPPED.fill(element=walk.stopped) if walk.stopped else NO_WORDS
    return SampleReport(name, Verdict.SAME, walk.acts, walk.after, element=walk.stopped, words=words), None


def _outside(sample: Sample, acts: int, after: str, refusal: NotInReferenceCore) -> SampleReport:
    return SampleReport(
        sample.name, Verdict.OUTSIDE, acts, after, refusal.process, refusal.element, words=refusal.words
    )
