"""Signing away from the window's tablet: on the signer's own phone, by a QR code on the clerk's screen.

The QR code carries a token that is good once and for a short time, for these letters (by digest), this signer and this
case. On the phone each letter is shown whole and confirmed at its end. The token does not prove whose phone it is: so
that the number declared for the signer is confirmed on it next (`signing_numbers`), unless the place's rules let the
QR code alone suffice. Only then can it be signed. The window's page learns of it by asking.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from engine import Words
from engine.bundles import Document
from webapp import papers
from webapp.answers import answers_of
from webapp.errors import Incomplete, LetterChanged, NotADraft, NotEligible, NotFound
from webapp.identity import Identity
from webapp.services.commitments import BY_NUMBER, BY_QR, PHONE, Evidence, ineligible_tries_kept, sign_within, signable
from webapp.services.drafts import ensure_draft
from webapp.services.files import Checked, Upload, keep_file
from webapp.services.letters import letter_for, subject_of
from webapp.services.locked_case import LockedCase, on_case
from webapp.services.signature_files import check_drawing
from webapp.services.signing_numbers import Number, ensure_number_confirmed, ensure_number_provable, number_of
from webapp.services.signing_rows import (
    CHANGED,
    END,
    REPLACE,
    SIGNED,
    Request,
    SigningOver,
    ensure_open,
    open_request,
    request_of,
)
from webapp.unit_of_work import sql

GOOD_FOR = timedelta(minutes=15)
TOKEN_BYTES = 24


class NotReadYet(Incomplete):
    """A letter is signed after it was read to its end."""

    def __init__(self) -> None:
        super().__init__(
            "read", Words("请先把每一份承诺书读到末尾并确认。", "Read every letter to its end first, and confirm it.")
        )


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
    number: Number | None  # None: the QR code alone suffices here
    names: tuple[Words, ...]


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
        ensure_number_provable(case, signer_name.strip())
        open_request(case, PHONE, token, letters, signer_name.strip(), by, GOOD_FOR)
    return token


def opened(token: str, *, address: str) -> Opened:
    """What the phone with this token shows. Raises SigningOver, TooManyTries."""
    request = request_of(token, address)
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
            number_of(case, request),
            tuple(one.name for one in subjects if one is not None),
        )


def confirm_read(token: str, key: str, digest: str, *, address: str) -> None:
    """The signer has read this letter to its end. Raises SigningOver, LetterChanged, NotFound."""
    request = request_of(token, address)
    with _ended_when_changed(request), on_case(request.case_id) as case:
        ensure_open(case, request.id)
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
    request = request_of(token, address)
    checked = check_drawing(drawing) if drawing is not None else None
    with (
        _ended_when_changed(request),
        ineligible_tries_kept(request.case_id, None),
        on_case(request.case_id) as case,
    ):
        current = ensure_open(case, request.id)
        if case.received_at is not None:
            raise NotADraft()
        if current.unread:
            raise NotReadYet()
        ensure_number_confirmed(case, current)
        evidence = _evidence(current, checked, typed_name.strip())
        sign_within(case, current.letters, evidence, None)
        sql().execute(END, (case.now, SIGNED, current.id))


def _evidence(request: Request, drawing: Checked | None, typed: str) -> Evidence:
    proof = BY_NUMBER if request.confirmed else BY_QR
    if drawing is not None:
        file_id = keep_file(drawing, None)
        return Evidence(request.signer_name, PHONE, request.created_by, file_id, request_id=request.id, proof=proof)
    if not typed:
        raise Incomplete("signature", Words("请签名。", "Sign."))
    if typed != request.signer_name:
        words = Words("键入的姓名与签署人不一致。", "The typed name is not the signer's.")
        raise Incomplete("typed_name", words)
    return Evidence(request.signer_name, PHONE, request.created_by, typed=True, request_id=request.id, proof=proof)


def cancel_request(case_id: int, *, by: Identity) -> None:
    """The clerk takes the QR code off the screen: it opens nothing any more."""
    with on_case(case_id) as case:
        ensure_draft(case, by)
        sql().execute(REPLACE, (case.now, case_id))


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
