"""暂停计时: a clock stands still for a procedure that the law takes out of the limit, and for nothing else.

Which procedures those are, on what basis, for which items, which clocks they stop and which notice must have been
issued before is data of the profile (LAW 2.1, art. 45). `pause_clocks` and `end_pause` run in a command that holds
the case: they write the pause, recompute due days and timers in the same transaction, and put it in the ledger.
"""

from __future__ import annotations

from datetime import date

import orjson

from engine import Words
from engine.bundles import JOINT
from engine.law import PauseKind, day_words
from webapp import moments
from webapp.errors import ActRefused
from webapp.identity import Identity
from webapp.services.clock_moves import Move, Why, move_clocks
from webapp.services.events import Event
from webapp.services.locked_case import LockedCase
from webapp.unit_of_work import sql


class PauseRefused(ActRefused):
    """A pause that the law does not give, or that is not told, begun or ended as it must be."""


class PauseNotLegal(PauseRefused):
    """The local rules know no such kind of pause, or not for this item."""

    def __init__(self, kind: str, place: Words, known: PauseKind | None) -> None:
        basis = known.basis if known else Words("《行政许可法》第四十五条", "Administrative Licensing Law, art. 45")
        name = known.name if known else Words(kind, kind)
        super().__init__(
            Words(
                f"“{name.zh}”不是{place.zh}对该事项规定的暂停情形，不能暂停计时（{basis.zh}）。",
                f"“{name.en}” is no ground in {place.en} to stop the clocks of this item ({basis.en}).",
            )
        )


class PauseWithoutNotice(PauseRefused):
    """Nothing was issued to the applicant that tells of the procedure and its time (art. 45)."""

    def __init__(self, kind: PauseKind) -> None:
        super().__init__(
            Words(
                f"尚未向申请人发出{kind.name.zh}的书面告知，不能暂停计时（{kind.basis.zh}）。请先制发特别程序告知书。",
                f"No written notice of the {kind.name.en} was issued to the applicant, so no clock stops"
                f" ({kind.basis.en}). Issue the notice first.",
            )
        )


class PauseOverlaps(PauseRefused):
    """A pause of this kind runs already, or ran on these days."""

    def __init__(self, kind: PauseKind, since: date) -> None:
        on = day_words(since)
        super().__init__(
            Words(
                f"{kind.name.zh}自{on.zh}起的暂停与此重叠，同一情形不能重复暂停计时（{kind.basis.zh}）。",
                f"This overlaps the pause for {kind.name.en} since {on.en}; the same ground cannot pause twice"
                f" ({kind.basis.en}).",
            )
        )


class PauseNotRunning(PauseRefused):
    """There is no such pause to end."""

    def __init__(self, kind: Words) -> None:
        super().__init__(
            Words(f"没有正在进行的{kind.zh}暂停，不能恢复计时。", f"No pause for {kind.en} is running: nothing to end.")
        )


class PauseEndsBeforeStart(PauseRefused):
    """A pause cannot end before it began, nor in the future."""

    def __init__(self, started: date, ended: date) -> None:
        began, end = day_words(started), day_words(ended)
        super().__init__(
            Words(
                f"暂停自{began.zh}开始，不能在{end.zh}结束：结束日应在开始日之后、今日以前。",
                f"The pause began on {began.en} and cannot end on {end.en}: the end lies between the start and today.",
            )
        )


class PauseStartsWrong(PauseRefused):
    """A pause begins when the notice is issued, or after it, and not in the future."""

    def __init__(self, since: date, notice: date) -> None:
        began, issued = day_words(since), day_words(notice)
        super().__init__(
            Words(
                f"暂停不能自{began.zh}开始：告知书{issued.zh}发出，暂停自告知之日起，不得提前或者预定。",
                f"The pause cannot begin on {began.en}: the notice was issued on {issued.en}, and a pause begins"
                " with it or later, never before it or in the future.",
            )
        )


class NoClockRuns(PauseRefused):
    """None of the clocks that this kind stops is running: before acceptance, or after the ruling."""

    def __init__(self, kind: PauseKind) -> None:
        super().__init__(
            Words(
                f"该事项没有可以因{kind.name.zh}暂停的时限正在计算：受理前、作出决定后不发生暂停（{kind.basis.zh}）。",
                f"No clock that {kind.name.en} could stop is running: nothing pauses before acceptance or after the"
                f" ruling ({kind.basis.en}).",
            )
        )


class ExpectedDaysMissing(PauseRefused):
    """The notice tells how long the procedure takes (art. 45)."""

    status = 422

    def __init__(self) -> None:
        super().__init__(
            Words(
                "请写明特别程序所需的工作日数，并应与告知书一致（《行政许可法》第四十五条）。",
                "State how many working days the procedure takes, as told in the notice (art. 45).",
            )
        )


