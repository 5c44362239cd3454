"""What a command causes, collected; what opens and closes within one command is never told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.runtime.state import Wait
from engine.runtime.step import (
    Closing,
    DecisionMade,
    Incident,
    Job,
    LogLine,
    ScopeOpened,
    Step,
    Subscription,
    TaskClosed,
    Thrown,
    TimerSet,
    UserTask,
)
from engine.values import Value

_KIND_OF = {"message": "subscription", "signal": "subscription"}
_NONE: dict[int, Any] = {}


@dataclass(slots=True)
class Outcome:
    """Everything that happened so far, by kind and id."""

    opened: dict[str, dict[int, UserTask | TimerSet | Job | Subscription]] = field(default_factory=dict)
    closed: dict[str, dict[int, Closing]] = field(default_factory=dict)
    scopes_opened: dict[int, ScopeOpened] = field(default_factory=dict)
    scopes_closed: list[int] = field(default_factory=list)
    incidents: dict[int, Incident] = field(default_factory=dict)
    incidents_resolved: list[int] = field(default_factory=list)
    thrown: list[Thrown] = field(default_factory=list)
    lines: list[LogLine] = field(default_factory=list)
    changed: list[UserTask] = field(default_factory=list)
    decisions: list[DecisionMade] | None = None  # most commands make none

    def wait_opened(self, wait: Wait, shown: UserTask | TimerSet | Job | Subscription) -> None:
        """The outside learns of a wait."""
        self.opened.setdefault(_KIND_OF.get(wait.kind, wait.kind), {})[wait.id] = shown

    def wait_closed(self, wait: Wait, how: Closing) -> None:
        """The outside learns that a wait is over, unless it never heard of it."""
        kind = _KIND_OF.get(wait.kind, wait.kind)
        if self.opened.get(kind, {}).pop(wait.id, None) is None:
            self.closed.setdefault(kind, {})[wait.id] = how

    def scope_opened(self, opened: ScopeOpened) -> None:
        self.scopes_opened[opened.scope] = opened

    def scope_closed(self, scope: int) -> None:
        """Told even if the scope opened in this command: its history may name it."""
        self.scopes_closed.append(scope)

    def scope_unopened(self, scope: int) -> None:
        """The scope could not open after all."""
        self.scopes_opened.pop(scope, None)
        self.scopes_closed.remove(scope)

    def incident(self, incident: Incident) -> None:
        self.incidents[incident.id] = incident

    def incident_resolved(self, incident: int) -> None:
        if self.incidents.pop(incident, None) is None:
            self.incidents_resolved.append(incident)

    def decided(self, made: DecisionMade) -> None:
        if self.decisions is None:
            self.decisions = []
        self.decisions.append(made)

    def throw(self, thrown: Thrown) -> None:
        self.thrown.append(thrown)

    def step(self, state: bytes, *, ended: bool, variables: Mapping[str, Value] | None) -> Step:
        """The Step of everything collected."""
        opened, closed = self.opened.get, self.closed.get
        return Step(
            state=state,
            opened=tuple(opened("task", _NONE).values()),
            closed=tuple([TaskClosed(id_, how) for id_, how in closed("task", _NONE).items()]),
            timers_set=tuple(opened("timer", _NONE).values()),
            timers_cancelled=_cancelled(closed("timer")),
            jobs=tuple(opened("job", _NONE).values()),
            jobs_cancelled=_cancelled(closed("job")),
            subscriptions_opened=tuple(opened("subscription", _NONE).values()),
            subscriptions_closed=tuple(closed("subscription", ())),
            thrown=tuple(self.thrown),
            scopes_opened=tuple(self.scopes_opened.values()),
            scopes_closed=tuple(self.scopes_closed),
            log=tuple(self.lines),
            incidents=tuple(self.incidents.values()),
            incidents_resolved=tuple(self.incidents_resolved),
            ended=ended,
            changed=tuple(self.changed),
            variables=variables,
            decisions=tuple(self.decisions) if self.decisions else (),
        )


def _cancelled(closed: Mapping[int, Closing] | None) -> tuple[int, ...]:
    return tuple([id_ for id_, how in closed.items() if how is Closing.CANCELLED]) if closed else ()
