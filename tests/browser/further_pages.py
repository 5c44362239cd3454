"""What only few cases come to: an incident, a question after a refusal, materials that follow, a public notice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta

from tests.browser.two_designers_pages import two_designers_pages
from tests.browser.visits import Visit
from tests.journeys.test_procedures import order
from tests.journeys.test_repair import CHOICE, only_incident
from tests.support import machines, office, tolerances
from tests.support.policies import refused_signboard, under
from tests.webapp.day import Day
from webapp import clock
from webapp.catalogue import current_releases, release_files, rules_in_force
from webapp.pages.studio.changes import new_rows
from webapp.queries import change_index
from webapp.queries.change_impact import asked_for, impact
from webapp.queries.change_lists import kept_list
from webapp.services import (
    bulk,
    bulk_repairs,
    change_lists,
    comments,
    heat_counting,
    migration_runs,
    orders,
    tasks,
    working_copies,
)
from webapp.services.clocks import start_day
from webapp.services.tolerance_offers import offer
from webapp.unit_of_work import sql

DESIGNER, LEAD = "taoran", "weixiaohong"


def further_pages(day: Day) -> list[Visit]:
    """The addresses of pages that `Day` has nothing for, and who may see them there."""
    return [
        *_of_designers(),
        *_of_corrections(day),
        *_of_tolerances(),
        *_of_notices(),
        *_of_colleagues(day),
        *_of_bulk_acts(),
        *_of_orders(),
        *_of_the_window(day),
        *_of_questions(),
        *_of_incidents(),
    ]


def _of_designers() -> Iterator[Visit]:
    """A working copy, the files of a release, and of what they differ."""
    release = current_releases()[office.BUNDLE]
    copy = working_copies.begin(release, "改目录", by=office.person(DESIGNER))
    path = "/studio/copies/<int:copy_id>"
    for view in ("findings", "files", "difference", "history"):
        yield Visit(f"{path} ({view})", f"/studio/copies/{copy}?view={view}", DESIGNER)
    yield Visit(path, f"/studio/copies/{copy}", DESIGNER)
    yield from _of_the_catalogue(path, f"/studio/copies/{copy}")
    yield Visit(f"{path}/edit", f"/studio/copies/{copy}/edit?path=bundle.toml", DESIGNER)
    yield Visit(f"{path}/design", f"/studio/copies/{copy}/design?path=open-pharmacy.bpmn", DESIGNER)
    yield Visit(f"{path}/decisions", f"/studio/copies/{copy}/decisions?path=commitment.dmn", DESIGNER)
    form = "forms/application.form"
    yield Visit(f"{path}/form", f"/studio/copies/{copy}/form?path={form}", DESIGNER)
    yield Visit(f"{path}/form/preview", f"/studio/copies/{copy}/form/preview?path={form}", DESIGNER)
    yield Visit(f"{path}/examples", f"/studio/copies/{copy}/examples", DESIGNER)
    answers = f"/studio/copies/{copy}/examples/answers?example={_with_unfit_answers(copy)}"
    yield Visit(f"{path}/examples/answers", answers, DESIGNER)
    yield Visit(f"{path}/paper", f"/studio/copies/{copy}/paper?path=_shared/documents/refusal.md", DESIGNER)
    yield Visit(f"{path}/trial", f"/studio/copies/{copy}/trial", DESIGNER)
    yield Visit("/studio/bundles/<key>/migrate", f"/studio/bundles/{office.BUNDLE}/migrate", DESIGNER)
    while heat_counting.refresh():
        pass
    yield Visit("/studio/bundles/<key>/heat", f"/studio/bundles/{office.BUNDLE}/heat?element=call-P2", DESIGNER)
    yield Visit("/studio/migrations/<int:run_id>", f"/studio/migrations/{_migration(release)}", DESIGNER)
    yield from two_designers_pages(copy)
    yield from _of_changes()
    file = "/studio/releases/<int:release_id>/file"
    yield Visit(file, f"/studio/releases/{release}/file?path=items/P2.toml", DESIGNER)
    paper = "/studio/releases/<int:release_id>/paper"
    yield Visit(paper, f"/studio/releases/{release}/paper?path=documents/drug-licence.en.md", DESIGNER)


def _with_unfit_answers(copy: int) -> str:
    """An example of the copy that lacks an answer of each kind, and says of the guide what it does not tell."""
    path = "examples/ordinary.json"
    content = working_copies.files_of(copy)[path]
    told = json.loads(content)
    for key in ("business_scope", "registered_capital", "district"):
        del told["answers"][key]
    told["answers"]["not_asked"] = "x"
    told["expect"]["guide"]["asked_materials"] += 1
    base = hashlib.sha256(content).hexdigest()
    working_copies.save(copy, path, json.dumps(told, ensure_ascii=False).encode(), base, by=office.person(DESIGNER))
    return path


def _of_the_catalogue(path: str, copy: str) -> Iterator[Visit]:
    """The catalogue of a working copy: its views, a record of each kind, and the import."""
    for view in ("items", "questions", "materials", "basis"):
        yield Visit(f"{path}/catalogue ({view})", f"{copy}/catalogue?view={view}", DESIGNER)
    yield Visit(f"{path}/catalogue", f"{copy}/catalogue", DESIGNER)
    record = f"{path}/catalogue/<table>/<key>"
    yield Visit(record, f"{copy}/catalogue/items/P2", DESIGNER)
    yield Visit(f"{record} (question)", f"{copy}/catalogue/questions/drug_scope", DESIGNER)
    yield Visit(f"{record} (material)", f"{copy}/catalogue/materials/floor-plan", DESIGNER)
    yield Visit(f"{record}/remove", f"{copy}/catalogue/items/P3/remove", DESIGNER)
    yield Visit(f"{path}/catalogue/new/<table>", f"{copy}/catalogue/new/questions", DESIGNER)
    yield Visit(f"{path}/catalogue/import", f"{copy}/catalogue/import", DESIGNER)


def _of_changes() -> Iterator[Visit]:
    """What an article of law touches, and the list of it, one row decided, one given away."""
    for kind, asked in (("law", "行政许可法第三十四条"), ("material", "health-certificates"), ("limit", "")):
        yield Visit(f"/studio/changes ({kind})", f"/studio/changes?kind={kind}&q={asked}", DESIGNER)
    found = change_index.holders()
    wanted = asked_for("law", "行政许可法第三十四条", found).wanted
    assert wanted is not None
    by = office.person(DESIGNER)
    rows = new_rows(impact(wanted, found))
    kept = change_lists.keep(wanted.kind, wanted.key, wanted.title, rows, "修订草案", by=by, key="visit-changes")
    first, second, *_ = (row.id for row in kept_list(kept, by.user_id).rows)
    change_lists.decide(kept, [first], "done", "新版已改。", by=by)
    change_lists.assign(kept, [second], by.user_id, by=by)
    yield Visit("/studio/changes/<int:list_id>", f"/studio/changes/{kept}", DESIGNER)


def _migration(release: int) -> int:
    """Running cases that are to go on with a release of the same files."""
    machines.publish_files(release_files(release))
    return migration_runs.begin(
        office.BUNDLE, migration_runs.Chosen((release,)), {}, by=office.person(DESIGNER), reason="审查环节改名"
    )


def _of_corrections(day: Day) -> Iterator[Visit]:
    """The first case of the day waits for a correction of P3."""
    case = day.offices[0].case
    task = office.open_task(case, "correct", "P3").id
    yield Visit("/track/corrections/<item_key>", "/track/corrections/P3", case_id=case)
    path = "/window/corrections/<int:task_id>"
    yield Visit(path, f"/window/corrections/{task}", office.CLERK)
    camera = f"{path}/materials/<material_key>/camera"
    yield Visit(camera, f"/window/corrections/{task}/materials/floor-plan/camera", office.CLERK)


def _of_tolerances() -> Iterator[Visit]:
    """One item is offered that a material may follow; of another case it is awaited."""
    offered = office.received("ordinary", ways={}).id
    office.act(offered, "backfill", "P1")
    task, by = office.claimed(offered, "accept", "P2")
    offer(task.id, [tolerances.CHART], note="缺盖章页", by=by, key="offer")
    yield Visit("/track/tolerance/<item_key> (offered)", "/track/tolerance/P2", case_id=offered)
    window = "/window/cases/<int:case_id>/tolerance/<item_key>"
    yield Visit(window, f"/window/cases/{offered}/tolerance/P2", office.CLERK)
    yield Visit("/tasks/<int:task_id> (accept, offered)", f"/tasks/{task.id}", by.login)
    until = start_day(clock.now(), rules_in_force()) + timedelta(days=7)
    awaited = tolerances.received(until).id
    office.act(awaited, "accept", "P2")
    brought = office.open_task(awaited, "hand-in", "P2").id
    yield Visit("/track/tolerance/<item_key>", "/track/tolerance/P2", case_id=awaited)
    yield Visit("/window/tolerances/<int:task_id>", f"/window/tolerances/{brought}", office.CLERK)
    waiting = office.open_task(awaited, "accept", "P3")
    yield Visit(
        "/tasks/<int:task_id> (accept, open)", f"/tasks/{waiting.id}", office.member_of(waiting.groups[0]).login
    )


def _of_notices() -> Iterator[Visit]:
    """A notice to everybody about the signboard, sealed."""
    case = office.received("ordinary", ways={}).id
    office.act(case, "backfill", "P1")
    office.act(case, "accept", "P6")
    order(case, "public-notice", days=5)
    row = (
        sql()
        .execute("select id, public_code from document where case_id = %s and kind = 'public-notice'", (case,))
        .fetchone()
    )
    assert row is not None
    yield Visit("/announcements/<int:document_id>", f"/announcements/{row[0]}")
    yield Visit("/documents/<public_code>", f"/documents/{row[1]}")
    task = office.open_task(case, "public-notice", "P6")
    who = office.member_of(task.groups[0]).login
    yield Visit("/tasks/<int:task_id> (public-notice, open)", f"/tasks/{task.id}", who)


def _of_colleagues(day: Day) -> Iterator[Visit]:
    """A comment of one's own, a round of signing, the settings of a post, and each further act."""
    case = day.offices[0].case
    comments.comment(case, "请看平面图。", audience="internal", by=office.person("zhaolin"), key="said")
    row = sql().execute("select max(id) from comment where case_id = %s", (case,)).fetchone()
    assert row is not None
    path = "/cases/<int:case_id>/comments/<int:comment_id>/edit"
    yield Visit(path, f"/cases/{case}/comments/{row[0]}/edit", "zhaolin")
    signed = office.open_task(day.offices[2].case, "decide", "P4").id
    yield Visit("/inbox/asked/signings/<int:task_id>", f"/inbox/asked/signings/{signed}", "zhaolin")
    head = office.member_of("approval-bureau.head").login
    yield Visit("/notices/posts/<group_key>", "/notices/posts/drug.review", head)
    task, by = office.claimed(case, "examine", "P2")
    for act in ("hand-over", "delegate", "ask", "signers", "copy", "to-window"):
        yield Visit(f"/tasks/<int:task_id>/more/<further_act> ({act})", f"/tasks/{task.id}/more/{act}", by.login)
    done, _ = bulk.begin(bulk.BulkActKind.RELEASE, [task.id], by=by, key="bulk")
    chosen = [bulk.Chosen(task.id, task.revision)]
    bulk.carry_out(done, bulk.BulkActKind.RELEASE, chosen, lambda row, _: tasks.release(row.task_id, by=by), by=by)
    yield Visit("/inbox/bulk/<int:bulk_id>", f"/inbox/bulk/{done}", by.login)
    yield Visit("/tasks/<int:task_id>/more/<further_act> (assign)", f"/tasks/{task.id}/more/assign", head)


