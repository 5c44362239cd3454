"""Numbers of documents under load: issuers at once, acts that break off, and no gap, no double."""

from __future__ import annotations

import threading
from collections import Counter

from flask import Flask

from tests.support import office
from webapp.extensions import db
from webapp.models import ItemCase
from webapp.queries.audit import verify_all
from webapp.services.documents import issue_for_item
from webapp.services.locked_case import on_case
from webapp.unit_of_work import sql

ISSUERS, EACH = 8, 12
#: Two kinds in turn, one issuer in this order and the next in the other: nobody waits for somebody who waits for them.
KINDS = ("not-required", "correction-notice")


class BrokenOff(Exception):
    """The act ends here."""


def issue(case_id: int, kinds: tuple[str, ...], *, breaks_off: bool) -> None:
    """One act that writes a document of each of `kinds`."""
    item_case = ItemCase.query.filter_by(case_id=case_id, item_key="P2").one().id
    by = office.person("zhaolin")
    with on_case(case_id) as case:
        item = case.release.bundle.item("P2")
        for kind in kinds:
            issue_for_item(case, item_case, item, kind, by, reasons="平面图未标注面积。")
        if breaks_off:
            case.write_ledger()
            raise BrokenOff


def issuer(app: Flask, case_id: int, place: int, together: threading.Barrier, seen: Counter[str]) -> None:
    with app.app_context():
        together.wait()
        for turn in range(EACH):
            kinds = KINDS if (place + turn) % 2 else tuple(reversed(KINDS))
            try:
                issue(case_id, kinds, breaks_off=turn % 4 == 3)
                seen["issued"] += len(kinds)
            except BrokenOff:
                seen["broken off"] += 1
            finally:
                db.session.remove()


def test_issuers_at_once_leave_no_number_out_and_give_none_twice(committed_app: Flask) -> None:
    with committed_app.app_context():
        cases = [office.received("ordinary", ways={}).id for _ in range(ISSUERS)]
        db.session.remove()
    seen: Counter[str] = Counter()
    together = threading.Barrier(ISSUERS)
    threads = [
        threading.Thread(target=issuer, args=(committed_app, case, place, together, seen))
        for place, case in enumerate(cases)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {"issued": ISSUERS * EACH // 4 * 3 * len(KINDS), "broken off": ISSUERS * EACH // 4}
    with committed_app.app_context():
        rows = sql().execute("select series, serial, number from document where series is not null").fetchall()
        for series in {row[0] for row in rows}:
            serials = sorted(serial for of, serial, _ in rows if of == series)
            assert serials == list(range(1, len(serials) + 1)), series
        assert len({number for _, _, number in rows}) == len(rows)
        assert list(verify_all()) == []
