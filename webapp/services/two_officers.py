"""Two officers: what is looked at on the spot is looked at by at least two (行政许可法 art. 34), and both sign.

How many sign is the task's `participants`, as the diagram has it. The first records what was found, every other one is
somebody else and confirms that record; the act is done when all have signed. Who signs is checked here, so that a
joint visit, the visit of one item and a verification are signed by one rule.
"""

from __future__ import annotations

from collections.abc import Callable

from engine import Words
from webapp.errors import Incomplete, SecondOfficerNeeded
from webapp.identity import Identity
from webapp.services.events import Event
from webapp.services.work import OpenTask
from webapp.unit_of_work import sql

SIGNED = "select user_id from participant where task_id = %s order by at, user_id"


def sign_together(task: OpenTask, by: Identity, conclusion: str, record: Callable[[], None]) -> str | None:
    """Sign what the task's officers found; returns their conclusion once all of them have signed, None before.

    `record` checks and keeps what the first officer found. A page from before that signature is Stale, another
    conclusion than the recorded one is refused. Raises SecondOfficerNeeded where `by` has signed already, Incomplete.
    """
    signed = [row[0] for row in sql().execute(SIGNED, (task.id,))]
    if by.user_id in signed:
        raise SecondOfficerNeeded()
    if not signed:
        record()
    recorded = _conclusion(task) if signed else conclusion
    if signed and conclusion and conclusion != recorded:
        raise Incomplete(
            "conclusion",
            Words(
                "您的结论与已签字的核查记录不一致，请与首签人员核实。",
                "Your conclusion differs from the signed record.",
            ),
        )
    _sign(task, by, first=not signed)
    return recorded if len(signed) + 1 >= task.participants else None


def _sign(task: OpenTask, by: Identity, *, first: bool) -> None:
    sql().execute(
        "insert into participant (task_id, user_id, role, act, at) values (%s, %s, %s, 'signed', %s)",
        (task.id, by.user_id, "lead-officer" if first else "second-officer", task.case.now),
    )
    sql().execute("update user_task set revision = revision + 1 where id = %s", (task.id,))
    task.case.record(Event.VISIT_SIGNED, by, task=task.id)


def _conclusion(task: OpenTask) -> str:
    """What the first officer concluded."""
    row = sql().execute("select conclusion from review where task_id = %s order by id limit 1", (task.id,)).fetchone()
    assert row is not None
    return str(row[0])
