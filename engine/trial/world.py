"""The instances of a trial and what goes on between them: jobs, messages, signals, the clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from engine.errors import BudgetExceeded, NothingWaits
from engine.runtime import Context, Job, JobDone, Step, TimedStart, TimerSet, next_start
from engine.trial.clocks import Clocks
from engine.trial.cores import Core
from engine.trial.deeds import Deed, deed_of
from engine.trial.deployment import Deployment, Start
from engine.trial.instance import Held, Instance
from engine.trial.jobs import Handler, outcome_of
from engine.trial.post import Letter, PostOffice, Sent
from engine.values import Variables


class UnknownJobs(StrEnum):
    """What becomes of a job whose type has no handler: done with nothing, or left open for `resolve`."""

    DONE = "done"
    OPEN = "open"


@dataclass(slots=True)
class World:
    """`place` is the context whose moment is the trial's clock; every instance begins with the variables
    `given`; `most` bounds what one act may set going; `clocks` know when marks of legal clocks are reached."""

    core: Core
    deployment: Deployment
    place: Context
    given: Variables
    handlers: Mapping[str, Handler]
    unknown_jobs: UnknownJobs
    post: PostOffice
    most: int
    clocks: Clocks | None = None
    instances: list[Instance] = field(default_factory=list)
    starts: list[TimedStart] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)
    _jobs: deque[Held[Job]] = field(default_factory=deque)
    _letters: deque[Letter] = field(default_factory=deque)

    # -- commands --------------------------------------------------------------------------------

    def begin(self, start: Start, variables: Variables) -> Instance:
        """A new instance; it is counted only if it could start."""
        compiled = self.deployment.program_of(start.process)
        step = self.core.start(compiled, {**self.given, **variables}, self.place, start.process, start.event)
        one = Instance(len(self.instances) + 1, start.process, compiled)
        self.instances.append(one)
        self.take(one, step)
        return one

    def command(self, name: str, one: Instance, *given: object, **named: object) -> None:
        """A command of the core on the instance as it is stored."""
        deed = deed_of(name, one, given, self.place.now)
        self.take(one, self.core.command(name)(one.compiled, one.state, *given, context=self.place, **named), deed)
        if deed is not None:
            self.deeds.append(deed)

    def take(self, one: Instance, step: Step, deed: Deed | None = None) -> None:
        """Applies a step, and puts what it asks for on the lists. `deed`: what made it."""
        one.take(step, self.place.now)
        if self.clocks is not None:
            self.clocks.note(one, step, self.core.plain(one.compiled), self.place.now, deed)
        known = step.variables
        if known is None:
            known = self.core.variables(one.compiled, one.state, self.place)
        if known or not step.ended:  # a state that has ended holds none
            one.variables = dict(known)
        self._jobs.extend(Held(one.number, job) for job in step.jobs)
        self._letters.extend(Letter.thrown(thrown, one.number) for thrown in step.thrown)
        for opened in step.subscriptions_opened:
            if opened.kind == "message" and opened.id in one.subscriptions:
                letter = self.post.collect(opened.name, opened.key, self.place.now)
                if letter is not None:
                    self._letters.append(letter)

    # -- what they set going ---------------------------------------------------------------------

    def go_on(self) -> None:
        """Does the jobs and carries the letters until nothing is left. Raises BudgetExceeded past `most`."""
        for _ in range(self.most):
            if self._jobs:
                self._work(self._jobs.popleft())
            elif self._letters:
                self.deliver(self._letters.popleft())
            else:
                return
        self._jobs.clear()
        self._letters.clear()
        raise BudgetExceeded("", "jobs and deliveries", self.most)

    def _work(self, held: Held[Job]) -> None:
        one, job = self.instances[held.instance - 1], held.what
        handler = self.handlers.get(job.type)
        if job.id not in one.jobs or (handler is None and self.unknown_jobs is UnknownJobs.OPEN):
            return
        outcome = outcome_of(handler, job) if handler else JobDone()
        del one.jobs[job.id]
        self.command("resolve", one, job.id, outcome)

    def deliver(self, letter: Letter) -> bool:
        """Carries a message or signal; False where nobody took it now. Raises NothingWaits for a message from
        outside that is not kept."""
        at = self.place.now
        taken = self._broadcast(letter) if letter.kind == "signal" else self._hand_over(letter)
        self.sent.append(Sent(at, letter, taken))
        return taken

    def _broadcast(self, letter: Letter) -> bool:
        """To all other instances (inside the sender it has been heard), and to what it starts."""
        hearers = [one for one in self.instances if one.number != letter.sender and one.waits_for_signal(letter.name)]
        for one in hearers:
            self.command("signal", one, letter.name, letter.payload)
        starts = self.deployment.started_by_signal(letter.name)
        for start in starts:
            self.begin(start, letter.payload)
        return bool(hearers or starts)

    def _hand_over(self, letter: Letter) -> bool:
        """To the oldest instance that waits for it, else to the process that it starts, else kept."""
        for one in self.instances:
            if one.waits_for_message(letter.name, letter.key):
                self.command("correlate", one, letter.name, letter.key, letter.payload)
                return True
        start = self.deployment.started_by_message(letter.name)
        if start is not None:
            self.begin(start, letter.payload)
            return True
        if not self.post.keep(letter, self.place.now) and not letter.sender:
            raise NothingWaits(f"message {letter.name!r} with key {letter.key!r}")
        return False

    # -- the clock -------------------------------------------------------------------------------

    def next_due(self) -> datetime | None:
        """The moment of the next firing."""
        return min((due for due, *_ in self._due()), default=None)

    def due(self, one: Instance, timer: TimerSet) -> datetime | None:
        """When a waiting timer fires; None where that is not known."""
        if isinstance(timer.due, datetime):
            return timer.due
        return self.clocks.moment(one, timer, self.place.now) if self.clocks is not None else None

    def fire_next(self) -> None:
        """Fires what is due first; of one moment, starts before the timers of older instances."""
        _, number, id_ = min(self._due())
        if number:
            self.fire(self.instances[number - 1], id_)
        else:
            timer = self.starts.pop(id_)
            following = next_start(timer, self.place)
            if following is not None:
                self.starts.append(following)
            self.begin(Start(timer.process, timer.event), {})

    def fire(self, one: Instance, timer: int) -> None:
        """Lets a timer fire."""
        one.timers.pop(timer, None)
        self.command("fire", one, timer)

    def _due(self) -> Iterator[tuple[datetime, int, int]]:
        """(moment, instance, timer) of all that waits for a time; instance 0 and an index for a start."""
        yield from ((timer.at, 0, index) for index, timer in enumerate(self.starts))
        for one in self.instances:
            for timer in one.timers.values():
                if (due := self.due(one, timer)) is not None:
                    yield due, one.number, timer.id


def later(place: Context, now: datetime) -> Context:
    """The same place at another moment."""
    return Context(now, place.zone, place.calendar, place.budgets)
