"""Sheets and commitments in the impact of a change and of a release: under the release by which each was made."""

from __future__ import annotations

from tests.support import machines, office
from tests.webapp.browsing import Browser
from tests.webapp.test_bundle_commands import counted
from tests.webapp.test_changes import touched
from webapp.catalogue import current_releases, release_files
from webapp.queries import change_index, releases
from webapp.queries.change_impact import CASES, COMMITMENTS, LIMIT, MATERIAL, SHEETS, ImpactRow
from webapp.queries.release_impact import impact_of
from webapp.services import commitment_withdrawal, commitments, migration, receipt
from webapp.services import migration_runs as runs
from webapp.services.commitment_withdrawal import Asked
from webapp.services.migration_runs import Chosen
from webapp.unit_of_work import sql

DESIGNER, PUBLISHER, LEAD, LAWYER = "taoran", "jiangwen", "weixiaohong", "qixin"
MATERIAL_KEY = "health-certificates"
#: Of an item by commitment and of another that goes the ordinary way with one proof by commitment.
DRUGS, FOOD, FOOD_PROOF = "P2", "P5", "P5/health-certificates"


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


def committed(item: str) -> dict[int, int]:
    """Release -> how many standing commitments a change of the item's promised limit concerns."""
    return by_release(touched(LIMIT, f"{office.BUNDLE}/{item}.promised"), COMMITMENTS)


def with_a_proof() -> int:
    """A draft with a letter for an item and one for a proof of another, which was taken back once and signed anew."""
    case_id, clerk = office.draft("mixed-ways"), office.person(office.CLERK)
    office.sign_letters(case_id, [DRUGS, FOOD_PROOF], clerk)
    commitments.take_ordinary_way(case_id, FOOD_PROOF, by=clerk)
    office.sign_letters(case_id, [FOOD_PROOF], clerk)
    return case_id


def looked_in() -> set[int]:
    """The releases in which a change is looked up."""
    return {one.id for one in change_index.holders() if one.kind == "release"}


def test_a_sheet_stays_with_the_release_it_was_given_under_when_its_case_goes_on_with_another(db):
    case_id, old = started()
    new = reissued()
    move(case_id, new)
    rows = touched(MATERIAL, MATERIAL_KEY)
    assert by_release(rows, CASES) == {new: 1}
    assert by_release(rows, SHEETS) == {old: 1}
    assert {one.id for row in rows if row.kind == "material" for one in row.holders} == {new, old}


def test_a_sheet_stays_where_it_is_when_its_case_comes_back(db):
    case_id, old = started()
    new = reissued()
    move(case_id, new)
    move(case_id, old, key="back")
    assert by_release(touched(MATERIAL, MATERIAL_KEY), SHEETS) == {old: 1}


def test_many_cases_that_go_on_and_are_taken_back_leave_sheets_and_commitments_where_they_were_made(db):
    (_, old), _, new = started(), started(), reissued()
    run = runs.begin(office.BUNDLE, Chosen((old,)), {}, by=office.person(DESIGNER), reason="改用新版")
    machines.work()
    runs.propose(run, by=office.person(DESIGNER))
    runs.confirm(run, by=office.person(PUBLISHER), first_cases=2)
    machines.work()
    rows = touched(MATERIAL, MATERIAL_KEY)
    assert (by_release(rows, CASES), by_release(rows, SHEETS)) == ({new: 2}, {old: 2})
    assert committed(DRUGS) == {old: 2}
    runs.undo(run, by=office.person(LEAD), reason="新版有误")
    machines.work()
    rows = touched(MATERIAL, MATERIAL_KEY)
    assert (by_release(rows, CASES), by_release(rows, SHEETS)) == ({old: 2}, {old: 2})
    assert committed(DRUGS) == {old: 2}


def test_a_sheet_of_each_release_is_counted_under_its_own(db):
    case_id, old = started()
    new = reissued()
    office.draft()
    office.draft()
    move(case_id, new)
    found = impact_of(releases.release(new), {}, release_files(new))
    assert [(one.release_id, one.count) for one in found.sheets] == [(new, 2), (old, 1)]
    assert by_release(touched(MATERIAL, MATERIAL_KEY), SHEETS) == {new: 2, old: 1}


