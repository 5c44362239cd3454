"""征求意见: a question to a colleague, or to a post of any department; advisory, and the act waits for it or does not.

退回窗口核对 is one too: the window that received is asked to check what it took in, and the act waits. So nothing of
the process moves, no clock stops, and what the law does when a limit passes it does all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from engine import Words
from engine.bundles import steps_back
from webapp.errors import ActRefused, Incomplete, NotFound
from webapp.identity import Identity, StandIn
from webapp.services.beside import beside, digest, hold, members, said, tell, worker
from webapp.services.events import Event
from webapp.services.files import Checked, keep_file
from webapp.services.locked_case import LockedCase, on_case
from webapp.services.notices import NoticeKind
from webapp.services.page_keys import AlreadyCarriedOut, remember
from webapp.services.separation import InConflict
from webapp.services.suspended import ensure_active
from webapp.services.work import OpenTask, open_task, record_refusal
from webapp.unit_of_work import sql

OPINION, WINDOW = "opinion", "window"
MOST_ADDRESSEES = 20


class OpinionClosed(ActRefused):
    """Answered or withdrawn already, or the task was done without it."""

    def __init__(self, words: Words) -> None:
        super().__init__(words)


ANSWERED = Words("该意见已经答复。", "This was answered already.")
WITHDRAWN = Words("该意见已撤回，不需要答复。", "The question was withdrawn: no answer is needed.")
MOOT = Words("该任务已办结，不再需要意见。", "The task is done: no opinion is needed any more.")


class NoWayToWindow(ActRefused):
    """The diagram of the case does not let this step go back to the window."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "本案的流程图没有规定此环节可以退回窗口核对。",
                "The diagram of this case does not let this step go back to the window.",
            )
        )


ADDRESSEES = """
select 'user', u.id, '' from app_user u where u.active and u.id = any(%s)
union all select 'group', null, g.key from candidate_group g where g.key = any(%s)
"""
ASK = """
insert into opinion_request (case_id, task_id, kind, question, to_id, to_group, waits, asked_by, asked_at)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s) returning id
"""


def ask_opinion(
    task_id: int,
    *,
    by: Identity,
    question: str,
    people: Sequence[int],
    posts: Sequence[str],
    waits: bool,
    key: str,
) -> None:
    """Ask these people and posts; with `waits` the act waits for every one of their answers.

    For who holds the task (of one that several sign: a member of its posts). Raises Incomplete, and what `beside` does.
    """
    with beside(task_id, by, who=worker, what="ask", key=key) as task:
        asked = said(question, "question", Words("请写明要征求意见的问题。", "State the question."))
        for to_id, post in addressees(people, posts, by, "addressees"):
            _ask(task, OPINION, asked, to_id, post, waits, by)


def addressees(
    people: Sequence[int], posts: Sequence[str], by: Identity, field: str
) -> list[tuple[int | None, str | None]]:
    """(person, None) or (None, post) for each that there is, but oneself. Raises Incomplete for none, or too many."""
    rows = sql().execute(ADDRESSEES, (list(people), list(posts))).fetchall()
    found = [(id_, post or None) for _, id_, post in rows if id_ != by.user_id]
    if not found:
        raise Incomplete(field, Words("请选择人员或者岗位（不能是本人）。", "Choose people or posts (not yourself)."))
    if len(found) > MOST_ADDRESSEES:
        raise Incomplete(field, Words(f"一次最多 {MOST_ADDRESSEES} 个。", f"At most {MOST_ADDRESSEES} at a time."))
    return found


def _ask(task: OpenTask, kind: str, asked: str, to_id: int | None, post: str | None, waits: bool, by: Identity) -> None:
    values = (task.case.id, task.id, kind, asked, to_id, post, waits, by.user_id, task.case.now)
    row = sql().execute(ASK, values).fetchone()
    assert row is not None
    if waits:
        hold(task.id, 1)
    to = {"to": to_id} if to_id else {"group": post}
    facts = {"task": task.id, "opinion": row[0], "waits": waits, "asked": digest(asked), **to}
    task.case.record(Event.OPINION_ASKED, by, **facts)
    if kind == WINDOW:
        tell(task, NoticeKind.SENT_BACK, members([post or ""]), by, asked)
    else:
        tell(task, NoticeKind.OPINION_ASKED, [to_id] if to_id else members([post or ""]), by)


RECEIVED_AT = """
select g.key from cases c join membership m on m.user_id = c.created_by join candidate_group g on g.id = m.group_id
where c.id = %s and g.role = 'clerk' order by g.key limit 1
"""