def _of_bulk_acts() -> Iterator[Visit]:
    """What several rows at once would come to, before anything is done: claimed, given out, granted on one list."""
    head = office.member_of("approval-bureau.head").login
    free, filings = [], []
    for _ in range(2):
        case = office.received("ordinary", ways={}).id
        office.act(case, "backfill", "P1")
        free.append(office.open_task(case, "accept", "P2"))
        filing, decider = office.claimed(case, "immediate", "P5")
        filings.append(filing)
    tasks.claim(free[1].id, by=office.person("qianwei"))
    for act, rows, who in (("claim", free, "zhaolin"), ("assign", free, head), ("rule", filings, decider.login)):
        sent = (("act", act), *(("task", f"{row.id}.{row.revision}") for row in rows))
        yield Visit(f"/inbox/bulk ({act})", "/inbox/bulk", who, sent=sent)


def _of_orders() -> Iterator[Visit]:
    """Two orders on a task, which who gave them lifts and who is named answers."""
    task = office.open_task(office.received("refused-item", ways={}).id, "accept", "P2")
    head, to = office.member_of("approval-bureau.head"), office.person("qianwei")
    for key in ("one", "two"):
        day = start_day(clock.now(), rules_in_force()) + timedelta(days=3)
        orders.order(task.id, by=head, to_id=to.user_id, words="请尽快办结。", finish_by=day, key=key)
    path = "/tasks/<int:task_id>/more/<further_act>"
    yield Visit(f"{path} (lift-order)", f"/tasks/{task.id}/more/lift-order", head.login)
    yield Visit(f"{path} (answer-order)", f"/tasks/{task.id}/more/answer-order", to.login)


