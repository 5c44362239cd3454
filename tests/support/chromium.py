"""The browser of the browser tests, and what happens where it is missing."""

import os
import shutil

import pytest

from webapp.static_files import DIST

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((path for path in map(shutil.which, NAMES) if path), None)
#: Set where these tests must not be skipped: then they fail and say what is missing.
REQUIRED = os.environ.get("ONEWINDOW_REQUIRE_BROWSER") == "1"
MISSING = [
    words
    for words, there in {
        "Chromium is not installed": CHROMIUM is not None,
        "the assets are not built (make assets)": (DIST / "manifest.json").exists(),
    }.items()
    if not there
]
skipped_without_chromium = pytest.mark.skipif(bool(MISSING) and not REQUIRED, reason="; ".join(MISSING) or "needed")


def ensure_nothing_is_missing(missing: list[str] = MISSING) -> None:
    """Fail the test that needs a browser where one is required and something is missing."""
    if missing:
        pytest.fail("; ".join(missing))
