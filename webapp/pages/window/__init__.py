"""The window: its worklist, corrections, and the issuing desk."""

from webapp.pages.window import correction, desk, results
from webapp.pages.window.blueprint import blueprint

__all__ = ["blueprint", "correction", "desk", "results"]
