"""What a page of one case reads of it: every part by name, several of them in one statement where a page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from webapp import answers as kept_answers
from webapp import clock, moments
from webapp.catalogue import Published, Rules
from webapp.languages import language
from webapp.organisation_names import DEPARTMENTS, names_from
from webapp.queries import (
    case_clocks,
    case_parts,
    case_reviews,
    case_tasks,
    extensions,
    hand_ups,
    history,
    meetings,
    procedures,
    repairs,
    submission,
)
from webapp.queries.case_parts import ItemView
from webapp.queries.case_reviews import ReviewLine
from webapp.queries.case_tasks import TaskLine
from webapp.queries.correction_rounds import CorrectionRound, correction_rounds
from webapp.queries.extensions import ExtensionView
from webapp.queries.hand_ups import HandUpLine
from webapp.queries.history import HistoryLine
from webapp.queries.meetings import MeetingView
from webapp.queries.procedures import ProcedureView
from webapp.queries.repairs import Suspension
from webapp.queries.rows import Rows
from webapp.queries.submission import CommitmentView, MaterialLine

STATEMENTS: Mapping[str, str] = {
    "tasks": case_tasks.TASKS,
    "clocks": case_clocks.CLOCKS,
    "items": case_parts.ITEMS,
    "reviews": case_reviews.REVIEWS,
    "answers": kept_answers.IN_FORCE,
    "materials": submission.MATERIALS,
    "letters": submission.COMMITMENTS,
    "history": history.LINES,
    "suspension": repairs.SUSPENSION,
    "meetings": meetings.MEETINGS,
    "invitations": meetings.INVITATIONS,
    "departments": DEPARTMENTS,
    "hand-up": hand_ups.LAST,
    "extension": extensions.LAST,
    "procedures": procedures.PROCEDURES,
    "objections": procedures.OBJECTIONS,
}


@dataclass(frozen=True)
class CaseParts:
    """The parts of a case, as one item of it is handled on them (`item_case_id` None: the case as a whole)."""

    case_id: int
    item_case_id: int | None
    release: Published
    rules: Rules

    @cached_property
    def rows(self) -> Rows:
        """The rows behind the parts, each read once."""
        return Rows(self.statements, self.values)

    @property
    def statements(self) -> Mapping[str, str]:
        return STATEMENTS

    @property
    def values(self) -> dict[str, Any]:
        """What the statements are asked with."""
        return {
            "case": self.case_id,
            "item_case": self.item_case_id,
            "zone": moments.OFFICE_ZONE.key,
            "today": clock.today(moments.OFFICE_ZONE),
            "reasons": sorted(history.STOOD_STILL),
            "left_out": history.LEFT_OUT,
            "joint": False,
        }

    @cached_property
    def answers(self) -> Mapping[str, Any]:
        return kept_answers.answers_from(self.rows.of("answers"))

    @cached_property
    def tasks(self) -> tuple[TaskLine, ...]:
        return case_tasks.tasks_from(self.rows.of("tasks"))

    @cached_property
    def items(self) -> tuple[ItemView, ...]:
        clocks = case_clocks.clocks_from(self.rows.of("clocks"), self.rules)
        return case_parts.items_from(
            self.rows.of("items"),
            self.release.bundle,
            clocks,
            self.tasks,
            lambda: names_from(self.rows.of("departments")),
        )

    @cached_property
    def item(self) -> ItemView | None:
        return next((view for view in self.items if view.id == self.item_case_id), None)

    @cached_property
    def materials(self) -> tuple[MaterialLine, ...]:
        keys = [view.key for view in self.items]
        return submission.materials_from(self.rows.of("materials"), self.release.bundle, keys)

    @cached_property
    def corrections(self) -> tuple[CorrectionRound, ...]:
        """What was asked to be corrected, and what came; nothing is read where nothing was asked."""
        if self.item is None or not any(line.step == "correct" for line in self.item.tasks):
            return ()
        return correction_rounds(self.item.id, self.release, self.materials, language())

    @cached_property
    def reviews(self) -> tuple[ReviewLine, ...]:
        return case_reviews.reviews_from(self.rows.of("reviews"))

    @cached_property
    def letters(self) -> Mapping[str, CommitmentView]:
        return submission.commitments_from(self.rows.of("letters"))

    @cached_property
    def history(self) -> list[HistoryLine]:
        return history.history_from(self.rows.of("history"), self.items, self.tasks)

    @cached_property
    def suspension(self) -> Suspension | None:
        row = self.rows.first("suspension")
        return Suspension(*row) if row else None

    @cached_property
    def meetings(self) -> tuple[MeetingView, ...]:
        rows = self.rows.of("meetings")
        if not rows:
            return ()
        names = names_from(self.rows.of("departments"))
        return meetings.meetings_from(rows, self.rows.of("invitations"), self.release.bundle, self.rules, names)

    @cached_property
    def hand_up(self) -> HandUpLine | None:
        """The last hand-up of the item; its materials are locked from the first."""
        if self.item_case_id is None:
            return None
        return hand_ups.hand_up_from(self.rows.first("hand-up"))

    @cached_property
    def extension(self) -> ExtensionView | None:
        """What waits for a decision, or the last request of the item."""
        return extensions.extension_from(self.rows.first("extension"))

    @cached_property
    def procedures(self) -> tuple[ProcedureView, ...]:
        """Every special procedure of the item, oldest first."""
        return procedures.procedures_from(self.rows.of("procedures"), self.rows.of("objections"))
