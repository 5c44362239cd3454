"""A visit at a counter: who is here, as whom, and how that was checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine import Words
from engine.bundles import Bundle
from engine.law import check_id_number, check_mobile
from webapp import clock
from webapp.errors import Incomplete
from webapp.identity import Identity
from webapp.models import Counter, Visit
from webapp.permissions import Permission, ensure
from webapp.services.files import Upload, check_upload, keep_file
from webapp.unit_of_work import unit_of_work

LEGAL_REPRESENTATIVE, REPRESENTATIVE, HELPER = "legal-representative", "representative", "helper"
PRESENT = (LEGAL_REPRESENTATIVE, REPRESENTATIVE, HELPER)
CHECKED = ("hand", "reader")


@dataclass(frozen=True, slots=True)
class Person:
    """Who stands at the counter."""

    name: str
    id_number: str
    mobile: str


def open_visit(
    *,
    by: Identity,
    counter_id: int,
    ticket: str,
    present: str,
    person: Person,
    identity_checked: str,
    mandate: Upload | None = None,
) -> int:
    """Open a visit and return its id. A representative needs the written mandate (授权委托书).

    Raises NotYours, Incomplete (naming every field at fault), FileRefused.
    """
    ensure(by, Permission.VISIT_OPEN)
    faults = list(_faults(present, person, identity_checked, ticket, mandate))
    checked = check_upload(mandate) if mandate and not faults else None
    with unit_of_work() as session:
        if session.get(Counter, counter_id) is None:
            faults.insert(0, ("counter_id", Words("请选择窗口。", "Choose the counter.")))
        if faults:
            (field, words), *more = faults
            raise Incomplete(field, words, *more)
        mandate_file = keep_file(checked, by) if checked else None
        visit = Visit(
            ticket=ticket.strip(),
            counter_id=counter_id,
            clerk_id=by.user_id,
            started_at=clock.now(),
            present=present,
            person_name=person.name.strip(),
            person_id_number=person.id_number.strip().upper(),
            person_mobile=person.mobile.strip(),
            identity_checked=identity_checked,
            mandate_file_id=mandate_file,
        )
        session.add(visit)
        session.flush()
        return visit.id


def told_by_visit(bundle: Bundle, present: str) -> dict[str, str]:
    """What the form's answers may be taken to be before it is filled in: who applies, as the visit was opened.

    A helper (帮办代办员) says nothing of it: whoever is helped may be either.
    """
    if not bundle.present_field or present == HELPER:
        return {}
    return {bundle.present_field: present}


def _faults(
    present: str, person: Person, identity_checked: str, ticket: str, mandate: Upload | None
) -> Iterator[tuple[str, Words]]:
    """Every input that is missing or wrong, in the order of the page."""
    if not ticket.strip():
        yield "ticket", Words("请填写排队号。", "Enter the ticket number.")
    if present not in PRESENT:
        yield "present", Words("请选择到场人身份。", "Choose who is present.")
    if identity_checked not in CHECKED:
        yield "identity_checked", Words("请选择身份核验方式。", "Choose how identity was checked.")
    if not person.name.strip():
        yield "person_name", Words("请填写到场人姓名。", "Enter the name of the person present.")
    if fault := check_id_number(person.id_number):
        yield "person_id_number", fault
    if fault := check_mobile(person.mobile):
        yield "person_mobile", fault
    if present == REPRESENTATIVE and mandate is None:
        yield "mandate", Words("经办人办理须提交授权委托书。", "A representative needs a written mandate.")
