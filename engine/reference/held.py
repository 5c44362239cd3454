"""The reference core with its workflows held in memory: the same commands without writing and reading the
whole workflow each time, for a walk of hundreds of acts. The state of a Step is only a number here."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.reference.core import begun
from engine.reference.session import ReferenceProgram, Session
from engine.reference.sharing import Sharing, Written, missing_in
from engine.runtime.step import Context, Step
from engine.values import Value, Variables


@dataclass(slots=True)
class HeldCore:
    """`start`, `complete`, `fire` and `correlate` of the reference core, with the same errors. `sharing`: as if its
    branches had one set of variables."""

    sharing: Sharing | None = None
    sessions: dict[bytes, Session] = field(default_factory=dict)

    def start(self, program: ReferenceProgram, variables: Variables, context: Context, *, process: str) -> Step:
        """Starts the process."""
        state = b"%d" % len(self.sessions)
        self.sessions[state] = begun(program, variables, context, process, self.sharing)
        return self.sessions[state].settled(state)

    def complete(self, _: ReferenceProgram, state: bytes, task_id: int, variables: Variables, context: Context) -> Step:
        """Completes an open user task."""
        session = self.sessions[state].at(context)
        session.complete(task_id, variables)
        return session.settled(state)

    def fire(self, _: ReferenceProgram, state: bytes, timer_id: int, context: Context) -> Step:
        """The timer is due."""
        session = self.sessions[state].at(context)
        session.fire(timer_id)
        return session.settled(state)

    def correlate(
        self, _: ReferenceProgram, state: bytes, name: str, key: str | None, payload: Variables, context: Context
    ) -> Step:
        """Gives a message to the event that waits for it."""
        session = self.sessions[state].at(context)
        session.correlate(name, key, payload)
        return session.settled(state)

    def missing(self, state: bytes) -> dict[str, Written]:
        """Variables of the process that the copy of a branch would not have (see `sharing`)."""
        return {
            name: written for data in self.sessions[state].branch_data() for name, written in missing_in(data).items()
        }

    def branches(self, state: bytes) -> tuple[dict[str, Value], ...]:
        """The variables as each open branch sees them."""
        return self.sessions[state].branches()
