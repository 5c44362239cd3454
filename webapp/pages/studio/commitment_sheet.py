"""The figures of a bundle's commitments as a list: the same cells make the table of the page and its CSV file."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext

from webapp.catalogue import places
from webapp.pages.supervision.sheets import NOTHING, Cell, Head, Sheet, number
from webapp.pages.support import words
from webapp.queries.commitment_figures import Month

NUMBER = "number"


def figures_sheet(bundle_key: str, months: Sequence[Month]) -> Sheet:
    """A line for each month, and for each place where the bundle is handled in several."""
    names = {key: words(name) for key, name in places()}
    own = next(iter(names.values()), "")
    rows = tuple(_row(one, names.get(one.place, one.place or own)) for one in months)
    return Sheet(f"commitments-{bundle_key}", gettext("告知承诺办理情况"), _heads(), rows)


def _heads() -> tuple[Head, ...]:
    return (
        Head(gettext("月份")),
        Head(gettext("办理地")),
        Head(gettext("作出决定"), NUMBER),
        Head(gettext("其中告知承诺"), NUMBER),
        Head(gettext("承诺占比"), NUMBER),
        Head(gettext("以承诺替代材料"), NUMBER),
        Head(gettext("到场至出证（中位数，分钟）"), NUMBER),
        Head(gettext("到场至出证（九成以内，分钟）"), NUMBER),
        Head(gettext("完成核查"), NUMBER),
        Head(gettext("按期核查占比"), NUMBER),
        Head(gettext("虚假承诺"), NUMBER),
        Head(gettext("撤销或者取消"), NUMBER),
    )


def _row(one: Month, place: str) -> tuple[Cell, ...]:
    return (
        Cell(f"{one.month:%Y-%m}", look="nowrap"),
        Cell(place),
        number(one.received),
        number(one.committed),
        _share(one.share),
        number(one.proofs),
        _minutes(one.median_minutes),
        _minutes(one.ninth_minutes),
        number(one.verified),
        _share(one.on_time_share),
        number(one.found_false),
        number(one.revoked),
    )


def _share(hundredths: int | None) -> Cell:
    return Cell(NOTHING if hundredths is None else f"{hundredths}%", look=NUMBER)


def _minutes(minutes: int | None) -> Cell:
    return Cell(NOTHING if minutes is None else str(minutes), look=NUMBER)
