"""Posting to another system so that it is known whether it can have taken what was sent."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from engine import Words

LARGEST_ANSWER = 64 * 1024
#: Answers by which a server says that it has not taken this one now, and may later.
LATER = frozenset({408, 409, 425, 429, 503})


class SendingFailed(Exception):
    """It is not known to have arrived. `reason`: in words for whoever looks after it."""

    def __init__(self, reason: Words) -> None:
        self.reason = reason
        super().__init__(reason.en)


class NotTaken(SendingFailed):
    """It certainly did not arrive; it may be tried again."""


class RefusedForGood(SendingFailed):
    """It did not arrive and never will."""


class Unclear(SendingFailed):
    """It may have arrived: the connection broke after it was sent, or what stands between answered for the other."""


def post(address: str, body: bytes, headers: Mapping[str, str], *, seconds: float) -> bytes:
    """Post and return the body of an answer of 2xx. Raises NotTaken, RefusedForGood, Unclear."""
    asked = urllib.request.Request(address, data=body, headers=dict(headers), method="POST")
    try:
        with urllib.request.build_opener(_NoRedirect).open(asked, timeout=seconds) as answer:
            return bytes(answer.read(LARGEST_ANSWER))
    except urllib.error.HTTPError as failed:
        failed.close()
        raise _status(failed.code) from failed
    except urllib.error.URLError as failed:  # no connection, or it broke before all was sent
        raise NotTaken(Words(f"无法连接：{failed.reason}", f"no connection: {failed.reason}")) from failed
    except (OSError, http.client.HTTPException) as failed:
        told = str(failed) or type(failed).__name__
        raise Unclear(Words(f"已发出，没有收到应答：{told}", f"sent, no answer came: {told}")) from failed


def _status(code: int) -> SendingFailed:
    reason = Words(f"对方应答HTTP {code}", f"it answered HTTP {code}")
    if code in LATER:
        return NotTaken(reason)
    return RefusedForGood(reason) if code < 500 else Unclear(reason)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """What is sent goes to the address that was configured and nowhere else."""

    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None
