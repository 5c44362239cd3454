"""What a person keeps about their own inbox: saved views, the one it opens with, days to come back to a task."""

from __future__ import annotations

from datetime import date, datetime
from typing import cast

from sqlalchemy import CheckConstraint, ForeignKey, Index, Table, UniqueConstraint, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model
from webapp.models.cases import Case

#: What a name is found by that is typed in letters: its syllables, and the first letters of neighbours ("AK").
PINYIN_KEYS = "pinyin_keys(applicant_pinyin)"
CASES = cast("Table", Case.__table__)
Index("suspended_case", Case.id, postgresql_where=text("suspended_at is not null"))
Index("case_pinyin_keys", literal_column(PINYIN_KEYS), postgresql_using="gin", _table=CASES)


class InboxView(Model):
    """A saved view: `query` is the address of the list without a place in it. `group_key`: whose members see it too."""

    __tablename__ = "inbox_view"
    __table_args__ = (
        UniqueConstraint("owner_id", "name"),
        CheckConstraint("name <> ''", name="named"),
        Index("shared_view", "group_key", postgresql_where=text("group_key is not null")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    group_key: Mapped[str | None]
    name: Mapped[str]
    query: Mapped[str]
    created_at: Mapped[datetime]


class InboxDefault(Model):
    """The view with which a person's inbox opens: one's own, or one that is shared with a post of theirs."""

    __tablename__ = "inbox_default"

    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), primary_key=True)
    view_id: Mapped[int] = mapped_column(ForeignKey("inbox_view.id", ondelete="CASCADE"), index=True)


class FollowUp(Model):
    """跟进日期: the day on which a person wants to come back to a task. Nobody else sees it."""

    __tablename__ = "follow_up"

    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"), primary_key=True)
    on_day: Mapped[date]
