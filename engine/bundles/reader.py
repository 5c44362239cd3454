"""Reads bundle.toml and the items it names into a `Bundle`; see docs/designing-a-bundle.md."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.bundles.commitment_terms import read_requirement_commitment
from engine.bundles.field_dictionary import DICTIONARY_FILE, translate_declared
from engine.bundles.items import read_item
from engine.bundles.licence_terms import read_uses
from engine.bundles.model import (
    Baseline,
    Bundle,
    ExtensionTerms,
    Item,
    Limit,
    Material,
    Option,
    Question,
    Requirement,
)
from engine.bundles.reading import BUNDLE_FILE, Reading
from engine.bundles.texts import read_texts
from engine.errors import DefinitionInvalid
from engine.findings import Finding, errors_in
from engine.forms import Form, inspect_form
from engine.law.tables import Table
from engine.words import Words

QUESTION_KINDS = ("one", "many", "yes-no")
SOURCES = ("applicant", "government", "shared-data", "form", "visit")
MATERIAL_FORMS = ("original-returned", "copy", "e-licence", "exempt")
LIFE_CYCLES = ("enterprise", "citizen", "project")
REFUSED_ITEM_POLICIES = ("continue", "stop", "ask")
_FORM_FILE = re.compile(r"forms/(?:_shared/)?[^/]+\.form")


@dataclass(frozen=True, slots=True)
class Inspected:
    """What was read, as far as it could be, with every finding. `asked`: keys of texts -> Chinese."""

    bundle: Bundle | None
    forms: Mapping[str, Form]
    findings: list[Finding]
    asked: Mapping[str, str]
    basis_unused: tuple[str, ...] = ()


def read_bundle(files: Mapping[str, bytes], key: str | None = None) -> Bundle:
    """The bundle of these files; paths are those inside the bundle ("bundle.toml", "items/P2.toml" …).

    `key`, where given, must be the bundle's. Raises DefinitionInvalid with every fault of the TOML files.
    """
    bundle, reading = _read(files)
    if bundle is None or errors_in(reading.findings):
        raise DefinitionInvalid(reading.findings)
    if key is not None and bundle.key != key:
        raise KeyError(key)
    return bundle


def name_in(files: Mapping[str, bytes]) -> Words | None:
    """What a bundle is called, from `bundle.toml` and the texts alone; None where that cannot be read."""
    texts, findings = read_texts({path: content for path, content in files.items() if not path.startswith("_shared/")})
    reading = Reading(files, texts, findings)
    root = reading.open(BUNDLE_FILE)
    name = reading.text_of(root, "name") if root is not None else None
    return name if name is not None and name.zh else None


def read_forms(files: Mapping[str, bytes], bundle: Bundle) -> dict[str, Form]:
    """Every form of a bundle by its path ("forms/application.form"). Raises DefinitionInvalid."""
    forms: dict[str, Form] = {}
    findings: list[Finding] = []
    for path in form_files(files):
        form, found = inspect_form(files[path], path, bundle.words)
        findings += found
        if form is not None:
            forms[path] = form
    if errors_in(findings):
        raise DefinitionInvalid(findings)
    return forms


def inspect_bundle(files: Mapping[str, bytes]) -> Inspected:
    """As much of the bundle and its forms as can be read, and all findings; raises nothing."""
    bundle, reading = _read(files)
    forms: dict[str, Form] = {}
    for path in form_files(files):
        form, found = inspect_form(files[path], path, reading.words)
        reading.findings += found
        if form is not None:
            forms[path] = form
    if DICTIONARY_FILE in files:
        reading.findings += inspect_form(files[DICTIONARY_FILE], DICTIONARY_FILE, reading.words)[1]
    unused = tuple(key for key in reading.basis if key not in reading.basis_used)
    return Inspected(bundle, forms, reading.findings, reading.asked, unused)


def form_files(files: Mapping[str, bytes]) -> list[str]:
    """The paths of the form files, in order."""
    return sorted(path for path in files if _FORM_FILE.fullmatch(path))


def form_file(key: str, files: Mapping[str, bytes]) -> str | None:
    """The path of the form of this key: the bundle's own before a shared one."""
    return next((path for path in (f"forms/{key}.form", f"forms/_shared/{key}.form") if path in files), None)


