"""Notification sheets in the impact of a change and of a release: under the release by which each was given."""

from __future__ import annotations

from tests.support import machines, office
from tests.webapp.browsing import Browser
from tests.webapp.test_changes import touched
from webapp.catalogue import current_releases, release_files
from webapp.queries import change_index, releases
from webapp.queries.change_impact import CASES, MATERIAL, SHEETS, ImpactRow
from webapp.queries.release_impact import impact_of
from webapp.services import migration
from webapp.services import migration_runs as runs
from webapp.services.migration_runs import Chosen
from webapp.unit_of_work import sql

DESIGNER, PUBLISHER, LEAD = "taoran", "jiangwen", "weixiaohong"
MATERIAL_KEY = "health-certificates"


def started() -> tuple[int, int]:
    """A received case whose applicant holds a sheet; its release."""
    return office.received("commitment").id, current_releases()[office.BUNDLE]


def reissued() -> int:
    """A release that took the place of the one in force; the same but for a line of its guide."""
    files = release_files(current_releases()[office.BUNDLE])
    return machines.publish_files({**files, "guide/zh.md": files["guide/zh.md"] + "\n\n另有说明。\n".encode()})


def move(case_id: int, release_id: int, key: str = "k") -> None:
    migration.move_to_release(case_id, release_id, by=office.person(LEAD), reason="改用新版", key=key)


def by_release(rows: list[ImpactRow], kind: str) -> dict[int, int]:
    """Release -> how many of the kind are counted under it."""
    return {row.holders[0].id: row.count for row in rows if row.kind == kind and row.count is not None}


def test_a_sheet_stays_with_the_release_it_was_given_under_when_its_case_goes_on_with_another(db):
    case_id, old = started()
    new = reissued()
    move(case_id, new)
    rows = touched(MATERIAL, MATERIAL_KEY)
    assert by_release(rows, CASES) == {new: 1}
    assert by_release(rows, SHEETS) == {new: 0, old: 1}
    assert {one.id for row in rows if row.kind == "material" for one in row.holders} == {new, old}


def test_a_sheet_stays_where_it_is_when_its_case_comes_back(db):
    case_id, old = started()
    new = reissued()
    move(case_id, new)
    move(case_id, old, key="back")
    assert by_release(touched(MATERIAL, MATERIAL_KEY), SHEETS) == {new: 0, old: 1}


def test_many_cases_that_go_on_and_are_taken_back_leave_their_sheets_where_they_were_given(db):
    (_, old), _, new = started(), started(), reissued()
    run = runs.begin(office.BUNDLE, Chosen((old,)), {}, by=office.person(DESIGNER), reason="改用新版")
    machines.work()
    runs.propose(run, by=office.person(DESIGNER))
    runs.confirm(run, by=office.person(PUBLISHER), first_cases=2)
    machines.work()
    rows = touched(MATERIAL, MATERIAL_KEY)
    assert (by_release(rows, CASES), by_release(rows, SHEETS)) == ({new: 2}, {new: 0, old: 2})
    runs.undo(run, by=office.person(LEAD), reason="新版有误")
    machines.work()
    rows = touched(MATERIAL, MATERIAL_KEY)
    assert (by_release(rows, CASES), by_release(rows, SHEETS)) == ({old: 2}, {new: 0, old: 2})


def test_a_sheet_of_each_release_is_counted_under_its_own(db):
    case_id, old = started()
    new = reissued()
    office.draft()
    office.draft()
    move(case_id, new)
    found = impact_of(releases.release(new), {}, release_files(new))
    assert [(one.release_id, one.count) for one in found.sheets] == [(new, 2), (old, 1)]
    assert by_release(touched(MATERIAL, MATERIAL_KEY), SHEETS) == {new: 2, old: 1}


def test_a_release_is_looked_in_no_longer_when_the_last_who_holds_its_sheet_is_served(db):
    case_id, old = started()
    move(case_id, reissued())
    assert old in {one.id for one in change_index.holders() if one.kind == "release"}
    sql().execute("update cases set closed_at = received_at where id = %s", (case_id,))
    assert old not in {one.id for one in change_index.holders() if one.kind == "release"}


def test_the_page_of_a_release_tells_its_sheets_by_release(app, db):
    case_id, old = started()
    new = reissued()
    move(case_id, new)
    office.draft()
    designer = Browser.of(app.test_client(), DESIGNER).open(f"/studio/releases/{new}?view=difference")
    told = dict(sql().execute("select id, number from release where id = any(%s)", ([old, new],)).fetchall())
    shown = designer.page.xpath("//dt[.='已发出的告知单']/following-sibling::dd[1]/div")
    assert [" ".join(one.text_content().split()) for one in shown] == [
        f"第 {told[new]} 版：1 份，所属申请尚未办结",
        f"第 {told[old]} 版：1 份，所属申请尚未办结",
    ]
