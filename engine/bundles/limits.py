"""Which limit a legal clock of an item runs by: the item's own, the law's on silence, or a parameter of the place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from engine.bundles.model import Bundle, Item, Unit
from engine.law import HAND_UP, ClockTerms, Profile
from engine.words import Words

#: Parameters that are not called after their clock, `<clock>-limit`.
PARAMETERS = {
    "correction": "correction-reply",
    "refused-answer": "refused-item-answer",
    "hearing": "hearing-hold-limit",
}
#: What names the time of a procedure that no rule of the place knows.
_TOLD_IN_NOTICE = Words("特别程序告知书", "the notice of the procedure")
INTAKE, VERIFICATION = "intake", "verification"
#: The clocks of an item that run from acceptance to its ruling; and that of the whole case (许可法 art. 42 para. 2).
DECISION_CLOCKS, JOINT = ("promised", "statutory"), "joint"


def limit_of(clock: str, item: Item, bundle: Bundle, profile: Profile) -> ClockTerms | None:
    """The terms of an item's clock; None where they are not data (what a person orders or names in the case), or the
    item has no such limit.

    Intake: where the law accepts in silence, its limit (行政许可法 art. 32), else the place's.
    """
    if clock in item.limits:
        limit = item.limits[clock]
        return ClockTerms(clock, limit.value, limit.unit, limit.basis)
    if clock in _OF_RULES:
        return _OF_RULES[clock](item, profile)
    if clock == INTAKE and (silence := profile.silence(item.kind)) is not None:
        return silence
    try:
        return profile.terms(_parameter(clock, item, bundle), clock, kind=item.kind)
    except KeyError:
        return None


def decision_limits(item: Item, *, reviewed_below: bool = True) -> tuple[ClockTerms, ...]:
    """The limits that begin when the item is accepted: promised, statutory (行政许可法 art. 42), and that of the review
    below where a lower level reviews it first (art. 43).

    `reviewed_below` False: not in the way that this item goes.
    """
    limits = [(name, item.limits[name]) for name in DECISION_CLOCKS if name in item.limits]
    own = [ClockTerms(name, limit.value, limit.unit, limit.basis) for name, limit in limits]
    below = [item.hand_up.limit] if item.hand_up is not None and reviewed_below else []
    return (*own, *below)


def joint_limit(bundle: Bundle) -> ClockTerms | None:
    """The limit of the case as a whole; None where the bundle has none."""
    joint = bundle.joint_limit
    return None if joint is None else ClockTerms(JOINT, joint.value, joint.unit, joint.basis)


def procedure_time(kind: str, expected_days: int, profile: Profile) -> ClockTerms:
    """The working days that a special procedure takes, as the applicant is told (行政许可法 art. 45)."""
    known = profile.pauses.get(kind)
    return ClockTerms(kind, expected_days, Unit.WORKING_DAYS, known.basis if known else _TOLD_IN_NOTICE)


def verification_limit(
    bundle: Bundle, item: str, committed: Iterable[str], profile: Profile, due_on: Callable[[ClockTerms], date]
) -> ClockTerms | None:
    """Until when the item is verified: by the earliest of its commitments; None where nothing is committed to.

    `committed`: materials that a commitment replaces, "" for the commitment of the item as a whole; `due_on`: the last
    day of a limit that begins with the ruling. Raises KeyError.
    """
    found = (bundle.commitment_terms(item, material) for material in committed)
    limits = [profile.terms(one.verification_parameter, VERIFICATION) for one in found if one is not None]
    return min(limits, key=due_on, default=None)


def clocks_of(parameter: str) -> frozenset[str]:
    """The clocks that may run by a parameter of the place, as `limit_of` finds it; none where no clock is called so.

    A commitment names the parameter of its verification itself: one that begins with that clock's name is taken for it.
    """
    clocks = {clock for clock, named in PARAMETERS.items() if named == parameter}
    clock = parameter.removesuffix("-limit")
    if clock != parameter and clock not in PARAMETERS:
        clocks.add(clock)
    if parameter.startswith(f"{VERIFICATION}-"):
        clocks.add(VERIFICATION)
    return frozenset(clocks)


#: Clocks whose limits stand with rules of their own. The time to look again after rectification is none of an item:
#: it runs from the end of the time to rectify.
_OF_RULES: Mapping[str, Callable[[Item, Profile], ClockTerms | None]] = {
    HAND_UP: lambda item, _: item.hand_up.limit if item.hand_up else None,
    "tolerance": lambda _, profile: profile.tolerance.limit if profile.tolerance else None,
    "tolerance-check": lambda _, profile: profile.tolerance.check if profile.tolerance else None,
    "handover": lambda _, profile: profile.handover.limit if profile.handover else None,
    "recheck": lambda _, profile: None,
}


def _parameter(clock: str, item: Item, bundle: Bundle) -> str:
    committed = bundle.commitment_terms(item.key) if clock == VERIFICATION else None
    return committed.verification_parameter if committed else PARAMETERS.get(clock, f"{clock}-limit")
