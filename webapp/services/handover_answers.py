"""The system of supervision answers: signed, once, within its time; the same acts as an officer's on the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from engine import Words
from webapp.errors import ActRefused, Incomplete, NotFound
from webapp.services.advance import apply
from webapp.services.engine_border import complete
from webapp.services.locked_case import LockedCase, on_case
from webapp.services.supervision_handovers import REPORT, TAKE_OVER, answered, received
from webapp.services.webhook_signatures import Signed
from webapp.services.work import OpenTask, on_applicants_task
from webapp.unit_of_work import sql

RECEIVED, RESULT = "received", "result"
LONGEST_NOTE = 2000
LONGEST_NAME = 100


class NothingToAnswer(ActRefused):
    """The handover was taken over, or answered, already; or a result comes before it was taken over."""

    def __init__(self, _case_id: int) -> None:
        super().__init__(
            Words(
                "该审批信息已经接收或者已经回传；尚未接收的，应当先接收。",
                "This ruling was taken over, or reported on, already; what was not taken over yet is taken over first.",
            )
        )


class Replayed(ActRefused):
    """This very answer was taken before."""

    def __init__(self) -> None:
        super().__init__(Words("该回传已经处理过。", "This answer was taken already."))


@dataclass(frozen=True, slots=True)
class OutsideAnswer:
    """What the body of an answer says."""

    event: str
    result: str
    note: str
    receiver: str


def read_answer(body: bytes, public_id: str) -> OutsideAnswer:
    """Raises Incomplete for a body that is no such answer, or one about another handover."""
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError as wrong:
        raise Incomplete("body", Words("内容不是JSON。", "The body is no JSON.")) from wrong
    if not isinstance(told, dict) or told.get("id") != public_id:
        raise Incomplete("id", Words("编号与地址不符。", "The id is not that of the address."))
    if told.get("event") not in (RECEIVED, RESULT):
        raise Incomplete("event", Words("event应为received或者result。", "event is received or result."))
    return OutsideAnswer(
        told["event"],
        _text(told, "result", LONGEST_NAME),
        _text(told, "note", LONGEST_NOTE),
        _text(told, "by", LONGEST_NAME),
    )


def _text(told: dict[str, Any], key: str, longest: int) -> str:
    value = told.get(key) or ""
    if not isinstance(value, str) or len(value) > longest or "\0" in value:
        raise Incomplete(
            key, Words("应为文字，不能过长，也不能有空字符。", "It is a text, not so long, and without NUL.")
        )
    return value


FOUND = """
select h.id, i.id, i.case_id, i.item_key, h.instance_id is not null, h.received_at is not null, h.result is not null
from supervision_handover h join item_case i on i.id = h.item_case_id where h.public_id = %s
"""
SEEN_BEFORE = "select exists(select from callback_seen where delivery = %s)"
SEEN = """
insert into callback_seen (delivery, handover_id, at) values (%s, %s, %s) on conflict do nothing returning delivery
"""


def take_answer(public_id: str, signed: Signed) -> None:
    """Carry out a signed answer, in one transaction: taken over, or (of what was taken over) the result.

    Raises NotFound, Incomplete, Replayed, NothingToAnswer, Suspended.
    """
    answer = read_answer(signed.body, public_id)
    row = sql().execute(FOUND, (public_id,)).fetchone()
    if row is None:
        raise NotFound()
    handover, item_case_id, case_id, item_key, has_tasks, is_received, is_answered = row
    before = sql().execute(SEEN_BEFORE, (signed.delivery,)).fetchone()
    if before is not None and before[0]:
        raise Replayed()
    if not has_tasks:
        done = is_received if answer.event == RECEIVED else is_answered or not is_received
        if done:
            raise NothingToAnswer(case_id)
        with on_case(case_id) as case:
            _remember(signed, handover, case)
            _carry_out(case, item_case_id, answer)
        return
    step, act = (TAKE_OVER, "taken-over") if answer.event == RECEIVED else (REPORT, "supervised")
    with on_applicants_task(case_id, item_key, step, NothingToAnswer) as task:
        _remember(signed, handover, task.case)
        _carry_out(task.case, item_case_id, answer)
        finish_unsigned(task, act)


def _remember(signed: Signed, handover: int, case: LockedCase) -> None:
    """Raises Replayed where another worker took the same answer meanwhile."""
    if sql().execute(SEEN, (signed.delivery, handover, case.now)).fetchone() is None:
        raise Replayed()


def _carry_out(case: LockedCase, item_case_id: int, answer: OutsideAnswer) -> None:
    if answer.event == RECEIVED:
        received(case, item_case_id, None, answer.receiver)
    else:
        answered(case, item_case_id, None, answer.result, answer.note)


def finish_unsigned(task: OpenTask, act: str) -> None:
    """Complete a task that another system has answered: nobody of ours did."""
    step = complete(task.instance.release.program, task.instance.state, task.engine_task, {}, task.case.context)
    apply(task.case, task.instance, step, by=None, act=act, task_id=task.id)