def _of_the_window(day: Day) -> Iterator[Visit]:
    case = day.handle.id
    yield Visit("/application/<int:case_id>/receipt", f"/application/{case}/receipt", office.CLERK)
    row = sql().execute("select max(id) from notification_sheet where case_id = %s", (case,)).fetchone()
    assert row is not None
    yield Visit("/papers/sheets/<int:sheet_id>", f"/papers/sheets/{row[0]}", office.CLERK)


def _of_questions() -> Iterator[Visit]:
    """One item was refused, where the rules ask the applicant about the others."""
    under("ask")
    case = refused_signboard().id
    yield Visit("/track/question", "/track/question", case_id=case)
    yield Visit("/window/cases/<int:case_id>/question", f"/window/cases/{case}/question", office.CLERK)


def _of_incidents() -> Iterator[Visit]:
    """A condition could not be evaluated; last, as its diagram takes the place of the bundle's."""
    case, _ = machines.run(machines.publish(CHOICE), size="many", note="不变")
    path = "/cases/<int:case_id>/incidents/<int:incident_id>"
    yield Visit(path, f"/cases/{case}/incidents/{only_incident(case)}", LEAD)
    yield Visit("/studio/running/incidents", "/studio/running/incidents", LEAD)
    rows: list[tuple[int, int | None]] = [(case, only_incident(case))]
    repair = bulk_repairs.begin(bulk_repairs.Repairs.RETRY, rows, by=office.person(LEAD), key="retry")
    still = f"/studio/running/bundles/{office.BUNDLE}/stand-still?release={current_releases()[office.BUNDLE]}&all=1"
    yield Visit("/studio/running/bundles/<key>/stand-still", still, LEAD)
    yield Visit("/studio/running/bulk/<int:bulk_id>", f"/studio/running/bulk/{repair}", LEAD)
