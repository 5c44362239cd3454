"""How messages between this system and that of supervision are signed: HMAC-SHA256, with time and number of each.

What is signed is `<seconds since 1970>.<number of the delivery>.` and the body, byte for byte. A message is taken while
its time is within five minutes of ours and its number was not taken before.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

TIMESTAMP, DELIVERY, SIGNATURE = "X-OneWindow-Timestamp", "X-OneWindow-Delivery", "X-OneWindow-Signature"
PREFIX = "sha256="
OLDEST_SECONDS = 300
LONGEST_DELIVERY = 100


@dataclass(frozen=True, slots=True)
class Signed:
    """Time, number and body of a message whose signature holds."""

    at: int
    delivery: str
    body: bytes


def signature_of(secret: str, at: int, delivery: str, body: bytes) -> str:
    """The value of the signature's header."""
    signed = f"{at}.{delivery}.".encode() + body
    return PREFIX + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def headers_of(secret: str, at: datetime, delivery: str, body: bytes) -> dict[str, str]:
    """The headers with which a message goes out."""
    seconds = int(at.timestamp())
    return {
        TIMESTAMP: str(seconds),
        DELIVERY: delivery,
        SIGNATURE: signature_of(secret, seconds, delivery, body),
    }


def signed_message(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Signed | None:
    """The message, where it is signed with our secret and its time is near ours; None for every other."""
    named = {name.lower(): value for name, value in headers.items()}
    at, delivery, given = (named.get(name.lower(), "") for name in (TIMESTAMP, DELIVERY, SIGNATURE))
    if not secret or not delivery or len(delivery) > LONGEST_DELIVERY or not (at.isascii() and at.isdecimal()):
        return None
    if len(at) > len("99999999999"):
        return None
    expected = signature_of(secret, int(at), delivery, body)
    if not hmac.compare_digest(expected.encode(), given.encode(errors="replace")):
        return None
    if abs(int(now.timestamp()) - int(at)) > OLDEST_SECONDS:
        return None
    return Signed(int(at), delivery, body)
