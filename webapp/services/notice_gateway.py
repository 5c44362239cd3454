"""Text messages and messages of the office's messenger over one HTTP gateway.

Address, token and secret are settings (`ONEWINDOW_NOTICE_URL`, `_TOKEN`, `_SECRET`); how a message is written and which
answer means that it was taken is data (`_shared/messages/gateway.toml`). Signed as every message of ours to another
system (`webhook_signatures`).
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from engine import Words
from webapp import clock
from webapp.services.notice_templates import Message
from webapp.services.outside_post import NotTaken, RefusedForGood, Unclear, post
from webapp.services.webhook_signatures import headers_of
from webapp.settings import current_settings

FILE = "_shared/messages/gateway.toml"
TIMEOUT_SECONDS = 10
LONGEST_REFERENCE = 200
_PLACE = re.compile(r"\{(\w+)\}")
VALUES = "{values}"


class GatewayWrong(Exception):
    """The file that says how to post to the gateway cannot be read."""


def is_set_up(channel: str) -> bool:
    """Whether messages of this kind can be sent from here at all."""
    return bool(current_settings().notice_url) and channel in _channels()


def send(channel: str, to: str, message: Message, delivery: str) -> str:
    """Post one message now; the gateway's number of it. Raises NotTaken, RefusedForGood, Unclear."""
    settings, terms = current_settings(), _channels().get(channel)
    if not settings.notice_url or terms is None:
        raise NotTaken(Words("没有配置消息网关", "no gateway is set up"))
    given = {
        "to": to,
        "text": message.text,
        "template": message.provider,
        "delivery": delivery,
        "token": settings.notice_token,
    }
    body = json.dumps(_filled(terms["body"], given, message.values), ensure_ascii=False).encode()
    headers = {name: _text(value, given) for name, value in terms.get("headers", {}).items()}
    headers |= headers_of(settings.notice_secret, clock.now(), delivery, body)
    headers["Content-Type"] = "application/json; charset=utf-8"
    address = settings.notice_url.rstrip("/") + terms.get("path", "")
    try:
        answer = post(address, body, headers, seconds=TIMEOUT_SECONDS)
    except Unclear as unclear:
        if terms.get("once") is True:  # it takes this number one time only, so it may be asked again
            raise NotTaken(unclear.reason) from unclear
        raise
    return _reference(answer, terms)


def _reference(answer: bytes, terms: Mapping[str, Any]) -> str:
    """The number under which the gateway took it. An answer that makes no sense leaves it open whether it did."""
    try:
        told = json.loads(answer)
    except ValueError as wrong:
        raise Unclear(Words("网关的应答无法识别", "the gateway's answer makes no sense")) from wrong
    for path, codes in terms.get("for_good", {}).items():
        if _at(told, path) in codes:
            raise RefusedForGood(_refusal(told, path))
    for path, wanted in terms["taken"].items():
        found = _at(told, path)
        if found != wanted or isinstance(found, bool) is not isinstance(wanted, bool):
            raise NotTaken(_refusal(told, path))
    reference = _at(told, terms.get("reference", ""))
    return "" if reference is None else str(reference)[:LONGEST_REFERENCE]


def _refusal(told: object, path: str) -> Words:
    found = str(_at(told, path))[:LONGEST_REFERENCE]
    return Words(f"网关没有受理（{path}={found}）", f"the gateway did not take it ({path}={found})")


def _at(told: object, path: str) -> object:
    """The value at a path with dots; None where there is none."""
    for name in path.split("."):
        told = told.get(name) if isinstance(told, dict) else None
    return told


def _filled(part: Any, given: Mapping[str, str], values: Mapping[str, str]) -> Any:
    """The body with its places filled in; what is filled in is a text and never becomes structure."""
    if isinstance(part, dict):
        return {name: _filled(one, given, values) for name, one in part.items()}
    if isinstance(part, list):
        return [_filled(one, given, values) for one in part]
    if part == VALUES:
        return dict(values)
    return _text(part, given) if isinstance(part, str) else part


def _text(text: str, given: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda place: given.get(place[1], place[0]), text)


def _channels() -> Mapping[str, Any]:
    return _read(current_settings().processes_dir.joinpath(FILE).read_bytes())


@lru_cache(maxsize=4)
def _read(content: bytes) -> Mapping[str, Any]:
    try:
        channels: Mapping[str, Any] = tomllib.loads(content.decode("utf-8"))["channels"]
        for one in channels.values():
            if not isinstance(one["body"], dict) or not isinstance(one["taken"], dict) or not one["taken"]:
                raise TypeError("body and taken are tables")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as fault:
        raise GatewayWrong(f"{FILE}: {fault!r}") from fault
    return channels
