"""What `hostile.json` says is expected of a file, read from its words: which outcomes are allowed and what else
must hold. Nothing here knows a file by its name."""

from __future__ import annotations

import re
from dataclasses import dataclass

REFUSED, LIMIT, INCIDENT, WAITS, ENDED = "refused", "limit", "incident", "waits", "ended"
#: Outcomes that no words allow: nothing moves and nothing waits; the process ended; it did not come to an end.
STUCK, CRASHED, HUNG = "stuck", "crashed", "hung"
_RUNS = frozenset({WAITS, ENDED})
#: A refusal at upload is an incident that came earlier, and a limit is told as an incident.
_FAILS = frozenset({REFUSED, LIMIT, INCIDENT})
_ANY = _RUNS | _FAILS

#: Words -> the outcomes that they allow.
_OUTCOMES = {
    r"\breject|\brefus|\bdenied\b|not accepted|too large|clear (message|rejection|error)": frozenset({REFUSED}),
    r"(?<!not )\baccepted\b|\bruns\b|\blines run\b|^works\b|\bworks (\(|or)|started at|saved and reloadable": _RUNS,
    r"\bdeploys\b|\bignored\b|\bloads\b": _RUNS,
    r"\bstored\b": _RUNS | {REFUSED},  # what is refused is stored under no name at all
    r"\bwaits\b": frozenset({WAITS}),
    r"instance is completed|instance (completes|ends)": frozenset({ENDED}),
    r"\bincident|(?<!no )\berror\b(?! page)|marked as (failed|suspended)|\bfails\b": _FAILS,
    r"\blimit|timed out|\btimeout": _FAILS,
}
#: Words that allow any end, as long as the service stays up.
_SURVIVES = r"surviv|does not (exit|hang|crash)|stays? up|stay under|harmless|does not block|alive"
#: Words about what holds for every file, checked always: see `hostile.py`.
_FLOOR = (
    r"no 5xx|never 5xx|/5xx|no stack trace|no traceback|escaped|nothing is executed|not fetched|no file/network"
    r"|must not take effect|(after|run it) every|server still|other (instances|requests|timers)|never stuck"
    r"|deployed but stuck|no recursionerror|nothing written|pages, links|api work|does not appear|half|no error"
    r"|must not be inflated|attribute access refused|no blocking|task page"
)


@dataclass(frozen=True)
class Expectation:
    """`outcomes` are those allowed. Each of the rest is "" or None where the words do not ask for it."""

    outcomes: frozenset[str]
    seconds: float | None  # to the answer of the upload
    run_seconds: float | None  # to the end of the run
    megabytes: int | None
    waits_at: str  # name of the user task at which the instance waits, if it does
    fails_at: str  # id of the element that a refusal or incident names
    names_flow: bool
    keeps_name: bool
    unread: tuple[str, ...]  # clauses in which nothing was understood


def read_expectation(expected: str, above: str = "") -> Expectation | None:
    """The expectation in these words; `above` is what "as above" stands for. None where nothing was understood."""
    text = expected.lower().replace("as above", above.lower())
    outcomes = frozenset(
        outcome for words, allowed in _OUTCOMES.items() if re.search(words, text) for outcome in allowed
    )
    if not outcomes and re.search(f"{_SURVIVES}|{_FLOOR}", text):
        outcomes = _ANY
    if not outcomes:
        return None
    return Expectation(
        outcomes=outcomes,
        seconds=_number(r"in < (\d+(?:\.\d+)?) s\b", text),
        run_seconds=_number(r"within (\d+(?:\.\d+)?) s\b", text),
        megabytes=_megabytes(text),
        waits_at=_word(r"task \"([^\"]+)\"", expected),
        fails_at=_word(r"(?:incident|error) at (?:task )?(\w+)", expected, but=("run", "deploy", "the", "a")),
        names_flow="naming the flow" in text,
        keeps_name="name intact" in text,
        unread=tuple(clause for clause in _clauses(text) if not _understood(clause)),
    )


def _clauses(text: str) -> list[str]:
    return [clause.strip() for clause in text.split(";") if clause.strip()]


def _understood(clause: str) -> bool:
    measured = r"in < \d|within \d|rss|memory|\d mb|name intact|naming the flow|4xx"
    known = "|".join((*_OUTCOMES, _SURVIVES, _FLOOR, measured))
    return re.search(known, clause) is not None


def _megabytes(text: str) -> int | None:
    found = _number(r"(?:rss|memory)\D{0,20}< ?(\d+) ?mb", text)
    if found is None and re.search(r"memory stays flat|must not be inflated", text):
        return 50
    return None if found is None else int(found)


def _number(pattern: str, text: str) -> float | None:
    found = re.search(pattern, text)
    return None if found is None else float(found[1])


def _word(pattern: str, text: str, but: tuple[str, ...] = ()) -> str:
    return next((word for word in re.findall(pattern, text) if word not in but), "")


def names_to_send(what: str) -> list[str]:
    """The file names under which a file must be sent, from words such as `filename "…", "…", 5,000-character name`."""
    _, filename, listed = what.partition("filename")
    names = [name.replace("\\0", "\0") for name in re.findall(r"\"([^\"]*)\"", listed)] if filename else []
    for length in re.findall(r"([\d,]+)-character name", listed):
        names.append("n" * (int(length.replace(",", "")) - len(".bpmn")) + ".bpmn")
    return names
