"""One process instance of a trial: its stored state, and what is open in it as its steps told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from engine.runtime import Incident, Job, LogLine, ScopeOpened, Step, Subscription, TimerSet, UserTask
from engine.values import Value

Open = TypeVar("Open", UserTask, TimerSet, Job, Subscription, Incident)


class Held(NamedTuple, Generic[Open]):
    """Something open, and the number of the instance that it is open in."""

    instance: int
    what: Open


class Happened(NamedTuple):
    """A line of history with its moment."""

    at: datetime
    line: LogLine


@dataclass(slots=True)
class Instance:
    """`number` counts the instances of the trial from 1. `state` are the bytes that every command reads again.

    What is open is kept from the steps alone, by id, as an application keeps its tables. `variables` are
    those of the process; those that it ended with, once it has. `scopes` are all called processes and
    subprocesses that ever opened, `jobs_begun` all jobs that ever were.
    """

    number: int
    process: str
    compiled: Any = field(repr=False)
    state: bytes = field(default=b"", repr=False)
    ended: bool = False
    variables: Mapping[str, Value] = field(default_factory=dict)
    history: list[Happened] = field(default_factory=list, repr=False)
    tasks: dict[int, UserTask] = field(default_factory=dict)
    timers: dict[int, TimerSet] = field(default_factory=dict)
    jobs: dict[int, Job] = field(default_factory=dict)
    subscriptions: dict[int, Subscription] = field(default_factory=dict)
    incidents: dict[int, Incident] = field(default_factory=dict)
    scopes: dict[int, ScopeOpened] = field(default_factory=dict, repr=False)
    jobs_begun: dict[int, Job] = field(default_factory=dict, repr=False)

    def take(self, step: Step, now: datetime) -> None:
        """Applies a step."""
        self.state, self.ended = step.state, step.ended
        for closed in step.closed:
            self.tasks.pop(closed.id, None)
        _forget(self.timers, step.timers_cancelled)
        _forget(self.jobs, step.jobs_cancelled)
        _forget(self.subscriptions, step.subscriptions_closed)
        _forget(self.incidents, step.incidents_resolved)
        self.tasks |= {each.id: each for each in (*step.opened, *step.changed)}
        self.timers |= {each.id: each for each in step.timers_set}
        self.jobs |= {each.id: each for each in step.jobs}
        self.jobs_begun |= {each.id: each for each in step.jobs}
        self.subscriptions |= {each.id: each for each in step.subscriptions_opened}
        self.incidents |= {each.id: each for each in step.incidents}
        self.scopes |= {each.scope: each for each in step.scopes_opened}
        self.history += [Happened(now, line) for line in step.log]

    def waits_for_message(self, name: str, key: str | None) -> bool:
        """Whether a message of this name and key would be taken."""
        waiting = (each for each in self.subscriptions.values() if each.kind == "message")
        return any(each.name == name and each.key in (None, key) for each in waiting)

    def waits_for_signal(self, name: str) -> bool:
        """Whether a signal of this name would be taken."""
        return any(each.kind == "signal" and each.name == name for each in self.subscriptions.values())

    def entered(self) -> tuple[str, ...]:
        """The elements in the order in which they were entered."""
        return tuple(each.line.element for each in self.history if each.line.what == "entered")


def _forget(kept: dict[int, Any], gone: tuple[int, ...]) -> None:
    for number in gone:
        kept.pop(number, None)


def item_at(instance: Instance, scope: int) -> str | None:
    """The item whose process a scope belongs to: that of the nearest call with an input `item`."""
    while (opened := instance.scopes.get(scope)) is not None:
        item = opened.inputs.get("item")
        if isinstance(item, str):
            return item
        scope = opened.parent
    # A process that a message started has the item among its own variables.
    item = instance.variables.get("item") if instance.number > 1 else None
    return item if isinstance(item, str) else None
