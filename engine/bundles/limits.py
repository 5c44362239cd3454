"""Which limit a legal clock of an item runs by: the item's own, the law's on silence, or a parameter of the place."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.bundles.model import Bundle, Item
from engine.law import HAND_UP, ClockTerms, Profile

#: Parameters that are not called after their clock, `<clock>-limit`.
PARAMETERS = {
    "correction": "correction-reply",
    "refused-answer": "refused-item-answer",
    "hearing": "hearing-hold-limit",
}
INTAKE, VERIFICATION = "intake", "verification"


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
