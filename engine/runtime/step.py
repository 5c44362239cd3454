"""What a command on a process instance gives back: the new state and everything that happened.

The engine neither saves nor sends. The caller applies a `Step` to its tables in one transaction.
Ids are counters kept in the state, so the same inputs give the same Step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from engine.values import ClockMark, Value
from engine.words import Words

if TYPE_CHECKING:
    from engine.dmn import DecisionOutcome

#: Where the office keeps its calendar, unless the context says otherwise.
OFFICE_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Budgets:
    """Limits of one command; past one of them BudgetExceeded is raised and nothing is kept."""

    activations: int = 20_000
    tokens: int = 10_000
    payload_bytes: int = 256_000
    expression_steps: int = 100_000
    state_bytes: int = 4_000_000


@dataclass(frozen=True, slots=True)
class Context:
    """What the outside knows: the moment (aware, UTC), the office's zone, its calendar, the budgets.

    `calendar` is an engine.law Calendar or None; FEEL's working-day functions use it.
    """

    now: datetime
    zone: ZoneInfo = OFFICE_ZONE
    calendar: object | None = None
    budgets: Budgets = Budgets()


class UserTask(NamedTuple):
    """A user task that opened. `scope` is the scope of its process (the called process's own scope).

    `properties` are the element's zeebe properties ("step", "act" ...). A property, assignment or
    schedule attribute that starts with "=" is a FEEL expression and stands here evaluated, as text.
    """

    id: int
    scope: int
    element: str
    name: str
    process: str
    candidate_groups: tuple[str, ...] = ()
    candidate_users: tuple[str, ...] = ()
    assignee: str | None = None
    form_key: str | None = None
    due: datetime | None = None
    follow_up: datetime | None = None
    priority: int = 50
    properties: Mapping[str, str] = MappingProxyType({})


class Closing(StrEnum):
    """How a user task, timer or job ended."""

    COMPLETED = "completed"
    CANCELLED = "cancelled"


class TaskClosed(NamedTuple):
    id: int
    how: Closing


class TimerSet(NamedTuple):
    """A waiting timer event: due at a moment, or at a mark of a legal clock the caller keeps."""

    id: int
    scope: int
    element: str
    due: datetime | ClockMark


class Job(NamedTuple):
    """Work for a machine (service, send or business task): `type` names the handler."""

    id: int
    scope: int
    element: str
    type: str
    inputs: Mapping[str, Value]
    retries: int = 3
    headers: Mapping[str, str] = MappingProxyType({})


class Subscription(NamedTuple):
    """A waiting message or signal event."""

    id: int
    scope: int
    element: str
    kind: str  # "message" | "signal"
    name: str
    key: str | None


class Thrown(NamedTuple):
    """A message or signal that nothing in this instance waited for; the caller carries it on."""

    kind: str  # "message" | "signal"
    scope: int
    element: str
    name: str
    key: str | None
    payload: Mapping[str, Value]


class ScopeOpened(NamedTuple):
    """A called process or subprocess that opened: `scope` is its own, `parent` the one around it.

    `inputs` are its variables at the start (input mappings applied), for called processes only.
    """

    scope: int
    parent: int
    element: str
    process: str
    inputs: Mapping[str, Value] = MappingProxyType({})


class LogLine(NamedTuple):
    """One line of the activity history. `what`: "entered", "completed", "cancelled", "taken" (a flow)."""

    what: str
    scope: int
    element: str
    type: str
    process: str


class Incident(NamedTuple):
    """A step that could not go on: kept on the element, waits for retry or repair."""

    id: int
    scope: int
    element: str
    code: str
    message: Words


class DecisionMade(NamedTuple):
    """A decision that a business rule task asked: `outcome` says what came out, and why.

    `scope` is the scope of its process, `file` the DMN file that holds the decision. What it read are the values
    themselves: nothing is copied or written out for those who do not ask.
    """

    scope: int
    element: str
    process: str
    file: str
    decision: str
    outcome: DecisionOutcome


class Step(NamedTuple):
    """The outcome of one command. `state` is the whole new state, to be stored as bytes.

    `changed` are open user tasks that a migration has given other names, groups or forms; `variables` are those
    of the process itself where the command ended the instance; `decisions` are those that were made, in their order,
    also where the diagram could not use what came out.
    """

    state: bytes
    opened: tuple[UserTask, ...] = ()
    closed: tuple[TaskClosed, ...] = ()
    changed: tuple[UserTask, ...] = ()
    timers_set: tuple[TimerSet, ...] = ()
    timers_cancelled: tuple[int, ...] = ()
    jobs: tuple[Job, ...] = ()
    jobs_cancelled: tuple[int, ...] = ()
    subscriptions_opened: tuple[Subscription, ...] = ()
    subscriptions_closed: tuple[int, ...] = ()
    thrown: tuple[Thrown, ...] = ()
    scopes_opened: tuple[ScopeOpened, ...] = ()
    scopes_closed: tuple[int, ...] = ()
    log: tuple[LogLine, ...] = ()
    incidents: tuple[Incident, ...] = ()
    incidents_resolved: tuple[int, ...] = ()
    ended: bool = False
    variables: Mapping[str, Value] | None = None
    decisions: tuple[DecisionMade, ...] = ()
