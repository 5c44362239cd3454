"""What a joint meeting refuses, and in which words: each names the rule that it rests on."""

from __future__ import annotations

from datetime import date, datetime

from engine import Words
from engine.law import ClockTerms, amount, day_words
from webapp import moments
from webapp.errors import ActRefused


class MeetingRefused(ActRefused):
    """An act on a joint meeting that the place's rules do not allow, or not now."""


class NoMeetingRules(MeetingRefused):
    """The place lays down no joint meeting: nobody knows how far ahead it is announced."""

    def __init__(self, place: Words) -> None:
        super().__init__(
            Words(
                f"{place.zh}的地方规则没有规定联合会审的通知期限和答复期限，不能召集。",
                f"The rules of {place.en} lay down neither notice nor answer of a joint meeting, so none is called.",
            )
        )


class NoMinutesTemplate(MeetingRefused):
    """The case runs on a release from before there were minutes: the meeting could never be recorded."""

    def __init__(self, basis: Words) -> None:
        super().__init__(
            Words(
                f"该办件所用的发布版没有联合会审纪要的文书模板，会审不能形成纪要，不能召集（{basis.zh}）。",
                f"The release of this case has no template of the minutes, so a meeting could not be recorded and none"
                f" is called ({basis.en}).",
            )
        )


class NotLeadDepartment(MeetingRefused):
    """The lead department calls, moves, cancels and records; another department answers."""

    status = 403

    def __init__(self, lead: Words, basis: Words) -> None:
        super().__init__(
            Words(
                f"联合会审由牵头部门（{lead.zh}）召集、改期和记录，您不属于该部门（{basis.zh}）。",
                f"A joint meeting is called, moved and recorded by the lead department ({lead.en}), which is not yours"
                f" ({basis.en}).",
            )
        )


class NotWhoLeads(MeetingRefused):
    """Who called a meeting moves, cancels and records it, or the head in their stead; no other of the department."""

    status = 403

    def __init__(self, who: str, basis: Words) -> None:
        super().__init__(
            Words(
                f"本次会审由召集人{who}或者牵头部门负责人改期、取消和记录（{basis.zh}）。",
                f"This meeting is moved, cancelled and recorded by {who}, who called it, or the head of the lead"
                f" department ({basis.en}).",
            )
        )


class NotUnderReview(MeetingRefused):
    """Only items that the department is reviewing are a matter for a meeting."""

    def __init__(self, item: Words, why: Words, basis: Words) -> None:
        super().__init__(
            Words(
                f"“{item.zh}”{why.zh}。联合会审只涉及已受理、正在审查的事项（{basis.zh}）。",
                f"“{item.en}” {why.en}. A joint meeting is about items that are accepted and under review"
                f" ({basis.en}).",
            )
        )


class MeetingTooSoon(MeetingRefused):
    """The departments are told some days ahead."""

    status = 422

    def __init__(self, earliest: date, terms: ClockTerms, shorter: Words | None) -> None:
        """`shorter`: the rule under which all of them together may agree to less, where the place has one."""
        days, on = amount(terms.value, terms.unit), day_words(earliest)
        more = shorter or Words("", "")
        super().__init__(
            Words(
                f"联合会审应当提前{days.zh}通知，最早为{on.zh}（{terms.basis.zh}）。{more.zh}",
                f"A joint meeting is announced {days.en} ahead: {on.en} at the earliest ({terms.basis.en}). {more.en}",
            )
        )


class NotInvited(MeetingRefused):
    """An item's own department answers for it."""

    status = 403

    def __init__(self, item: Words, department: Words, basis: Words) -> None:
        super().__init__(
            Words(
                f"“{item.zh}”的会审意见由{department.zh}的审查、决定岗位答复，您不在该岗位（{basis.zh}）。",
                f"For “{item.en}” the posts of {department.en} that review and decide it answer; yours is not one of"
                f" them ({basis.en}).",
            )
        )


class AnswerTooLate(MeetingRefused):
    """The days to answer are over."""

    def __init__(self, item: Words, due_on: date, basis: Words) -> None:
        on = day_words(due_on)
        super().__init__(
            Words(
                f"“{item.zh}”的会审答复期限已于{on.zh}届满，逾期不再接收答复（{basis.zh}）。可以到会陈述意见。",
                f"The time to answer for “{item.en}” ended on {on.en}; no answer is taken after it ({basis.en})."
                " The opinion can still be given at the meeting itself.",
            )
        )


class NoMoreTime(MeetingRefused):
    """The place gives no further time, or it was given."""

    def __init__(self, item: Words, basis: Words, *, given: bool) -> None:
        zh = "已经延长过一次答复时间，不能再延长" if given else "没有可以延长的答复时间"
        en = "was given more time once and gets no more" if given else "cannot be given more time to answer"
        super().__init__(Words(f"“{item.zh}”{zh}（{basis.zh}）。", f"“{item.en}” {en} ({basis.en})."))


class MeetingNotYet(MeetingRefused):
    """Minutes are made of what was said."""

    def __init__(self, at: datetime, basis: Words) -> None:
        on = moments.shown(at)
        super().__init__(
            Words(
                f"会审定于{on}举行，尚未开始，不能制作会审纪要（{basis.zh}）。",
                f"The meeting is set for {on} and has not begun: there is nothing to record yet ({basis.en}).",
            )
        )


class MeetingPutOff(MeetingRefused):
    """The place wants a meeting without an answer of all to be put off once."""

    def __init__(self, silent: Words, basis: Words) -> None:
        super().__init__(
            Words(
                f"{silent.zh}没有答复，会审应当改期一次，改期后仍不答复的不待其意见（{basis.zh}）。",
                f"{silent.en} did not answer: the meeting is put off once; after that it goes on without their opinion"
                f" ({basis.en}).",
            )
        )


class MeetingOver(MeetingRefused):
    """It was held and recorded, or cancelled."""

    def __init__(self, outcome: str, at: datetime) -> None:
        on = moments.shown(at)
        zh = "形成纪要" if outcome == "held" else "取消"
        en = "was recorded" if outcome == "held" else "was cancelled"
        super().__init__(
            Words(f"该次联合会审已于{on}{zh}，不能再办理。", f"This meeting {en} on {on}: nothing more is done to it.")
        )


class MeetingMoot(MeetingRefused):
    """Every item that it was about has ended."""

    def __init__(self, basis: Words) -> None:
        super().__init__(
            Words(
                f"受邀事项都已办结或者终止，没有可以会审的事项（{basis.zh}）。需要了结的，可以取消会审。",
                f"Every item that the meeting was about has ended, so there is nothing to meet on ({basis.en})."
                " It can be cancelled.",
            )
        )
