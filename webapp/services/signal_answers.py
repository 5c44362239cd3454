"""What is said to a supervision signal: the unit answers or appeals, the supervisor upholds or withdraws it.

Each is an act of its own in the case's ledger. Words stay in the table: they may name people.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from engine import Words
from webapp import moments
from webapp.catalogue import Rules
from webapp.errors import ActRefused, Incomplete, NotFound, NotYours
from webapp.identity import Identity
from webapp.permissions import Permission, SignalFacts
from webapp.services.acting import act_on
from webapp.services.events import Event
from webapp.services.locked_case import LockedCase, on_case
from webapp.services.page_keys import AlreadyCarriedOut, remember
from webapp.services.signals import last_day
from webapp.services.work import record_refusal
from webapp.unit_of_work import sql, sql_beside

LONGEST = 2000
OPEN, ANSWERED, APPEALED, UPHELD, WITHDRAWN = "open", "answered", "appealed", "upheld", "withdrawn"
EVENTS = {
    ANSWERED: Event.SIGNAL_ANSWERED,
    APPEALED: Event.SIGNAL_APPEALED,
    UPHELD: Event.SIGNAL_UPHELD,
    WITHDRAWN: Event.SIGNAL_WITHDRAWN,
}


class OwnSignal(NotYours):
    """Nobody judges a signal that names them, or that they answered for the unit."""

    def __init__(self) -> None:
        super().__init__(Permission.SIGNAL_SETTLE)
        self.words = Words(
            "信号列明的责任人和代表单位作过答复、申诉的人员，不能对该信号作出决定，应当由其他人员决定。",
            "Who is named by a signal, or answered or appealed for the unit, does not decide on it; others do.",
        )


class AlreadySettled(ActRefused):
    """The supervisor has decided on this signal; that is final here."""

    def __init__(self) -> None:
        super().__init__(
            Words("该监察信号已有处理决定。", "The supervisor has already decided on this signal."),
        )


class AlreadySaid(ActRefused):
    """The unit has answered, or appealed, already: each is done once."""

    def __init__(self, act: str) -> None:
        said = {
            ANSWERED: Words("该监察信号已经答复。", "This signal has been answered already."),
            APPEALED: Words("对该监察信号已经提出申诉。", "An appeal against this signal was made already."),
        }
        super().__init__(said[act])


class AppealTooLate(ActRefused):
    """The limit of the place for appeals is over."""

    def __init__(self, due: date, basis: Words) -> None:
        super().__init__(
            Words(
                f"申诉期限已于{due.isoformat()}届满（依据：{basis.zh}）。",
                f"The time to appeal ended on {due.isoformat()} (basis: {basis.en}).",
            )
        )


class NotHeardYet(ActRefused):
    """A signal is upheld only once the unit has answered, or let its time to answer pass."""

    def __init__(self, due: date) -> None:
        super().__init__(
            Words(
                f"责任单位尚未答复，答复期限为{due.isoformat()}；届满前不能维持该信号。",
                f"The unit has not answered and may until {due.isoformat()}; before that it cannot be upheld.",
            )
        )


@dataclass(frozen=True, slots=True)
class HeldSignal:
    """A signal under its case's lock."""

    id: int
    item_case_id: int | None
    kind: str
    unit: str
    person_id: int | None
    state: str
    raised_at: datetime
    answer_due_on: date | None
    said: list[str]
    speakers: list[int]
    case: LockedCase


HELD = """
select s.id, s.item_case_id, s.kind, s.unit, s.person_id, s.state, s.raised_at, s.answer_due_on,
    array(select w.act from signal_word w where w.signal_id = s.id),
    array(select w.by_id from signal_word w where w.signal_id = s.id)
from supervision_signal s where s.id = %s and s.case_id = %s
"""
SAY = """
insert into signal_word (signal_id, act, text, by_id, at)
values (%(signal)s, %(act)s, %(text)s, %(speaker)s, %(now)s)
"""
MOVE = """
update supervision_signal set state = %(act)s, settled_at = %(settled)s where id = %(signal)s
"""


def answer(signal_id: int, *, by: Identity, text: str, key: str) -> None:
    """The unit explains itself, once. Raises NotFound, NotYours, Incomplete, AlreadySaid, AlreadySettled."""
    with _on_signal(signal_id, by, Permission.SIGNAL_ANSWER, f"answer:{signal_id}", key) as signal:
        _ensure_unsaid(signal, ANSWERED)
        _say(signal, ANSWERED, _given(text), by, keeps=signal.state == APPEALED)


