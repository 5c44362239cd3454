"""A bundle as data: what the catalogue says, read once and never changed.

Every text is `Words`: the files carry Chinese, `texts/en.toml` carries English.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from engine.expressions import Expression
from engine.law.hand_up import HandUp
from engine.words import Words


class ItemKind(StrEnum):
    """The kinds of service items (LAW 2.11). The kind fixes the words, the clocks and the documents."""

    LICENCE = "licence"  # 行政许可
    REGISTRATION = "registration"  # 登记
    FILING = "filing"  # 备案
    CONFIRMATION = "confirmation"  # 行政确认
    PUBLIC_SERVICE = "public-service"  # 公共服务


class Unit(StrEnum):
    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    MONTHS = "months"


@dataclass(frozen=True, slots=True)
class Limit:
    """A number of the law: value, unit and basis (law and article). Without basis it is not publishable."""

    value: int
    unit: Unit
    basis: Words


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: Words


@dataclass(frozen=True, slots=True)
class Question:
    """One guided question (情形引导). Asked when `when` holds over the answers so far (None: always)."""

    key: str
    text: Words
    hint: Words
    kind: str  # "one" | "many" | "yes-no"
    options: tuple[Option, ...]
    when: Expression | None


@dataclass(frozen=True, slots=True)
class Situation:
    """A leaf of the question tree for one item: exactly one per applicable item must hold."""

    key: str
    name: Words
    when: Expression


@dataclass(frozen=True, slots=True)
class Delegation:
    """The window may accept for the item (accepts = "window"): number and date of the delegation."""

    number: str
    date: str
    basis: Words


@dataclass(frozen=True, slots=True)
class IdentifierRule:
    """电子证照标识: the pattern of a licence type's identifiers, and the type's code in it.

    Places of `pattern`: {type}, {issuer} (the unit's code), {serial}, {version}, {check}.
    """

    pattern: str
    type_code: str


@dataclass(frozen=True, slots=True)
class ExpiryTerms:
    """How many calendar days before the last day the holder and the unit are reminded; the longest first."""

    remind_days: tuple[int, ...]
    basis: Words


@dataclass(frozen=True, slots=True)
class RenewalTerms:
    """延续: how long before the end it is applied for; what a late application is; whether silence renews.

    `late`: "refused", or "without-silence" (it is decided on, but silence does not renew). `silence`: the text by
    which an application in time that nobody answered until the end is granted (Licensing Law art. 50); None: none.
    """

    apply_before: Limit
    late: str
    silence: Words | None


@dataclass(frozen=True, slots=True)
class LicenceType:
    """What a granted item gives. `number` is the pattern of the licence type's own rule.

    Places of `number`: {year}, {serial} (per type and year), {region}. None: numbered elsewhere.
    """

    key: str
    name: Words
    number: str | None
    validity: Limit | None
    fields: tuple[tuple[str, Words], ...]  # (answer key, label) printed on the licence
    template: str  # key of documents/<template>.md
    number_format: str | None = None  # "uscc": a number entered from outside must pass this check
    #: Answer key that this licence's number fills for later items, when it is empty.
    number_field: str | None = None
    #: Answer key of what the licence permits (经营范围 …), one of `fields`.
    scope_field: str | None = None
    identifier: IdentifierRule | None = None
    expiry: ExpiryTerms | None = None
    renewal: RenewalTerms | None = None


@dataclass(frozen=True, slots=True)
class ChecklistPoint:
    """One point that is examined. `severity` of a fault found at a visit: "critical", "major", "minor"."""

    key: str
    text: Words
    basis: Words
    severity: str = ""


@dataclass(frozen=True, slots=True)
class CommitmentTerms:
    """Commitment for one item, or for one proof of it: letter, what is told and committed, the check afterwards."""

    letter: str  # key of documents/<letter>.md
    conditions: tuple[Words, ...]
    told: tuple[Words, ...]
    replaces: tuple[str, ...]  # material keys that need not be submitted
    verification_parameter: str  # key of the profile's parameter with the limit
    representative_may_sign: bool
    channels: tuple[str, ...] = ("tablet", "scan")  # how it may be signed: "tablet" | "scan" | "phone" | "code"
    typed_name: bool = False  # on the signer's own phone the typed name is a signature


@dataclass(frozen=True, slots=True)
class ExtensionTerms:
    """By how much the limits of an item may be made longer, by whom, on which basis (行政许可法 art. 42).

    `value` is in the unit of the limits that it makes longer, `clocks` are their names. `level` is the role that may
    grant it, as the place names it; `group` the post in whose inbox the request goes.
    """

    value: int
    unit: Unit
    basis: Words
    level: str
    group: str
    clocks: tuple[str, ...]
    level_name: Words | None = None  # what the level is called, where it is not the place's own


@dataclass(frozen=True, slots=True)
class Item:
    """One service of one department with its own ruling."""

    key: str  # "P2"
    code: str  # item code of the catalogue
    name: Words
    kind: ItemKind
    department: str  # key of the deciding department
    supervised_by: str
    groups: Mapping[str, str]  # "intake" | "review" | "decide" | "verify" -> candidate group key
    decided_in: str  # "here" | "external"
    accepts: str  # "department" | "window"
    delegation: Delegation | None
    immediate: bool  # 即办件
    limits: Mapping[str, Limit]  # "statutory" | "promised"
    basis: tuple[Words, ...]
    conditions: tuple[Words, ...]
    situations: tuple[Situation, ...]
    needs_result_of: tuple[str, ...]
    call_activity: str  # id of the call activity in the parent diagram
    checklist: tuple[ChecklistPoint, ...]
    visit_checklist: tuple[ChecklistPoint, ...]
    licence: LicenceType | None
    commitment: CommitmentTerms | None
    refusal_basis: Words
    #: The text that makes reconsideration come before a suit against this item's rulings (复议前置), where one does.
    reconsideration_first: Words | None = field(default=None, kw_only=True)
    extension: ExtensionTerms | None = None
    #: The text behind its intake and correction, where it is not what the place states for its kind.
    intake_basis: Words | None = field(default=None, kw_only=True)
    #: The lower level that accepts and reviews it first (art. 35); None: who decides does all of it.
    hand_up: HandUp | None = field(default=None, kw_only=True)
    #: When the item is meant to apply: checked against the situations, which alone decide; None: not stated.
    applies: Expression | None = field(default=None, kw_only=True)

    @property
    def reviewing_department(self) -> str:
        """The key of the department that accepts and reviews: the lower level's, where it is handed up."""
        return self.hand_up.reviewed_by if self.hand_up else self.department

    @property
    def termination_variable(self) -> str:
        """The variable of the case's process that says that the item has ended without a ruling."""
        return f"terminated_{self.key}"


@dataclass(frozen=True, slots=True)
class Requirement:
    """Item `item` requires the material; `main` False means secondary.

    `tolerance`: it may follow within so long after acceptance, on a written promise (容缺受理); None: it may not.
    """

    item: str
    when: Expression | None
    main: bool
    basis: Words
    tolerance: Limit | None = None
    #: A commitment may replace this one proof (证明事项告知承诺), for this item; None: it may not.
    commitment: CommitmentTerms | None = None


@dataclass(frozen=True, slots=True)
class LicenceUse:
    """A valid licence of this type, of the same holder, stands for the material where `when` holds (None: always)."""

    licence: str  # key of a licence type, of whichever bundle
    when: Expression | None
    basis: Words


@dataclass(frozen=True, slots=True)
class Material:
    """A kind of document, shared by the items that require it."""

    key: str
    name: Words
    source: str  # "applicant" | "government" | "shared-data" | "form" | "visit" (shown when the visit was opened)
    forms: tuple[str, ...]  # accepted: "original-returned" | "copy" | "e-licence" | "exempt"
    copies: int
    result_of: str | None  # the item whose licence this is: exempt once it exists
    exempt_reason: Words | None
    requirements: tuple[Requirement, ...]
    satisfied_by: tuple[LicenceUse, ...] = ()


@dataclass(frozen=True, slots=True)
class Baseline:
    """How it was before the bundle: for the computed savings."""

    working_days: int
    steps: int
    materials: int
    visits: int
    basis: Words


@dataclass(frozen=True, slots=True)
class Bundle:
    """The whole of one "thing"."""

    key: str
    name: Words
    summary: Words
    life_cycle: str  # group in the catalogue: "enterprise" | "citizen" | "project"
    life_cycle_name: Words
    lead_department: str
    case_prefix: str  # letters of the case number
    entry_process: str
    entry_file: str
    joint_limit: Limit | None
    joint_extension: ExtensionTerms | None
    #: What becomes of the rest when one item is refused: "continue" | "stop" (they end) | "ask" (the applicant says).
    refused_item_policy: str
    questions: tuple[Question, ...]
    items: tuple[Item, ...]
    materials: tuple[Material, ...]
    form_key: str
    applicant_name_field: str  # answer key that names the applicant (shown in lists)
    subject_field: str  # answer key that names the thing applied for (premises name)
    eligibility_decision: str  # id of the DMN decision for commitment
    case_variables: tuple[str, ...]  # answer keys copied into engine variables
    baseline: Baseline
    demo: bool  # shown as 示例: figures of it are not sourced
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # language -> key -> text
    #: Answer keys that identify the applicant: credit is looked up by them.
    identity_fields: tuple[str, ...] = ()
    #: Answer keys of the identity numbers of those who may collect results.
    signatory_name_field: str = ""  # answer keys of the one person who may sign a commitment: name, identity number
    signatory_id_field: str = ""
    signatory_mobile_field: str = ""  # of the same person's mobile number, to which a code may be sent
    collector_fields: tuple[str, ...] = ()  # answer keys of the identity numbers of those who may collect,
    collector_name_fields: tuple[str, ...] = ()  # and of their names, in the same order
    district_field: str = ""  # answer key of the district in which the matter lies: compared with the case's place
    present_field: str = ""  # answer key that says who applies: who is at the counter answers it before the form does
    shared: tuple[str, ...] = ()  # called diagrams of _shared/, without ending
    refused_item_basis: Words = field(default=Words("", ""), kw_only=True)  # on what the policy rests; not "continue"

    def item(self, key: str) -> Item:
        """The item of this key. Raises KeyError."""
        found = next((item for item in self.items if item.key == key), None)
        if found is None:
            raise KeyError(key)
        return found

    def material(self, key: str) -> Material:
        """The material of this key. Raises KeyError."""
        found = next((material for material in self.materials if material.key == key), None)
        if found is None:
            raise KeyError(key)
        return found

    def commitment_terms(self, item: str, material: str = "") -> CommitmentTerms | None:
        """The terms of a commitment for an item or, with `material`, for this one proof of it. Raises KeyError."""
        if not material:
            return self.item(item).commitment
        return next((one.commitment for one in self.material(material).requirements if one.item == item), None)

    def words(self, file: str, element: str, attribute: str, chinese: str) -> Words:
        """`chinese`, with the English that texts/en.toml has for file, element and attribute."""
        return Words(chinese, self.texts.get("en", {}).get(f"{file}#{element}.{attribute}", ""))


@dataclass(frozen=True, slots=True)
class ApplicableItem:
    item: Item
    situation: Situation


@dataclass(frozen=True, slots=True)
class RequiredMaterial:
    """One material asked of this applicant, with the items that use it."""

    material: Material
    used_by: tuple[str, ...]  # item keys
    main: bool
    exempt: bool  # fetched or produced by an earlier item: not asked for
    replaced_for: tuple[str, ...]  # items for which the commitment replaces it


@dataclass(frozen=True, slots=True)
class Guide:
    """What the guided answers lead to: items with their situation, materials, and the savings."""

    items: tuple[ApplicableItem, ...]
    materials: tuple[RequiredMaterial, ...]
    separate_submissions: int  # if every item were applied for alone
    bundled_submissions: int  # materials asked for now

    @property
    def saved_submissions(self) -> int:
        return self.separate_submissions - self.bundled_submissions
