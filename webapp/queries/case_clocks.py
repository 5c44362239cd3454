"""The legal clocks of a case as every page shows them: name, length, due day, and why it is that day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine import Words
from engine.law import ClockReading, ClockTerms, Extension, Pause, amount, day_words, read_clock
from webapp import clock, moments
from webapp.catalogue import Rules, kept_profile
from webapp.queries.due import THEIR_CLOCKS, Due, due
from webapp.services.clocks import first_day_counted, start_day
from webapp.unit_of_work import sql

CLOCK_NAMES = {
    "intake": Words("受理时限", "Intake limit"),
    "intake-promise": Words("承诺受理时限", "Promised intake limit"),
    "promised": Words("承诺办结时限", "Promised limit"),
    "statutory": Words("法定办结时限", "Statutory limit"),
    "hand-up": Words("初审上报时限", "Limit of the review below"),
    "joint": Words("联办时限", "Joint limit"),
    "delivery": Words("送达时限", "Delivery limit"),
    "verification": Words("事后核查时限", "Verification limit"),
    "correction": Words("补正期限", "Time to correct"),
    "tolerance": Words("容缺材料补齐期限", "Time for what is to follow"),
    "tolerance-check": Words("补交材料核对期限", "Time to check what was brought"),
    "rectification": Words("整改期限", "Time to rectify"),
    "refused-answer": Words("征询答复期限", "Time to answer whether the rest goes on"),
    "hearing-application": Words("听证申请期限", "Time to apply for a hearing"),
    "hearing": Words("组织听证期限", "Limit for holding the hearing"),
    "testing": Words("检验检测所需时间", "Time for testing"),
    "expert-review": Words("专家评审所需时间", "Time for expert review"),
    "public-notice": Words("公示期", "Time of public notice"),
    "recheck": Words("整改复查期限", "Time to look again after rectification"),
    "handover": Words("监管部门接收期限", "Time for the supervising unit to take over"),
    "statement": Words("陈述申辩期限", "Time to state and defend"),
    "meeting-answer": Words("会审答复期限", "Time to answer on the joint meeting"),
}

#: The time of a right that may be left unused.
UNUSED = ("hearing-application", "statement")

#: Clocks that run beside the one that matters for the item as a whole.
BESIDE = ("statutory", "hand-up", "meeting-answer", "tolerance", "tolerance-check", "handover")

DELIVERED = Words("告知文书送达", "the delivery of the notice")
NOT_BEGUN = Words(
    "等待告知文书送达：期限自送达之日起算，登记送达之前没有起算，也不会届满",
    "Waiting for the delivery of the notice: the limit runs from it, and neither begins nor ends before it is recorded",
)
CLOCK_STARTS = {
    "intake": Words("收件", "receipt"),
    "intake-promise": Words("收件", "receipt"),
    "promised": Words("受理", "acceptance"),
    "statutory": Words("受理", "acceptance"),
    "hand-up": Words("受理", "acceptance"),
    "joint": Words("首个事项开始办理", "the first item's handling"),
    "delivery": Words("作出决定", "the ruling"),
    "verification": Words("作出决定", "the ruling"),
    "correction": Words("补正告知", "the correction notice"),
    "tolerance": Words("容缺受理", "acceptance with materials to follow"),
    "tolerance-check": Words("补交容缺材料", "the material's coming in"),
    "rectification": Words("责令整改", "the order to rectify"),
    "refused-answer": Words("征询意见", "the question"),
    "hearing-application": Words("告知听证权利", "the notice of the right to a hearing"),
    "hearing": Words("收到听证申请", "the application for a hearing"),
    "testing": Words("特别程序告知", "the notice of the procedure"),
    "expert-review": Words("特别程序告知", "the notice of the procedure"),
    "public-notice": Words("公示", "publication"),
    "recheck": Words("整改期满", "the end of the time to rectify"),
    "handover": Words("推送审批结果", "the handover of the ruling"),
    "statement": Words("告知拟撤销", "the notice before revocation"),
    "meeting-answer": Words("会审通知", "the announcement of the meeting"),
}


@dataclass(frozen=True, slots=True)
class ClockView:
    """One legal clock with the lines that explain its due day. `state`: running | paused | stopped. `counted_from`:
    the day after which its days count.

    `item_case_id` None: the joint clock, which is the case's.
    """

    item_case_id: int | None
    key: str
    name: Words
    length: Words
    basis: Words
    started_on: date
    stopped_on: date | None
    due: Due
    state: str
    provisional: bool
    lines: tuple[Words, ...]
    counted_from: date

    @property
    def waits(self) -> bool:
        """It runs from the delivery of a paper, and has not begun."""
        return self.due.state == "waits" and self.state != "stopped"

    @property
    def ends_unused(self) -> bool:
        """Nobody is late when it ends: the right of which it is the time was used, waived or left."""
        return self.key in UNUSED

    @property
    def met(self) -> bool:
        """Stopped in time."""
        return self.stopped_on is not None and self.due.on is not None and self.stopped_on <= self.due.on


CLOCKS = """
select l.item_case_id, l.name, l.value, l.unit, l.basis_zh, l.basis_en, l.started_on, l.stopped_on, l.due_on,
    l.since_receipt, l.received_at, l.accepted_at, l.first_day_counts,
    (select r.digest from rule_table r where r.id = l.profile_id),
    coalesce((select jsonb_agg(jsonb_build_array(x.value, x.basis_zh, x.basis_en, x.level_zh, x.level_en,
        (x.decided_at at time zone %(zone)s)::date, d.number) order by x.id)
        from clock_extension x left join document d on d.id = x.document_id
        where (x.item_case_id = l.item_case_id or x.case_id = l.case_id)
            and l.name = any(string_to_array(x.clock, ' ')) and x.granted),
        (select jsonb_build_array(jsonb_build_array(m.extended_days, m.extended_basis_zh, m.extended_basis_en,
            d.name_zh, d.name_en, (m.extended_at at time zone %(zone)s)::date, null))
        from tolerance m join app_user u on u.id = m.extended_by join department d on d.id = u.department_id
        where l.name = 'tolerance' and m.item_case_id = l.item_case_id), '[]')
    || coalesce((select m.given_back from tolerance m
        where l.name = 'tolerance' and m.item_case_id = l.item_case_id), '[]'),
    coalesce((select jsonb_agg(jsonb_build_array(p.name_zh, p.name_en, p.basis_zh, p.basis_en, p.started_on, p.ended_on,
        d.number, p.expected_days) order by p.started_on)
        from clock_pause p left join document d on d.id = p.document_id where p.clock_id = l.id), '[]'),
    exists(select from document_delivery g where g.document_id = l.document_id
        and (g.at at time zone %(zone)s)::date <= l.started_on)
