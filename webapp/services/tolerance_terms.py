"""What may follow acceptance and until when, and in which words a tolerance is refused.

The place lists the items and the longest time, the catalogue the materials and theirs; the item's promised limit
bounds both. Whoever may not go by commitment for the item, by a record of credit, is not tolerated either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from engine import Words
from engine.bundles import Bundle, Item, Material, Requirement, guide_for
from engine.law import COMMITMENT as BY_COMMITMENT
from engine.law import CONSEQUENCES, TOLERANCE, ClockTerms, Profile, ToleranceRules, day_words
from webapp.catalogue import Rules
from webapp.errors import ActRefused, Incomplete
from webapp.services.clocks import would_be_due
from webapp.services.credit_bars import Bar, Standing

OFFERED, DECLINED, PROMISED = "offered", "declined", "promised"
WAITING, HANDED_IN, TOLD = "waiting", "handed-in", "told"
COMPLETE, LAPSED, MOOT = "complete", "lapsed", "moot"
#: While it stands so, the ruling waits.
AWAITED = (WAITING, HANDED_IN, TOLD)
#: How a promised material comes.
HOW = {
    "window": Words("到综合窗口提交", "at the window"),
    "tracking": Words("凭查询码在线上传", "online, with the tracking code"),
}
#: Materials that nobody brings, or that were shown at the visit.
NOT_BROUGHT = ("form", "visit")


class NotTolerable(ActRefused):
    """What is missing may not follow acceptance: why not, and on which rule."""

    status = 422

    def __init__(self, why: Words, basis: Words) -> None:
        self.basis = basis
        zh, en = (f"（{basis.zh}）", f" ({basis.en})") if basis.zh else ("", "")
        super().__init__(
            Words(f"不能容缺受理：{why.zh}{zh}。", f"It cannot be accepted with this to follow: {why.en}{en}.")
        )


class BarredFromTolerance(NotTolerable):
    """A record of the applicant's credit stands against it."""

    def __init__(self, bar: Bar, basis: Words) -> None:
        self.rule = bar.rule
        super().__init__(
            Words(
                f"申请人有失信记录，不适用容缺受理（规则 {bar.rule}）：{bar.words.zh}",
                f"a record of the applicant's credit bars it (rule {bar.rule}): {bar.words.en}",
            ),
            basis,
        )


class PromisePastLimit(ActRefused):
    """The promised day lies after the last one that the rules allow."""

    status = 422

    def __init__(self, latest: date, terms: ClockTerms) -> None:
        on = day_words(latest)
        super().__init__(
            Words(
                f"承诺补齐的日期最迟为{on.zh}（{terms.basis.zh}）。",
                f"What is to follow is promised for {on.en} at the latest ({terms.basis.en}).",
            )
        )


class AwaitsMaterial(ActRefused):
    """容缺受理: until the promised material is there nothing is granted."""

    def __init__(self, materials: Iterable[Words], due: date | None, basis: Words) -> None:
        names = list(materials)
        zh, en = "、".join(name.zh for name in names), ", ".join(name.en or name.zh for name in names)
        until = day_words(due) if due else Words("", "")
        by_zh, by_en = (f"（承诺{until.zh}前补齐）", f" (promised for {until.en})") if due else ("", "")
        super().__init__(
            Words(
                f"容缺受理的材料尚未补齐：{zh}{by_zh}。补齐并核对以前不能作出准予的决定（{basis.zh}）。",
                f"What was to follow acceptance is not there yet: {en}{by_en}. Nothing is granted before it is"
                f" handed in and checked ({basis.en}).",
            )
        )


class OfferUnanswered(ActRefused):
    """Tolerance was offered, and the applicant has neither promised nor declined."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "已经提出容缺受理，申请人尚未书面承诺，不能受理。可以等待申请人承诺，或者改为要求补正。",
                "Acceptance with materials to follow was offered, and the applicant has not promised yet: it cannot be"
                " accepted. Wait for the promise, or ask for correction instead.",
            )
        )


class ToleranceLate(ActRefused):
    """The promised day is over, and the place's rule says what that means."""

    def __init__(self, late: str, due: date | None, basis: Words) -> None:
        self.late = late
        means, on = CONSEQUENCES[late], day_words(due) if due else Words("", "")
        zh, en = (f"（{on.zh}）", f" ({on.en})") if due else ("", "")
        super().__init__(
            Words(
                f"承诺的补齐期限已经届满{zh}：{means.zh}，不能再补交（{basis.zh}）。",
                f"The promised day is over{en}: {means.en}, and nothing more can be handed in ({basis.en}).",
            )
        )


