"""The guided questions as a tree: every way through them, what each leads to, and where that is not one situation."""

from engine.bundles.questions.coverage import (
    Budget,
    ItemCoverage,
    Overlap,
    item_coverage,
    nothing_applies,
    questions_never_asked,
    way_words,
)
from engine.bundles.questions.labelled import Labelled, labels_of
from engine.bundles.questions.tree import Line, Tree
from engine.bundles.questions.wording import cell_words, condition_words

__all__ = [
    "Budget",
    "ItemCoverage",
    "Labelled",
    "Line",
    "Overlap",
    "Tree",
    "cell_words",
    "condition_words",
    "item_coverage",
    "labels_of",
    "nothing_applies",
    "questions_never_asked",
    "way_words",
]
