"""文书种类: what each kind of document is called, numbered and sealed with, and the typed fields it may print.

The national set stands in `document_kinds.toml` beside this file; a bundle, or the shared folder, adds kinds or
replaces them in `documents/kinds.toml`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files as package_files

from engine.errors import EngineError
from engine.findings import Report
from engine.law.tables import Table, read_toml
from engine.words import Words, as_written

#: Where a release adds to the national set; the later one wins.
KINDS_FILES = ("_shared/documents/kinds.toml", "documents/kinds.toml")
SEALS = ("receipt", "acceptance", "licence", "")


class FieldType(StrEnum):
    """What a place holds. A list prints as numbered lines and a table as rows, so both stand alone in a paragraph."""

    TEXT = "text"
    PROSE = "prose"  # what a person typed of the matter: a translation says that it is none
    WORDS = "words"
    DAY = "day"
    MOMENT = "moment"
    NUMBER = "number"
    LIST = "list"
    TABLE = "table"

    @property
    def stands_alone(self) -> bool:
        return self in (FieldType.LIST, FieldType.TABLE)

    def holds(self, value: object) -> bool:
        """Whether `value` is one of this type; None and "" are nothing to print, which every type may be."""
        if value is None or value == "":
            return True
        if self.stands_alone:
            return isinstance(value, (list, tuple)) and all(self._holds_line(line) for line in value)
        if self is FieldType.DAY:
            return isinstance(value, date) and not isinstance(value, datetime)
        if self is FieldType.MOMENT:
            return isinstance(value, datetime)
        if self is FieldType.NUMBER:
            return isinstance(value, (int, Decimal)) and not isinstance(value, bool)
        return isinstance(value, (str, Words))

    def _holds_line(self, line: object) -> bool:
        if self is FieldType.LIST:
            return isinstance(line, (str, Words))
        return isinstance(line, (list, tuple)) and all(isinstance(cell, (str, Words)) for cell in line)


#: Places of every document, and those of a document about one item.
COMMON = dict.fromkeys(
    (
        "document_number",
        "document_date",
        "department",
        "seal",
        "telephone",
        "address",
        "profile_name",
        "demo_note",
        "case_number",
        "bundle_name",
        "applicant_name",
        "applicant_number",
        "subject",
        "signatory_name",
        "tracking_url",
        "check_url",
        "received_at",
        "document_basis",
    ),
    FieldType.TEXT,
)
OF_ITEM = dict.fromkeys(("item_name", "item_code", "item_basis", "accepted_at", "refusal_basis"), FieldType.TEXT)
#: The situation of the item that the guided answers led to: of its documents; letters and licences do not say it.
SITUATION = "situation_name"
REMEDY = "remedy"
#: Letters of commitment and licences are made by the application's own parts, and print these.
OF_LETTERS = {
    "conditions_list": FieldType.LIST,
    "told_list": FieldType.LIST,
    "verification_limit": FieldType.TEXT,
}
#: Of a letter by which a commitment replaces one proof.
OF_PROOFS = {"material_name": FieldType.TEXT}
OF_LICENCES = {
    **dict.fromkeys(("licence_number", "valid_from", "valid_until", "decision_date", "decider_name"), FieldType.TEXT),
    "fields_table": FieldType.TABLE,
}


class KindUnknown(EngineError):
    """No document of this kind exists in the release."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(f"there is no kind of document {kind!r}")


class FieldUnknown(EngineError):
    """A value was given for a field that documents of this kind do not have."""

    def __init__(self, kind: str, name: str) -> None:
        self.kind, self.name = kind, name
        super().__init__(f"documents of kind {kind!r} have no field {name!r}")


class FieldWrong(EngineError):
    """A value is not of its field's type."""

    def __init__(self, kind: str, name: str, wanted: FieldType) -> None:
        self.kind, self.name, self.wanted = kind, name, wanted
        super().__init__(f"the field {name!r} of {kind!r} takes a {wanted}")


