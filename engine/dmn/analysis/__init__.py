"""What a designer should look at in decisions: rules that are missing, overlap or never count; types; names.

Pure reading of a DMN file, for checks only: nothing here runs when a case is decided. All work is counted
(`Effort`), so that an answer comes within two seconds for a file of any size; what was not finished is told.
"""

from engine.dmn.analysis.effort import Effort, GaveUp
from engine.dmn.analysis.expressions import check_tree
from engine.dmn.analysis.file import doubts_in
from engine.dmn.analysis.inference import BY_ZERO, KIND_WORDS, Inference, is_zero
from engine.dmn.analysis.nearest import Comparing, like_words, nearest
from engine.dmn.analysis.results import result_types
from engine.dmn.analysis.telling import Telling
from engine.dmn.analysis.types import Type, common
from engine.dmn.analysis.words import DOUBTS, Doubt

__all__ = [
    "BY_ZERO",
    "DOUBTS",
    "KIND_WORDS",
    "Comparing",
    "Doubt",
    "Effort",
    "GaveUp",
    "Inference",
    "Telling",
    "Type",
    "check_tree",
    "common",
    "doubts_in",
    "is_zero",
    "like_words",
    "nearest",
    "result_types",
]
