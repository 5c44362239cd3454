"""What every check of a bundle reads, and where it reports."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from engine.bpmn import Programs
from engine.bundles.model import Bundle
from engine.findings import Finding, Severity
from engine.forms import Form
from engine.law.profile import Profile
from engine.words import Words


@dataclass
class Checking:
    """A bundle that could be read, with its files and forms (by path)."""

    files: Mapping[str, bytes]
    bundle: Bundle
    forms: Mapping[str, Form]
    main_form: Form | None
    known_groups: Collection[str] | None
    profile: Profile | None
    programs: Programs
    known_departments: Collection[str] | None = None
    posts: Mapping[str, str] | None = None
    findings: list[Finding] = field(default_factory=list)

    @property
    def question_keys(self) -> frozenset[str]:
        return frozenset(question.key for question in self.bundle.questions)

    @property
    def field_keys(self) -> frozenset[str]:
        """The variables that the answers of the bundle's form are; a field inside a context is not one of its own."""
        return frozenset() if self.main_form is None else frozenset(one.root for one in self.main_form.inputs)

    @property
    def answer_keys(self) -> frozenset[str]:
        return self.question_keys | self.field_keys

    @property
    def item_keys(self) -> frozenset[str]:
        return frozenset(item.key for item in self.bundle.items)

    def error(self, code: str, file: str, element: str, message: Words, remedy: Words) -> None:
        self.findings.append(Finding(Severity.ERROR, code, file, element, message, remedy))

    def warning(self, code: str, file: str, element: str, message: Words, remedy: Words) -> None:
        self.findings.append(Finding(Severity.WARNING, code, file, element, message, remedy))

    def note(self, code: str, file: str, element: str, message: Words, remedy: Words) -> None:
        self.findings.append(Finding(Severity.NOTE, code, file, element, message, remedy))

    def missing(self, what: Words, file: str, element: str, name: str) -> None:
        """Something that is named but is not there (code "missing-reference")."""
        self.error(
            "missing-reference",
            file,
            element,
            Words(f"没有{what.zh}“{name}”。", f"There is no {what.en} “{name}”."),
            Words("改正名称，或者补上它。", "Correct the name, or add it."),
        )
