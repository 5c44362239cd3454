"""The window: its worklist, corrections, withdrawals, and the issuing desk."""

from webapp.pages.window import commitment, correction, desk, question, results, tolerance, withdrawal
from webapp.pages.window.blueprint import blueprint

__all__ = ["blueprint", "commitment", "correction", "desk", "question", "results", "tolerance", "withdrawal"]
