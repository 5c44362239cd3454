"""One item is refused: what becomes of the rest is a property of the bundle, carried out by a process of its own.

"continue" does nothing; "stop" ends the other open items, on the basis that the bundle names; "ask" lets the applicant
say, at the window or on the tracking page, and goes on where nobody answers in the place's limit. What needs the
refused item's result is left out: it is turned down with the remedy (art. 32), whatever the policy.
"""

from __future__ import annotations

from typing import Any

from engine import Words
from engine.bundles import Item
from webapp.errors import ActRefused, Incomplete
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.advance import apply, begin, end_with_items
from webapp.services.applicants import ensure_applicant
from webapp.services.clocks import start_clock, stop_clock
from webapp.services.dependents import turn_down_dependents
from webapp.services.engine_border import complete
from webapp.services.events import Event
from webapp.services.job_handlers import RunningJob, handles
from webapp.services.locked_case import LockedCase
from webapp.services.tasks import ensure_step
from webapp.services.terminated import QUESTION, REFUSED_ITEM
from webapp.services.termination import RULE, TRACKING, WINDOW, Ending, OpenItem, open_items, terminate, with_dependents
from webapp.services.work import OpenTask, on_applicants_task, on_task
from webapp.unit_of_work import sql

CONTINUE, STOP, ASK = "continue", "stop", "ask"
ANSWERS = {
    CONTINUE: Words("继续办理其余事项", "the other items go on"),
    STOP: Words("不再办理其余事项", "the other items end"),
}
BEGINNING, STEP = "start", "ask-applicant"
CLOCK, LIMIT = "refused-answer", "refused-item-answer"


class NothingAsked(ActRefused):
    """The question was answered, or its time is over."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "没有等待答复的征询：已经答复，或者答复期限已过，其余事项按规定处理。",
                "No question is open: it was answered, or the time for it is over.",
            )
        )


ASKED = "select exists (select from refused_item_question q join item_case i on i.id = q.item_case_id where {which})"
OPEN_QUESTION = ASKED.format(which="i.case_id = %s and q.answer = ''")
PUT = "insert into refused_item_question (item_case_id, asked_at) values (%s, %s)"
ANSWER = """
update refused_item_question set answer = %s, channel = %s, answered_by = %s, by_id = %s, answered_at = %s
where item_case_id = %s and answer = ''
"""


def after_refusal(case: LockedCase, item_case_id: int, item: Item) -> None:
    """The act has refused the item: what needs its result is turned down, and what the bundle lays down for the rest
    begins, where there is a rest.

    While one question is open no second one is put.
    """
    if turned_down := turn_down_dependents(case, item):
        end_with_items(case, turned_down)
    policy = case.release.bundle.refused_item_policy
    if policy == CONTINUE or not the_rest(case, item):
        return
    if policy == ASK:
        row = sql().execute(OPEN_QUESTION, (case.id,)).fetchone()
        if row is not None and row[0]:
            return
        sql().execute(PUT, (item_case_id, case.now))
        if LIMIT in case.rules.profile.parameters:  # without a limit of the place the question stays open
            start_clock(case, item_case_id, case.rules.profile.terms(LIMIT, CLOCK), case.now)
        case.record(Event.REST_ASKED, None, item=item_case_id)
    begin(case, QUESTION, {"item": item.key, "policy": policy}, event=BEGINNING)


def the_rest(case: LockedCase, refused: Item) -> list[OpenItem]:
    """The items that are open and do not need the result of the refused one."""
    standing = open_items(case)
    fallen = with_dependents(case.release.bundle, [refused.key], [one.item.key for one in standing])
    return [one for one in standing if one.item.key not in fallen]


def answer_at_window(
    task_id: int, *, by: Identity, answer: str, name: str, id_number: str, revision: int, key: str
) -> None:
    """The applicant is at the counter and says whether the rest goes on. Raises Incomplete, NotTheApplicant."""
    with on_task(task_id, by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
        ensure_step(task, STEP)
        _answer(task, answer, name, id_number, WINDOW, by)


def answer_by_applicant(case_id: int, item_key: str, *, answer: str, name: str, id_number: str) -> None:
    """The applicant alone, on the tracking page. Raises Incomplete, NotTheApplicant, NothingAsked."""
    with on_applicants_task(case_id, item_key, STEP, lambda _: NothingAsked()) as task:
        _answer(task, answer, name, id_number, TRACKING, None)


def _answer(task: OpenTask, answer: str, name: str, id_number: str, channel: str, by: Identity | None) -> None:
    assert task.item_case_id is not None
    if answer not in ANSWERS:
        raise Incomplete("answer", Words("请选择是否继续办理其余事项。", "Choose whether the rest goes on."))
    ensure_applicant(task.case, name, id_number)
    _keep(task.case, task.item_case_id, answer, channel, name.strip(), by)
    step = complete(
        task.instance.release.program, task.instance.state, task.engine_task, {"answer": answer}, task.case.context
    )
    apply(task.case, task.instance, step, by=by, act=f"rest-{answer}", task_id=task.id)


def _keep(case: LockedCase, item_case_id: int, answer: str, channel: str, name: str, by: Identity | None) -> None:
    sql().execute(ANSWER, (answer, channel, name, by.user_id if by else None, case.now, item_case_id))
    stop_clock(case, item_case_id, CLOCK)
    case.record(Event.REST_ANSWERED, by, item=item_case_id, answer=answer, channel=channel)


@handles("record-silence")
def _record_silence(job: RunningJob) -> dict[str, Any]:
    """The limit passed without an answer: the rest goes on."""
    assert job.item_case_id is not None
    _keep(job.case, job.item_case_id, CONTINUE, RULE, "", None)
    return {}


SAID = "select channel, answered_by, by_id from refused_item_question where item_case_id = %s and answer = 'stop'"


@handles("stop-rest")
def _stop_rest(job: RunningJob) -> dict[str, Any]:
    """The rest ends: by the bundle's rule, or because the applicant said so."""
    assert job.item_case_id is not None
    case, item = job.case, job.case.release.bundle.item(str(job.inputs["item"]))
    row = sql().execute(SAID, (job.item_case_id,)).fetchone()
    channel, name = (row[0], row[1]) if row else (RULE, "")
    chosen = Words("申请人选择不再办理其余事项。", " The applicant chose to end the rest.") if row else Words("", "")
    ending = Ending(
        case.release.bundle.refused_item_basis,
        f"“{item.name.zh}”未获准。{chosen.zh}",
        channel,
        name,
        because_of=job.item_case_id,
        reason_en=f"{item.name.en} was not granted.{chosen.en}",
    )
    rest = [(one, REFUSED_ITEM) for one in the_rest(case, item)]
    if rest:
        terminate(case, rest, ending, None)
    return {}
