"""Bundles as data: reader, checks across files, guide, eligibility, notification sheet, documents."""

from engine.bundles.case import start_variables
from engine.bundles.checks import check_bundle
from engine.bundles.documents import (
    PLACES,
    Block,
    Document,
    PlaceUnknown,
    Run,
    TemplateInvalid,
    places_of,
    render,
)
from engine.bundles.eligibility import Eligibility, eligibility
from engine.bundles.examples import Difference, Example, example_files, read_example, run_example
from engine.bundles.files import bundle_files, bundle_keys
from engine.bundles.guide import (
    answer_faults,
    answers_valid,
    guide_for,
    next_question,
    questions_asked,
    read_answer,
    settled,
)
from engine.bundles.items import licence_number
from engine.bundles.model import (
    Bundle,
    ChecklistPoint,
    Guide,
    Item,
    ItemKind,
    LicenceType,
    Limit,
    Material,
    Question,
    Situation,
    Unit,
)
from engine.bundles.reader import Inspected, form_file, inspect_bundle, read_bundle, read_forms
from engine.bundles.sheet import FORM_WORDS, Sheet, SheetItem, SheetMaterial, answer_words, notification_sheet

__all__ = [
    "ApplicableItem",
    "ChecklistPoint",
    "CommitmentTerms",
    "RequiredMaterial",
    "Requirement",
    "FORM_WORDS",
    "PLACES",
    "Block",
    "Bundle",
    "Difference",
    "Document",
    "Eligibility",
    "Example",
    "Guide",
    "Inspected",
    "Item",
    "ItemKind",
    "LicenceType",
    "Limit",
    "Material",
    "PlaceUnknown",
    "Question",
    "Run",
    "Sheet",
    "SheetItem",
    "SheetMaterial",
    "Situation",
    "TemplateInvalid",
    "Unit",
    "answer_faults",
    "answer_words",
    "answers_valid",
    "bundle_files",
    "bundle_keys",
    "check_bundle",
    "eligibility",
    "example_files",
    "form_file",
    "guide_for",
    "inspect_bundle",
    "licence_number",
    "next_question",
    "notification_sheet",
    "places_of",
    "questions_asked",
    "read_answer",
    "read_bundle",
    "read_example",
    "read_forms",
    "render",
    "run_example",
    "settled",
    "start_variables",
]
