"""What every row of a batch knows of its turns (`services/turns.py`)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column


class TakenInTurn:
    """Columns of a row that jobs take in its turn.

    `tries`: turns that began, each counted and committed before anything was done. Of these `faults` ended with an
    error; a turn that is over and counts in neither was broken off by the end of its worker. `busy`: turns given back
    because somebody had the case in hand; they count as no tries. Until `not_before` nobody takes the row: it is being
    worked on by the job `claimed_by`, or it waits.
    """

    tries: Mapped[int] = mapped_column(server_default="0")
    faults: Mapped[int] = mapped_column(server_default="0")
    busy: Mapped[int] = mapped_column(server_default="0")
    not_before: Mapped[datetime | None]
    claimed_by: Mapped[str | None]
