"""Arranging credit records, by the acts that people do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from engine.bundles import Item
from tests.support import office
from webapp import clock, moments
from webapp.catalogue import current_releases, published
from webapp.services.credit_requests import REPAIR, Asked, take_request
from webapp.services.outside_credit import OutsideRecord, enter_record

DECIDER, VERIFIER = "wujianhua", "huaqiang"


def applicant() -> str:
    """The credit code of the applicant of the example `commitment`."""
    return str(office.example("commitment")["answers"]["credit_code"])


def typed(number: str = "", **changed: Any) -> OutsideRecord:
    """A record as an officer types it in from another body's decision."""
    given = OutsideRecord(
        number=number or applicant(),
        name="江城市安康大药房有限公司",
        kind="serious-dishonesty",
        source="信用江城",
        source_number="江信〔2026〕17号",
        since=date(2026, 1, 5),
        term="until-repaired",
        until=None,
    )
    return replace(given, **changed)


def bar(number: str = "", *, by: str = DECIDER, **changed: Any) -> int:
    """Enter a record that bars from commitment; returns its id."""
    today = moments.local(clock.now()).date()
    given = typed(number, **{"since": min(date(2026, 1, 5), today), **changed})
    return enter_record(given, by=office.person(by), key=f"credit-{given.number}-{given.kind}-{given.source_number}")


def request(record: int) -> int:
    """An application to repair, taken in at the window; returns its id."""
    asked = Asked(REPAIR, "周国富", "self", "已经整改。")
    files = [office.pdf("整改报告.pdf")]
    return take_request(record, asked, files, by=office.person(office.CLERK), key=f"request-{record}")


def item(key: str) -> Item:
    """An item of the pharmacy as the office has it."""
    return published(current_releases()[office.BUNDLE]).bundle.item(key)
