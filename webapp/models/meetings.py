"""联合会审: a meeting of several items' departments, called by the lead; what each answers; the minutes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model


class JointMeeting(Model):
    """One meeting of a case, from the call to its minutes or its cancellation."""

    __tablename__ = "joint_meeting"
    __table_args__ = (
        Index("open_meeting", "case_id", postgresql_where=text("ended_at is null")),
        CheckConstraint("outcome in ('', 'held', 'cancelled')", name="known_outcome"),
        CheckConstraint("(outcome = '') = (ended_at is null)", name="ends_with_an_outcome"),
        CheckConstraint("outcome <> 'held' or minutes_id is not null", name="held_has_minutes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    questions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    called_by: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    called_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(server_default="")  # held | cancelled
    reason: Mapped[str] = mapped_column(server_default="")  # why it was cancelled
    attended: Mapped[str] = mapped_column(server_default="")  # a line for each who was there
    record: Mapped[str] = mapped_column(server_default="")
    conclusion: Mapped[str] = mapped_column(server_default="")
    minutes_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))


class MeetingTime(Model):
    """When and where; the last of a meeting holds. Those before it stay, for what the departments read."""

    __tablename__ = "meeting_time"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("joint_meeting.id"), index=True)
    at: Mapped[datetime]
    place: Mapped[str]
    contact: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")  # why it was moved
    by_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    made_at: Mapped[datetime]


class MeetingInvitation(Model):
    """An item's department is asked to answer; `groups` are the posts that may, of which the first is told."""

    __tablename__ = "meeting_invitation"
    __table_args__ = (UniqueConstraint("meeting_id", "item_case_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("joint_meeting.id"))
    item_case_id: Mapped[int] = mapped_column(ForeignKey("item_case.id"), index=True)
    department_key: Mapped[str]
    groups: Mapped[list[str]] = mapped_column(ARRAY(Text))


class MeetingAnswer(Model):
    """What a department answered; every answer stays, and at most one of an invitation holds.

    None holds before the first, and where the meeting was moved and attendance is asked anew.
    """

    __tablename__ = "meeting_answer"
    __table_args__ = (
        CheckConstraint("answer in ('attend', 'agree', 'conditions', 'object', 'more-time')", name="known_answer"),
        Index("holding_answer", "invitation_id", unique=True, postgresql_where=text("holds")),
        CheckConstraint("answer in ('attend', 'agree') or opinion <> ''", name="says_why"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    invitation_id: Mapped[int] = mapped_column(ForeignKey("meeting_invitation.id"), index=True)
    answer: Mapped[str]
    opinion: Mapped[str] = mapped_column(server_default="")
    shorter: Mapped[bool] = mapped_column(server_default=text("false"))  # agrees to a shorter notice
    holds: Mapped[bool] = mapped_column(server_default=text("true"))
    by_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    at: Mapped[datetime]