from (select c.*, i.way = 'commitment' or i.intake_outcome is not distinct from 'forwarded' as since_receipt,
          i.received_at, i.accepted_at
      from item_case i join legal_clock c on c.item_case_id = i.id where i.case_id = %(case)s
      union all
      select c.*, null, null, null from legal_clock c where c.case_id = %(case)s) l
order by l.id
"""


def clocks_of(case_id: int, rules: Rules) -> list[ClockView]:
    """The legal clocks of a case as they stand today, each with its explanation."""
    return clocks_from(sql().execute(CLOCKS, {"case": case_id, "zone": moments.OFFICE_ZONE.key}), rules)


def clocks_from(rows: Iterable[Sequence[Any]], rules: Rules) -> list[ClockView]:
    """The clocks of rows of `CLOCKS`."""
    today = clock.today(moments.OFFICE_ZONE)
    return [_clock(row, rules, today) for row in rows]


def start_of(clock: str, *, since_receipt: bool = False) -> Words:
    """What sets a clock of this name going. By commitment, and for items decided elsewhere, it runs from receipt."""
    key = "intake" if _from_receipt(clock, since_receipt) else clock
    return CLOCK_STARTS.get(key, Words("开始", "the start"))


def clock_of_item(case_id: int, item_case_id: int, name: str, rules: Rules) -> ClockView | None:
    """The clock of this name of an item; None where it never ran."""
    found = (one for one in clocks_of(case_id, rules) if one.item_case_id == item_case_id and one.key == name)
    return next(found, None)


def _clock(row: Sequence[Any], rules: Rules, today: date) -> ClockView:
    item_case_id, key, value, unit, zh, en, started_on, stopped_on, due_on, since_receipt, *kept = row
    received_at, accepted_at, first_day, profile, extensions, pauses, delivered = kept
    terms = ClockTerms(key, value, unit, Words(zh, en))
    reading = read_clock(
        terms,
        started_on,
        [_pause(pause) for pause in pauses],
        rules.calendar,
        today=today,
        stopped_on=stopped_on,
        start_reason=DELIVERED if delivered else start_of(key, since_receipt=bool(since_receipt)),
        first_day_counts=first_day_counted(first_day, rules),
        extensions=[_extension(extension) for extension in extensions],
    )
    theirs, paused = key in THEIR_CLOCKS, reading.state == "paused"
    return ClockView(
        item_case_id,
        key,
        CLOCK_NAMES.get(key, Words(key, key)),
        amount(value, unit),
        terms.basis,
        started_on,
        stopped_on,
        due(due_on, today, rules.calendar, counted_from=reading.counted_from, paused=paused, theirs=theirs),
        reading.state,
        reading.provisional,
        (
            *_later_day(key, bool(since_receipt), (received_at, accepted_at), started_on, rules),
            *_told(key, reading),
            *_terms_of(profile, rules),
        ),
        reading.counted_from,
    )


#: Clocks whose start is the receipt or the acceptance itself.
SINCE_RECEIPT, SINCE_ACCEPTANCE = ("intake", "intake-promise"), ("promised", "statutory", "hand-up")
WEEKDAYS = (
    Words("周一", "Monday"),
    Words("周二", "Tuesday"),
    Words("周三", "Wednesday"),
    Words("周四", "Thursday"),
    Words("周五", "Friday"),
    Words("周六", "Saturday"),
    Words("周日", "Sunday"),
)


def _later_day(
    key: str, since_receipt: bool, moments_: tuple[datetime | None, datetime | None], started_on: date, rules: Rules
) -> tuple[Words, ...]:
    """Why the limit does not start on the day of the event: it lay outside the office's hours. Nothing otherwise.

    `moments_`: of the receipt and of the acceptance.
    """
    since_receipt = _from_receipt(key, since_receipt)
    at = moments_[0] if since_receipt else moments_[1]
    if at is None or key not in (*SINCE_RECEIPT, *SINCE_ACCEPTANCE):
        return ()
    local = moments.local(at)
    if local.date() >= started_on or start_day(at, rules) != started_on:
        return ()
    day, weekday, hour = day_words(local.date()), WEEKDAYS[local.weekday()], f"{local:%H:%M}"
    event = CLOCK_STARTS["intake" if since_receipt else key]
    return (
        Words(
            f"{event.zh}：{day.zh}（{weekday.zh}）{hour}，不在办公时间内，按下一工作日起算",
            f"{event.en[0].upper()}{event.en[1:]}: {weekday.en}, {day.en}, {hour}, outside office hours; it runs from"
            " the next working day",
        ),
    )


def _told(key: str, reading: ClockReading) -> tuple[Words, ...]:
    """Why the day is that day; of a limit that waits for a delivery, that it has no day yet."""
    if reading.state != "paused" or key not in THEIR_CLOCKS:
        return reading.explanation
    _, limit, *_ = reading.explanation
    return NOT_BEGUN, limit


def _terms_of(version: str | None, rules: Rules) -> tuple[Words, ...]:
    """Which version of the place's rules the limit keeps; nothing where it began before that was kept."""
    if version is None:
        return ()
    profile = rules.profile if version == rules.profile.version else kept_profile(version)
    day, mark = day_words(profile.valid_from), version[:12]
    later = profile is not rules.profile
    zh = "；其后的版本不改变已经起算的期限" if later else ""
    en = "; later versions do not change a limit that has begun" if later else ""
    return (
        Words(
            f"地方规则：{profile.jurisdiction.zh}{day.zh}起施行的版本（{mark}），起算时有效{zh}",
            f"Local rules: the version of {profile.jurisdiction.en} valid from {day.en} ({mark}), in force at the start"
            f"{en}",
        ),
    )


def _from_receipt(key: str, since_receipt: bool) -> bool:
    return key in SINCE_RECEIPT or (since_receipt and key in ("promised", "statutory"))


def _pause(row: Sequence[Any]) -> Pause:
    name_zh, name_en, zh, en, started, ended, notice, expected_days = row
    return Pause(
        Words(name_zh, name_en),
        Words(zh, en),
        date.fromisoformat(started),
        date.fromisoformat(ended) if ended else None,
        notice or "",
        expected_days,
    )


def _extension(row: Sequence[Any]) -> Extension:
    value, zh, en, level_zh, level_en, decided_on, notice = row
    return Extension(value, Words(zh, en), Words(level_zh, level_en), date.fromisoformat(decided_on), notice or "")
