"""Signing by a code that was sent to the signatory's own mobile: the letters are read at the counter, in full.

The code goes to the number in the form, never to the clerk; who was sent it tells it, and it is good for these letters
only. A message that could not be sent is said, and nothing waits.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from engine import Words
from webapp.errors import Incomplete, LetterChanged, NotEligible
from webapp.identity import Identity
from webapp.services import sms
from webapp.services.commitments import CODE, Evidence, ineligible_tries_kept, sign_within, signable
from webapp.services.drafts import ensure_draft
from webapp.services.locked_case import LockedCase, on_case
from webapp.services.rates import count_try
from webapp.services.signing_numbers import (
    CODES_PER_HOUR,
    EXHAUSTED,
    GOOD_FOR,
    MOST_TRIES,
    TEMPLATE,
    CodeWrong,
    NoCodeOpen,
    declared_mobile,
    new_code,
)
from webapp.services.signing_rows import CHANGED, END, SIGNED, open_request, secret_hash
from webapp.unit_of_work import sql

NOT_SENT = "not-sent"


def send_code(case_id: int, letters: Mapping[str, str], *, by: Identity, signer_name: str) -> str:
    """Send a code for these letters to the signatory's mobile; returns its last four digits.

    Raises SmsUnavailable (nothing was sent), TooManyTries, and as `commitments.sign` does.
    """
    if not signer_name.strip():
        raise Incomplete("signer_name", Words("请填写签署人姓名。", "Enter the signer's name."))
    if not sms.is_set_up():
        raise sms.SmsUnavailable(sms.NOT_SET_UP)
    count_try(f"sign-code:{case_id}", limit=CODES_PER_HOUR)
    code = new_code()
    with ineligible_tries_kept(case_id, by), on_case(case_id) as case:
        ensure_draft(case, by)
        signable(case, letters, signer_name.strip(), CODE)
        mobile = declared_mobile(case, signer_name.strip())
        request = open_request(case, CODE, code, letters, signer_name.strip(), by, GOOD_FOR, mobile[-4:])
        bundle = case.release.bundle.name.zh
    given = {"code": code, "bundle": bundle, "count": str(len(letters)), "minutes": str(GOOD_FOR.seconds // 60)}
    try:
        # Outside the transaction: the gateway may take its time, and no row is locked meanwhile.
        reference = sms.send(mobile, TEMPLATE, given)
    except (sms.SmsUnavailable, sms.NumberSentTooOften):
        _note(case_id, request, outcome=NOT_SENT)
        raise
    _note(case_id, request, reference=reference)
    return mobile[-4:]


def confirm_code(case_id: int, code: str, *, by: Identity) -> int:
    """Sign the letters for which the code was sent; returns how many. Raises NoCodeOpen, CodeWrong, LetterChanged …"""
    wrong: CodeWrong | None = None
    signed = 0
    try:
        with ineligible_tries_kept(case_id, by), on_case(case_id) as case:
            ensure_draft(case, by)
            request_id, secret, letters, signer, tries = _waiting(case)
            if hmac.compare_digest(bytes(secret), secret_hash(code.strip())):
                evidence = Evidence(signer, CODE, by.user_id, request_id=request_id)
                sign_within(case, letters, evidence, by)
                sql().execute(END, (case.now, SIGNED, request_id))
                signed = len(letters)
            else:
                wrong = CodeWrong(MOST_TRIES - tries - 1)
                _count(case, request_id, tries + 1)
    except (LetterChanged, NotEligible):
        _end_open(case_id)
        raise
    if wrong is not None:
        raise wrong
    return signed


WAITING = """
select id, secret, letters, signer_name, tries from signing_request
where case_id = %s and channel = 'code' and ended_at is null and expires_at > %s and reference <> ''
order by id desc limit 1
"""


def _waiting(case: LockedCase) -> tuple[int, bytes, dict[str, str], str, int]:
    row = sql().execute(WAITING, (case.id, case.now)).fetchone()
    if row is None:
        raise NoCodeOpen()
    return row[0], row[1], row[2], row[3], row[4]


def _count(case: LockedCase, request_id: int, tries: int) -> None:
    sql().execute("update signing_request set tries = %s where id = %s", (tries, request_id))
    if tries >= MOST_TRIES:
        sql().execute(END, (case.now, EXHAUSTED, request_id))


def _note(case_id: int, request_id: int, *, reference: str = "", outcome: str = "") -> None:
    with on_case(case_id) as case:
        if outcome:
            sql().execute(END, (case.now, outcome, request_id))
        else:
            sql().execute("update signing_request set reference = %s where id = %s", (reference, request_id))


def _end_open(case_id: int) -> None:
    with on_case(case_id) as case:
        sql().execute(
            "update signing_request set ended_at = %s, outcome = %s where case_id = %s and ended_at is null",
            (case.now, CHANGED, case_id),
        )
