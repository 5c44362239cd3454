"""A jurisdiction's own rules (地方规则): every figure with its unit and its legal basis."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.findings import Report
from engine.law.credit import CreditRules, read_credit
from engine.law.grounds import GroundRules, read_grounds
from engine.law.hand_up import HAND_UP, POSTS, HandUp
from engine.law.handover import HandoverRules, read_handover
from engine.law.item_kinds import KindRules, read_kind
from engine.law.tables import UNITS, Table, read_toml, without_unit
from engine.law.terms import ClockTerms, OfficeHours
from engine.law.tolerance import ToleranceRules, read_tolerance
from engine.law.unified import UnifiedCatalogue, read_unified
from engine.law.verification import NO_RULES, VerificationRules, read_verification
from engine.words import Words

RULE = "rule"
#: The unit of a figure that is no limit.
COUNT = "count"
#: The posts of an item.
GROUPS = ("intake", "review", "decide", "verify")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One rule of the place. `unit` is that of a limit, "count" for another figure, or "rule" for a choice (text or
    yes/no)."""

    key: str
    name: Words
    value: int | bool | str
    unit: str
    basis: Words


@dataclass(frozen=True, slots=True)
class PauseKind:
    """A legal kind of pause (行政许可法 art. 45, or a special basis): which clocks it stops, for which items.

    `notices` are the kinds of document of which one must have been issued to the applicant before; without
    it nothing pauses. `items` empty: every item of the place.
    """

    key: str
    name: Words
    basis: Words
    notices: tuple[str, ...]
    clocks: tuple[str, ...]
    items: tuple[str, ...] = ()

    def holds_for(self, item: str) -> bool:
        """Whether items of this key may be paused in this way."""
        return not self.items or item in self.items


