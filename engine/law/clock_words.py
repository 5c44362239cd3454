"""Why a due day is that day, in lines that an applicant understands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from engine.law.calendar import DueDay
from engine.law.terms import ClockTerms, Extension, Pause
from engine.words import Words

UNIT_WORDS = {
    "working_days": Words("个工作日", "working days"),
    "calendar_days": Words("日（自然日）", "calendar days"),
    "months": Words("个月", "months"),
}
_ONE = {
    "working_days": Words("个工作日", "working day"),
    "calendar_days": Words("日（自然日）", "calendar day"),
    "months": Words("个月", "month"),
}


def amount(value: int, unit: str) -> Words:
    """ "12个工作日" / "12 working days"."""
    word = (_ONE if abs(value) == 1 else UNIT_WORDS)[unit]
    return Words(f"{value}{word.zh}", f"{value} {word.en}")


def day_words(day: date) -> Words:
    """ "2026年3月5日" / "5 March 2026"."""
    return Words(f"{day.year}年{day.month}月{day.day}日", f"{day.day} {_MONTHS[day.month - 1]} {day.year}")


def explain(
    terms: ClockTerms,
    started_on: date,
    reason: Words,
    first_day_counts: bool,
    extensions: Sequence[Extension],
    pauses: Sequence[Pause],
    due: DueDay,
    state: str,
) -> tuple[Words, ...]:
    """Start and reason, limit, basis, extensions, holidays and make-up days met, pauses, due day, doubts."""
    return (
        _start(started_on, reason, first_day_counts),
        _limit(terms),
        *(_extension(extension, terms.unit) for extension in extensions),
        *_holidays(terms, due),
        *(_pause(pause) for pause in pauses),
        _due(due.day, state),
        *_doubts(due),
    )


def _start(day: date, reason: Words, counts: bool) -> Words:
    on = day_words(day)
    if counts:
        return Words(f"起算：{on.zh}（{reason.zh}），当日计入", f"Starts on {on.en} ({reason.en}); that day counts")
    return Words(
        f"起算：{on.zh}（{reason.zh}），当日不计入",
        f"Starts on {on.en} ({reason.en}); that day is not counted",
    )


def _limit(terms: ClockTerms) -> Words:
    length = amount(terms.value, terms.unit)
    return Words(f"期限：{length.zh}（依据：{terms.basis.zh}）", f"Limit: {length.en} (basis: {terms.basis.en})")


def _holidays(terms: ClockTerms, due: DueDay) -> Iterator[Words]:
    if terms.unit != "working_days" or terms.value == 0:
        return
    yield Words("周六、周日不计入", "Saturdays and Sundays are not counted")
    for name, first, last in _runs(due.skipped):
        yield Words(f"不计入：{name.zh} {_span(first, last).zh}", f"Not counted: {name.en}, {_span(first, last).en}")
    for name, first, last in _runs(due.worked):
        yield Words(f"计入：{name.zh} {_span(first, last).zh}", f"Counted: {name.en}, {_span(first, last).en}")


def _extension(extension: Extension, unit: str) -> Words:
    length, on = amount(extension.value, unit), day_words(extension.decided_on)
    notice = _noted(extension.notice)
    return Words(
        f"延长：{length.zh}，{on.zh}经{extension.level.zh}批准{notice.zh}（依据：{extension.basis.zh}）",
        f"Extended: {length.en}, granted on {on.en} by {extension.level.en}{notice.en} (basis: {extension.basis.en})",
    )


def _pause(pause: Pause) -> Words:
    began, notice = day_words(pause.started), _noted(pause.notice)
    if pause.ended is None:
        expected = _expected(pause.expected_days)
        return Words(
            f"暂停计时：{pause.kind.zh}，自{began.zh}起，尚未结束{expected.zh}{notice.zh}（依据：{pause.basis.zh}）",
            f"Paused: {pause.kind.en}, since {began.en}, still running{expected.en}{notice.en}"
            f" (basis: {pause.basis.en})",
        )
    ended = day_words(pause.ended)
    return Words(
        f"暂停计时：{pause.kind.zh}，{began.zh}至{ended.zh}{notice.zh}（依据：{pause.basis.zh}）",
        f"Paused: {pause.kind.en}, {began.en} to {ended.en}{notice.en} (basis: {pause.basis.en})",
    )


def _noted(notice: str) -> Words:
    return Words(f"，告知书{notice}", f", told by {notice}") if notice else Words("", "")


def _expected(days: int | None) -> Words:
    if days is None:
        return Words("", "")
    length = amount(days, "working_days")
    return Words(f"，预计{length.zh}", f", expected to take {length.en}")


def _due(day: date, state: str) -> Words:
    on = day_words(day)
    if state == "paused":
        return Words(f"到期：若今日恢复计时，为{on.zh}", f"Due: {on.en}, if the clock resumed today")
    return Words(f"到期：{on.zh}", f"Due: {on.en}")


def _doubts(due: DueDay) -> Iterator[Words]:
    if due.provisional:
        yield Words(
            f"暂定：{due.day.year}年放假安排尚未公布，公布后重新计算",
            f"Provisional: the holidays of {due.day.year} are not announced yet; it will be computed again",
        )


def _runs(days: Sequence[tuple[date, Words]]) -> list[tuple[Words, date, date]]:
    """Neighbouring days of one name together: (name, first, last)."""
    runs: list[tuple[Words, date, date]] = []
    for day, name in days:
        if runs and runs[-1][0] == name and runs[-1][2] + timedelta(1) == day:
            runs[-1] = (name, runs[-1][1], day)
        else:
            runs.append((name, day, day))
    return runs


def _span(first: date, last: date) -> Words:
    if first == last:
        return Words(f"{first.month}月{first.day}日", f"{first.day} {_MONTHS[first.month - 1]}")
    return Words(
        f"{first.month}月{first.day}日至{last.month}月{last.day}日",
        f"{first.day} {_MONTHS[first.month - 1]} to {last.day} {_MONTHS[last.month - 1]}",
    )


_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
