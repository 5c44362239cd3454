"""What is done with a document after it was issued: sealed by hand (已用印), and delivered."""

from __future__ import annotations

from engine import Words
from webapp import outbox
from webapp.errors import ActRefused, Incomplete, NotFound, NotYours
from webapp.identity import Identity
from webapp.permissions import Permission, may_at_all
from webapp.services.delivery_limits import begin_at_delivery
from webapp.services.document_places import CERTIFIED, HAND
from webapp.services.events import Event
from webapp.services.locked_case import LockedCase, on_case
from webapp.services.page_keys import remember
from webapp.unit_of_work import sql

ELECTRONIC = "electronic"
WAYS = {
    "counter": Words("当面交付", "handed over"),
    "post": Words("邮寄送达", "by post"),
    ELECTRONIC: Words("电子送达", "electronically"),
    "left": Words("留置送达", "left with the recipient"),
    "announced": Words("公告送达", "by public announcement"),
}
#: What is not given to anybody in person needs a reference: a postal number, an address, where it was posted.
WITH_REFERENCE = ("post", ELECTRONIC, "left", "announced")


class NoSealByHand(ActRefused):
    """The document bears no seal that a person sets, or has it already."""

    def __init__(self) -> None:
        super().__init__(
            Words("该文书不需要登记用印，或者已经用印。", "This document needs no seal by hand, or has it already.")
        )


class NoSealToAskFor(ActRefused):
    """No provider seals this document, or it bears its seal already."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "该文书不由电子印章服务用印，或者已经用印。",
                "No provider seals this document, or it bears its seal already.",
            )
        )


class NotSealed(ActRefused):
    """A document without its seal proves nothing: it is not delivered."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "应当加盖印章的文书尚未用印，不能送达；用印后在“告知记录”登记“已用印”。",
                "A document that must bear a seal does not yet, and is not delivered; once it is sealed, that is"
                " recorded under “What was told”.",
            )
        )


FACTS = """
select d.case_id, d.unit_key, d.seal_way, exists(select from document_seal s where s.document_id = d.id)
from document d where d.id = %s
"""


def confirm_sealed(document_id: int, *, by: Identity, key: str) -> None:
    """已用印: the printed document bears its unit's seal. Raises NoSealByHand, NotYours."""
    case_id, unit, way, sealed = _facts(document_id)
    _ensure_hands_on(by, unit)
    with on_case(case_id) as case:
        remember(by, key, case.now, f"sealed:{document_id}")
        case_id, unit, way, sealed = _facts(document_id)
        if way != HAND or sealed:
            raise NoSealByHand()
        sql().execute(
            "insert into document_seal (document_id, at, by_id) values (%s, %s, %s)",
            (document_id, case.now, by.user_id),
        )
        case.record(Event.DOCUMENT_SEALED, by, document=document_id, way=HAND)


def seal_again(document_id: int, *, by: Identity, key: str) -> None:
    """Ask the provider once more, after it refused. Raises NoSealToAskFor, NotYours, and as `remember` does."""
    case_id, unit, _, _ = _facts(document_id)
    _ensure_hands_on(by, unit)
    with on_case(case_id) as case:
        remember(by, key, case.now, f"seal-again:{document_id}")
        _, _, way, sealed = _facts(document_id)
        if way != CERTIFIED or sealed:
            raise NoSealToAskFor()
        sql().execute("update seal_try set final = false where document_id = %s", (document_id,))
        case.record(Event.SEAL_ASKED_AGAIN, by, document=document_id, way=CERTIFIED)
        outbox.defer(sql(), outbox.MAKE_PAPER, document_id=document_id)


def record_delivery(document_id: int, *, by: Identity, means: str, recipient: str, reference: str, key: str) -> None:
    """A document reached `recipient` by `means`; the limits that it tells of begin.

    Raises NotSealed, Incomplete, NotYours.
    """
    case_id, unit, way, sealed = _facts(document_id)
    _ensure_hands_on(by, unit)
    if means not in WAYS:
        raise Incomplete("means", Words("请选择送达方式。", "Choose how it was delivered."))
    if not recipient.strip():
        raise Incomplete("recipient", Words("请填写受送达人。", "Say who received it."))
    if means in WITH_REFERENCE and not reference.strip():
        raise Incomplete(
            "reference",
            Words("请填写运单号、电子地址或者送达地点。", "Give the postal number, the address or the place."),
        )
    with on_case(case_id) as case:
        remember(by, key, case.now, f"delivery:{document_id}")
        case_id, unit, way, sealed = _facts(document_id)
        if way in (HAND, CERTIFIED) and not sealed:
            raise NotSealed()
        begin_at_delivery(case, document_id, by, electronic=means == ELECTRONIC)
        write_delivery(case, document_id, by, means=means, recipient=recipient.strip(), reference=reference.strip())


DELIVERED = """
insert into document_delivery (document_id, means, recipient, reference, at, by_id)
values (%(delivered)s, %(delivery_means)s, %(recipient)s, %(reference)s, %(now)s, %(delivered_by)s)
"""


def write_delivery(
    case: LockedCase, document_id: int, by: Identity, *, means: str, recipient: str, reference: str = ""
) -> None:
    """Write a delivery with the command's other rows: for acts that hand a document over as they issue it."""
    case.writing.add(
        "document_delivery",
        DELIVERED,
        delivered=document_id,
        delivery_means=means,
        recipient=recipient,
        reference=reference,
        now=case.now,
        delivered_by=by.user_id,
    )
    case.record(Event.DOCUMENT_DELIVERED, by, document=document_id, means=means)


def _facts(document_id: int) -> tuple[int, str, str, bool]:
    """(case, unit that signs, way of sealing, whether it is sealed). Raises NotFound."""
    row = sql().execute(FACTS, (document_id,)).fetchone()
    if row is None:
        raise NotFound()
    return row[0], row[1], row[2], row[3]


def _ensure_hands_on(by: Identity, unit: str) -> None:
    """The window acts for every unit; a department with its own documents alone. Raises NotYours."""
    of_the_window = bool(by.roles_in("") & {"clerk", "issuer"})
    if not may_at_all(by, Permission.DOCUMENT_HANDLE) or not (of_the_window or by.department_key == unit):
        raise NotYours(Permission.DOCUMENT_HANDLE)