class NotPromised(ActRefused):
    """Only what was promised is brought; the rest of the application stands."""

    status = 422

    def __init__(self, material: Words) -> None:
        super().__init__(
            Words(
                f"“{material.zh}”不在容缺受理承诺补齐的材料之中，不能补交。",
                f"“{material.en or material.zh}” is not among what was promised, and cannot be handed in.",
            )
        )


class NothingAwaited(ActRefused):
    """No material of this item is awaited: it came, or nothing was promised."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "该事项没有等待补齐的材料，可能已经提交。",
                "Nothing of this item is awaited; perhaps it was handed in already.",
            )
        )


def consequence_of(place: Profile, late: str, late_credit: str) -> Words:
    """What a missed promise means, with the credit record that it makes."""
    means, credit = CONSEQUENCES[late], place.credit
    kind = credit.kinds.get(late_credit) if credit else None
    if kind is None:
        return means
    zh, en = f"{means.zh}，并记入信用记录（{kind.name.zh}）", f"{means.en}; it is put on record ({kind.name.en})"
    return Words(zh, en)


@dataclass(frozen=True, slots=True)
class Promise:
    """What an applicant promises for one item: each material with how it comes (a key of `HOW`), and by which day."""

    item_key: str
    materials: Mapping[str, str]
    until: date | None


@dataclass(frozen=True, slots=True)
class Term:
    """A promise that the rules allow: so many days of the unit, counted from acceptance; the latest day of today."""

    days: int
    unit: str
    until: date
    latest: date


@dataclass(frozen=True, slots=True)
class Asking:
    """An application as it stands: what its applicant answered, how its items go, and the credit of who applies."""

    bundle: Bundle
    rules: Rules
    answers: Mapping[str, Any]  # with the guided ones
    ways: Mapping[str, str]
    standing: Standing


def rules_for(rules: Rules, item: Item) -> ToleranceRules:
    """The place's rules, where they hold for the item. Raises NotTolerable."""
    place = rules.profile
    if place.tolerance is None:
        raise NotTolerable(
            Words(f"{place.jurisdiction.zh}没有容缺受理的规定", f"{place.jurisdiction.en} has no rules on it"),
            Words("", ""),
        )
    if item.key not in place.tolerance.items:
        raise NotTolerable(
            Words(f"“{item.name.zh}”不在本地容缺受理事项清单内", f"the place does not list “{item.name.en}”"),
            place.tolerance.basis,
        )
    return place.tolerance


def requirement_of(asking: Asking, item: Item, material_key: str) -> tuple[Material, Requirement]:
    """The material as the item requires it of this applicant, where it may follow. Raises NotTolerable."""
    place = rules_for(asking.rules, item)
    found = next((one for one in asking.bundle.materials if one.key == material_key), None)
    needed = {one.material.key: one for one in guide_for(asking.bundle, asking.answers).materials}
    if found is None or found.key not in needed or item.key not in needed[found.key].used_by:
        name = found.name if found else Words(material_key, material_key)
        raise NotTolerable(
            Words(f"该事项不需要“{name.zh}”", f"the item does not require “{name.en or name.zh}”"), place.basis
        )
    requirement = next(one for one in found.requirements if one.item == item.key)
    if requirement.main:
        raise NotTolerable(
            Words(
                f"“{found.name.zh}”是主要材料，应当在受理前提交",
                f"“{found.name.en}” is a main material, which is handed in before acceptance",
            ),
            requirement.basis,
        )
    if requirement.tolerance is None or found.source in NOT_BROUGHT:
        raise NotTolerable(
            Words(
                f"“{found.name.zh}”没有列为可以容缺的材料", f"“{found.name.en}” is not listed as one that may follow"
            ),
            place.basis,
        )
    return found, requirement


