"""Which limit a legal clock of an item runs by: the item's own, the law's on silence, or a parameter of the place."""

from __future__ import annotations

from engine.bundles.model import Bundle, Item
from engine.law import HAND_UP, ClockTerms, Profile

#: Parameters that are not called after their clock, `<clock>-limit`.
PARAMETERS = {"correction": "correction-reply", "refused-answer": "refused-item-answer"}
INTAKE, TOLERANCE, VERIFICATION = "intake", "tolerance", "verification"


def limit_of(clock: str, item: Item, bundle: Bundle, profile: Profile) -> ClockTerms | None:
    """The terms of an item's clock; None where they are not data (what a person orders or names in the case).

    Intake: where the law accepts in silence, its limit (行政许可法 art. 32), else the place's.
    """
    if clock in item.limits:
        limit = item.limits[clock]
        return ClockTerms(clock, limit.value, limit.unit, limit.basis)
    if clock == HAND_UP:
        return item.hand_up.limit if item.hand_up else None
    if clock == TOLERANCE:
        return profile.tolerance.limit if profile.tolerance else None
    if clock == INTAKE and (silence := profile.silence(item.kind)) is not None:
        return silence
    try:
        return profile.terms(_parameter(clock, item, bundle), clock, kind=item.kind)
    except KeyError:
        return None


def _parameter(clock: str, item: Item, bundle: Bundle) -> str:
    committed = bundle.commitment_terms(item.key) if clock == VERIFICATION else None
    return committed.verification_parameter if committed else PARAMETERS.get(clock, f"{clock}-limit")
