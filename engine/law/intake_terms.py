"""The limits of an intake: that after which the law accepts in silence, and what the office promises within it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from engine.law.profile import Profile
from engine.law.terms import ClockTerms

#: From receipt to the outcome of intake; and the shorter limit that the place promises within that of the law.
INTAKE, INTAKE_PROMISE = "intake", "intake-promise"
#: Whose tasks are due when the promise is, where one runs.
PROMISED_WITHIN = {INTAKE: INTAKE_PROMISE}
#: The parameter with the office's own limit to answer.
PARAMETER = "intake-limit"


def intake_limits(profile: Profile, kind: str, due_on: Callable[[ClockTerms], date]) -> tuple[ClockTerms, ...]:
    """The limits that begin when an application of this kind of item is complete before the department.

    That after which the law accepts in silence (行政许可法 art. 32), and beside it what the place promises within it: a
    promise that is broken is a matter of supervision, and the effect of silence still comes at the end of the limit of
    the law. Where no text makes anything of silence the office's own limit is the only one. `due_on`: the last day of
    a limit that begins now. Raises KeyError where the place has no limit to answer.
    """
    silence = profile.silence(kind)
    if silence is None:
        return (profile.terms(PARAMETER, INTAKE, kind=kind),)
    promised = profile.terms(PARAMETER, INTAKE_PROMISE, kind=kind)
    return (silence, promised) if due_on(promised) < due_on(silence) else (silence,)