def send_to_window(task_id: int, *, by: Identity, reason: str, key: str) -> None:
    """Have the window that received check what it took in; the act waits until it has. The diagram says from where.

    Raises Incomplete, NoWayToWindow, and what `beside` does.
    """
    with beside(task_id, by, who=worker, what="to-window", key=key) as task:
        why = said(reason, "window_reason", Words("请写明请窗口核对什么。", "Say what the window is to check."))
        if WINDOW not in steps_back(task.instance.release.program, task.process, task.element):
            raise NoWayToWindow()
        row = sql().execute(RECEIVED_AT, (task.case.id,)).fetchone()
        if row is None:  # received by a helper, or by nobody: there is no window to ask
            raise NoWayToWindow()
        _ask(task, WINDOW, why, None, row[0], True, by)


@dataclass(frozen=True, slots=True)
class OpenOpinion:
    """A question that nobody has answered or withdrawn, under the case's lock."""

    id: int
    task_id: int
    kind: str
    waits: bool
    asked_by: int
    case: LockedCase
    task: OpenTask


REQUEST = """
select o.id, o.task_id, o.kind, o.waits, o.asked_by, o.to_id, o.to_group, o.outcome, t.state, t.assignee_id
from opinion_request o join user_task t on t.id = o.task_id where o.id = %s
"""


@contextmanager
def _on_request(request_id: int, by: Identity, *, what: str, key: str, answers: bool) -> Iterator[OpenOpinion]:
    """An act on a question: of who was asked, or (`answers` false) of who asked or holds the task now."""
    row = sql().execute(CASE, (request_id,)).fetchone()
    if row is None:
        raise NotFound()
    case_id, bundle = row
    absent = _concerned(request_id, by, answers, bundle)
    try:
        with on_case(case_id) as case:
            remember(by, key, case.now, f"{what}:{request_id}")
            case.acting_for = absent.absent_id if absent else None
            found = sql().execute(REQUEST, (request_id,)).fetchone()
            assert found is not None
            id_, task_id, kind, waits, asked_by, _, _, outcome, state, _ = found
            if outcome:
                raise OpinionClosed(ANSWERED if outcome == "answered" else WITHDRAWN)
            if state != "open":
                raise OpinionClosed(MOOT)
            ensure_active(case)
            task = open_task(task_id, case, by)
            if by.user_id in task.conflicted:
                raise InConflict()
            if case.acting_for in task.conflicted:
                raise InConflict(own=False)
            yield OpenOpinion(id_, task_id, kind, waits, asked_by, case, task)
    except (AlreadyCarriedOut, NotFound):
        raise
    except ActRefused as refusal:
        record_refusal(case_id, by, None, refusal)
        raise


CASE = "select o.case_id, k.bundle_key from opinion_request o join cases k on k.id = o.case_id where o.id = %s"


def _concerned(request_id: int, by: Identity, answers: bool, bundle: str) -> StandIn | None:
    """For whom it is `by`'s, where a borrowed post was asked; None where it is their own. Raises NotFound."""
    row = sql().execute(REQUEST, (request_id,)).fetchone()
    if row is None:
        raise NotFound()
    _, _, _, _, asked_by, to_id, to_group, _, _, holder = row
    if by.user_id in ((to_id,) if answers else (asked_by, holder)):
        return None
    if not answers or to_group is None:
        raise NotFound()
    if to_group in (by.own_groups if by.standing_in else by.groups):
        return None
    lent = (one for one in by.standing_in if one.covers(bundle) and to_group in one.groups)
    absent = next(lent, None)
    if absent is None:
        raise NotFound()
    return absent


END = """
update opinion_request set outcome = %s, answer = %s, file_id = %s, answered_by = %s, ended_at = %s where id = %s
"""


def answer_opinion(request_id: int, *, by: Identity, answer: str, file: Checked | None, key: str) -> None:
    """Give the opinion in words, with a file if wanted; the task waits for it no longer.

    Raises Incomplete, OpinionClosed, NotFound for who was not asked.
    """
    with _on_request(request_id, by, what="opinion-answer", key=key, answers=True) as asked:
        words = said(answer, "answer", Words("请写明意见。", "Write your opinion."))
        file_id = keep_file(file, by) if file else None
        sql().execute(END, ("answered", words, file_id, by.user_id, asked.case.now, asked.id))
        if asked.waits:
            hold(asked.task_id, -1)
        facts = {"task": asked.task_id, "opinion": asked.id, "answer": digest(words), "file": file_id}
        asked.case.record(Event.OPINION_ANSWERED, by, **facts)
        told = {asked.asked_by} | ({asked.task.assignee_id} if asked.task.assignee_id else set())
        tell(asked.task, NoticeKind.OPINION_GIVEN, told, by)


def withdraw_opinion(request_id: int, *, by: Identity, key: str) -> None:
    """The question is not asked any more. Raises OpinionClosed, NotFound for who neither asked nor holds the task."""
    with _on_request(request_id, by, what="opinion-withdraw", key=key, answers=False) as asked:
        sql().execute(END, ("withdrawn", "", None, None, asked.case.now, asked.id))
        if asked.waits:
            hold(asked.task_id, -1)
        asked.case.record(Event.OPINION_WITHDRAWN, by, task=asked.task_id, opinion=asked.id)
