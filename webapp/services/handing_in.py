"""Who hands in what an applicant still owes: a clerk at the window, or the applicant alone (number and code).

Both do the same acts (a correction, a material promised to follow); they differ in who is in the ledger, and in what
the window checks first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

from webapp.errors import ActRefused, AlreadyDone
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.tasks import ensure_step
from webapp.services.work import OpenTask, on_applicants_task, on_task
from webapp.unit_of_work import sql

OF_TASK = "select item_case_id from user_task where id = %s"
OF_ITEM = "select id from item_case where case_id = %s and item_key = %s"


@dataclass(frozen=True, slots=True)
class Errand:
    """What is handed in: the step of its task, and why it is not open any more.

    `why_closed` names the rule for an item case, None where it was simply done; `nothing_open` says that.
    """

    step: str
    why_closed: Callable[[int], ActRefused | None]
    nothing_open: Callable[[], ActRefused]


@dataclass(frozen=True, slots=True)
class AtWindow:
    """A clerk takes it in from the applicant who is there. Raises what `on_task` does, and why it is closed."""

    errand: ClassVar[Errand]
    channel: ClassVar[str] = "window"
    task_id: int
    by: Identity

    @contextmanager
    def open(self, revision: int | None = None, key: str | None = None) -> Iterator[OpenTask]:
        try:
            with on_task(self.task_id, self.by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
                ensure_step(task, self.errand.step)
                yield task
        except AlreadyDone as done:
            row = sql().execute(OF_TASK, (self.task_id,)).fetchone()
            raise (_why(self.errand, row[0] if row else None) or done) from done


@dataclass(frozen=True, slots=True)
class ByApplicant:
    """The applicant, known by number and code. Raises why it is closed, or that nothing is open; ItemTerminated."""

    errand: ClassVar[Errand]
    channel: ClassVar[str] = "tracking"
    case_id: int
    item_key: str
    by: None = None

    @contextmanager
    def open(self, revision: int | None = None, key: str | None = None) -> Iterator[OpenTask]:
        with on_applicants_task(self.case_id, self.item_key, self.errand.step, self._gone) as task:
            yield task

    def _gone(self, case_id: int) -> ActRefused:
        row = sql().execute(OF_ITEM, (case_id, self.item_key)).fetchone()
        return _why(self.errand, row[0] if row else None) or self.errand.nothing_open()


def _why(errand: Errand, item_case_id: int | None) -> ActRefused | None:
    return errand.why_closed(item_case_id) if item_case_id is not None else None
