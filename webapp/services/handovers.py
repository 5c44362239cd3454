"""材料交接: paper of a case goes from one unit to another, under a slip that both sign."""

from __future__ import annotations

from collections.abc import Sequence

from engine import Words
from webapp import moments
from webapp.errors import ActRefused, Incomplete, NotFound, NotYours
from webapp.identity import Identity
from webapp.permissions import Permission, may_at_all
from webapp.services.document_issue import issue, known_of
from webapp.services.document_places import table
from webapp.services.documents import MATERIAL_FORMS, RECEIVING_UNIT
from webapp.services.events import Event
from webapp.services.locked_case import LockedCase, on_case
from webapp.services.page_keys import remember
from webapp.unit_of_work import sql

#: What stays with the office on paper: an original goes back to the applicant at once, the rest is in the system.
ON_PAPER = ("copy",)
KIND = "material-handover"


class NotHere(ActRefused):
    """Nobody hands on what lies at another unit."""

    def __init__(self, material: Words) -> None:
        super().__init__(
            Words(
                f"材料“{material.zh}”不在本单位，不能移交。",
                f"The material “{material.en}” is not at your unit: you cannot hand it on.",
            )
        )


class TakenAlready(ActRefused):
    def __init__(self) -> None:
        super().__init__(Words("该交接单已经接收。", "What this slip names has been taken over already."))


#: Where each paper of a case lies: at the unit that took it over last, before that at the window's; `on_the_way` while
#: a slip waits for its receiver.
WHEREABOUTS = """
select m.id, m.material_key, m.form, m.copies, coalesce(last.to_key, %(window)s), coalesce(last.open, false)
from submitted_material m
left join lateral (
    select h.to_key, h.received_at is null as open from handover_line l join material_handover h on h.id = l.handover_id
    where l.submitted_material_id = m.id order by h.id desc limit 1
) last on true
where m.case_id = %(case)s and m.form = any(%(forms)s) order by m.id
"""


def hand_on(case_id: int, material_ids: Sequence[int], *, to_unit: str, note: str, by: Identity, key: str) -> int:
    """Hand papers that lie at `by`'s unit to `to_unit` under a slip, which is issued; returns its document's id.

    Raises Incomplete, NotHere, NotYours.
    """
    _ensure_handles_paper(by)
    if not material_ids:
        raise Incomplete("materials", Words("请选择要移交的材料。", "Choose the materials."))
    if to_unit == by.department_key:
        raise Incomplete("to_unit", Words("不能移交给本单位。", "Choose another unit."))
    with on_case(case_id) as case:
        remember(by, key, case.now, f"hand-on:{case_id}")
        rows = _chosen(case, material_ids, by)
        receiver = _name_of(to_unit)
        bundle = case.release.bundle
        fields = {
            "from_unit": by.department,
            "to_unit": receiver,
            "handed_by": by.name,
            "handed_at": moments.local(case.now),
            "handed_table": table(
                [Words("材料", "Material"), Words("形式", "Form"), Words("份数", "Copies")],
                [(bundle.material(name).name, MATERIAL_FORMS[form], str(copies)) for _, name, form, copies in rows],
            ),
            "note": note.strip(),
        }
        kind = case.release.document_kind(KIND)
        slip = issue(case, kind, known_of(by.department_key, kind), fields, by)
        handover = _write(case, slip, to_unit, by)
        sql().execute(
            "insert into handover_line (handover_id, submitted_material_id, copies)"
            " select %s, unnest(%s::bigint[]), unnest(%s::bigint[])",
            (handover, [row[0] for row in rows], [row[3] for row in rows]),
        )
        case.record(Event.MATERIALS_HANDED, by, document=slip, to=to_unit, count=len(rows))
    return slip


def take_over(case_id: int, handover_id: int, *, by: Identity, key: str) -> None:
    """The receiving unit has the papers. Raises NotFound, NotYours, TakenAlready."""
    _ensure_handles_paper(by)
    with on_case(case_id) as case:
        remember(by, key, case.now, f"take-over:{handover_id}")
        row = (
            sql()
            .execute(
                "select to_key, received_at, document_id from material_handover where id = %s and case_id = %s",
                (handover_id, case_id),
            )
            .fetchone()
        )
        if row is None:
            raise NotFound()
        to_key, received_at, slip = row
        if to_key != by.department_key:
            raise NotYours(Permission.DOCUMENT_HANDLE)
        if received_at is not None:
            raise TakenAlready()
        sql().execute(
            "update material_handover set received_by = %s, received_at = %s where id = %s",
            (by.user_id, case.now, handover_id),
        )
        case.record(Event.MATERIALS_TAKEN, by, document=slip)


def _chosen(case: LockedCase, material_ids: Sequence[int], by: Identity) -> list[tuple[int, str, str, int]]:
    """(id, material, form, copies) of what is handed on. Raises NotFound, NotHere."""
    known = {
        row[0]: row
        for row in sql().execute(WHEREABOUTS, {"case": case.id, "window": RECEIVING_UNIT, "forms": list(ON_PAPER)})
    }
    chosen = []
    for material_id in sorted(set(material_ids)):
        if material_id not in known:
            raise NotFound()
        id_, material, form, copies, unit, on_the_way = known[material_id]
        if unit != by.department_key or on_the_way:
            raise NotHere(case.release.bundle.material(material).name)
        chosen.append((id_, material, form, copies))
    return chosen


def _ensure_handles_paper(by: Identity) -> None:
    """Whoever holds paper at all; whose it is, the act itself asks. Raises NotYours."""
    if not may_at_all(by, Permission.DOCUMENT_HANDLE):
        raise NotYours(Permission.DOCUMENT_HANDLE)


def _name_of(unit: str) -> Words:
    row = sql().execute("select name_zh, name_en from department where key = %s", (unit,)).fetchone()
    if row is None:
        raise Incomplete("to_unit", Words("请选择接收单位。", "Choose the receiving unit."))
    return Words(*row)


def _write(case: LockedCase, slip: int, to_unit: str, by: Identity) -> int:
    row = (
        sql()
        .execute(
            "insert into material_handover (case_id, document_id, from_key, to_key, handed_by, handed_at)"
            " values (%s, %s, %s, %s, %s, %s) returning id",
            (case.id, slip, by.department_key, to_unit, by.user_id, case.now),
        )
        .fetchone()
    )
    assert row is not None
    return int(row[0])
