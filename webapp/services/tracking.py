"""Following a case without signing in: number and code, checked the same way whatever is wrong."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from engine import Words
from webapp.errors import ActRefused, TooManyTries
from webapp.services.rates import count_try, tries_of
from webapp.tracking import same_code
from webapp.unit_of_work import sql

WRONG_TRIES = 10
#: Compared with when the number is unknown, so that the answer takes the same time.
NO_CASE = bytes(32)
LONGEST_NUMBER = 40


@dataclass(frozen=True, slots=True)
class Registered:
    """What is compared with the code that was typed."""

    case_id: int
    tracking_hash: bytes


def plain_number(text: str) -> str:
    """A case number as it is kept: half-width, upper case, without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).upper().split())[:LONGEST_NUMBER]


def registered(number: str) -> Registered | None:
    """The case of this number."""
    row = (
        sql()
        .execute("select id, tracking_hash from cases where number = %s and tracking_hash is not null", (number,))
        .fetchone()
    )
    return Registered(row[0], bytes(row[1])) if row else None


class TrackingRefused(ActRefused):
    """Number and code do not go together; which of them is wrong is not said."""

    status = 404

    def __init__(self) -> None:
        super().__init__(
            Words(
                "没有找到：请核对申请编号和查询码。",
                "Not found: please check the number and the tracking code.",
            )
        )


def find_case(number: str, code: str, *, address: str) -> int:
    """The case that number and code open.

    Raises TrackingRefused (the same, in the same time, for an unknown number and a wrong code), and
    TooManyTries after ten wrong tries in an hour for this number or from this address.
    """
    plain = plain_number(number)
    buckets = (f"track-case:{plain}", f"track-address:{address}")
    if any(tries_of(bucket) >= WRONG_TRIES for bucket in buckets):
        raise TooManyTries()
    found = registered(plain)
    right = same_code(found.tracking_hash if found else NO_CASE, code)
    if found is None or not right:
        for bucket in buckets:
            count_try(bucket, limit=WRONG_TRIES)
        raise TrackingRefused()
    return found.case_id
