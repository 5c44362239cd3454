"""What the workspace shows of who was asked about its task, and the menu of further acts."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict

from engine import Words
from webapp.identity import Identity
from webapp.pages.workspace.typed import Typed
from webapp.queries.life_cycle import LifeCycle, colleagues_of, life_cycle_of
from webapp.queries.life_cycle_acts import further_acts, preparing
from webapp.services.held_back import awaited


def menu_of(task_id: int, by: Identity) -> dict[str, Any]:
    """The parts of the page, by name; the people who can be added are read only while somebody is to sign."""
    life = life_cycle_of(task_id, by)
    prepares = preparing(life, by)
    signing = {one.user_id for one in life.round.signers} if life.round else set()
    people = colleagues_of(sorted(life.task.groups), by.user_id) if life.round else []
    return {
        "life": life,
        "further": further_acts(life, by),
        "prepares": prepares,
        "addable": [one for one in people if one.id not in signing],
    }


def obstacle_of(life: LifeCycle, prepares: str, obstacle: Words | None) -> Words | None:
    """Why nobody acts now: as it was found, or what colleagues owe. Nothing stands in the way of filling it in."""
    if obstacle is not None or not life.task.is_open or not life.waits or prepares:
        return obstacle
    waits = awaited(life.task.id)
    return Words(
        f"尚在等待：{'；'.join(one.zh for one in waits)}。办理时限照常计算。",
        f"Still waiting: {'; '.join(one.en for one in waits)}. The limits run on.",
    )


def typed_of(life: LifeCycle, typed: Typed, by: Identity) -> Typed:
    """What stands in the controls of a page that nothing was typed into yet: what was prepared, for who goes on."""
    if typed or life.prepared is None or not life.task.is_open:
        return typed
    goes_on = life.task.holder_id == by.user_id or life.task.is_shared
    return MultiDict(life.prepared.fields) if goes_on else typed
