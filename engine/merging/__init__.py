"""Three-way merging of a bundle's files: two people changed the same one, and nothing of either is lost."""

from engine.merging.files import merge_file
from engine.merging.model import Choices, Conflict, Kind, Merged, Side

__all__ = ["Choices", "Conflict", "Kind", "Merged", "Side", "merge_file"]
