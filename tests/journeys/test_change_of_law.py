"""An article of law changes: what it touches is found, given out, changed in a working copy, published, and closed."""

from __future__ import annotations

from flask_sqlalchemy import SQLAlchemy

from tests.support import office
from tests.support.releases import publish
from webapp.catalogue import current_releases
from webapp.pages.studio.changes import new_rows
from webapp.queries import change_index
from webapp.queries.change_impact import CASES, LAW, Wanted, asked_for, impact
from webapp.queries.change_lists import KeptList, kept_list, own_lists
from webapp.services import change_lists, copy_ending, releases, working_copies
from webapp.services.change_lists import NewRow
from webapp.unit_of_work import sql

DESIGNER, LAWYER = "taoran", "qixin"
AMENDED = "医疗器械经营监督管理办法第二十三条"


def found() -> tuple[Wanted, list[NewRow]]:
    holders = change_index.holders()
    wanted = asked_for(LAW, AMENDED, holders).wanted
    assert wanted is not None
    return wanted, new_rows(impact(wanted, holders))


def listed(list_id: int) -> KeptList:
    return kept_list(list_id, office.person(DESIGNER).user_id)


def changed(copy: int, path: str, old: str, new: str) -> None:
    content = working_copies.files_of(copy)[path]
    row = sql().execute("select digest from working_file where copy_id = %s and path = %s", (copy, path)).fetchone()
    assert row is not None
    assert old.encode() in content
    working_copies.save(copy, path, content.replace(old.encode(), new.encode()), row[0], by=office.person(DESIGNER))


def test_an_amended_article_goes_through_the_office(db: SQLAlchemy) -> None:
    lawyer, designer = office.person(LAWYER), office.person(DESIGNER)
    office.received("commitment", ways={})
    wanted, rows = found()
    why = "第二十三条改为第二十五条"
    list_id = change_lists.keep(wanted.kind, wanted.key, wanted.title, rows, why, by=lawyer, key="page-1")
    ours = [row for row in listed(list_id).rows if row.bundle == office.BUNDLE and row.count is None]
    change_lists.assign(list_id, [row.id for row in ours], designer.user_id, by=lawyer)
    assert own_lists(designer.user_id)[0].own == len(ours)

    copy = working_copies.begin(current_releases()[office.BUNDLE], "条文改号", by=designer)
    changed(copy, "bundle.toml", "（市场监管总局令第54号）第二十三条", "（市场监管总局令第54号）第二十五条")
    changed(copy, "texts/en.toml", "(SAMR Order 54), art. 23", "(SAMR Order 54), art. 25")
    release_id = working_copies.keep(copy, "条文改号", by=designer)
    copy_ending.end(copy, by=designer)
    releases.submit_release(release_id, by=designer)
    publish(release_id)

    _, now = found()
    change_lists.look_again(list_id, now, by=designer)
    still = next(row for row in listed(list_id).rows if row.kind == "item")
    assert still.gone_at is None  # a case received before still runs on the former release
    assert [one["number"] for one in still.holders] == [1]
    assert any(row.kind == CASES and row.count == 1 for row in listed(list_id).rows)

    change_lists.decide(list_id, [row.id for row in ours], "done", "第2版已改。", by=designer)
    left = [row.id for row in listed(list_id).rows if row.state == "open"]
    change_lists.decide(list_id, left, "not-needed", "在办件按受理时的条文办结。", by=lawyer)
    assert listed(list_id).line.closed_at is not None

    sql().execute("update cases set closed_at = received_at")
    _, later = found()
    change_lists.look_again(list_id, later, by=designer)
    assert listed(list_id).line.closed_at is not None
    assert all(row.gone_at is not None for row in listed(list_id).rows if row.kind == "item")
