"""What a release's worked examples say otherwise when it is submitted: each is accepted by name, with a reason.

The examples are played by the rules in force at that moment. An example that differs may be out of date, or the bundle
may be wrong; only a person knows, so a person says it, and everybody who signs reads it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import orjson

from engine import DefinitionInvalid, Words
from engine.trial import difference_words, play_examples
from webapp import clock
from webapp.catalogue import Rules, release_files, rules_in_force
from webapp.errors import Incomplete, NotFound
from webapp.identity import Identity
from webapp.services.release_rows import LONGEST_NOTE
from webapp.unit_of_work import sql

#: How the name of the field with the reason for an example begins; its file follows.
ACCEPTING = "accept:"


@dataclass(frozen=True, slots=True)
class DifferingExample:
    """An example that no longer tells what the bundle does. `file`: its path in the bundle."""

    file: str
    name: Words
    differences: tuple[Words, ...]

    @property
    def field(self) -> str:
        """The field in which the reason to accept it is given."""
        return f"{ACCEPTING}{self.file}"


ACCEPT = """
insert into release_example (release_id, file, name_zh, name_en, differences, reason, accepted_by, accepted_at)
values (%(release)s, %(file)s, %(zh)s, %(en)s, %(differences)s, %(reason)s, %(by)s, %(now)s)
"""


def differing_examples(release_id: int) -> tuple[DifferingExample, ...]:
    """The examples of a release that differ by the rules in force; none where no rules are loaded, or it cannot be
    read, which is an error of its own."""
    try:
        rules = rules_in_force()
    except NotFound:
        return ()
    row = sql().execute("select digest from release where id = %s", (release_id,)).fetchone()
    if row is None:
        raise NotFound()
    return _played(row[0], release_id, rules)


def accept(
    release_id: int, differing: Sequence[DifferingExample], reasons: Mapping[str, str], by: Identity
) -> dict[str, str]:
    """Keep that and why each differing example is accepted, in the running transaction; returns file -> reason.

    Raises Incomplete, naming each example without a reason.
    """
    given = {one.file: reasons.get(one.file, "").strip() for one in differing}
    faults = [(one.field, _missing(one)) for one in differing if not 0 < len(given[one.file]) <= LONGEST_NOTE]
    if faults:
        raise Incomplete(*faults[0], *faults[1:])
    for one in differing:
        told = orjson.dumps([[words.zh, words.en] for words in one.differences]).decode()
        values = {
            "release": release_id, "file": one.file, "zh": one.name.zh, "en": one.name.en, "differences": told,
            "reason": given[one.file], "by": by.user_id, "now": clock.now(),
        }  # fmt: skip
        sql().execute(ACCEPT, values)
    return given


def end_accepted(release_id: int) -> None:
    """What was accepted in this round stays to be read; the next round asks anew."""
    sql().execute(
        "update release_example set ended_at = %s where release_id = %s and ended_at is null",
        (clock.now(), release_id),
    )


def _missing(one: DifferingExample) -> Words:
    return Words(
        f"示例“{one.name.zh}”与这一版不符。请改正流程或者重新录制示例；确认接受的，写明理由（{LONGEST_NOTE} 字以内）。",
        f"The example “{one.name.en or one.name.zh}” differs. Correct the bundle or record it anew; or, to accept it,"
        f" say why ({LONGEST_NOTE} characters).",
    )


@lru_cache(maxsize=64)
def _played(digest: str, release_id: int, rules: Rules) -> tuple[DifferingExample, ...]:
    """Played once for the same files and rules: neither ever changes."""
    try:
        runs, _ = play_examples(release_files(release_id), rules.profile, rules.calendar)
    except DefinitionInvalid:
        return ()
    return tuple(
        DifferingExample(run.example.file, run.example.name, tuple(map(difference_words, run.differences)))
        for run in runs
        if run.differences
    )
