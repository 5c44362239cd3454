"""Arranging credit records, by the acts that people do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from engine.bundles import Item
from tests.support import office
from webapp import clock, moments
from webapp.catalogue import current_releases, published
from webapp.queries.credit import key_of
from webapp.queries.credit_requests import request_view
from webapp.services.credit_confirmation import confirm
from webapp.services.credit_requests import REPAIR, Asked, take_request
from webapp.services.outside_credit import OutsideRecord, enter_record

DECIDER, VERIFIER = "wujianhua", "huaqiang"
#: Who confirms what was entered in the office, and in the county.
SECOND, COUNTY_SECOND = "shenping", "luozheng"


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


def enter(number: str = "", *, by: str = DECIDER, **changed: Any) -> int:
    """Enter a record that bars from commitment, which nobody has confirmed yet; returns its id."""
    today = moments.local(clock.now()).date()
    given = typed(number, **{"since": min(date(2026, 1, 5), today), **changed})
    return enter_record(given, by=office.person(by), key=f"credit-{given.number}-{given.kind}-{given.source_number}")


def bar(number: str = "", *, by: str = DECIDER, **changed: Any) -> int:
    """Enter a record that bars from commitment, and have it confirmed; returns its id."""
    record = enter(number, by=by, **changed)
    second = COUNTY_SECOND if office.person(by).department_key == "county-market" else SECOND
    confirm(record, key=f"confirm-{record}", by=office.person(second))
    return record


def address(record: int) -> str:
    """Where a record is found."""
    return f"/credit/records/{key_of(record)}"


def request_address(request: int) -> str:
    """Where a request about a record is found."""
    return f"/credit/requests/{request_view(request).key}"


def request(record: int) -> int:
    """An application to repair, taken in at the window; returns its id."""
    asked = Asked(REPAIR, "周国富", "self", "已经整改。")
    files = [office.pdf("整改报告.pdf")]
    return take_request(record, asked, files, by=office.person(office.CLERK), key=f"request-{record}")


def item(key: str) -> Item:
    """An item of the pharmacy as the office has it."""
    return published(current_releases()[office.BUNDLE]).bundle.item(key)