@dataclass(frozen=True, slots=True)
class ItemArrangement:
    """Who decides and supervises an item in this place, by which posts ("intake", "review", "decide", "verify").

    `extension_group` is the post that may extend its limit; empty where the item's own may; `extension_level` what the
    level is called that grants it, where it is not the place's own. `hand_up`: a lower level
    of this place accepts and reviews it first; then "intake" and "review" are posts of that level.
    """

    department: str
    supervised_by: str
    groups: Mapping[str, str]
    extension_group: str
    hand_up: HandUp | None = None
    extension_level: Words | None = None


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How a place divides the work where it does so otherwise than the bundles say; `items` by their key."""

    lead_department: str
    basis: Words
    items: Mapping[str, ItemArrangement]
    joint_extension_group: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """A jurisdiction. `demo` says that figures are examples, which pages must show.

    `commitment_list` are the item keys that the place admits to commitment; `pauses` the legal kinds of pause
    by key; `levels` name who may extend a limit, by the role that they have;
    `arrangement` says who decides here, where it is not the department that an item names; `kinds` on what the
    handling of each kind of item stands; `credit` what records of applicants bar, None where no rule says so;
    `verification` how commitments are verified; `handover` which rulings the supervising unit is told of.
    `version` is the digest of the file, kept with whatever was computed from it.
    """

    key: str
    jurisdiction: Words
    demo: bool
    valid_from: date
    region: str
    document_prefix: str
    zone: ZoneInfo
    government: Words
    office_hours: OfficeHours
    commitment_list: tuple[str, ...]
    commitment_basis: Words
    parameters: Mapping[str, Parameter]
    version: str
    pauses: Mapping[str, PauseKind] = field(default_factory=dict)
    levels: Mapping[str, Words] = field(default_factory=dict)
    arrangement: Arrangement | None = None
    kinds: Mapping[str, KindRules] = field(default_factory=dict)
    credit: CreditRules | None = None
    #: 容缺受理; None: no application is accepted with materials to follow.
    tolerance: ToleranceRules | None = None
    verification: VerificationRules = NO_RULES
    handover: HandoverRules | None = None
    #: What facts and reasons must at least say; None: that something stands there is enough.
    grounds: GroundRules | None = None
    #: What a form's field of districts (`Bundle.district_field`) may say where these rules hold; empty: not stated.
    districts: tuple[str, ...] = ()
    #: On what basis a QR code alone suffices to sign on one's own phone; None: the signer's number is confirmed.
    qr_alone: Words | None = None
    #: What a higher level's catalogue binds of the items here (四级四同); None: nothing.
    unified: UnifiedCatalogue | None = None

    def terms(self, key: str, clock: str | None = None, *, kind: str = "") -> ClockTerms:
        """The limit of this key as a clock named `clock` (the key itself when left out). Raises KeyError.

        `kind`: that of the item, whose own limit of this key comes first.
        """
        rules = self.kinds.get(kind)
        if rules is not None and key in rules.limits:
            return replace(rules.limits[key], name=clock or key)
        parameter = self.parameters[key]
        if parameter.unit not in UNITS or not isinstance(parameter.value, int):
            raise KeyError(key)
        return ClockTerms(clock or key, parameter.value, parameter.unit, parameter.basis)

    def silence(self, kind: str) -> ClockTerms | None:
        """After how long without a word an application of this kind is accepted by law; None where it never is."""
        rules = self.kinds.get(kind)
        return rules.silence if rules else None

    def rule(self, key: str, default: bool | str) -> bool | str:
        """The choice of this key, or `default` where the place has none."""
        parameter = self.parameters.get(key)
        if parameter is None or parameter.unit != RULE or not isinstance(parameter.value, (bool, str)):
            return default
        return parameter.value


def read_profile(content: bytes, file: str = "profile.toml") -> Profile:
    """Reads `profiles/<jurisdiction>.toml`. Raises DefinitionInvalid with every fault.

    A figure without unit or without basis is refused (codes "limit-without-unit", "limit-without-basis").
    """
    report = Report(file)
    root = read_toml(content, report)
    root.integer("format", least=1)
    commitment_list, commitment_basis, qr_alone = _commitment(root)
    credit = _credit(root)
    profile = Profile(
        key=root.text("key"),
        jurisdiction=root.words("name"),
        demo=root.boolean("demo"),
        valid_from=root.day("valid_from"),
        region=root.text("region_code"),
        document_prefix=root.text("document_prefix"),
        zone=_zone(root),
        government=root.words("government"),
        office_hours=_office_hours(root),
        commitment_list=commitment_list,
        commitment_basis=commitment_basis,
        qr_alone=qr_alone,
        parameters={key: _parameter(key, table) for key, table in root.tables("parameters")},
        version=hashlib.sha256(content).hexdigest(),
        pauses={key: _pause_kind(key, table) for key, table in root.tables("pauses")},
        levels=_levels(root),
        arrangement=_arrangement(root),
        kinds={kind: read_kind(table) for kind, table in root.tables("kinds")},
        credit=credit,
        tolerance=_tolerance(root, credit),
        verification=_verification(root),
        handover=_handover(root),
        grounds=read_grounds(root),
        districts=root.texts("districts", required=False),
        unified=read_unified(root),
    )
    root.finish()
    report.raise_errors()
    return profile


def _parameter(key: str, table: Table) -> Parameter:
    name = table.words("name")
    value = table.take("value", (int, bool, str), 0)
    unit = table.text("unit", required=False)
    if not unit:
        without_unit(table.report, table.path)
    elif unit not in (*UNITS, COUNT, RULE):
        table.choice("unit", (*UNITS, COUNT, RULE))
    elif unit != RULE and (isinstance(value, (bool, str)) or value < 0):
        table.wrong("value", Words("期限和数目应为非负整数。", "A limit or a count is a whole number, not negative."))
    basis = table.basis()
    table.finish()
    return Parameter(key, name, value, unit, basis)


def _levels(root: Table) -> dict[str, Words]:
    table = root.table("levels", required=False)
    if table is None:
        return {}
    levels = {key: table.words(key) for key in table.content}
    table.finish()
    return levels


def _arrangement(root: Table) -> Arrangement | None:
    table = root.table("arrangement", required=False)
    if table is None:
        return None
    lead, basis = table.text("lead_department"), table.basis()
    items = {key: _of_item(one) for key, one in table.tables("items")}
    arrangement = Arrangement(lead, basis, items, table.text("joint_extension_group", required=False))
    table.finish()
    return arrangement


def _of_item(table: Table) -> ItemArrangement:
    department, supervised_by = table.text("department"), table.text("supervised_by")
    posts = table.table("groups")
    groups = {key: posts.text(key) for key in GROUPS} if posts is not None else {}
    if posts is not None:
        posts.finish()
    extension_group = table.text("extension_group", required=False)
    level = table.words("extension_level") if "extension_level" in table else None
    below = table.table("hand_up", required=False)
    hand_up = _hand_up(below) if below is not None else None
    table.finish()
    return ItemArrangement(department, supervised_by, groups, extension_group, hand_up, level)


def _hand_up(table: Table) -> HandUp:
    posts, given = table.table("groups"), table.table("limit")
    groups = {key: posts.text(key) for key in POSTS} if posts is not None else {}
    if posts is not None:
        posts.finish()
    hand_up = HandUp(
        reviewed_by=table.text("reviewed_by"),
        groups=groups,
        limit=_review_limit(given) if given is not None else ClockTerms(HAND_UP, 0, UNITS[0], Words("", "")),
        basis=table.basis(),
        may_return=table.boolean("may_return", default=False),
    )
    table.finish()
    return hand_up


def _review_limit(table: Table) -> ClockTerms:
    """The limit of the lower level's review (行政许可法 art. 43)."""
    value, unit = table.integer("value", least=1), table.text("unit", required=False)
    if not unit:
        without_unit(table.report, table.path)
    elif unit not in UNITS:
        table.choice("unit", UNITS)
    basis = table.basis()
    table.finish()
    return ClockTerms(HAND_UP, value, unit, basis)