def test_what_is_counted_costs_the_same_for_many_releases_as_for_few(db):
    costs = []
    for _ in range(2):
        started()
        reissued()
        touched(MATERIAL, MATERIAL_KEY)  # what the releases say is read
        with counted(sql()) as statements:
            rows = touched(MATERIAL, MATERIAL_KEY)
        costs.append((len(statements), len(by_release(rows, CASES))))
    (few, one), (many, two) = costs
    assert (one, two) == (1, 2)
    assert few == many


def test_a_release_is_looked_in_no_longer_when_the_last_who_holds_its_sheet_is_served(db):
    case_id, old = started()
    move(case_id, reissued())
    assert old in looked_in()
    sql().execute("update cases set closed_at = received_at where id = %s", (case_id,))
    assert old not in looked_in()


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


# ---------------------------------------------------------------- commitments


def test_a_commitment_stays_with_the_release_it_was_signed_under_when_its_case_goes_on_with_another(db):
    case_id, old = started()
    assert committed(DRUGS) == {old: 1}
    new = reissued()
    move(case_id, new)
    assert by_release(touched(LIMIT, f"{office.BUNDLE}/{DRUGS}.promised"), CASES) == {new: 1}
    assert committed(DRUGS) == {old: 1}
    move(case_id, old, key="back")
    assert committed(DRUGS) == {old: 1}


def test_a_commitment_of_each_release_is_counted_under_its_own(db):
    case_id, old = started()
    new = reissued()
    move(case_id, new)
    office.received("commitment")
    office.received("commitment")
    assert committed(DRUGS) == {new: 2, old: 1}


def test_a_letter_for_one_proof_and_one_for_an_item_are_each_found_by_their_own(db):
    old, case_id = current_releases()[office.BUNDLE], with_a_proof()
    receipt.receive(case_id, by=office.person(office.CLERK), key="receive")
    before = [committed(item) for item in (DRUGS, FOOD, "P3")]
    move(case_id, reissued())
    assert before == [{old: 1}, {old: 1}, {}]
    assert [committed(item) for item in (DRUGS, FOOD, "P3")] == before


def test_a_letter_that_is_taken_back_counts_nowhere(db):
    case_id, old = started()
    move(case_id, reissued())
    answers = office.example("commitment")["answers"]
    asked = Asked(DRUGS, answers["legal_representative"], answers["legal_representative_id"], "想现场说明情况")
    commitment_withdrawal.withdraw_by_applicant(case_id, asked)
    assert [committed(item) for item in (DRUGS, "P3")] == [{}, {old: 1}]


def test_a_release_is_looked_in_until_the_last_commitment_that_was_signed_under_it_is_verified(db):
    case_id, old = started()
    office.act(case_id, "immediate", DRUGS)
    move(case_id, reissued())
    sql().execute("update cases set closed_at = received_at where id = %s", (case_id,))
    assert old in looked_in()
    assert [committed(item) for item in (DRUGS, "P3")] == [{old: 1}, {}]
    office.act(case_id, "verify", DRUGS)
    assert committed(DRUGS) == {}
    assert old not in looked_in()


def test_the_page_of_a_change_tells_its_commitments_by_release(app, db):
    case_id, old = started()
    new = reissued()
    move(case_id, new)
    office.received("commitment")
    told = dict(sql().execute("select id, number from release where id = any(%s)", ([old, new],)).fetchall())
    lawyer = Browser.of(app.test_client(), LAWYER).open(
        f"/studio/changes?kind=limit&q={office.BUNDLE}/{DRUGS}.promised"
    )
    shown = lawyer.page.xpath("//tr[contains(., '按此版签署')]")
    rows = [" ".join(one.text_content().split()) for one in shown]
    assert len(rows) == 2
    for row, release_id in zip(rows, (new, old), strict=True):
        assert f"未了的承诺 第 {told[release_id]} 版 1 件 按此版签署" in row
