"""What the system that issued a licence did with it since, noted here: with its source, number and day.

A licence that was entered from outside is changed and ended outside. What is known of that stands in its history, and
its state here follows: for who checks it in public, for its reuse as a material, and for the issuing desk. Nothing is
decided here, so no document of ours is issued.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine import Words
from webapp.errors import Incomplete
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services import licence_history
from webapp.services.events import Event
from webapp.services.held_licence import (
    CANCELLED,
    EXPIRED,
    REVOKED,
    SUSPENDED,
    VALID,
    HeldLicence,
    NotInThatState,
    on_licence,
)
from webapp.services.licence_acts import CHANGED, STATUS, changed_values
from webapp.services.licence_history import GIVES, Source
from webapp.unit_of_work import sql

#: What can be noted -> in words, the state from then on (None: as before), and the states in which it can happen.
NOTES: Mapping[str, tuple[Words, str | None, tuple[str, ...]]] = {
    "suspended": (Words("暂停", "suspended"), SUSPENDED, (VALID,)),
    "resumed": (Words("恢复", "resumed"), VALID, (SUSPENDED,)),
    "changed": (Words("变更", "changed"), None, (VALID, SUSPENDED)),
    "renewed": (Words("延续", "renewed"), VALID, (VALID, EXPIRED)),
    "cancelled": (Words("注销", "cancelled"), CANCELLED, (VALID, SUSPENDED, EXPIRED)),
    "revoked": (Words("撤销", "revoked"), REVOKED, (VALID, SUSPENDED, EXPIRED)),
    "expired": (Words("登记为届满", "noted as past its end"), EXPIRED, (VALID, SUSPENDED)),
}


def notes_open_in(status: str) -> tuple[str, ...]:
    """The kinds of notes that can follow in this state of a licence."""
    return tuple(kind for kind, (_, _, states) in NOTES.items() if status in states)


@dataclass(frozen=True, slots=True)
class Noted:
    """As typed. `printed` (what the licence states, by answer key) and `holder_number` are of a change, `valid_to` of
    a renewal or a change; None: without end, or not said.
    """

    kind: str
    source: str
    source_number: str
    since: date | None
    note: str = ""
    printed: Mapping[str, str] | None = None
    holder_number: str = ""
    valid_to: date | None = None


def note(licence_id: int, given: Noted, *, by: Identity, key: str) -> None:
    """Note what the issuing system did with its licence. Raises IssuedHere, NotInThatState, Incomplete."""
    with on_licence(licence_id, by, Permission.LICENCE_NOTE, key=key, outside=True) as licence:
        source = _checked(licence, given)
        values = _values(licence, given)
        kind, reason = given.kind, given.note.strip()
        licence_history.write(
            licence.case, PARTS.get(kind, STATUS), kind, by, reason=reason, source=source, values=values
        )
        licence.case.record(Event.LICENCE_NOTED, by, item=licence.item_case_id, licence=licence.id, about=kind)


RENEWED = "update licence set status = %(licence_status)s, valid_to = %(new_end)s where id = %(licence)s" + GIVES
PARTS = {"renewed": RENEWED, "changed": CHANGED}
LATEST = "select max(happened_on) from licence_event where licence_id = %s"


def _checked(licence: HeldLicence, given: Noted) -> Source:
    """Raises Incomplete with everything that is missing, NotInThatState."""
    if given.kind not in NOTES:
        raise Incomplete("kind", Words("请选择登记的事项。", "Choose what happened."))
    words, _, states = NOTES[given.kind]
    faults = _faults(licence, given)
    if faults:
        first, *more = faults
        raise Incomplete(*first, *more)
    if licence.status not in states:
        raise NotInThatState(words, licence.status)
    assert given.since is not None
    return Source(given.source.strip(), given.source_number.strip(), given.since)


def _faults(licence: HeldLicence, given: Noted) -> list[tuple[str, Words]]:
    found: list[tuple[str, Words]] = []
    if not given.source.strip():
        found.append(("source", Words("请写明作出处理的机关。", "Name the body that did it.")))
    if not given.source_number.strip():
        found.append(("source_number", Words("请填写文书或者通知的编号。", "Give the number of its notice.")))
    row = sql().execute(LATEST, (licence.id,)).fetchone()
    least = max(licence.issued_on, row[0]) if row and row[0] else licence.issued_on
    if given.since is None or not least <= given.since <= licence.today:
        found.append(
            (
                "since",
                Words(
                    f"请填写生效日期，不早于{least.isoformat()}，不晚于今天。",
                    f"Give the day on which it took effect: not before {least.isoformat()}, not after today.",
                ),
            )
        )
    if given.kind == "renewed" and (given.valid_to is None or given.valid_to <= (licence.valid_to or date.min)):
        found.append(
            (
                "valid_to",
                Words("请填写延续后的有效期，应晚于原有效期。", "Give the new last day: it is after the old one."),
            )
        )
    return found


def _values(licence: HeldLicence, given: Noted) -> Mapping[str, Any]:
    if given.kind == "changed":
        return changed_values(licence, given.printed or {}, given.holder_number)[0]
    _, status, _ = NOTES[given.kind]
    return {"licence": licence.id, "licence_status": status, "new_end": given.valid_to}
