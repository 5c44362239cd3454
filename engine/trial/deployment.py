"""The files of a trial: compiled once for every process that can be started, and what starts them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from engine.bpmn import Program
from engine.bpmn.library import read_library
from engine.errors import DefinitionInvalid
from engine.findings import errors_in
from engine.runtime import Context, TimedStart, timed_starts
from engine.trial.cores import Core
from engine.values import Variables


class Start(NamedTuple):
    """A process, and the element where it begins; None for its plain start."""

    process: str
    event: str | None


@dataclass(slots=True)
class Deployment:
    """`processes` are the ids of the executable processes in the order of the files."""

    core: Core
    files: Mapping[str, bytes]
    language: str | None
    processes: tuple[str, ...] = ()
    compiled: list[Any] = field(default_factory=list)

    @classmethod
    def of(
        cls, given: Mapping[str, bytes] | Program, entry: str | None, core: Core, language: str | None
    ) -> Deployment:
        """Compiles everything that can be started. Raises DefinitionInvalid with every reason."""
        if isinstance(given, Program):
            return cls(core, {}, language, tuple(given.processes), [given])
        known = read_library(given, "engine", language=language).processes
        processes = tuple(key for key, (source, _) in known.items() if source.executable)
        made = cls(core, given, language, processes)
        made._compile([entry] if entry else list(processes) or [*known, ""][:1])
        return made

    def _compile(self, entries: list[str]) -> None:
        findings = []
        for entry in entries:
            try:
                self.program_of(entry)
            except DefinitionInvalid as refused:
                findings += [one for one in refused.findings if one not in findings]
        if errors_in(findings):
            raise DefinitionInvalid(findings)

    def program_of(self, process: str) -> Any:
        """What runs this process. Raises DefinitionInvalid, KeyError (a program without it was given)."""
        for compiled in self.compiled:
            if process in self.core.plain(compiled).processes:
                return compiled
        if not self.files:
            raise KeyError(process)
        self.compiled.append(self.core.compile(self.files, process, self.language))
        return self.compiled[-1]

    def _programs(self) -> Iterator[Program]:
        return (self.core.plain(compiled) for compiled in self.compiled)

    def started_by_message(self, name: str) -> Start | None:
        """What a message of this name starts."""
        starts = (program.message_beginnings().get(name) for program in self._programs())
        return next((Start(*start) for start in starts if start), None)

    def started_by_signal(self, name: str) -> tuple[Start, ...]:
        """What a signal of this name starts."""
        starts = [start for program in self._programs() for start in program.signal_starts().get(name, ())]
        return tuple(Start(*start) for start in dict.fromkeys(starts))

    def started_by_condition(self, variables: Variables, context: Context) -> tuple[Start, ...]:
        """What starts because its condition holds over these variables. Raises ExpressionFailed."""
        conditions = {
            Start(process, event): condition
            for program in self._programs()
            for process, event, condition in program.condition_starts()
        }
        return tuple(start for start, slot in conditions.items() if slot.value(variables, context) is True)

    def starting_timers(self, context: Context) -> list[TimedStart]:
        """The timers that start processes, counted from now. Raises ExpressionFailed."""
        found = (start for program in self._programs() for start in timed_starts(program, context))
        return list({(start.process, start.event): start for start in found}.values())
