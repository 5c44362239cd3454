"""Progress in words: one line per item, one line per step, as the progress list shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext

from webapp.pages.support import when, words
from webapp.queries.case_parts import INTAKE_WORDS, ItemView
from webapp.queries.case_reviews import ReviewLine
from webapp.queries.case_tasks import TaskLine
from webapp.queries.history import reviewed_words, verified_words
from webapp.services.events import ACT_WORDS
from webapp.services.took_part import VERIFYING

ACTS = {**ACT_WORDS, **INTAKE_WORDS}


@dataclass(frozen=True, slots=True)
class ProgressLine:
    """`state`: done | current | waiting | refused. The rest is text."""

    state: str
    name: str
    detail: str
    when: str


def item_lines(items: Iterable[ItemView]) -> list[ProgressLine]:
    """What each department has done so far: step, since when, outcome."""
    return [
        ProgressLine(
            item.progress,
            words(item.item.name),
            " · ".join(part for part in (words(item.department), words(item.state), _holder(item)) if part),
            when(item.since),
        )
        for item in items
    ]


def _holder(item: ItemView) -> str:
    if item.outcome is not None or not item.open_tasks:
        return ""
    return _who(item.open_tasks[0])


def _who(task: TaskLine) -> str:
    if task.holder:
        return gettext("%(name)s办理中", name=task.holder)
    if task.shared:
        return gettext("待共同签字（%(posts)s）", posts=words(task.posts))
    return gettext("待认领（%(posts)s）", posts=words(task.posts))


def task_lines(
    tasks: Iterable[TaskLine], reviews: Sequence[ReviewLine], items: Sequence[ItemView], *, named: bool = False
) -> list[ProgressLine]:
    """The steps gone so far, then those that are open; cancelled ones are left out.

    `named`: the item is said with each step, where steps of several items stand together.
    """
    gone = [task for task in tasks if task.state == "completed"]
    waiting = [task for task in tasks if task.state == "open"]
    gone.sort(key=lambda task: task.closed_at or task.opened_at)
    by_id = {item.id: item for item in items}
    return [_task_line(task, reviews, by_id.get(task.item_case_id or 0), named) for task in [*gone, *waiting]]


def received_line(at: datetime, by: str) -> ProgressLine:
    """The beginning of every case that somebody applied for."""
    return ProgressLine("done", gettext("收件"), by, when(at))


def begun_line(at: datetime) -> ProgressLine:
    """The beginning of a case that nobody applied for."""
    return ProgressLine("done", gettext("到时自动开始"), "", when(at))


def _task_line(task: TaskLine, reviews: Sequence[ReviewLine], item: ItemView | None, named: bool) -> ProgressLine:
    about = words(item.item.name) if item and named else ""
    if task.state == "open":
        detail = " · ".join(part for part in (about, _who(task)) if part)
        return ProgressLine("current", words(task.name), detail, gettext("%(when)s 起", when=when(task.opened_at)))
    refused = task.act in ("refuse", "wrong-authority", "not-required")
    detail = " · ".join(part for part in (about, task.closed_by, _done(task, reviews, item)) if part)
    return ProgressLine("refused" if refused else "done", words(task.name), detail, when(task.closed_at))


def _done(task: TaskLine, reviews: Sequence[ReviewLine], item: ItemView | None) -> str:
    """What came of a step: the ruling in the words of the item's kind, the finding, or the plain act."""
    if task.act in ("grant", "refuse") and item and item.ruling:
        return words(item.ruling.words)
    found = next((line for line in reversed(reviews) if line.task_id == task.id), None)
    return finding_words(found, item) if found else words(ACTS.get(task.act, ACTS["done"]))


def finding_words(line: ReviewLine, item: ItemView | None) -> str:
    """What an officer found or proposed, in words of the item's kind."""
    if line.step in VERIFYING:
        return words(verified_words(line.step, line.conclusion))
    return words(reviewed_words(line.step, line.conclusion, item.item.kind if item else "") or ACTS["done"])