class FieldMissing(EngineError):
    """A field without which a document of this kind would not be lawful has no value."""

    def __init__(self, kind: str, name: str) -> None:
        self.kind, self.name = kind, name
        super().__init__(f"a document of kind {kind!r} needs its field {name!r}")


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """One kind of document. `mark` is that of its number series, `seal` which of the unit's seals it bears.

    `basis_for` are the kinds of item that the basis speaks of; empty: all of them.
    """

    key: str
    title: Words
    mark: str
    seal: str
    basis: Words
    per_item: bool
    needed: bool
    remedy: bool
    must: tuple[str, ...]
    fields: Mapping[str, FieldType]
    basis_for: tuple[str, ...] = ()

    @property
    def places(self) -> Mapping[str, FieldType]:
        """Every place that a template of this kind may name, besides the answers of the form."""
        of_item = {**OF_ITEM, SITUATION: FieldType.TEXT} if self.per_item else {}
        remedy = {REMEDY: FieldType.TEXT} if self.remedy else {}
        return {**COMMON, **of_item, **remedy, **self.fields}

    def as_printed(self, values: Mapping[str, object]) -> dict[str, object]:
        """The values, prose as a translation prints it."""
        prose = {name for name, one in self.fields.items() if one is FieldType.PROSE}
        return {
            name: as_written(value) if name in prose and isinstance(value, str) and value else value
            for name, value in values.items()
        }

    def ensure_values(self, values: Mapping[str, object]) -> None:
        """Raises FieldUnknown, FieldWrong, or FieldMissing for a field of the kind's own that `must` be filled."""
        for name, value in values.items():
            if name not in self.fields:
                raise FieldUnknown(self.key, name)
            if not self.fields[name].holds(value):
                raise FieldWrong(self.key, name, self.fields[name])
        for name in self.must:
            if name in self.fields and not values.get(name):
                raise FieldMissing(self.key, name)


@lru_cache(maxsize=1)
def national_kinds() -> Mapping[str, DocumentKind]:
    """The set of the Administrative Licensing Law."""
    content = (package_files("engine.bundles") / "document_kinds.toml").read_bytes()
    return _read(content, "document_kinds.toml")


def read_kinds(files: Mapping[str, bytes]) -> Mapping[str, DocumentKind]:
    """The kinds of a release: the national ones, those of the shared folder, the bundle's. Raises DefinitionInvalid."""
    kinds = dict(national_kinds())
    for path in KINDS_FILES:
        if path in files:
            kinds.update(_read(files[path], path))
    return kinds


def kind_of_template(key: str, kinds: Mapping[str, DocumentKind], item_kinds: Collection[str]) -> DocumentKind | None:
    """The kind that a template's key names: its own, or that of one kind of item (`refusal-filing`)."""
    if key in kinds:
        return kinds[key]
    return next(
        (kinds[key.removesuffix(f"-{one}")] for one in item_kinds if key.removesuffix(f"-{one}") in kinds), None
    )


def _read(content: bytes, file: str) -> Mapping[str, DocumentKind]:
    report = Report(file)
    root = read_toml(content, report)
    root.integer("format", least=1)
    kinds = {key: _kind(key, table) for key, table in root.tables("kinds")}
    root.finish()
    report.raise_errors()
    return kinds


def _kind(key: str, table: Table) -> DocumentKind:
    kind = DocumentKind(
        key=key,
        title=table.words("title"),
        mark=table.text("mark", required=False),
        seal=table.choice("seal", SEALS, ""),
        basis=table.words("basis"),
        per_item=table.choice("per", ("item", "case")) == "item",
        needed=table.boolean("needed", False),
        remedy=table.boolean("remedy", False),
        must=table.texts("must", required=False),
        fields=_fields(table.table("fields", required=False)),
        basis_for=table.texts("basis_for", required=False),
    )
    for name in kind.must:
        if name not in kind.places:
            table.wrong("must", Words(f"没有占位项“{name}”。", f"There is no place “{name}”."))
    table.finish()
    return kind


def _fields(table: Table | None) -> Mapping[str, FieldType]:
    if table is None:
        return {}
    names = tuple(table.content)
    fields = {name: FieldType(table.choice(name, tuple(FieldType))) for name in names}
    table.finish()
    return fields
