"""The two cores that a trial can run on, behind the same calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from engine import reference, runtime
from engine.bpmn import Program, compile_program
from engine.errors import NotInReferenceCore
from engine.runtime import Context, Step
from engine.values import Value, Variables


class Core(Protocol):
    """What a trial asks of a core. `compiled` is what `compile` gave; the state is the stored bytes."""

    def compile(self, files: Mapping[str, bytes], entry: str, language: str | None) -> Any:
        """Raises DefinitionInvalid."""

    def plain(self, compiled: Any) -> Program:
        """The engine's own program of it."""

    def start(self, compiled: Any, variables: Variables, context: Context, process: str, event: str | None) -> Step: ...

    def variables(self, compiled: Any, state: bytes, context: Context) -> Mapping[str, Value]:
        """The variables of the process itself, as far as the state still holds them."""

    def command(self, name: str) -> Callable[..., Step]:
        """A command on a stored instance: "complete", "fire", "correlate", "resolve" … of `engine.runtime`."""


@dataclass(frozen=True, slots=True)
class Ours:
    """The engine's token machine."""

    def compile(self, files: Mapping[str, bytes], entry: str, language: str | None) -> Program:
        return compile_program(files, entry, language=language)

    def plain(self, compiled: Program) -> Program:
        return compiled

    def start(self, compiled: Program, variables: Variables, context: Context, process: str, event: str | None) -> Step:
        return runtime.start(compiled, variables, context, process=process, event=event)

    def variables(self, compiled: Program, state: bytes, context: Context) -> Mapping[str, Value]:
        return runtime.snapshot(state).variables

    def command(self, name: str) -> Callable[..., Step]:
        found: Callable[..., Step] = getattr(runtime, name)
        return found


@dataclass(frozen=True, slots=True)
class Reference:
    """SpiffWorkflow: start at plain start events, complete, fire and correlate; no more."""

    def compile(self, files: Mapping[str, bytes], entry: str, language: str | None) -> reference.ReferenceProgram:
        if language is not None:
            raise NotInReferenceCore("the reference core reads FEEL alone")
        return reference.compile_program(files, entry)

    def plain(self, compiled: reference.ReferenceProgram) -> Program:
        return compiled.program

    def start(
        self,
        compiled: reference.ReferenceProgram,
        variables: Variables,
        context: Context,
        process: str,
        event: str | None,
    ) -> Step:
        if event is not None:
            raise NotInReferenceCore("the reference core starts at plain start events alone")
        return reference.start(compiled, variables, context, process=process)

    def variables(self, compiled: reference.ReferenceProgram, state: bytes, context: Context) -> Mapping[str, Value]:
        return reference.snapshot(compiled, state, context).variables

    def command(self, name: str) -> Callable[..., Step]:
        found: Callable[..., Step] = getattr(reference, name, reference.unavailable)
        return found


CORES: Mapping[str, Core] = {"ours": Ours(), "reference": Reference()}
