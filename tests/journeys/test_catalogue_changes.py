"""From a spreadsheet to a case: a shorter promise and another situation, signed and published; what is bound stops."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import pytest
from flask_sqlalchemy import SQLAlchemy
from openpyxl import load_workbook

from engine.catalogue import Record
from tests.support import office
from tests.support.releases import publish
from webapp.catalogue import current_releases, published
from webapp.clock import frozen_at
from webapp.errors import Incomplete, ReleaseRefused
from webapp.models import ItemCase, LegalClock
from webapp.queries.catalogue_workbook import workbook_of
from webapp.queries.working_copies import changes_of, digests_of, findings_of_files
from webapp.services import catalogue_edits, working_copies
from webapp.services.catalogue_sheets import read_catalogue
from webapp.services.releases import submit_release

DESIGNER = "taoran"
ACCEPTED = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)


def copy() -> int:
    return working_copies.begin(current_releases()[office.BUNDLE], "压缩时限", by=office.person(DESIGNER))


def spreadsheet(copy_id: int) -> bytes:
    """The catalogue as it leaves, with a shorter promise for the drug licence and another situation of the sign."""
    book = load_workbook(io.BytesIO(workbook_of(working_copies.files_of(copy_id), "zh", None)))
    items = book["事项"]
    heads = [cell.value for cell in items[1]]
    for row in items.iter_rows(min_row=2):
        if row[0].value == "P2":
            row[heads.index("承诺时限")].value = 8
    situations = book["情形"]
    for row in situations.iter_rows(min_row=2):
        if row[0].value == "P6":
            row[4].value = "signboard = true and food = false"
    situations.append(
        ["P6", "food-shop", "食品经营者招牌设置", "Signboard of a food shop", "signboard = true and food = true"]
    )
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def imported(copy_id: int, content: bytes) -> None:
    read = read_catalogue("目录.xlsx", content)
    prepared = catalogue_edits.prepare(copy_id, read.records, read.faults)
    assert (list(prepared.faults), list(prepared.worse)) == ([], [])
    catalogue_edits.save(copy_id, prepared, by=office.person(DESIGNER), note="按省厅通知压缩")


def promise_of(db: SQLAlchemy, case_id: int) -> LegalClock:
    item = ItemCase.query.filter_by(case_id=case_id, item_key="P2").one()
    found: LegalClock = db.session.query(LegalClock).filter_by(item_case_id=item.id, name="promised").one()
    return found


def accepted() -> int:
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    office.act(case.id, "accept", "P2")
    return case.id


def test_a_promise_made_shorter_by_spreadsheet_holds_for_cases_received_after_it_was_published(db: SQLAlchemy) -> None:
    with frozen_at(ACCEPTED):
        before = accepted()
    made = copy()
    imported(made, spreadsheet(made))
    assert {one.note for one in changes_of(made)} == {"按省厅通知压缩"}
    release = working_copies.keep(made, "压缩时限", by=office.person(DESIGNER))
    submit_release(release, by=office.person(DESIGNER))
    publish(release)
    with frozen_at(ACCEPTED):
        after = accepted()
    assert promise_of(db, before).due_on == date(2026, 9, 17)
    assert promise_of(db, after).due_on == date(2026, 9, 11)
    situations = published(release).bundle.item("P6").situations
    assert [(one.key, one.name.en) for one in situations] == [
        ("signboard", "Signboard of a street shop"),
        ("food-shop", "Signboard of a food shop"),
    ]


def test_what_the_province_binds_is_neither_imported_nor_submitted(db: SQLAlchemy) -> None:
    made = copy()
    record = Record("items", 2, {"item": "P2", "code": "JC-1", "promised_value": "16"})
    prepared = catalogue_edits.prepare(made, [record])
    assert [one.column for one in prepared.faults] == ["code", "promised_value"]
    with pytest.raises(Incomplete):
        catalogue_edits.save(made, prepared, by=office.person(DESIGNER))
    assert changes_of(made) == []
    text = working_copies.files_of(made)["items/P2.toml"].replace(b"JC-000172033000", b"JC-1")
    working_copies.save(made, "items/P2.toml", text, digests_of(made)["items/P2.toml"], by=office.person(DESIGNER))
    codes = [one.code for one in findings_of_files(office.BUNDLE, digests_of(made)) if one.severity == "error"]
    assert codes == ["locked-by-higher-level"]
    release = working_copies.keep(made, "", by=office.person(DESIGNER))
    with pytest.raises(ReleaseRefused, match="publishing: 1"):
        submit_release(release, by=office.person(DESIGNER))


def test_situations_that_meet_keep_a_release_from_being_submitted(db: SQLAlchemy) -> None:
    made = copy()
    cells = {"item": "P6", "situation": "roof", "name": "楼顶招牌", "when": "signboard = true and class_iii = true"}
    prepared = catalogue_edits.prepare(made, [Record("situations", 2, cells)])
    assert [one.code for one in prepared.worse] == ["situations-overlap"]
    catalogue_edits.save(made, prepared, by=office.person(DESIGNER))
    release = working_copies.keep(made, "", by=office.person(DESIGNER))
    with pytest.raises(ReleaseRefused):
        submit_release(release, by=office.person(DESIGNER))
