"""Time stamps (RFC 3161) from a configured service, over https; on this very machine also over http."""

from __future__ import annotations

import asyncio
import urllib.error
import urllib.request
from typing import Any

from asn1crypto import tsp
from pyhanko.sign.timestamps import TimeStamper, TimestampRequestError

from engine import EngineError

TIMEOUT_SECONDS = 20
LARGEST_ANSWER = 1024 * 1024


class TimestampUnavailable(EngineError):
    """The service of time stamps did not answer, or not as it should."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class HttpTimeStamper(TimeStamper):
    """A service at `address`. pyHanko's own client would need a further library for one request."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Raises TimestampUnavailable."""
        try:
            return await asyncio.to_thread(self._ask, req.dump())
        except (OSError, ValueError, TimestampRequestError) as failed:
            raise TimestampUnavailable(str(failed) or type(failed).__name__) from failed

    def _ask(self, body: bytes) -> tsp.TimeStampResp:
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        request = urllib.request.Request(self.address, data=body, headers=headers, method="POST")
        opener = urllib.request.build_opener(_NoRedirect)
        try:
            with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                return tsp.TimeStampResp.load(answer.read(LARGEST_ANSWER))
        except urllib.error.HTTPError as failed:
            failed.close()
            raise TimestampUnavailable(f"HTTP {failed.code}") from failed


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A digest goes to the address that was configured and nowhere else."""

    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None
