"""Promises of materials to follow, as applicants sign them at the window and on the tracking page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from tests.support import office
from webapp.services import drafts, materials, receipt, tolerance, tolerance_checks, tolerance_promises
from webapp.services.clocks import start_day
from webapp.services.corrections import HandedIn
from webapp.services.locked_case import on_case
from webapp.services.tolerance_acceptance import asking_of
from webapp.services.tolerance_letters import Signed, letter_for
from webapp.services.tolerance_terms import Promise
from webapp.unit_of_work import sql

CHART, CERTIFICATES = "organisation-chart", "health-certificates"
PAPER = HandedIn("copy", 1, "申请人")


def draft(example: str = "ordinary", *, place: str = "", missing: tuple[str, ...] = (CHART,)) -> int:
    """A draft in which these materials are not handed in."""
    case_id = office.draft(example, place=place)
    if CERTIFICATES in missing:  # of the shop without food, so that the drug licence alone needs them
        guided = {**office.example(example)["guided"], "food": False}
        drafts.answer_guided(case_id, guided, by=office.person(office.CLERK))
    for material in missing:
        leave_out(case_id, material)
    return case_id


def leave_out(case_id: int, material: str) -> None:
    rows = sql().execute(
        "select mf.file_id from material_file mf join submitted_material m on m.id = mf.submitted_material_id"
        " where m.case_id = %s and m.material_key = %s",
        (case_id, material),
    )
    for (file_id,) in rows.fetchall():
        materials.detach(case_id, material, file_id, by=office.person(office.CLERK))


def letter(case_id: int, promise: Promise) -> str:
    """The digest of the letter as it reads now."""
    with on_case(case_id) as case:
        asking = asking_of(case)
        began = start_day(case.now, case.rules)
        return letter_for(case.release, asking, promise, began).digest


def signer(case_id: int) -> str:
    """Who stands at the counter."""
    row = (
        sql()
        .execute("select v.person_name from visit v join cases c on c.visit_id = v.id where c.id = %s", (case_id,))
        .fetchone()
    )
    assert row is not None
    return str(row[0])


def promise(
    case_id: int,
    until: date | None,
    *,
    items: tuple[str, ...] = ("P2", "P3"),
    materials: Mapping[str, str] | None = None,
    digest: str | None = None,
) -> None:
    """Promised and signed in the draft, for these items in one sitting."""
    promises = [Promise(key, materials or {CHART: "tracking"}, until) for key in items]
    digests = {one.item_key: digest if digest is not None else letter(case_id, one) for one in promises}
    signed = Signed("", signer(case_id), "tablet", office.picture())
    tolerance_promises.promise_in_draft(case_id, promises, digests, by=office.person(office.CLERK), signed=signed)


def received(until: date, *, place: str = "", material: str = CHART) -> office.Handle:
    """Received on promises, the registration done: the departments have the application before them."""
    case_id = draft(place=place, missing=(material,))
    items = ("P2", "P3") if material == CHART else ("P2",)
    promise(case_id, until, items=items, materials={material: "tracking"})
    got = receipt.receive(case_id, by=office.person(office.CLERK), key=f"receive-{case_id}")
    office.act(case_id, "backfill", "P1")
    return office.Handle(got.case_id, got.number, got.code)


def bring(case_id: int, item: str, material: str = CHART) -> None:
    """The applicant brings it on the tracking page, and says that this is all."""
    who = tolerance.ByApplicant(case_id, item)
    assert tolerance.add_files(who, material, [office.pdf("机构图.pdf")], PAPER) == []
    tolerance.hand_in(who)


def checked(case_id: int, item: str, *, adequate: bool, told: str = "") -> None:
    """The reviewer looks at what came."""
    task, who = office.claimed(case_id, "check-material", item)
    tolerance_checks.check(
        task.id,
        by=who,
        adequate=adequate,
        told=told,
        revision=task.revision,
        key=f"check-{task.id}-{task.revision}",
    )
    office.run_jobs(case_id)
