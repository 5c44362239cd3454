"""科室看板: for who leads a department: its people's load, its work, assigning, who is away."""

from webapp.pages.lead_board import board
from webapp.pages.lead_board.blueprint import blueprint

__all__ = ["blueprint", "board"]
