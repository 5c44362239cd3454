"""The posted act's task, as the page reads by it what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engine import Words
from engine.bundles import Item
from webapp.catalogue import Published, Rules, arranged
from webapp.identity import Identity
from webapp.queries.case_parts import ItemView
from webapp.queries.case_reviews import ReviewLine
from webapp.queries.workspace import Signer, Workspace, workspace
from webapp.services.posted import PostedTask, posted_task
from webapp.services.visited_items import NEVER, visit_mode


@dataclass(frozen=True)
class Posted:
    """The task with its case locked. What few acts need is read when it is asked for, as the page reads it."""

    task: PostedTask
    by: Identity

    @classmethod
    def of(cls, task_id: int, by: Identity) -> Posted:
        """Raises NotFound, Busy."""
        return cls(posted_task(task_id, by), by)

    @property
    def id(self) -> int:
        return self.task.id

    @property
    def step(self) -> str:
        return self.task.step

    @property
    def case_id(self) -> int:
        return self.task.case.id

    @property
    def subject(self) -> str:
        return self.task.subject

    @property
    def is_open(self) -> bool:
        return self.task.state == "open"

    @property
    def way(self) -> str | None:
        return self.task.way

    @property
    def item_key(self) -> str | None:
        return self.task.item_key

    @property
    def rules(self) -> Rules:
        return self.task.case.rules

    @cached_property
    def release(self) -> Published:
        return arranged(self.task.release_id, self.rules.profile)

    @property
    def catalogue_item(self) -> Item | None:
        """The item as the catalogue has it; None where the task is the case's."""
        return self.release.bundle.item(self.item_key) if self.item_key else None

    @property
    def visit_mode(self) -> str:
        """ "always", "declared" or "never", as the parent diagram calls the item's process."""
        return visit_mode(self.release, self.catalogue_item) if self.catalogue_item else NEVER

    @cached_property
    def whole(self) -> Workspace:
        return workspace(self.id, self.by)

    @property
    def answers(self) -> Mapping[str, Any]:
        return self.whole.answers

    @property
    def guided(self) -> Mapping[str, Any]:
        return self.whole.guided

    @property
    def correctable(self) -> Mapping[tuple[str, str], Words]:
        return self.whole.correctable

    @property
    def signers(self) -> tuple[Signer, ...]:
        return self.whole.signers

    @property
    def visited_items(self) -> tuple[ItemView, ...]:
        return self.whole.visited_items

    def last_review(self, *steps: str) -> ReviewLine | None:
        return self.whole.last_review(*steps)


#: Either will do to read a list of points or the answers by.
TaskAtHand = Workspace | Posted
