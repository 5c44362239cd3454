"""`check_bundle`: files, diagrams, decisions, forms, and what each says of the others."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from engine.bpmn import Programs
from engine.bpmn import check as check_diagrams
from engine.bundles.checks.catalogue import check_catalogue
from engine.bundles.checks.checking import Checking
from engine.bundles.checks.commitments import check_commitments
from engine.bundles.checks.coverage import check_coverage
from engine.bundles.checks.deciding import check_deciding
from engine.bundles.checks.diagrams import check_calls
from engine.bundles.checks.documents import check_documents
from engine.bundles.checks.guide import check_guide
from engine.bundles.checks.named_values import check_named_values
from engine.bundles.checks.names import check_names
from engine.bundles.checks.told_consequences import check_told_consequences
from engine.bundles.checks.translations import check_translations
from engine.bundles.checks.unified import check_unified
from engine.bundles.checks.variables import given_variables
from engine.bundles.examples import example_files, read_example
from engine.bundles.field_dictionary import declared_fields, deviations
from engine.bundles.reader import form_file, form_files, inspect_bundle
from engine.errors import DefinitionInvalid
from engine.findings import Finding, Severity
from engine.law.profile import Profile
from engine.words import Words

_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def check_bundle(
    files: Mapping[str, bytes],
    key: str | None = None,
    *,
    known_groups: Collection[str] | None = None,
    known_departments: Collection[str] | None = None,
    posts: Mapping[str, str] | None = None,
    profile: Profile | None = None,
    programs: Programs | None = None,
) -> list[Finding]:
    """Every finding of a bundle's files, errors first.

    `files` have the paths that they have inside the bundle. `key` is the bundle that they are meant to
    be. `known_groups` and `known_departments` are keys of the organisation, `posts` says of which department each
    group is, `profile` are the place's rules; without them what depends on them is not checked. `programs` of these
    files are handed over by whoever uses them afterwards. Raises nothing for bad files.
    """
    inspected = inspect_bundle(files)
    findings = list(inspected.findings)
    bundle = inspected.bundle
    if bundle is None:
        return _in_order(findings + check_diagrams(files, level="office", known_groups=known_groups))
    main_form = inspected.forms.get(form_file(bundle.form_key, files) or "")
    variables = given_variables(bundle, main_form, inspected.forms.values())
    findings += check_diagrams(files, level="office", known_groups=known_groups, variables=variables)
    made = programs or Programs(files)
    office = (known_departments, posts)
    checking = Checking(files, bundle, inspected.forms, main_form, known_groups, profile, made, *office)
    if key is not None and bundle.key != key:
        checking.error(
            "other-bundle",
            "bundle.toml",
            "key",
            Words(
                f"这是“{bundle.key}”的文件，不是“{key}”的。",
                f"These files are of “{bundle.key}”, not of “{key}”.",
            ),
            Words("选择正确的一件事，或者改正key。", "Choose the right bundle, or correct the key."),
        )
    check_names(checking)
    check_named_values(checking)
    check_catalogue(checking)
    check_deciding(checking)
    check_commitments(checking)
    check_told_consequences(checking)
    check_calls(checking)
    check_coverage(checking)
    check_unified(checking)
    check_documents(checking)
    check_guide(checking)
    _check_declared_fields(checking)
    check_translations(checking, inspected.asked)
    _check_examples(checking)
    _check_unused_basis(checking, inspected.basis_unused)
    return _in_order(findings + _without_twice_told(checking.findings, findings))


def _without_twice_told(found: list[Finding], before: list[Finding]) -> list[Finding]:
    """A name that looks like a mistaken one is told as that, once."""
    misspelt = {(one.file, one.element) for one in before if one.code == "misspelt-name"}
    return [one for one in found if one.code != "variable-never-written" or (one.file, one.element) not in misspelt]


def _check_declared_fields(checking: Checking) -> None:
    declared = declared_fields(checking.files)
    for path in form_files(checking.files) if declared else ():
        checking.findings += deviations(path, checking.files[path], declared)


def _check_examples(checking: Checking) -> None:
    paths = example_files(checking.files)
    for path in paths:
        try:
            read_example(checking.files[path], path)
        except DefinitionInvalid as refused:
            checking.findings += refused.findings
    if not paths:
        checking.warning(
            "no-example",
            "examples/",
            "",
            Words("没有示例。", "There is no example."),
            Words(
                "写一个从答案到办理结果的示例，它会作为测试运行。",
                "Write one from answers to results; it runs as a test.",
            ),
        )


def _check_unused_basis(checking: Checking, unused: Collection[str]) -> None:
    for name in unused:
        checking.note(
            "unused-basis",
            "bundle.toml",
            f"basis.{name}",
            Words(f"没有用到依据“{name}”。", f"The legal source “{name}” is not used."),
            Words("删去它，或者在条款处引用。", "Remove it, or name it where it applies."),
        )


def _in_order(findings: list[Finding]) -> list[Finding]:
    """Errors first, and missing translations after what else is doubtful; twice the same finding only once."""
    once = dict.fromkeys(findings)
    return sorted(once, key=lambda one: (_ORDER[one.severity], one.code == "missing-translation"))
