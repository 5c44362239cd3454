"""The host of a trial: process instances side by side, acts on them, a clock that is moved by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.bpmn import Program
from engine.errors import BudgetExceeded, NothingWaits
from engine.runtime import Budgets, Context, Incident, Job, Subscription, TimerSet, UserTask
from engine.runtime.step import OFFICE_ZONE
from engine.trial import clock_acts
from engine.trial.clocks import Clocks
from engine.trial.cores import CORES
from engine.trial.deeds import Deed
from engine.trial.deployment import Deployment, Start
from engine.trial.instance import Held, Instance, Open
from engine.trial.jobs import Handler, Outcome
from engine.trial.law import Law
from engine.trial.post import Letter, PostOffice, Sent
from engine.trial.running import TaskLimit, TrialClock
from engine.trial.world import UnknownJobs, World, later
from engine.values import Value

#: How long a message waits for somebody who takes it.
TIME_TO_LIVE = timedelta(hours=1)
#: Firings of one `advance`; jobs and deliveries that one act may set going.
MOST = 10_000


class Trial:
    """Diagrams in memory on the real engine. Every act is a command on stored bytes, as in an application.

    `files` maps a path (`*.bpmn`, `*.dmn`) to its bytes, or is a compiled program. `language` is that of
    expressions for which a file names none. `core` is "ours" or "reference" (SpiffWorkflow: start, complete,
    timers and messages; anything else raises NotInReferenceCore). Every instance begins with the variables
    `given`, whatever starts it. `handlers` do jobs by their type. What an
    act sets going (jobs, thrown messages and signals) is carried on before it returns; an act that raises has
    done what it did until then, each command whole or not at all. With the `law` of a bundle, timers that wait for a
    mark of a legal clock fall due as its limit runs; without it they are fired by hand.

    Raises DefinitionInvalid for everything that can be started in the files, for `entry` alone if given.
    """

    def __init__(
        self,
        files: Mapping[str, bytes] | Program,
        *,
        now: datetime,
        entry: str | None = None,
        zone: ZoneInfo = OFFICE_ZONE,
        calendar: object | None = None,
        language: str | None = None,
        core: str = "ours",
        given: Mapping[str, Value] | None = None,
        handlers: Mapping[str, Handler] | None = None,
        unknown_jobs: UnknownJobs = UnknownJobs.DONE,
        time_to_live: timedelta = TIME_TO_LIVE,
        budgets: Budgets | None = None,
        most: int = MOST,
        law: Law | None = None,
    ) -> None:
        deployment = Deployment.of(files, entry, CORES[core], language)
        place = Context(now.astimezone(UTC), zone, calendar, budgets or Budgets())
        post = PostOffice(time_to_live)
        self._world = World(
            CORES[core], deployment, place, dict(given or {}), dict(handlers or {}), unknown_jobs, post, most
        )
        self._world.clocks = Clocks(law, zone) if law is not None else None
        self._world.starts = deployment.starting_timers(place)

    # -- what can be seen ------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """Where the clock stands, in UTC."""
        return self._world.place.now

    @property
    def processes(self) -> tuple[str, ...]:
        """Ids of the executable processes, in the order of the files."""
        return self._world.deployment.processes

    def program(self, process: str) -> Program:
        """The compiled program that runs a process. Raises DefinitionInvalid, KeyError."""
        return self._world.core.plain(self._world.deployment.program_of(process))

    @property
    def instances(self) -> tuple[Instance, ...]:
        """Every instance that was started, in order."""
        return tuple(self._world.instances)

    @property
    def tasks(self) -> tuple[Held[UserTask], ...]:
        """The open user tasks, those of the oldest instance first."""
        return tuple(_held((one, one.tasks) for one in self.instances))

    @property
    def timers(self) -> tuple[Held[TimerSet], ...]:
        """The waiting timers of the instances."""
        return tuple(_held((one, one.timers) for one in self.instances))

    @property
    def jobs(self) -> tuple[Held[Job], ...]:
        """The open jobs."""
        return tuple(_held((one, one.jobs) for one in self.instances))

    @property
    def subscriptions(self) -> tuple[Held[Subscription], ...]:
        """The messages and signals that are waited for."""
        return tuple(_held((one, one.subscriptions) for one in self.instances))

    @property
    def incidents(self) -> tuple[Held[Incident], ...]:
        """The open incidents."""
        return tuple(_held((one, one.incidents) for one in self.instances))

    @property
    def ended(self) -> bool:
        """True when something was started and every instance has ended."""
        return bool(self.instances) and all(one.ended for one in self.instances)

    @property
    def sent(self) -> tuple[Sent, ...]:
        """The messages and signals that came from outside or went from one instance to others, in order."""
        return tuple(self._world.sent)

    @property
    def deeds(self) -> tuple[Deed, ...]:
        """The tasks that were completed and the jobs that were done, in order."""
        return tuple(self._world.deeds)

    @property
    def next_due(self) -> datetime | None:
        """When the clock fires something next: a timer of an instance, or one that starts a process."""
        return self._world.next_due()

    @property
    def law(self) -> Law | None:
        """What the limits come from."""
        clocks = self._world.clocks
        return clocks.law if clocks is not None else None

    @property
    def clocks(self) -> tuple[TrialClock, ...]:
        """The legal clocks that run or ran, in the order in which they began; none without a `law`."""
        clocks = self._world.clocks
        return tuple(clock_acts.shown(clocks, self.now)) if clocks is not None else ()

    def limit(self, task: Held[UserTask]) -> TaskLimit | None:
        """The legal clock that one of `tasks` is done under; None where it names none, or has none."""
        clocks = self._world.clocks
        running = clocks.of_task(task.instance, task.what.id, self.now) if clocks is not None else None
        if clocks is None or running is None:
            return None
        reading = clocks.reading(running, self.now)
        due_on = None if reading.state == "paused" else reading.due_on
        return TaskLimit(running.terms.name, due_on, running.waits)

    def due(self, timer: Held[TimerSet]) -> datetime | None:
        """When one of `timers` falls due by the clock; None for a mark whose moment is not known, or stands still."""
        return self._world.due(self.instances[timer.instance - 1], timer.what)

    # -- acts ------------------------------------------------------------------------------------

    def start(
        self,
        process: str | None = None,
        variables: Mapping[str, Value] | None = None,
        *,
        event: str | None = None,
    ) -> Instance:
        """Starts a process (the first of the files), at `event` if it does not begin at its plain start.

        Raises DefinitionInvalid, KeyError, NothingWaits (no such start) and what commands raise.
        """
        started = self._world.begin(Start(process or self.processes[0], event), variables or {})
        self._world.go_on()
        return started

    def offer(self, variables: Mapping[str, Value]) -> tuple[Instance, ...]:
        """What is known outside now: starts everything whose start condition holds over these variables.

        Raises ExpressionFailed and what commands raise.
        """
        starts = self._world.deployment.started_by_condition(variables, self._world.place)
        begun = tuple(self._world.begin(start, variables) for start in starts)
        self._world.go_on()
        return begun

    def complete(
        self,
        task: str | int | Held[UserTask],
        variables: Mapping[str, Value] | None = None,
        *,
        instance: int | None = None,
    ) -> None:
        """Completes one of `tasks`: that one, or the oldest of an element or id (of `instance`).

        Raises NothingWaits, TaskNotOpen.
        """
        one, it = self._find(self.tasks, task, instance)
        self._do("complete", one, it.id, variables or {})

    def resolve(self, job: str | int | Held[Job], outcome: Outcome, *, instance: int | None = None) -> None:
        """Gives the outcome of one of `jobs`. Raises NothingWaits."""
        one, it = self._find(self.jobs, job, instance)
        one.jobs.pop(it.id, None)
        self._do("resolve", one, it.id, outcome)

    def fire(self, timer: str | int | Held[TimerSet], *, instance: int | None = None) -> None:
        """Lets one of `timers` fire, due or not: also one that waits for a mark of a legal clock."""
        one, it = self._find(self.timers, timer, instance)
        self._world.fire(one, it.id)
        self._world.go_on()

    def retry(
        self,
        incident: str | int | Held[Incident],
        variables: Mapping[str, Value] | None = None,
        *,
        instance: int | None = None,
    ) -> None:
        """Tries the failed step of one of `incidents` again, with corrected variables. Raises NothingWaits."""
        one, it = self._find(self.incidents, incident, instance)
        self._do("retry", one, it.id, variables=variables)

    def skip(
        self,
        incident: str | int | Held[Incident],
        variables: Mapping[str, Value] | None = None,
        *,
        instance: int | None = None,
    ) -> None:
        """Passes over the failed element of one of `incidents`, as if it had completed. Raises NothingWaits."""
        one, it = self._find(self.incidents, incident, instance)
        self._do("skip", one, it.id, variables=variables)

    def message(self, name: str, key: str | None = None, payload: Mapping[str, Value] | None = None) -> bool:
        """A message from outside, to whoever waits, else to the process that it starts; else it is kept for its
        time to live and this is False. Raises NothingWaits where messages are not kept."""
        return self._send(Letter("message", name, key, payload or {}))

    def signal(self, name: str, payload: Mapping[str, Value] | None = None) -> bool:
        """A signal from outside, to all who wait and all that it starts. False where nobody heard it."""
        return self._send(Letter("signal", name, None, payload or {}))

    def set_variables(
        self, variables: Mapping[str, Value], *, instance: int | None = None, scope: int | None = None
    ) -> None:
        """Writes variables of an instance's process, or of one of its scopes; of the oldest that runs.

        Raises NothingWaits.
        """
        running = [one for one in self.instances if instance in (None, one.number) and not one.ended]
        if not running:
            raise NothingWaits("a running instance")
        inside = {} if scope is None else {"scope": scope}
        self._do("set_variables", running[0], variables, **inside)

    def cancel(self, instance: int) -> None:
        """Ends an instance from outside. Raises IndexError."""
        self._do("cancel", self.instances[instance - 1])

    def extend(self, item: str | None, *, instance: int = 1) -> None:
        """Grants the extension of an item's limits, or with None that of the joint limit. Raises NothingWaits,
        LimitRefused."""
        clock_acts.extend(self._clocks(), instance, item, self.now)

    def await_delivery(self, item: str | None, clock: str, *, instance: int = 1) -> None:
        """The paper that tells of a limit is sealed later, so the limit waits. Raises NothingWaits, LimitRefused."""
        clock_acts.await_delivery(self._clocks(), instance, item, clock, self.now)

    def deliver(self, item: str | None, clock: str, *, instance: int = 1) -> None:
        """Records the delivery of the paper that tells of a limit. Raises NothingWaits, LimitRefused."""
        clock_acts.deliver(self._clocks(), instance, item, clock, self.now)

    def advance(self, by: timedelta) -> int:
        """Moves the clock on; what becomes due fires in order of its moment. Returns how many fired.

        Raises BudgetExceeded past `most` firings: the clock then stands at the last of them.
        """
        until, fired = self.now + by, 0
        while (due := self._world.next_due()) is not None and due <= until:
            if fired == self._world.most:
                raise BudgetExceeded("", "firings", fired)
            self._move_clock(due)
            self._world.fire_next()
            self._world.go_on()
            fired += 1
        self._move_clock(until)
        return fired

    # -- inside ----------------------------------------------------------------------------------

    def _clocks(self) -> Clocks:
        """Raises NothingWaits where no law says what runs."""
        if self._world.clocks is None:
            raise NothingWaits("a legal clock")
        return self._world.clocks

    def _do(self, command: str, one: Instance, *given: object, **named: object) -> None:
        self._world.command(command, one, *given, **named)
        self._world.go_on()

    def _send(self, letter: Letter) -> bool:
        taken = self._world.deliver(letter)
        self._world.go_on()
        return taken

    def _move_clock(self, to: datetime) -> None:
        """Never back: a timer may be due in the past when it is set."""
        self._world.place = later(self._world.place, max(self.now, to))

    def _find(
        self, open_now: tuple[Held[Open], ...], wanted: str | int | Held[Open], instance: int | None
    ) -> tuple[Instance, Open]:
        for held in open_now:
            named = held == wanted or wanted in (held.what.element, held.what.id)
            if named and instance in (None, held.instance):
                return self.instances[held.instance - 1], held.what
        raise NothingWaits(str(wanted))


def _held(kept: Iterable[tuple[Instance, Mapping[int, Open]]]) -> Iterable[Held[Open]]:
    return (Held(one.number, each) for one, all_open in kept for each in all_open.values())
