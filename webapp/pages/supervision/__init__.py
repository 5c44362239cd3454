"""监督: limits near their end and past it, per unit and person; supervision signals and what is said to them."""

from webapp.pages.supervision import board, signals
from webapp.pages.supervision.blueprint import blueprint

__all__ = ["blueprint", "board", "signals"]
