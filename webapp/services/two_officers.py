"""Two officers: what is looked at on the spot is looked at by at least two (行政许可法 art. 34), and both sign.

How many sign is the task's `participants`, as the diagram has it. The first records what was found, every other one is
somebody else and confirms that record; the act is done when all have signed. Who signs is checked here, so that a
joint visit, the visit of one item and a verification are signed by one rule.
"""

from __future__ import annotations

from collections.abc import Callable

from engine import Words
from webapp.errors import ActRefused, Incomplete, SecondOfficerNeeded
from webapp.identity import Identity
from webapp.services.events import Event
from webapp.services.work import OpenTask
from webapp.unit_of_work import sql


class SignedForAnother(ActRefused):
    """One person signs once: for themselves or for whom they stand in, who has then signed too."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "您、您所代的人或者代您的人已经签字：一人及其代办人只算一人，请由另一名核查人员签字。",
                "You, whom you stand in for, or who stood in for you has signed: they count as one person. Another"
                " officer must sign.",
            )
        )


SIGNED = "select user_id, acting_for from participant where task_id = %s order by at, user_id"


def sign_together(
    task: OpenTask,
    by: Identity,
    conclusion: str,
    record: Callable[[], str | None],
    *,
    read: Callable[[], str] = str,
) -> str | None:
    """Sign what the task's officers found; returns their conclusion once all of them have signed, None before.

    `record` checks and keeps what the first officer found, and gives its digest where it has one; `read` checks
    what every other one has read and gives its digest, "" where it has none. A page from before that signature is
    Stale, another conclusion than the recorded one is refused. Raises SecondOfficerNeeded where `by` has signed
    already, SignedForAnother, Incomplete.
    """
    signed = sql().execute(SIGNED, (task.id,)).fetchall()
    if by.user_id in [user for user, _ in signed]:
        raise SecondOfficerNeeded()
    if not {by.user_id, task.case.acting_for or by.user_id}.isdisjoint(one for line in signed for one in line):
        raise SignedForAnother()
    digest = read() if signed else record() or ""
    recorded = _conclusion(task) if signed else conclusion
    if signed and conclusion and conclusion != recorded:
        raise Incomplete(
            "conclusion",
            Words(
                "您的结论与已签字的核查记录不一致，请与首签人员核实。",
                "Your conclusion differs from the signed record.",
            ),
        )
    _sign(task, by, digest, first=not signed)
    return recorded if len(signed) + 1 >= task.participants else None


SIGN = """
insert into participant (task_id, user_id, role, act, acting_for, at, digest)
values (%s, %s, %s, 'signed', %s, %s, %s)
"""


def _sign(task: OpenTask, by: Identity, digest: str, *, first: bool) -> None:
    role = "lead-officer" if first else "second-officer"
    sql().execute(SIGN, (task.id, by.user_id, role, task.case.acting_for, task.case.now, digest))
    sql().execute("update user_task set revision = revision + 1 where id = %s", (task.id,))
    task.case.record(Event.VISIT_SIGNED, by, task=task.id)


RECORDED = "select conclusion from review where task_id = %s and withdrawn_at is null order by id limit 1"


def _conclusion(task: OpenTask) -> str:
    """What the first officer concluded."""
    row = sql().execute(RECORDED, (task.id,)).fetchone()
    assert row is not None
    return str(row[0])
