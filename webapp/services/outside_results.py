"""What another system decided, as it is entered back (结果回填): everything that is wrong with it, at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from engine import Words
from engine.bundles import Item
from engine.law import check_uscc
from webapp.services.reviews import GRANT, REFUSE


@dataclass(frozen=True, slots=True)
class OutsideResult:
    """As typed; numbers in capitals, without spaces around them."""

    ruling: str
    reasons: str
    number: str
    number_again: str
    issued_on: date | None


def outside_faults(item: Item, result: OutsideResult, today: date) -> list[tuple[str, Words]]:
    """(control, what is wrong) of everything that keeps the result from being entered, in the order of the page.

    The number and the date are told of as long as the ruling is not known either: most results are grants.
    """
    return list(_faults(item, result, today))


def _faults(item: Item, result: OutsideResult, today: date) -> Iterator[tuple[str, Words]]:
    if result.ruling not in (GRANT, REFUSE):
        yield "ruling", Words("请选择部门系统的决定。", "Choose the ruling in the department's system.")
    if result.ruling != REFUSE:
        yield from _licence_faults(item, result, today)
    elif not result.reasons:
        yield "reasons", Words("不予的决定应当说明理由。", "A refusal must give reasons.")


def _licence_faults(item: Item, result: OutsideResult, today: date) -> Iterator[tuple[str, Words]]:
    if not result.number:
        yield "number", Words("请填写证照编号。", "Enter the number of the licence.")
    elif item.licence and item.licence.number_format == "uscc" and (fault := check_uscc(result.number)):
        yield "number", fault
    if result.number != result.number_again:
        yield "number_again", Words("两次填写的编号不一致。", "The two entries of the number differ.")
    if result.issued_on is None:
        yield "issued_on", Words("请填写发证日期。", "Enter the date of issue.")
    elif result.issued_on > today:
        yield "issued_on", Words("发证日期不能晚于今天。", "The date of issue cannot be in the future.")