def _read(files: Mapping[str, bytes]) -> tuple[Bundle | None, Reading]:
    texts, findings = read_texts(files)
    translate_declared(files, texts)
    reading = Reading(files, texts, findings)
    root = reading.open(BUNDLE_FILE)
    if root is None:
        return None, reading
    reading.basis = reading.texts_of(root.table("basis"))
    entry, entry_file, shared = _process(root)
    form = _form(root)
    bundle = Bundle(
        key=root.text("key"),
        name=reading.text_of(root, "name"),
        summary=reading.text_of(root, "summary"),
        life_cycle=root.choice("life_cycle", LIFE_CYCLES),
        life_cycle_name=reading.text_of(root, "life_cycle_name"),
        lead_department=root.text("lead_department"),
        case_prefix=root.text("case_prefix"),
        entry_process=entry,
        entry_file=entry_file,
        joint_limit=_joint_limit(reading, root),
        joint_extension=_joint_extension(reading, root),
        refused_item_policy=root.choice("refused_item_policy", REFUSED_ITEM_POLICIES),
        refused_item_basis=_refused_item_basis(reading, root),
        questions=tuple(_questions(reading, root)),
        items=_items(reading, root),
        materials=tuple(_materials(reading, root)),
        form_key=form.key,
        signatory_name_field=form.signatory_name_field,
        signatory_id_field=form.signatory_id_field,
        signatory_mobile_field=form.signatory_mobile_field,
        applicant_name_field=form.applicant_name_field,
        subject_field=form.subject_field,
        identity_fields=form.identity_fields,
        collector_fields=form.collector_fields,
        collector_name_fields=form.collector_name_fields,
        present_field=form.present_field,
        district_field=form.district_field,
        eligibility_decision=_eligibility(root),
        case_variables=root.texts("case_variables"),
        baseline=_baseline(reading, root),
        demo=root.boolean("demo"),
        texts=texts,
        shared=shared,
    )
    root.finish()
    return bundle, reading


def _items(reading: Reading, root: Table) -> tuple[Item, ...]:
    keys = root.texts("items")
    if len(set(keys)) < len(keys):
        root.wrong("items", Words("事项重复。", "An item is named twice."))
    read = (read_item(reading, key) for key in dict.fromkeys(keys))
    return tuple(item for item in read if item is not None)


def _process(root: Table) -> tuple[str, str, tuple[str, ...]]:
    table = root.table("process")
    if table is None:
        return "", "", ()
    found = table.text("entry"), table.text("file"), table.texts("shared", required=False)
    table.finish()
    return found


@dataclass(frozen=True, slots=True)
class _FormTable:
    """The table [form]: the form's key, and the answer keys that have a part of their own."""

    key: str = ""
    applicant_name_field: str = ""
    subject_field: str = ""
    signatory_name_field: str = ""
    signatory_id_field: str = ""
    signatory_mobile_field: str = ""
    identity_fields: tuple[str, ...] = ()
    collector_fields: tuple[str, ...] = ()
    collector_name_fields: tuple[str, ...] = ()
    present_field: str = ""
    district_field: str = ""


def _form(root: Table) -> _FormTable:
    table = root.table("form")
    if table is None:
        return _FormTable()
    found = _FormTable(
        key=table.text("key"),
        applicant_name_field=table.text("applicant_name_field"),
        subject_field=table.text("subject_field"),
        signatory_name_field=table.text("signatory_name_field", required=False),
        signatory_id_field=table.text("signatory_id_field", required=False),
        signatory_mobile_field=table.text("signatory_mobile_field", required=False),
        identity_fields=table.texts("identity_fields"),
        collector_fields=table.texts("collector_fields"),
        collector_name_fields=table.texts("collector_name_fields"),
        present_field=table.text("present_field", required=False),
        district_field=table.text("district_field", required=False),
    )
    if len(found.collector_fields) != len(found.collector_name_fields):
        table.wrong(
            "collector_name_fields",
            Words("应与 collector_fields 一一对应。", "It must name one field for each of collector_fields."),
        )
    table.finish()
    return found


