"""The frame of every act on a licence: its case locked, the licence read, this person's to do, the try kept.

An act after the issue goes by the release of the bundle that is in force when it is done, not by the one under which
the licence was issued: a renewal in five years follows the rules of then, and is written with the templates of then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine import Words
from engine.bundles import Item, LicenceType
from webapp import moments
from webapp.catalogue import current_releases, published
from webapp.errors import ActRefused, Incomplete, NotAuthorised, NotFound
from webapp.identity import Identity
from webapp.permissions import LicenceFacts, Permission
from webapp.services.acting import act_on
from webapp.services.document_issue import DocumentNotPossible
from webapp.services.documents import issue_for_item
from webapp.services.locked_case import LockedCase, on_case
from webapp.services.page_keys import AlreadyCarriedOut, remember
from webapp.services.work import record_refusal
from webapp.unit_of_work import sql

VALID, SUSPENDED, REVOKED, CANCELLED, EXPIRED = "valid", "suspended", "revoked", "cancelled", "expired"
STATUS_WORDS = {
    VALID: Words("有效", "valid"),
    SUSPENDED: Words("已暂停", "suspended"),
    REVOKED: Words("已撤销", "revoked"),
    CANCELLED: Words("已注销", "cancelled"),
    EXPIRED: Words("已过有效期", "expired"),
}


class NotInThatState(ActRefused):
    """The act needs a licence in another state."""

    def __init__(self, act: Words, status: str) -> None:
        now = STATUS_WORDS[status]
        super().__init__(
            Words(f"该证照目前{now.zh}，不能{act.zh}。", f"The licence is {now.en} now: it cannot be {act.en}.")
        )


class DecidedElsewhere(ActRefused):
    """Another system issued the licence, and changes or ends it."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "该证照由其他系统核发，其变更、延续、暂停和注销由核发系统办理。",
                "Another system issued this licence; it is changed, renewed, suspended and cancelled there.",
            )
        )


class IssuedHere(ActRefused):
    """This system issued the licence: it is changed and ended by acts here, never by a note of what others did."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "该证照由本系统核发，其变更、延续、暂停和注销在本系统办理，不作登记。",
                "This licence was issued here: it is changed, renewed, suspended and cancelled by acts here.",
            )
        )


@dataclass(slots=True)
class HeldLicence:
    """A licence under its case's lock, as it stands before the act. `facts`: [[label zh, en, value zh, en], …]."""

    id: int
    item_case_id: int
    item_key: str
    type_key: str
    name: Words
    number: str
    holder: str
    holder_number: str
    status: str
    issued_on: date
    valid_to: date | None
    facts: list[list[str]]
    identifier: str
    version: int
    unit: str
    external: bool
    case: LockedCase

    @property
    def item(self) -> Item:
        return self.case.release.bundle.item(self.item_key)

    @property
    def type(self) -> LicenceType:
        """Its type's terms as they are in force now."""
        licence = self.item.licence
        assert licence is not None  # the act's release has it: see `_release_of_the_act`
        return licence

    @property
    def today(self) -> date:
        return moments.local(self.case.now).date()

    @property
    def ends_before_today(self) -> bool:
        return self.valid_to is not None and self.valid_to < self.today

    def paper(self, kind: str, by: Identity | None, **fields: Any) -> int:
        """Issue a document of this kind about the licence; returns its id. Raises DocumentNotPossible."""
        if kind not in self.case.release.kinds:  # of a release from before, whose item no later one has
            raise DocumentNotPossible(
                Words(kind, kind),
                Words("该证照的发布版没有这种文书，请先更新发布。", "the licence's release does not have it."),
            )
        named = {"licence_name": self.name, "licence_number": self.number, **fields}
        return issue_for_item(self.case, self.item_case_id, self.item, kind, by, **named)


WHERE_IT_IS = "select ic.case_id from licence l join item_case ic on ic.id = l.item_case_id where l.id = %s"
LICENCE = """
select l.id, l.item_case_id, ic.item_key, l.type_key, l.name_zh, l.name_en, l.number, l.holder, l.holder_number,
    l.status, l.issued_on, l.valid_to, l.facts, l.identifier, l.version, l.department_key, l.external
from licence l join item_case ic on ic.id = l.item_case_id where l.id = %s
"""


def case_of(licence_id: int) -> int:
    """The case in which the licence was issued. Raises NotFound."""
    row = sql().execute(WHERE_IT_IS, (licence_id,)).fetchone()
    if row is None:
        raise NotFound()
    return int(row[0])


@contextmanager
def on_licence(
    licence_id: int, by: Identity, permission: Permission, *, key: str, outside: bool = False
) -> Iterator[HeldLicence]:
    """A person's act on a licence; `outside`: on one that another system issued. A refusal is put in the ledger of
    its case.

    Raises NotFound, NotYours, DecidedElsewhere or IssuedHere, and as `remember` does.
    """
    case_id = case_of(licence_id)
    try:
        with on_case(case_id) as case:
            licence = held(case, licence_id)
            act_on(case, by, permission, LicenceFacts(licence.unit))
            remember(by, key, case.now, f"{permission}:{licence_id}")
            if licence.external != outside:
                raise DecidedElsewhere() if licence.external else IssuedHere()
            yield licence
    except (AlreadyCarriedOut, NotFound):
        raise
    except ActRefused as refusal:
        record_refusal(case_id, by, None, refusal)
        raise


def held(case: LockedCase, licence_id: int) -> HeldLicence:
    """The licence in the case that this command holds; from here on the act goes by the release in force."""
    row = sql().execute(LICENCE, (licence_id,)).fetchone()
    assert row is not None
    licence = _held(row, case)
    case.release_id = _release_of_the_act(case, licence)
    return licence


def _held(row: Sequence[Any], case: LockedCase) -> HeldLicence:
    id_, item_case, item_key, type_key, zh, en, number, holder, holder_number, *rest = row
    status, issued_on, valid_to, facts, identifier, version, unit, external = rest
    return HeldLicence(
        id_,
        item_case,
        item_key,
        type_key,
        Words(zh, en),
        number,
        holder,
        holder_number,
        status,
        issued_on,
        valid_to,
        facts,
        identifier,
        version,
        unit,
        external,
        case,
    )


def _release_of_the_act(case: LockedCase, licence: HeldLicence) -> int:
    """The published release of the bundle while it still gives licences of this type, else the case's own."""
    current = current_releases().get(case.bundle_key)
    if current is None:
        return case.release_id
    item = next((one for one in published(current).bundle.items if one.key == licence.item_key), None)
    gives = item is not None and item.licence is not None and item.licence.key == licence.type_key
    return current if gives else case.release_id


def ensure_grounds(by: Identity, reason: str, basis: str) -> tuple[str, str]:
    """Reason and legal basis of an act, as they are kept. Raises Incomplete, NotAuthorised."""
    if not by.authorisation_number:
        raise NotAuthorised()
    if not reason.strip():
        raise Incomplete("reason", Words("请写明理由。", "State the reasons."))
    if not basis.strip():
        raise Incomplete("basis", Words("请写明依据（法律、法规及条款）。", "Name the legal basis, with its article."))
    return reason.strip(), basis.strip()
