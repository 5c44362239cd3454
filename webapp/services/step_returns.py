"""退回前一环节: a task is sent back to an earlier step that its diagram names, with the reason.

It is between the officers of the authority: nobody asks the applicant for anything, and no clock stops or begins
(`engine.bundles.steps_back` and the check at upload say where this can lead). Branches beside it stay as they are.
"""

from __future__ import annotations

from engine import ChangeRefused, Words
from engine.bundles import steps_back
from engine.runtime import Move
from webapp.errors import ActRefused
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.advance import apply
from webapp.services.beside import digest, members, said, tell
from webapp.services.engine_border import modify, snapshot
from webapp.services.events import Event
from webapp.services.notices import NoticeKind
from webapp.services.review_rows import write_review
from webapp.services.work import OpenTask, on_task
from webapp.unit_of_work import sql

RETURNED = "returned-to-step"


class NoWayBackThere(ActRefused):
    """The diagram does not let this step go back there, or the process stands where it cannot."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "本案的流程图没有规定此环节可以退回所选环节。",
                "The diagram of this case does not let this step go back there.",
            )
        )


CLOSED = "update user_task set state = 'completed', closed_by = %s, act = %s where id = %s"


def return_to_step(task_id: int, element: str, *, by: Identity, reason: str, revision: int, key: str) -> None:
    """Send the task back to the earlier step `element`; its post has it again, with the reason.

    Raises Incomplete, NoWayBackThere, HeldBack, and what `on_task` does.
    """
    with on_task(task_id, by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
        why = said(reason, "return_reason", Words("请写明退回的理由。", "Say why it goes back."))
        program, process = task.instance.release.program, task.process
        node = program.processes[process].nodes.get(element)
        if element not in steps_back(program, process, task.element) or node is None:
            raise NoWayBackThere()
        write_review(task, "return", why, {}, by)
        try:
            step = modify(program, task.instance.state, [Move(token_of(task), element)], task.case.context)
        except ChangeRefused as refused:
            raise NoWayBackThere() from refused
        apply(task.case, task.instance, step)
        task.case.record(Event.STEP_RETURNED, by, task=task.id, to=element, reason=digest(why))
        task.case.writing.send()
        sql().execute(CLOSED, (by.user_id, RETURNED, task.id))
        posts = {group for opened in step.opened for group in opened.candidate_groups}
        tell(task, NoticeKind.SENT_BACK, members(posts), by, why)


def token_of(task: OpenTask) -> int:
    """The token that waits at the task."""
    waiting = snapshot(task.instance.state).open("task")
    token = next((one.token for one in waiting if one.id == task.engine_task), None)
    assert token is not None
    return token
