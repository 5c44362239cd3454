"""Text messages over an HTTP gateway, in wordings that the gateway's operator has approved.

Address and token are settings (`ONEWINDOW_SMS_URL`, `ONEWINDOW_SMS_TOKEN`); the wordings are data
(`_shared/messages/sms.toml` of the processes). docs/commitment.md has the protocol.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import tomllib
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from engine import Words
from engine.law import check_mobile
from webapp.errors import ActRefused, TooManyTries
from webapp.services.rates import count_within
from webapp.settings import Settings, current_settings

TIMEOUT_SECONDS = 8
LARGEST_ANSWER = 64 * 1024
FILE = "_shared/messages/sms.toml"
_PLACE = re.compile(r"\{(\w+)\}")


class SmsUnavailable(ActRefused):
    """The gateway is not set up, did not answer, or did not take the message: nothing was sent."""

    status = 503

    def __init__(self, reason: Words) -> None:
        self.reason = reason
        super().__init__(Words(f"短信没有发出：{reason.zh}", f"The text message was not sent: {reason.en}"))


class NumberSentTooOften(ActRefused):
    """This number has got as many messages as it may in the time, whichever cases they were for."""

    status = 429

    def __init__(self, count: int, minutes: int) -> None:
        super().__init__(
            Words(
                f"该手机号码在 {minutes} 分钟内已发送 {count} 条短信，请稍后再试，或者改用其他签署方式。",
                f"This number has got {count} messages within {minutes} minutes: try later, or sign by another way.",
            )
        )


NOT_SET_UP = Words("本系统没有配置短信服务。", "no gateway is set up here.")


@dataclass(frozen=True, slots=True)
class SmsTemplate:
    """An approved wording. `approved` is the operator's number of it."""

    key: str
    approved: str
    text: Words

    @property
    def places(self) -> frozenset[str]:
        return frozenset(_PLACE.findall(self.text.zh))

    def filled(self, given: Mapping[str, str]) -> str:
        """The message as it arrives. Raises KeyError for a place without a value."""
        return _PLACE.sub(lambda place: given[place[1]], self.text.zh)


def is_set_up() -> bool:
    """Whether text messages can be sent from here at all."""
    return bool(current_settings().sms_url)


def send(mobile: str, template_key: str, given: Mapping[str, str]) -> str:
    """Send one message now and return the gateway's number of it. Raises SmsUnavailable, NumberSentTooOften.

    Outside any transaction: what the number has got is counted in one of its own.
    """
    settings = current_settings()
    if not settings.sms_url:
        raise SmsUnavailable(NOT_SET_UP)
    if check_mobile(mobile) is not None:
        raise SmsUnavailable(Words("手机号码有误。", "the mobile number is wrong."))
    template = _template(template_key)
    _count_for(mobile, settings)
    values = {name: given[name] for name in template.places}
    body = {
        "mobile": mobile,
        "template": template.approved,
        "values": values,
        "text": template.filled(values),
    }
    return _reference(_post(settings.sms_url, settings.sms_token, body))


def _count_for(mobile: str, settings: Settings) -> None:
    """Count a message to this number, over all cases; kept of the number is a keyed hash."""
    mark = hmac.new(settings.pepper.encode(), b"sms:" + mobile.encode(), hashlib.sha256).hexdigest()[:32]
    window = timedelta(minutes=settings.sms_window_minutes)
    try:
        count_within(f"sms:{mark}", limit=settings.sms_per_number, window=window)
    except TooManyTries as often:
        raise NumberSentTooOften(settings.sms_per_number, settings.sms_window_minutes) from often


def _template(key: str) -> SmsTemplate:
    try:
        content = (current_settings().processes_dir / FILE).read_text("utf-8")
        found = tomllib.loads(content)["templates"][key]
        template = SmsTemplate(key, str(found["approved"]), Words(str(found["zh"]), str(found["en"])))
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as fault:
        raise SmsUnavailable(
            Words(f"短信模板“{key}”不存在或者不完整。", f"there is no complete template “{key}”.")
        ) from fault
    if not template.approved:
        raise SmsUnavailable(Words(f"短信模板“{key}”没有批准编号。", f"the template “{key}” is not approved yet."))
    return template


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A code goes to the address that was configured and nowhere else."""

    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


def _post(address: str, token: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    request = urllib.request.Request(
        address.rstrip("/") + "/v1/messages",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
        method="POST",
    )
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=TIMEOUT_SECONDS) as answer:
            told = json.loads(answer.read(LARGEST_ANSWER))
    except urllib.error.HTTPError as failed:
        raise SmsUnavailable(
            Words(f"短信服务拒绝发送（HTTP {failed.code}）。", f"the gateway refused it (HTTP {failed.code}).")
        ) from failed
    except (OSError, ValueError) as failed:
        raise SmsUnavailable(Words("短信服务没有应答。", "the gateway does not answer.")) from failed
    if not isinstance(told, dict):
        raise SmsUnavailable(Words("短信服务的应答无法识别。", "the gateway's answer makes no sense."))
    return told


def _reference(told: Mapping[str, Any]) -> str:
    reference = told.get("id")
    if told.get("accepted") is not True or not isinstance(reference, str) or not reference:
        raise SmsUnavailable(Words("短信服务没有受理该短信。", "the gateway did not take the message."))
    return reference[:200]
