"""The tracking code of a case: stored as a keyed hash, compared in constant time."""

from __future__ import annotations

import hashlib
import hmac

from engine.law import normalise_tracking_code
from webapp.settings import current_settings


def hash_code(code: str) -> bytes:
    """What is stored of a code: HMAC-SHA-256 under the installation's pepper."""
    plain = normalise_tracking_code(code)
    return hmac.new(current_settings().pepper.encode(), plain.encode(), hashlib.sha256).digest()


def same_code(kept: bytes, code: str) -> bool:
    return hmac.compare_digest(kept, hash_code(code))
