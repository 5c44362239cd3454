"""催办, 督办: somebody who answers for it asks for progress on a task; at most once a day each."""

from __future__ import annotations

from engine import Words
from webapp import moments
from webapp.errors import ActRefused
from webapp.identity import LEADING, Identity
from webapp.services.beside import beside, digest, members, said, tell, urger
from webapp.services.events import Event
from webapp.services.notices import NoticeKind
from webapp.unit_of_work import sql

#: Whose word is 督办: from above, and not from a peer.
FROM_ABOVE = frozenset({"supervisor", "lead", "head", "government", LEADING})
NO_REASON = Words("请尽快办理。", "please do it soon.")


class UrgedToday(ActRefused):
    """The same person has urged this task today."""

    def __init__(self) -> None:
        super().__init__(
            Words("您今天已经催办过此任务，明天可以再次催办。", "You urged this task today; you can again tomorrow.")
        )


URGE = """
insert into urging (case_id, task_id, by_id, on_day, note, from_above, at) values (%s, %s, %s, %s, %s, %s, %s)
on conflict (task_id, by_id, on_day) do nothing returning id
"""


def urge(task_id: int, *, by: Identity, note: str, key: str) -> None:
    """Ask who has the task, or its posts where nobody has, to go on with it. Raises UrgedToday, Incomplete."""
    with beside(task_id, by, who=urger, what="urge", key=key) as task:
        words = said(note, "urge_note", longest=300)
        above = bool(by.roles_in("") & FROM_ABOVE)
        day = moments.local(task.case.now).date()
        row = sql().execute(URGE, (task.case.id, task.id, by.user_id, day, words, above, task.case.now)).fetchone()
        if row is None:
            raise UrgedToday()
        task.case.record(Event.URGED, by, task=task.id, urging=row[0], above=above, note=digest(words))
        told = [task.assignee_id] if task.assignee_id is not None else members(task.groups)
        tell(task, NoticeKind.URGED, told, by, words or NO_REASON)