def appeal(signal_id: int, *, by: Identity, text: str, key: str) -> None:
    """The unit asks the supervisor to withdraw the signal, once and within the place's limit.

    Raises what `answer` raises, and AppealTooLate.
    """
    with _on_signal(signal_id, by, Permission.SIGNAL_ANSWER, f"appeal:{signal_id}", key) as signal:
        _ensure_unsaid(signal, APPEALED)
        rules = signal.case.rules.signals
        today = moments.local(signal.case.now).date()
        raised_on = moments.local(signal.raised_at).date()
        if rules is not None and today > (due := last_day(rules.appeal, raised_on, signal.case.rules)):
            raise AppealTooLate(due, rules.appeal.basis)
        _say(signal, APPEALED, _given(text), by)


def settle(signal_id: int, *, by: Identity, withdraw: bool, text: str, key: str) -> None:
    """Who judges withdraws the signal, or upholds it once the unit was heard; either with reasons, and finally.

    That is the office's supervision, or where the place says so a decider or the head of the unit; never someone who
    answered for the unit, nor the person whom the signal names. Raises NotFound, NotYours, OwnSignal, Incomplete,
    NotHeardYet, AlreadySettled.
    """
    with _on_signal(signal_id, by, Permission.SIGNAL_SETTLE, f"settle:{signal_id}", key) as signal:
        if is_own(by, signal.person_id, signal.speakers):
            raise OwnSignal()
        today = moments.local(signal.case.now).date()
        due = signal.answer_due_on
        if not withdraw and signal.state == OPEN and due is not None and today <= due:
            raise NotHeardYet(due)
        _say(signal, WITHDRAWN if withdraw else UPHELD, _given(text), by)


def is_own(by: Identity, person_id: int | None, speakers: Collection[int]) -> bool:
    """Whether the signal names this person, or they spoke for the unit that answers for it."""
    return by.user_id == person_id or by.user_id in speakers


def judged_by_unit(rules: Rules) -> bool:
    """Whether the place leaves it to the unit's own deciders what becomes of a signal."""
    return rules.signals is not None and rules.signals.judge == "unit"


@contextmanager
def _on_signal(signal_id: int, by: Identity, permission: Permission, what: str, key: str) -> Iterator[HeldSignal]:
    """One act on a signal: its case locked, this person's to do, not settled yet. A refusal is put in the ledger."""
    case_id = _case_of(signal_id)
    try:
        with on_case(case_id) as case:
            signal = _held(signal_id, case)
            act_on(case, by, permission, SignalFacts(signal.unit, judged_by_unit(case.rules)))
            remember(by, key, case.now, what)
            if signal.state in (UPHELD, WITHDRAWN):
                raise AlreadySettled()
            yield signal
    except (AlreadyCarriedOut, NotFound):
        raise
    except ActRefused as refusal:
        record_refusal(case_id, by, None, refusal)
        raise


def _case_of(signal_id: int) -> int:
    row = sql().execute("select case_id from supervision_signal where id = %s", (signal_id,)).fetchone()
    if row is None:
        raise NotFound()
    return int(row[0])


def _held(signal_id: int, case: LockedCase) -> HeldSignal:
    row = sql_beside().execute(HELD, (signal_id, case.id)).fetchone()
    if row is None:
        raise NotFound()
    return HeldSignal(*(*row, case))


def _ensure_unsaid(signal: HeldSignal, act: str) -> None:
    if act in signal.said:
        raise AlreadySaid(act)


def _given(text: str) -> str:
    given = text.strip()
    if not given:
        raise Incomplete("text", Words("请写明理由。", "State the reasons."))
    if len(given) > LONGEST:
        raise Incomplete("text", Words(f"最多{LONGEST}字。", f"At most {LONGEST} characters."))
    return given


def _say(signal: HeldSignal, act: str, text: str, by: Identity, *, keeps: bool = False) -> None:
    """Write what was said. `keeps`: the signal stays in the state it has (an answer after the appeal)."""
    case = signal.case
    values = {"signal": signal.id, "act": act, "text": text, "speaker": by.user_id, "now": case.now}
    case.writing.add("signal_word", SAY, **values)
    if not keeps:
        settled = case.now if act in (UPHELD, WITHDRAWN) else None
        case.writing.add("signal_state", MOVE, **values, settled=settled)
    case.record(EVENTS[act], by, item=signal.item_case_id, signal=signal.id, about=signal.kind)
