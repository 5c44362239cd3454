"""统一出件: the results of one case at the issuing desk, ready or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine import Words
from webapp.answers import answers_of
from webapp.queries.case_parts import TERMINATED, ItemView
from webapp.queries.case_view import CasePage, DocumentLine, case_page
from webapp.services.committed import items_with_letters
from webapp.services.results import ENDED_FOR_GOOD, KEPT_BACK, ResultNotInForce
from webapp.unit_of_work import sql

#: The answer in which the applicant chose how to get the results.
CHOSEN_MEANS = "result_way"
DEFAULT_MEANS = "counter"
POSTAL = ("postal_name", "postal_mobile", "postal_address")


@dataclass(frozen=True, slots=True)
class DeskTask:
    """An open task of the window on an item. `step`: correct | issue | deliver."""

    id: int
    step: str
    revision: int
    assignee_id: int | None
    assignee: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Handover:
    """How a result left, or will leave: means, pre-printed form, who took it."""

    means: str
    preprinted_number: str
    printed_at: datetime
    printed_by: str
    tracking_number: str
    collector_kind: str
    collector_name: str
    delivered_at: datetime | None
    delivered_by: str
    proof_file_id: int | None


@dataclass(frozen=True, slots=True)
class ResultLine:
    """An item with its result. `refusal` is the written refusal where there is no licence."""

    item: ItemView
    task: DeskTask | None
    handover: Handover | None
    refusal: DocumentLine | None

    @property
    def withheld(self) -> Words | None:
        """Why a result that nobody has collected does not leave the office; None: nothing stands in the way."""
        licence = self.item.licence
        if licence is None or licence.status not in KEPT_BACK or self.item.delivered_at is not None:
            return None
        return ResultNotInForce(licence.status).words

    @property
    def can_be_kept_back(self) -> bool:
        """Whether its step at the desk can be ended without handing over."""
        licence = self.item.licence
        return self.task is not None and licence is not None and licence.status in ENDED_FOR_GOOD

    @property
    def stage(self) -> str:
        """issue | deliver | delivered | correct | waiting | closed (not accepted) | terminated | withheld: the licence
        was suspended, revoked or cancelled before anybody collected it.
        """
        if self.item.delivered_at is not None:
            return "delivered"
        if self.withheld is not None:
            return "withheld"
        if self.item.outcome in TERMINATED:
            return "terminated"
        if self.task is None and self.item.outcome == "not-accepted":
            return "closed"
        return self.task.step if self.task else "waiting"


@dataclass(frozen=True, slots=True, eq=False)
class ResultsPage:
    """The window's page of a case."""

    case: CasePage
    lines: tuple[ResultLine, ...]
    chosen_means: str
    postal: tuple[str, ...]
    with_letters: frozenset[str]  # items for which a letter of commitment stands

    def of_stage(self, *stages: str) -> tuple[ResultLine, ...]:
        return tuple(line for line in self.lines if line.stage in stages)

    @property
    def asking(self) -> bool:
        """The applicant is to say what becomes of the rest after a refusal."""
        return any(task.step == "ask-applicant" for line in self.lines for task in line.item.open_tasks)

    @property
    def undecided(self) -> bool:
        """Something of it can still be taken back."""
        return any(line.item.outcome is None for line in self.lines)

    @property
    def committed(self) -> bool:
        """A commitment of it can still be taken back."""
        return any(line.item.outcome is None and line.item.key in self.with_letters for line in self.lines)

    @property
    def at_counter(self) -> tuple[ResultLine, ...]:
        """Ready for whoever stands at the counter."""
        return tuple(line for line in self.of_stage("deliver") if line.handover and line.handover.means == "counter")

    @property
    def to_send(self) -> tuple[ResultLine, ...]:
        """Ready to be posted or delivered electronically."""
        return tuple(line for line in self.of_stage("deliver") if line not in self.at_counter)

    @property
    def acceptance(self) -> DocumentLine | None:
        """The notice of acceptance issued last."""
        return next((doc for doc in reversed(self.case.documents) if doc.kind == "acceptance-notice"), None)


TASKS = """
select t.item_case_id, t.id, t.step, t.revision, t.assignee_id, coalesce(u.name, ''), t.opened_at
from user_task t left join app_user u on u.id = t.assignee_id
where t.case_id = %s and t.state = 'open' and t.step in ('correct', 'issue', 'deliver')
"""
HANDOVERS = """
select c.item_case_id, c.means, c.preprinted_number, c.printed_at, printer.name, c.tracking_number,
    c.collector_kind, c.collector_name, c.delivered_at, coalesce(giver.name, ''), c.signature_file_id
from collection c
join item_case ic on ic.id = c.item_case_id
join app_user printer on printer.id = c.printed_by
left join app_user giver on giver.id = c.delivered_by
where ic.case_id = %s
"""


def results_page(case_id: int) -> ResultsPage:
    """Everything about the case that the issuing desk needs. Raises NotFound for a draft."""
    case = case_page(case_id, personal=False)
    tasks = {item: DeskTask(*rest) for item, *rest in sql().execute(TASKS, (case_id,))}
    handovers = {item: Handover(*rest) for item, *rest in sql().execute(HANDOVERS, (case_id,))}
    answers = answers_of(case_id)
    lines = tuple(
        ResultLine(item, tasks.get(item.id), handovers.get(item.id), _refusal(case, item)) for item in case.items
    )
    means = str(answers.get(CHOSEN_MEANS) or DEFAULT_MEANS)
    return ResultsPage(case, lines, means, _postal(answers), items_with_letters(case_id))


def _refusal(case: CasePage, item: ItemView) -> DocumentLine | None:
    kinds = ("refusal", "not-accepted", "termination-notice")
    found = [doc for doc in case.documents if doc.item_case_id == item.id and doc.kind in kinds]
    return found[-1] if found else None


def _postal(answers: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(answers[key]) for key in POSTAL if answers.get(key))


OWN_TASK = "select state, assignee_id, case_id from user_task where id = %s"


def held_by(task_id: int) -> tuple[str, int | None, int] | None:
    """State, assignee and case of a task; None where there is none."""
    row = sql().execute(OWN_TASK, (task_id,)).fetchone()
    return (row[0], row[1], row[2]) if row else None
