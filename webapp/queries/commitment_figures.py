"""What became of a bundle's commitments, month by month, as the worker counted them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from webapp.unit_of_work import sql

MOST_MONTHS = 24


@dataclass(frozen=True, slots=True)
class Month:
    """One month of a bundle, in all places together or in one."""

    month: date
    place: str
    received: int  # items ruled on
    committed: int  # of these by commitment
    proofs: int  # others for which a commitment replaced a proof
    median_minutes: int | None  # from the visit to the licence
    ninth_minutes: int | None  # nine of ten were faster
    verified: int
    on_time: int
    found_false: int
    revoked: int
    counted_at: datetime

    @property
    def share(self) -> int | None:
        """How many of a hundred went by commitment; None where nothing was ruled on."""
        return round(100 * self.committed / self.received) if self.received else None

    @property
    def on_time_share(self) -> int | None:
        return round(100 * self.on_time / self.verified) if self.verified else None


MONTHS = """
select month, place, received, committed, proofs, median_minutes, ninth_minutes, verified, verified_on_time,
    found_false, revoked, counted_at
from commitment_month where bundle = %(bundle)s and month in (
    select distinct month from commitment_month where bundle = %(bundle)s order by month desc limit %(most)s)
order by month desc, place
"""


def months(bundle_key: str) -> list[Month]:
    """The newest months first; a line for each place of a month."""
    rows = sql().execute(MONTHS, {"bundle": bundle_key, "most": MOST_MONTHS}).fetchall()
    return [Month(*row) for row in rows]
