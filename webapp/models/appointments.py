"""联合核查的约定: when and where the officers of several items come together, as told to the applicant."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model


class VisitAppointment(Model):
    """One appointment of a joint visit; the last of a task holds. Those before it stay, for what the applicant read.

    `day_id`: the day that it was fixed on, where days were put to the units before.
    """

    __tablename__ = "visit_appointment"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"), index=True)
    at: Mapped[datetime]
    place: Mapped[str]
    contact: Mapped[str]  # the number that the applicant may call
    note: Mapped[str] = mapped_column(server_default="")  # what is to be ready
    by_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    made_at: Mapped[datetime]
    day_id: Mapped[int | None] = mapped_column(ForeignKey("visit_day.id"), index=True)
