"""The catalogue of a bundle as tables: read, edited in place, compared, and held against a higher level's."""

from engine.bundles.checks.coverage import coverage_findings
from engine.bundles.questions import (
    Budget,
    ItemCoverage,
    Line,
    Tree,
    item_coverage,
    nothing_applies,
    questions_never_asked,
    way_words,
)
from engine.catalogue.locks import limits_at_most, lock_faults, locked_columns, otherwise_columns
from engine.catalogue.mentions import EXAMPLE, Gone, Mention, gone_with, mentions_of
from engine.catalogue.moving import move_question
from engine.catalogue.proposing import Change, Fault, Proposal, propose
from engine.catalogue.records import Catalogue, Record
from engine.catalogue.sheets import (
    BUNDLE_FILE,
    DEPARTMENTS,
    ENGLISH_FILE,
    ITEMS,
    LEGAL_SOURCES,
    MATERIALS,
    OPTIONS,
    POSTS,
    QUESTIONS,
    REQUIREMENTS,
    SHEETS,
    SITUATIONS,
    Column,
    Kind,
    Sheet,
    path_of,
    place_of,
)
from engine.catalogue.toml_edit import Edit, NotEditable, apply_edits
from engine.law.unified import UnifiedCatalogue

__all__ = [
    "BUNDLE_FILE",
    "Budget",
    "DEPARTMENTS",
    "ENGLISH_FILE",
    "EXAMPLE",
    "ITEMS",
    "LEGAL_SOURCES",
    "MATERIALS",
    "OPTIONS",
    "POSTS",
    "QUESTIONS",
    "REQUIREMENTS",
    "SHEETS",
    "SITUATIONS",
    "Catalogue",
    "Change",
    "Column",
    "Edit",
    "Fault",
    "Gone",
    "ItemCoverage",
    "Kind",
    "Line",
    "Mention",
    "NotEditable",
    "Proposal",
    "Record",
    "Sheet",
    "Tree",
    "UnifiedCatalogue",
    "apply_edits",
    "coverage_findings",
    "gone_with",
    "item_coverage",
    "limits_at_most",
    "lock_faults",
    "locked_columns",
    "mentions_of",
    "move_question",
    "nothing_applies",
    "otherwise_columns",
    "path_of",
    "place_of",
    "propose",
    "questions_never_asked",
    "way_words",
]