def _eligibility(root: Table) -> str:
    table = root.table("eligibility", required=False)
    if table is None:
        return ""
    decision = table.text("decision")
    table.finish()
    return decision


def _refused_item_basis(reading: Reading, root: Table) -> Words:
    """The text that lets the rest end, or has the applicant asked; going on with it needs none."""
    name = root.text("refused_item_basis", required=False)
    return reading.source(root, name) if name else Words("", "")


def _joint_limit(reading: Reading, root: Table) -> Limit | None:
    table = root.table("joint_limit", required=False)
    return None if table is None else reading.limit_of(table)


def _joint_extension(reading: Reading, root: Table) -> ExtensionTerms | None:
    table = root.table("joint_extension", required=False)
    return None if table is None else reading.extension_of(table, ("joint",))


def _baseline(reading: Reading, root: Table) -> Baseline:
    table = root.table("baseline")
    if table is None:
        return Baseline(0, 0, 0, 0, Words("", ""))
    baseline = Baseline(
        table.integer("working_days"),
        table.integer("steps"),
        table.integer("materials"),
        table.integer("visits"),
        reading.basis_of(table),
    )
    table.finish()
    return baseline


def _questions(reading: Reading, root: Table) -> Iterator[Question]:
    for key, table in root.tables("questions", required=True):
        kind = table.choice("kind", QUESTION_KINDS)
        labels = reading.texts_of(table.table("options", required=kind != "yes-no"))
        if kind == "yes-no" and labels:
            table.wrong("options", Words("是非题没有选项。", "A yes-no question has no options."))
        question = Question(
            key=key,
            text=reading.text_of(table, "text"),
            hint=reading.text_of(table, "hint", required=False),
            kind=kind,
            options=tuple(Option(value, label) for value, label in labels.items()),
            when=reading.condition(table),
        )
        table.finish()
        yield question


def _materials(reading: Reading, root: Table) -> Iterator[Material]:
    for key, table in root.tables("materials", required=True):
        material = Material(
            key=key,
            name=reading.text_of(table, "name"),
            source=table.choice("source", SOURCES),
            forms=_forms(table),
            copies=table.integer("copies", default=1),
            result_of=table.text("result_of", required=False) or None,
            exempt_reason=reading.text_of(table, "exempt_reason", required=False) if "exempt_reason" in table else None,
            requirements=tuple(_requirements(reading, table)),
            satisfied_by=tuple(read_uses(reading, table)),
        )
        table.finish()
        yield material


def _tolerance(reading: Reading, table: Table) -> Limit | None:
    """How long the material may follow after acceptance, where it may."""
    given = table.table("tolerance", required=False)
    return None if given is None else reading.limit_of(given)


def _forms(table: Table) -> tuple[str, ...]:
    forms = table.texts("forms")
    for form in forms:
        if form not in MATERIAL_FORMS:
            known = ", ".join(MATERIAL_FORMS)
            table.wrong("forms", Words(f"“{form}”不在 {known} 之中。", f"“{form}” is not one of {known}."))
    return forms


def _requirements(reading: Reading, material: Table) -> Iterator[Requirement]:
    for item, table in material.tables("required"):
        requirement = Requirement(
            item=item,
            when=reading.condition(table),
            main=table.boolean("main", default=True),
            basis=reading.basis_of(table, "material-without-basis"),
            tolerance=_tolerance(reading, table),
            commitment=read_requirement_commitment(reading, table),
        )
        table.finish()
        yield requirement
