"""Cases in the form of the camunda behaviour suite: scenarios of small steps, acts and assertions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from engine import DefinitionInvalid, EngineError, NothingWaits
from engine.trial import Trial
from tests.conformance.cases import Case, Verdict, one_line
from tests.conformance.running import UNCAUGHT, CaseBroken, deploy, files_of, incidents, told

#: Words that go with the one that names a step.
BESIDE = frozenset({"vars", "variables", "payload", "key", "comment", "note"})
DEPLOY, RUNTIME, UNCAUGHT_ERROR = "deploy", "runtime", "uncaught-bpmn-error"


class Wrong(Exception):
    """An assertion of a scenario that does not hold."""


def run(case: Case) -> Verdict:
    """A case passes when all its scenarios pass."""
    wrong = []
    for number, steps in enumerate(case.data["scenarios"], start=1):
        try:
            _Scenario(case).play(steps)
        except (Wrong, CaseBroken) as fault:
            wrong.append(f"scenario {number}: {fault}")
    return Verdict(not wrong, one_line("; ".join(wrong)))


@dataclass
class _Scenario:
    """One scenario. `error` is what went wrong and has not been expected yet: ("deploy" …, words)."""

    case: Case
    host: Trial | None = None
    error: tuple[str, str] | None = None
    seen: set[tuple[int, int]] = field(default_factory=set)

    def play(self, steps: list[Mapping[str, Any]]) -> None:
        try:
            self.host = deploy(
                files_of(self.case.folder, self.case.data.get("files") or [self.case.data["bpmn"]]),
                time_to_live=timedelta(),
            )
        except DefinitionInvalid as refused:
            self.error = (DEPLOY, told(refused))
        for number, step in enumerate(steps, start=1):
            try:
                self._step(step)
            except Wrong as fault:
                raise Wrong(f"step {number} {_shown(step)}: {fault}") from None
        self._no_error()

    def _step(self, step: Mapping[str, Any]) -> None:
        words = [word for word in step if word not in BESIDE]
        if words == ["expect_error"]:
            self._expect_error(step["expect_error"])
            return
        if len(words) != 1 or words[0] not in STEPS:
            raise CaseBroken(f"a step that is not understood: {_shown(step)}")
        self._no_error()
        try:
            STEPS[words[0]](self, step[words[0]], step)
        except EngineError as fault:
            self.error = (RUNTIME, told(fault))
        self._notice_incidents()

    # -- errors ----------------------------------------------------------------------------------

    def _no_error(self) -> None:
        if self.error is not None:
            raise Wrong(self.error[1])

    def _notice_incidents(self) -> None:
        fresh = [held for held in self._trial.incidents if (held.instance, held.what.id) not in self.seen]
        self.seen |= {(held.instance, held.what.id) for held in fresh}
        if fresh:
            kind = UNCAUGHT_ERROR if fresh[0].what.code == UNCAUGHT else RUNTIME
            self.error = (kind, "; ".join(incidents(self._trial)))

    def _expect_error(self, kind: str) -> None:
        if self.error is None:
            raise Wrong("nothing went wrong")
        happened, words = self.error
        if kind not in (DEPLOY, RUNTIME, UNCAUGHT_ERROR):
            raise CaseBroken(f"an unknown kind of error {kind!r}")
        if kind != happened and not (kind == RUNTIME and happened == UNCAUGHT_ERROR):
            raise Wrong(f"it is another error: {words}")
        self.error = None

    # -- acts ------------------------------------------------------------------------------------

    @property
    def _trial(self) -> Trial:
        if self.host is None:
            raise Wrong("nothing is deployed")
        return self.host

    def start(self, process: str | None, step: Mapping[str, Any]) -> None:
        self._trial.start(process or self.case.data.get("process"), _given(step))

    def start_by_message(self, name: str, step: Mapping[str, Any]) -> None:
        before = len(self._trial.instances)
        self.message(name, step)
        if len(self._trial.instances) == before:
            raise Wrong("no instance was started")

    def complete(self, element: str, step: Mapping[str, Any]) -> None:
        if element in self._by_hand():
            self._trial.message(element, None, _given(step))
        elif element in self._open():
            self._trial.complete(element, _given(step))
        else:
            raise Wrong(f"no such task, open are {self._open()}")

    def complete_all(self, wanted: object, step: Mapping[str, Any]) -> None:
        for element in self._open() if wanted else ():
            if element in self._open():  # completing another may have cancelled it
                self.complete(element, step)

    def message(self, name: str, step: Mapping[str, Any]) -> None:
        try:
            self._trial.message(name, step.get("key"), _given(step))
        except NothingWaits:
            if not self._trial.ended:
                raise Wrong("nobody waits for this message") from None

    def signal(self, name: str, step: Mapping[str, Any]) -> None:
        self._trial.signal(name, _given(step))

    def advance(self, seconds: Decimal | int, _step: Mapping[str, Any]) -> None:
        self._trial.advance(timedelta(seconds=float(seconds)))

    def set(self, variables: Mapping[str, Any], _step: Mapping[str, Any]) -> None:
        self._trial.set_variables(variables)

    def drain_manual(self, _wanted: object, _step: Mapping[str, Any]) -> None:
        """Manual and abstract tasks are passed here, so that there is nothing to drain."""

    # -- assertions ------------------------------------------------------------------------------

    def tasks(self, expected: list[str], _step: Mapping[str, Any]) -> None:
        if Counter(expected) != Counter(self._open()):
            raise Wrong(f"open are {self._open()}")

    def task_count(self, expected: int, _step: Mapping[str, Any]) -> None:
        if len(self._open()) != expected:
            raise Wrong(f"open are {self._open()}")

    def ended(self, expected: bool, _step: Mapping[str, Any]) -> None:
        if self._trial.ended is not expected:
            raise Wrong(f"ended: {self._trial.ended}, open are {self._open()}")

    def not_ended(self, expected: bool, step: Mapping[str, Any]) -> None:
        self.ended(not expected, step)

    def no_subscription(self, name: str | bool, _step: Mapping[str, Any]) -> None:
        """Nothing waits for messages or signals; for those of a name where one is given."""
        waiting = [held.what.name for held in self._trial.subscriptions]
        found = [each for each in waiting if name in (True, each)]
        if found:
            raise Wrong(f"waited for: {found}")

    def _open(self) -> list[str]:
        return sorted([*(held.what.element for held in self._trial.tasks), *self._by_hand()])

    def _by_hand(self) -> list[str]:
        """Receive tasks that name no message: like user tasks they go on when somebody says so. The engine lets
        them wait for a message of their own id."""
        unnamed = [held for held in self._trial.subscriptions if held.what.name == held.what.element]
        return [held.what.element for held in unnamed if self._is_receive_task(held.instance, held.what.element)]

    def _is_receive_task(self, instance: int, element: str) -> bool:
        history = self._trial.instances[instance - 1].history
        return any(line.element == element and line.type == "receiveTask" for _, line in history)


STEPS: Mapping[str, Callable[[_Scenario, Any, Mapping[str, Any]], None]] = {
    "start": _Scenario.start,
    "start_by_message": _Scenario.start_by_message,
    "complete": _Scenario.complete,
    "complete_all": _Scenario.complete_all,
    "message": _Scenario.message,
    "signal": _Scenario.signal,
    "advance_s": _Scenario.advance,
    "set": _Scenario.set,
    "drain_manual": _Scenario.drain_manual,
    "tasks": _Scenario.tasks,
    "task_count": _Scenario.task_count,
    "ended": _Scenario.ended,
    "not_ended": _Scenario.not_ended,
    "no_subscription": _Scenario.no_subscription,
}


def _given(step: Mapping[str, Any]) -> Mapping[str, Any]:
    return step.get("vars") or step.get("variables") or step.get("payload") or {}


def _shown(step: Mapping[str, Any]) -> str:
    return ", ".join(f"{word} {value}" for word, value in step.items() if value != {})
