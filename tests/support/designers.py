"""The second designer of the demo office."""

from __future__ import annotations

SECOND, NAME = "guyan", "顾研"