def _pause_kind(key: str, table: Table) -> PauseKind:
    kind = PauseKind(
        key,
        table.words("name"),
        table.basis(),
        table.texts("notices"),
        table.texts("clocks"),
        table.texts("items", required=False),
    )
    for name in ("notices", "clocks"):
        if name in table and not table.content[name]:
            table.wrong(name, Words("不能为空。", "It is empty."))
    table.finish()
    return kind


def _commitment(root: Table) -> tuple[tuple[str, ...], Words, Words | None]:
    """The list and its basis; on what basis a QR code alone suffices for signing on one's own phone, None: it does
    not."""
    table = root.table("commitment", required=False)
    if table is None:
        return (), Words("", ""), None
    items, basis = table.texts("items"), table.basis()
    phone, qr_alone = table.table("phone", required=False), None
    if phone is not None:
        alone = phone.boolean("qr_alone")
        said = phone.basis()
        qr_alone = said if alone else None
        phone.finish()
    table.finish()
    return items, basis, qr_alone


def _credit(root: Table) -> CreditRules | None:
    table = root.table("credit", required=False)
    return None if table is None else read_credit(table)


def _verification(root: Table) -> VerificationRules:
    table = root.table("verification", required=False)
    return NO_RULES if table is None else read_verification(table)


def _handover(root: Table) -> HandoverRules | None:
    table = root.table("handover", required=False)
    return None if table is None else read_handover(table)


def _tolerance(root: Table, credit: CreditRules | None) -> ToleranceRules | None:
    table = root.table("tolerance", required=False)
    if table is None:
        return None
    rules = read_tolerance(table)
    if rules.late_credit and (credit is None or rules.late_credit not in credit.kinds):
        why = Words("本地规则没有这种信用记录。", "The place has no such kind of credit record.")
        Table(table.report, table.at("late"), {}).wrong("credit", why)
    return rules


def _office_hours(root: Table) -> OfficeHours:
    table = root.table("office_hours")
    if table is None:
        return OfficeHours(((time(9), time(17)),), Words("", ""))
    spells = [_spell(table, "morning"), _spell(table, "afternoon")]
    basis = table.basis()
    table.finish()
    known = sorted(spell for spell in spells if spell is not None)
    return OfficeHours(tuple(known) or ((time(9), time(17)),), basis)


def _spell(table: Table, key: str) -> tuple[time, time] | None:
    texts = table.texts(key, required=False)
    if not texts:
        return None
    try:
        opens, closes = (time.fromisoformat(text) for text in texts)
    except ValueError:
        table.wrong(key, Words('应为两个时刻，例如 ["09:00", "12:00"]。', 'It must be two times: ["09:00", "12:00"].'))
        return None
    if closes <= opens:
        table.wrong(key, Words("结束时刻应晚于开始时刻。", "The closing time must be after the opening time."))
    return opens, closes


def _zone(root: Table) -> ZoneInfo:
    name = root.text("time_zone")
    try:
        return ZoneInfo(name or "Asia/Shanghai")
    except (ZoneInfoNotFoundError, ValueError):
        root.wrong("time_zone", Words("没有这个时区。", "There is no such time zone."))
        return ZoneInfo("Asia/Shanghai")
