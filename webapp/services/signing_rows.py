"""A request to sign as it is kept: opened, found by its token, ended. What opens it is stored as a keyed hash alone."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from engine import Words
from webapp import clock
from webapp.errors import ActRefused
from webapp.identity import Identity
from webapp.services.locked_case import LockedCase
from webapp.services.rates import count_try
from webapp.settings import current_settings
from webapp.unit_of_work import sql

#: Looks at one request in an hour, and at tokens from one address.
LOOKS_PER_HOUR = 120


TRIES_PER_ADDRESS = 60


SIGNED, REPLACED, CHANGED = "signed", "replaced", "changed"


class SigningOver(ActRefused):
    """The token opens nothing: unknown, used, replaced by a newer one, or too old. Which of these is not said."""

    status = 410

    def __init__(self) -> None:
        super().__init__(
            Words(
                "这个二维码已经失效：可能已用于签署、已被新的二维码取代或者超过有效时间。请窗口人员重新生成。",
                "This code is no longer valid: it was used, replaced by a newer one, or its time is over."
                " Ask at the window for a new one.",
            )
        )


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it is kept, while it is open."""

    id: int
    case_id: int
    letters: Mapping[str, str]
    read: tuple[str, ...]
    signer_name: str
    created_by: int
    expires_at: datetime
    mobile: str  # of the number to which a code went: its last four digits
    number: bytes | None  # keyed hash of that number
    code: bytes | None  # keyed hash of the code that waits to be confirmed
    code_until: datetime | None
    confirmed: bool  # the number was confirmed on the phone
    tries: int

    @property
    def unread(self) -> list[str]:
        """Keys of the letters that were not confirmed yet, in order."""
        return [key for key in self.letters if key not in self.read]


def secret_hash(text: str) -> bytes:
    """What is kept of a token or code: HMAC-SHA-256 under the installation's pepper."""
    return hmac.new(current_settings().pepper.encode(), b"signing:" + text.encode(), hashlib.sha256).digest()


OPEN = """
insert into signing_request (case_id, channel, secret, letters, signer_name, mobile, created_by, created_at, expires_at)
values (%s, %s, %s, %s::jsonb, %s, %s, %s, %s, %s) returning id
"""


REPLACE = """
update signing_request set ended_at = %s, outcome = 'replaced' where case_id = %s and ended_at is null
"""


COLUMNS = """id, case_id, letters, read, signer_name, created_by, expires_at, mobile, number_hash, code_hash,
    code_until, confirmed_at is not null, tries"""
BY_TOKEN = f"""
select {COLUMNS} from signing_request
where channel = 'phone' and secret = %s and ended_at is null and expires_at > %s
"""


END = "update signing_request set ended_at = %s, outcome = %s where id = %s and ended_at is null"


def open_request(
    case: LockedCase,
    channel: str,
    secret: str,
    letters: Mapping[str, str],
    signer_name: str,
    by: Identity,
    good_for: timedelta,
    mobile: str = "",
) -> int:
    """The row of a new request, in the running command; it replaces what was open. Returns its id."""
    sql().execute(REPLACE, (case.now, case.id))
    body = orjson.dumps(dict(letters)).decode()
    expires = case.now + good_for
    values = (case.id, channel, secret_hash(secret), body, signer_name, mobile, by.user_id, case.now, expires)
    row = sql().execute(OPEN, values).fetchone()
    assert row is not None
    return int(row[0])


@dataclass(frozen=True, slots=True)
class Waiting:
    """How the newest request of a case stands, for the clerk's page."""

    id: int
    channel: str
    signer_name: str
    letters: tuple[str, ...]
    read: int
    opened: bool
    expires_at: datetime
    outcome: str  # "" while it may still be signed
    mobile: str
    confirmed: bool  # the number was confirmed on the phone

    @property
    def is_open(self) -> bool:
        return not self.outcome and self.expires_at > clock.now()


def newest_request(case_id: int) -> Waiting | None:
    """The newest request of the case, open or ended."""
    row = (
        sql()
        .execute(
            "select id, channel, signer_name, letters, read, opened_at is not null, expires_at, outcome, mobile,"
            " confirmed_at is not null"
            " from signing_request where case_id = %s order by id desc limit 1",
            (case_id,),
        )
        .fetchone()
    )
    if row is None:
        return None
    id_, channel, signer, letters, read, seen, *rest = row
    return Waiting(id_, channel, signer, tuple(letters), len(read), seen, *rest)


def request_of(token: str, address: str) -> Request:
    """The open request of a token. Wrong tokens are counted by address, looks by request."""
    row = sql().execute(BY_TOKEN, (secret_hash(token), clock.now())).fetchone()
    if row is None:
        count_try(f"sign-address:{address}", limit=TRIES_PER_ADDRESS)
        raise SigningOver()
    found = _read(row)
    count_try(f"sign:{found.id}", limit=LOOKS_PER_HOUR)
    return found


def _read(row: Any) -> Request:
    id_, case_id, letters, read, *rest = row
    return Request(id_, case_id, letters, tuple(read), *rest)


def ensure_open(case: LockedCase, request_id: int) -> Request:
    """The request as it stands under the case's lock: another look may have ended it meanwhile."""
    row = (
        sql()
        .execute(
            f"select {COLUMNS} from signing_request where id = %s and ended_at is null and expires_at > %s",
            (request_id, case.now),
        )
        .fetchone()
    )
    if row is None:
        raise SigningOver()
    return _read(row)
