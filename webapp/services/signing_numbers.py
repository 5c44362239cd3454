"""Whose phone it is: a code sent to the number declared for the signer is confirmed on the phone that signs.

It proves that who signs has that number at hand, and nothing about who declared it. A place whose rules let the QR code
alone suffice (`[commitment.phone]`) asks for no code; then it is known only that the phone was at the counter.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from engine import Words
from webapp.answers import answers_of
from webapp.errors import ActRefused, Incomplete
from webapp.services import sms
from webapp.services.locked_case import LockedCase, on_case
from webapp.services.rates import count_try
from webapp.services.signing_rows import END, Request, ensure_open, request_of, secret_hash
from webapp.unit_of_work import sql

GOOD_FOR = timedelta(minutes=5)
TEMPLATE = "signing-code"
DIGITS = 6
MOST_TRIES = 5
CODES_PER_HOUR = 5
EXHAUSTED = "exhausted"


class CodeWrong(Incomplete):
    """The code is not the one that was sent; after some tries a new one has to be sent."""

    def __init__(self, left: int) -> None:
        super().__init__(
            "code",
            Words(f"验证码不正确，还可以试 {left} 次。", f"The code is wrong; {left} more tries.")
            if left
            else Words("验证码多次不正确，请重新发送。", "The code was wrong too often: have a new one sent."),
        )


class NoCodeOpen(ActRefused):
    """No code waits: none was sent, it was used, or its time is over."""

    def __init__(self) -> None:
        super().__init__(
            Words("没有等待确认的验证码，请重新发送。", "No code waits to be confirmed: have a new one sent.")
        )


class NumberNotConfirmed(Incomplete):
    """Letters are signed on a phone that was shown to have the number declared for the signer."""

    def __init__(self) -> None:
        super().__init__(
            "code",
            Words(
                "请先确认发到签署人手机号码的验证码，再签名。",
                "Confirm the code that is sent to the signer's number first, then sign.",
            ),
        )


@dataclass(frozen=True, slots=True)
class Number:
    """How far the confirmation is. `tail`: the last four digits of the number that is declared now."""

    tail: str
    sent: bool
    confirmed: bool


def new_code() -> str:
    """Six digits."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def declared_mobile(case: LockedCase, signer: str) -> str:
    """The number that the form declares for this signer: the signatory's. Raises Incomplete."""
    bundle, answers = case.release.bundle, answers_of(case.id)
    field = bundle.signatory_mobile_field
    mobile = str(answers.get(field) or "").strip() if field else ""
    if not mobile:
        raise Incomplete(
            "channel",
            Words("申请表没有填写签署人的手机号码。", "The form has no mobile number of the signatory."),
        )
    if signer != str(answers.get(bundle.signatory_name_field) or "").strip():
        raise Incomplete(
            "channel",
            Words(
                "申请表只载明法定代表人（负责人）的手机号码，其他人不能以此方式签署。",
                "The form declares the signatory's number alone: somebody else cannot sign by this way.",
            ),
        )
    return mobile


def ensure_number_provable(case: LockedCase, signer: str) -> None:
    """Where the place asks for it: that a number is declared, and that a code can be sent to it at all.

    Raises Incomplete, SmsUnavailable.
    """
    if case.rules.profile.qr_alone is not None:
        return
    if not sms.is_set_up():
        raise sms.SmsUnavailable(sms.NOT_SET_UP)
    declared_mobile(case, signer)


def number_of(case: LockedCase, request: Request) -> Number | None:
    """How far the number of the request is confirmed; None where the QR code alone suffices."""
    if case.rules.profile.qr_alone is not None:
        return None
    mobile = declared_mobile(case, request.signer_name)
    same = _is_declared(request, mobile)
    waits = request.code_until is not None and request.code_until > case.now
    return Number(mobile[-4:], same and waits, same and request.confirmed)


def ensure_number_confirmed(case: LockedCase, request: Request) -> None:
    """Raises NumberNotConfirmed, unless the number declared now was confirmed, or need not be."""
    number = number_of(case, request)
    if number is not None and not number.confirmed:
        raise NumberNotConfirmed()


def _is_declared(request: Request, mobile: str) -> bool:
    """Whether the code went to the number that is declared now."""
    return request.number is not None and hmac.compare_digest(bytes(request.number), secret_hash(mobile))


SENT = """
update signing_request set code_hash = %s, code_until = %s, number_hash = %s, mobile = %s, tries = 0,
    confirmed_at = null where id = %s
"""
CONFIRMED = "update signing_request set confirmed_at = %s, code_hash = null, code_until = null where id = %s"
TRIED = "update signing_request set tries = %s where id = %s"
REFERENCE = "update signing_request set reference = %s where id = %s"
NOT_SENT = "update signing_request set code_hash = null, code_until = null where id = %s"


def send_number_code(token: str, *, address: str) -> None:
    """Send a code to the number that is declared for the signer of this request.

    Raises SigningOver, SmsUnavailable (nothing was sent), TooManyTries, Incomplete.
    """
    request = request_of(token, address)
    count_try(f"sign-number:{request.case_id}", limit=CODES_PER_HOUR)
    code = new_code()
    with on_case(request.case_id) as case:
        current = ensure_open(case, request.id)
        mobile = declared_mobile(case, current.signer_name)
        until = min(case.now + GOOD_FOR, current.expires_at)
        sql().execute(SENT, (secret_hash(code), until, secret_hash(mobile), mobile[-4:], request.id))
        bundle = case.release.bundle.name.zh
    given = {"code": code, "bundle": bundle, "count": str(len(request.letters)), "minutes": _minutes()}
    try:
        # Outside the transaction: the gateway may take its time, and no row is locked meanwhile.
        reference = sms.send(mobile, TEMPLATE, given)
    except (sms.SmsUnavailable, sms.NumberSentTooOften):
        with on_case(request.case_id):
            sql().execute(NOT_SENT, (request.id,))
        raise
    with on_case(request.case_id):
        sql().execute(REFERENCE, (reference, request.id))


def confirm_number(token: str, code: str, *, address: str) -> None:
    """The code that came to the phone was entered on it. Raises SigningOver, NoCodeOpen, CodeWrong.

    After so many wrong ones the request is over, and a new QR code is needed.
    """
    request = request_of(token, address)
    wrong: CodeWrong | None = None
    with on_case(request.case_id) as case:
        current = ensure_open(case, request.id)
        if current.code is None or current.code_until is None or current.code_until <= case.now:
            raise NoCodeOpen()
        if hmac.compare_digest(bytes(current.code), secret_hash(code.strip())):
            sql().execute(CONFIRMED, (case.now, request.id))
        else:
            wrong = CodeWrong(MOST_TRIES - current.tries - 1)
            sql().execute(TRIED, (current.tries + 1, request.id))
            if current.tries + 1 >= MOST_TRIES:
                sql().execute(END, (case.now, EXHAUSTED, request.id))
    if wrong is not None:
        raise wrong


def _minutes() -> str:
    return str(GOOD_FOR.seconds // 60)
