"""Signing away from the window's tablet: on the signer's own phone, by a QR code on the clerk's screen.

The QR code carries a token that is good once and for a short time, for these letters (by digest), this signer and this
case. On the phone each letter is shown whole and confirmed at its end; only then can it be signed. The window's page
learns of it by asking. Nothing of the token is kept but its keyed hash.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from engine import Words
from engine.bundles import Document
from webapp import clock, papers
from webapp.answers import answers_of
from webapp.errors import ActRefused, Incomplete, LetterChanged, NotADraft, NotEligible, NotFound
from webapp.identity import Identity
from webapp.services.commitments import PHONE, Evidence, ineligible_tries_kept, sign_within, signable
from webapp.services.drafts import ensure_draft
from webapp.services.files import Checked, Upload, keep_file
from webapp.services.letters import letter_for, subject_of
from webapp.services.locked_case import LockedCase, on_case
from webapp.services.rates import count_try
from webapp.services.signature_files import check_drawing
from webapp.settings import current_settings
from webapp.unit_of_work import sql

GOOD_FOR = timedelta(minutes=15)
TOKEN_BYTES = 24
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


class NotReadYet(Incomplete):
    """A letter is signed after it was read to its end."""

    def __init__(self) -> None:
        super().__init__(
            "read", Words("请先把每一份承诺书读到末尾并确认。", "Read every letter to its end first, and confirm it.")
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

    @property
    def unread(self) -> list[str]:
        """Keys of the letters that were not confirmed yet, in order."""
        return [key for key in self.letters if key not in self.read]


@dataclass(frozen=True, slots=True)
class ShownLetter:
    """A letter as the phone shows it."""

    key: str
    name: Words
    digest: str
    zh: str
    en: str

    @property
    def paper(self) -> Document:
        return papers.read(self.zh)

    @property
    def translation(self) -> Document:
        return papers.read(self.en)


@dataclass(frozen=True, slots=True)
class Opened:
    """What the phone shows now: the next letter to read, or (None) the place to sign."""

    request: Request
    case_name: Words
    applicant: str
    letter: ShownLetter | None
    place: int  # of the letter, from 1
    typed_allowed: bool
    names: tuple[Words, ...]


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
BY_TOKEN = """
select id, case_id, letters, read, signer_name, created_by, expires_at from signing_request
where channel = 'phone' and secret = %s and ended_at is null and expires_at > %s
"""
END = "update signing_request set ended_at = %s, outcome = %s where id = %s and ended_at is null"


def ask_to_sign(case_id: int, letters: Mapping[str, str], *, by: Identity, signer_name: str) -> str:
    """Let these letters (key -> digest as on the clerk's page) be signed on the signer's phone; returns the token.

    A request that was open for the case is replaced. Raises as `commitments.sign` does.
    """
    if not signer_name.strip():
        raise Incomplete("signer_name", Words("请填写签署人姓名。", "Enter the signer's name."))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with ineligible_tries_kept(case_id, by), on_case(case_id) as case:
        ensure_draft(case, by)
        signable(case, letters, signer_name.strip(), PHONE)
        open_request(case, PHONE, token, letters, signer_name.strip(), by, GOOD_FOR)
    return token


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


def opened(token: str, *, address: str) -> Opened:
    """What the phone with this token shows. Raises SigningOver, TooManyTries."""
    request = _request(token, address)
    with on_case(request.case_id) as case:
        letters = _letters(case, request)
        unread = request.unread
        sql().execute(
            "update signing_request set opened_at = coalesce(opened_at, %s) where id = %s", (case.now, request.id)
        )
        shown = letters[unread[0]] if unread else None
        subjects = [subject_of(case.release.bundle, key) for key in request.letters]
        row = sql().execute("select applicant_name from cases where id = %s", (case.id,)).fetchone()
        return Opened(
            request,
            case.release.bundle.name,
            row[0] if row else "",
            shown,
            len(request.letters) - len(unread) + 1,
            all(one is not None and one.terms.typed_name for one in subjects),
            tuple(one.name for one in subjects if one is not None),
        )


def confirm_read(token: str, key: str, digest: str, *, address: str) -> None:
    """The signer has read this letter to its end. Raises SigningOver, LetterChanged, NotFound."""
    request = _request(token, address)
    with _ended_when_changed(request), on_case(request.case_id) as case:
        _ensure_open(case, request.id)
        if key not in request.letters:
            raise NotFound()
        if digest != request.letters[key] or _letters(case, request)[key].digest != digest:
            raise LetterChanged()
        sql().execute(
            "update signing_request set read = read || to_jsonb(%s::text) where id = %s and not read ? %s",
            (key, request.id, key),
        )


def sign_on_phone(token: str, *, address: str, drawing: Upload | None, typed_name: str = "") -> None:
    """Sign all letters of the request: with a drawing, or with the typed name where every letter's terms allow it.

    Raises SigningOver, NotReadYet, LetterChanged, NotEligible, Incomplete, FileRefused. The token is used up.
    """
    request = _request(token, address)
    checked = check_drawing(drawing) if drawing is not None else None
    with (
        _ended_when_changed(request),
        ineligible_tries_kept(request.case_id, None),
        on_case(request.case_id) as case,
    ):
        current = _ensure_open(case, request.id)
        if case.received_at is not None:
            raise NotADraft()
        if current.unread:
            raise NotReadYet()
        evidence = _evidence(current, checked, typed_name.strip())
        sign_within(case, current.letters, evidence, None)
        sql().execute(END, (case.now, SIGNED, current.id))


def _evidence(request: Request, drawing: Checked | None, typed: str) -> Evidence:
    if drawing is not None:
        file_id = keep_file(drawing, None)
        return Evidence(request.signer_name, PHONE, request.created_by, file_id, request_id=request.id)
    if not typed:
        raise Incomplete("signature", Words("请签名。", "Sign."))
    if typed != request.signer_name:
        words = Words("键入的姓名与签署人不一致。", "The typed name is not the signer's.")
        raise Incomplete("typed_name", words)
    return Evidence(request.signer_name, PHONE, request.created_by, typed=True, request_id=request.id)


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

    @property
    def is_open(self) -> bool:
        return not self.outcome and self.expires_at > clock.now()


def newest_request(case_id: int) -> Waiting | None:
    """The newest request of the case, open or ended."""
    row = (
        sql()
        .execute(
            "select id, channel, signer_name, letters, read, opened_at is not null, expires_at, outcome, mobile"
            " from signing_request where case_id = %s order by id desc limit 1",
            (case_id,),
        )
        .fetchone()
    )
    if row is None:
        return None
    id_, channel, signer, letters, read, seen, expires, outcome, mobile = row
    return Waiting(id_, channel, signer, tuple(letters), len(read), seen, expires, outcome, mobile)


def cancel_request(case_id: int, *, by: Identity) -> None:
    """The clerk takes the QR code off the screen: it opens nothing any more."""
    with on_case(case_id) as case:
        ensure_draft(case, by)
        sql().execute(REPLACE, (case.now, case_id))


def _request(token: str, address: str) -> Request:
    """The open request of a token. Wrong tokens are counted by address, looks by request."""
    row = sql().execute(BY_TOKEN, (secret_hash(token), clock.now())).fetchone()
    if row is None:
        count_try(f"sign-address:{address}", limit=TRIES_PER_ADDRESS)
        raise SigningOver()
    found = _read(row)
    count_try(f"sign:{found.id}", limit=LOOKS_PER_HOUR)
    return found


def _read(row: Any) -> Request:
    id_, case_id, letters, read, signer, created_by, expires = row
    return Request(id_, case_id, letters, tuple(read), signer, created_by, expires)


def _ensure_open(case: LockedCase, request_id: int) -> Request:
    """The request as it stands under the case's lock: another look may have ended it meanwhile."""
    row = (
        sql()
        .execute(
            "select id, case_id, letters, read, signer_name, created_by, expires_at from signing_request"
            " where id = %s and ended_at is null and expires_at > %s",
            (request_id, case.now),
        )
        .fetchone()
    )
    if row is None:
        raise SigningOver()
    return _read(row)


def _letters(case: LockedCase, request: Request) -> dict[str, ShownLetter]:
    """The letters as they read now. Raises SigningOver where the catalogue knows one no longer."""
    answers, found = answers_of(case.id), {}
    for key in request.letters:
        subject = subject_of(case.release.bundle, key)
        if subject is None:
            raise SigningOver()
        letter = letter_for(case.release, subject, answers, case.rules)
        found[key] = ShownLetter(key, subject.name, letter.digest, letter.zh, letter.en)
    return found


@contextmanager
def _ended_when_changed(request: Request) -> Iterator[None]:
    """Around a command: a letter that changed, or is not open any longer, ends its request after the rollback."""
    try:
        yield
    except (LetterChanged, NotEligible):
        with on_case(request.case_id) as case:
            sql().execute(END, (case.now, CHANGED, request.id))
        raise