STANDING = """
select ic.item_key,
    (select d.kind from document d where d.id = %(document)s and d.item_case_id = ic.id),
    (select d.issued_at from document d where d.id = %(document)s and d.item_case_id = ic.id),
    coalesce((select json_agg(l.id) from legal_clock l where l.stopped_on is null and l.name = any(%(clocks)s)
        and (l.item_case_id = ic.id or (l.case_id = ic.case_id and l.name = %(joint)s))), '[]'),
    (select max(p.started_on) from clock_pause p where p.item_case_id = ic.id and p.kind = %(kind)s
        and (p.ended_on is null or p.ended_on > %(since)s))
from item_case ic where ic.id = %(item_case)s and ic.case_id = %(case)s
"""
PAUSE = """
insert into clock_pause (clock_id, item_case_id, kind, name_zh, name_en, basis_zh, basis_en, document_id,
    expected_days, started_on)
select c::bigint, %(item_case)s, %(kind)s, %(name_zh)s, %(name_en)s, %(basis_zh)s, %(basis_en)s, %(document)s,
    %(expected)s, %(since)s
from json_array_elements_text(%(clock_ids)s::json) c
"""
END = """
update clock_pause set ended_on = %s where item_case_id = %s and kind = %s and ended_on is null
"""


def pause_clocks(
    case: LockedCase,
    item_case_id: int,
    kind: str,
    *,
    document_id: int | None,
    by: Identity | None,
    expected_days: int | None,
    since: date | None = None,
) -> list[Move]:
    """Stop the clocks of an item case (and the joint one) that this kind stops; returns the due days that moved.

    `document_id` is the notice, issued for this item case and of a kind that the rules name; `expected_days` are the
    working days that it tells. `since` is today where not given. Raises PauseNotLegal, ExpectedDaysMissing,
    PauseWithoutNotice, NoClockRuns, PauseStartsWrong, PauseOverlaps.
    """
    today = moments.local(case.now).date()
    since = since or today
    profile = case.rules.profile
    known = profile.pauses.get(kind)
    values = {
        "case": case.id,
        "item_case": item_case_id,
        "kind": kind,
        "document": document_id,
        "clocks": list(known.clocks) if known else [],
        "joint": JOINT,
        "since": since,
    }
    row = sql().execute(STANDING, values).fetchone()
    assert row is not None, "the item case is this case's"
    item_key, document_kind, issued_at, clocks, overlapped = row
    if known is None or not known.holds_for(item_key):
        raise PauseNotLegal(kind, profile.jurisdiction, known)
    if document_kind not in known.notices:
        raise PauseWithoutNotice(known)
    if expected_days is None or expected_days < 1:
        raise ExpectedDaysMissing()
    if not clocks:
        raise NoClockRuns(known)
    if not moments.local(issued_at).date() <= since <= today:
        raise PauseStartsWrong(since, moments.local(issued_at).date())
    if overlapped is not None:
        raise PauseOverlaps(known, overlapped)
    case.writing.add(
        "paused",
        PAUSE,
        item_case=item_case_id,
        kind=kind,
        name_zh=known.name.zh,
        name_en=known.name.en,
        basis_zh=known.basis.zh,
        basis_en=known.basis.en,
        document=document_id,
        expected=expected_days,
        since=since,
        clock_ids=orjson.dumps(clocks).decode(),
    )
    case.record(
        Event.CLOCK_PAUSED,
        by,
        item=item_case_id,
        pause=kind,
        document=document_id,
        since=since.isoformat(),
        expected_days=expected_days,
    )
    return [move for move in move_clocks(case, Why.PAUSED, by, pause=kind) if move.changed]


def end_pause(
    case: LockedCase, item_case_id: int, kind: str, *, by: Identity | None, on: date | None = None
) -> list[Move]:
    """Let the clocks run on after a pause; returns the due days that moved.

    `on` is the day on which the procedure ended, today where not given: that day is still part of the pause.
    Raises PauseNotRunning, PauseEndsBeforeStart.
    """
    today = moments.local(case.now).date()
    ended = on or today
    row = (
        sql()
        .execute(
            "select started_on, name_zh, name_en from clock_pause"
            " where item_case_id = %s and kind = %s and ended_on is null limit 1",
            (item_case_id, kind),
        )
        .fetchone()
    )
    if row is None:
        known = case.rules.profile.pauses.get(kind)
        raise PauseNotRunning(known.name if known else Words(kind, kind))
    if not row[0] <= ended <= today:
        raise PauseEndsBeforeStart(row[0], ended)
    sql().execute(END, (ended, item_case_id, kind))
    case.record(Event.CLOCK_RESUMED, by, item=item_case_id, pause=kind, on=ended.isoformat())
    return [move for move in move_clocks(case, Why.RESUMED, by, pause=kind) if move.changed]
