"""A change of tokens as it was tried: the step that would be made, with the rows of the case that it would touch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine import Words
from engine.runtime import Step
from webapp.catalogue import Published
from webapp.services.locked_case import InstanceRow
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that would come of it. `grave`: nobody should miss it."""

    words: Words
    grave: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """An item case: which item, and whether it has its outcome."""

    id: int
    key: str
    name: Words
    outcome: str | None


ITEMS = "select id, item_key, outcome from item_case where case_id = %s order by item_key"
TASKS = """
select t.engine_task, t.name_zh, t.name_en, t.element, t.item_case_id, coalesce(u.name, '') from user_task t
left join app_user u on u.id = t.assignee_id where t.instance_id = %s and t.state = 'open'
"""
TIMERS = """
select engine_timer, element, clock, mark, coalesce(due_at, held_due_at), item_case_id from timer
where instance_id = %s
"""


class Tried:
    """The step that would be made, with the rows that it would touch."""

    def __init__(
        self, case_id: int, instance: InstanceRow, of_case: Published, step: Step, before: Any, after: Any
    ) -> None:
        self.case_id, self.instance, self.step = case_id, instance, step
        self.of_case, self.before, self.after = of_case, before, after
        known = {item.key: item.name for item in of_case.bundle.items}
        rows = sql().execute(ITEMS, (case_id,)).fetchall()
        self.items = {id_: Item(id_, key, known.get(key, Words(key, key)), outcome) for id_, key, outcome in rows}
        self.scopes = self._scopes()

    def name(self, element: str, scope: int | None = None) -> Words:
        """The element's name, in the process of `scope`, else in the first that is open."""
        release = self.instance.release
        scopes = [self._scope(scope)] if scope is not None else []
        processes = [one.process for one in (*scopes, *self.before.scopes.values()) if one is not None]
        for process in dict.fromkeys([*processes, self.instance.process]):
            known = release.program.processes.get(process)
            node = known.nodes.get(element) if known else None
            if node is not None:
                return release.element_name(process, element)
        return Words(element, element)

    def _scope(self, scope: int) -> Any:
        return self.before.scopes.get(scope) or self.after.scopes.get(scope)

    def _scopes(self) -> dict[str, int]:
        """Scope -> item case, with those that the step would open."""
        found = dict(self.instance.scopes)
        by_key = {item.key: item.id for item in self.items.values()}
        for opened in self.step.scopes_opened:
            key = opened.inputs.get("item")
            inherited = found.get(str(opened.parent), found.get("*"))
            item = by_key.get(key) if isinstance(key, str) else inherited
            if item is not None:
                found[str(opened.scope)] = item
        return found

    def item_of(self, scope: int) -> Item | None:
        return self.items.get(self.scopes.get(str(scope), self.scopes.get("*", 0)))

    def tasks(self) -> dict[int, tuple[Any, ...]]:
        """The open user tasks by their id in the state: names, element, item case, whose it is."""
        return {row[0]: row[1:] for row in sql().execute(TASKS, (self.instance.id,))}

    def timers(self) -> dict[int, tuple[Any, ...]]:
        """The timers by their id in the state: element, clock, mark, when, item case."""
        return {row[0]: row[1:] for row in sql().execute(TIMERS, (self.instance.id,))}