def tolerable(asking: Asking, item: Item) -> tuple[Material, ...]:
    """The materials of the item that may follow acceptance in this place; none where it may not be tolerated at all."""
    found = []
    for one in guide_for(asking.bundle, asking.answers).materials:
        if item.key not in one.used_by or one.exempt:
            continue
        try:
            ensure_tolerable(asking, item)
            found.append(requirement_of(asking, item, one.material.key)[0])
        except NotTolerable:
            continue
    return tuple(found)


def ensure_tolerable(asking: Asking, item: Item) -> ToleranceRules:
    """Raises NotTolerable for an item that is not listed, goes by commitment or is decided elsewhere.

    BarredFromTolerance for an applicant whose credit stands against it.
    """
    place = rules_for(asking.rules, item)
    if asking.ways.get(item.key) == "commitment":
        raise NotTolerable(
            Words("该事项按告知承诺办理，当场作出决定", "the item goes by commitment and is decided at once"),
            place.basis,
        )
    if item.decided_in == "external":
        raise NotTolerable(Words("该事项由外部系统决定", "the item is decided in another system"), place.basis)
    bar = asking.standing.bar(BY_COMMITMENT, item)
    if bar is not None:
        raise BarredFromTolerance(bar, place.basis)
    return place


def limits_of(asking: Asking, item: Item, materials: Iterable[str]) -> list[ClockTerms]:
    """Every limit that a promise keeps within: the place's, the item's promised one, those of the materials."""
    place = rules_for(asking.rules, item)
    limits = [place.limit]
    if promised := item.limits.get("promised"):
        limits.append(ClockTerms(TOLERANCE, promised.value, promised.unit, promised.basis))
    for key in materials:
        tolerance = requirement_of(asking, item, key)[1].tolerance
        assert tolerance is not None
        limits.append(ClockTerms(TOLERANCE, tolerance.value, tolerance.unit, tolerance.basis))
    return limits


def latest_day(asking: Asking, item: Item, materials: Iterable[str], started: date) -> tuple[date, ClockTerms]:
    """The last day that may be promised if it is accepted on `started`, and the limit that says so."""
    ends = [(would_be_due(one, started, asking.rules), one) for one in limits_of(asking, item, materials)]
    return min(ends, key=lambda end: end[0])


def term_of(asking: Asking, item: Item, promise: Promise, started: date) -> Term:
    """The promise as a time from acceptance. Raises NotTolerable, Incomplete (materials, how, until),
    PromisePastLimit."""
    place = ensure_tolerable(asking, item)
    if not promise.materials:
        raise Incomplete("materials", Words("请列出容缺的材料。", "Name what is to follow."))
    for key, how in promise.materials.items():
        requirement_of(asking, item, key)
        if how not in HOW:
            raise Incomplete(f"how-{key}", Words("请选择补齐方式。", "Say how it will come."))
    if promise.until is None:
        raise Incomplete("until", Words("请写明承诺补齐的日期。", "Enter the day by which it will come."))
    if promise.until < started:
        raise Incomplete("until", Words("承诺补齐的日期不能早于今天。", "The day cannot lie in the past."))
    latest, by = latest_day(asking, item, promise.materials, started)
    if promise.until > latest:
        raise PromisePastLimit(latest, by)
    days = days_until(asking.rules, place.limit, started, promise.until)
    return Term(days, place.limit.unit, promise.until, latest)


def days_until(rules: Rules, limit: ClockTerms, started: date, until: date) -> int:
    """The fewest days of the limit's unit, from `started`, of which the last is not before `until`."""
    fitting = (days for days in range(1, limit.value) if would_be_due(_of(limit, days), started, rules) >= until)
    return next(fitting, limit.value)


def days_within(rules: Rules, limit: ClockTerms, days: int, started: date, latest: date) -> int:
    """`days`, or as many fewer as keep the last of them from lying after `latest`; at least one."""
    while days > 1 and would_be_due(_of(limit, days), started, rules) > latest:
        days -= 1
    return days


def _of(limit: ClockTerms, days: int) -> ClockTerms:
    return replace(limit, value=days)
