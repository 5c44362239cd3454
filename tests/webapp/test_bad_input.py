"""What goes wrong in an office and must not: over the pages, a form that cases need is deleted, something is published
while cases are on their way, a letter holds a script, a publisher approves what they made."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import pytest

from engine.bundles import check_bundle
from tests.journeys.test_migration_runs import NEW, OLD, begun, cases, confirmed
from tests.support import machines, office
from tests.support.releases import publish, sign_all
from tests.webapp.browsing import Browser
from webapp.catalogue import current_releases, published, release_files
from webapp.queries import releases as queries
from webapp.services import migration_runs, releases, working_copies
from webapp.services.files import Upload
from webapp.services.publishing import put_due_in_force
from webapp.unit_of_work import sql, unit_of_work

DESIGNER, PUBLISHER = "taoran", "jiangwen"
FORM, STEP_FORM = "forms/application.form", "forms/visit.form"
SCRIPT = "<script>alert(document.cookie)</script>"


def in_force() -> int:
    return current_releases()[office.BUNDLE]


def browser_of(app, login: str) -> Browser:
    return Browser.of(app.test_client(), login)


def zipped(files: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return target.getvalue()


def without(path: str) -> dict[str, bytes]:
    return {one: content for one, content in release_files(in_force()).items() if one != path}


# ------------------------------------------------------- a form that a running version uses is deleted


@pytest.mark.parametrize("path", [FORM, STEP_FORM])
def test_a_form_deleted_in_a_working_copy_stops_its_release_and_no_running_case(app, db, path):
    case = office.received("commitment", ways={})
    designer = browser_of(app, DESIGNER)
    copy = working_copies.begin(in_force(), "删表单", by=office.person(DESIGNER))
    row = sql().execute("select digest from working_file where copy_id = %s and path = %s", (copy, path)).fetchone()
    assert row is not None
    designer.open(f"/studio/copies/{copy}?view=files")
    token = designer.token()
    designer.send(f"/studio/copies/{copy}/remove", {"csrf_token": token, "path": path, "base": row[0]})
    assert "已发布的版本不变" in designer.text
    designer.open(f"/studio/copies/{copy}?view=findings")
    assert path.rpartition("/")[2].partition(".")[0] in designer.text
    release_id = working_copies.keep(copy, "", by=office.person(DESIGNER))
    designer.open(f"/studio/releases/{release_id}")
    assert "个错误，改正并重新上传后才能提交发布" in designer.text
    designer.send(f"/studio/releases/{release_id}/submit", {"csrf_token": designer.token()})
    assert designer.status == 409
    assert queries.release(release_id).state == "draft"
    assert published(in_force()).form.sections
    office.act(case.id, "accept", "P2")


def test_a_zip_without_the_form_becomes_a_draft_that_cannot_be_submitted(app, db):
    designer = browser_of(app, DESIGNER)
    designer.open(f"/studio/releases/{in_force()}/upload")
    designer.submit("/upload", files={"file": [Upload("open-pharmacy.zip", zipped(without(FORM)))]})
    release_id = queries.newest_id()
    designer.open(f"/studio/releases/{release_id}")
    assert "才能提交发布" in designer.text
    assert FORM in release_files(in_force())


def test_the_form_of_a_superseded_and_of_a_stopped_release_still_serves_its_cases(app, db):
    case = office.received("commitment", ways={})
    old = in_force()
    files = without(FORM)
    files["forms/application-2.form"] = release_files(old)[FORM].replace(
        b'"id": "application"', b'"id": "application-2"'
    )
    files["bundle.toml"] = files["bundle.toml"].replace(b'key = "application"', b'key = "application-2"')
    texts = files["texts/en.toml"].replace(b'["forms/application.form"]', b'["forms/application-2.form"]')
    files["texts/en.toml"] = texts
    release_id = releases.draft_from_files(office.BUNDLE, files, by=office.person(DESIGNER))
    releases.submit_release(release_id, by=office.person(DESIGNER))
    publish(release_id)
    assert in_force() == release_id
    publisher = browser_of(app, PUBLISHER)
    publisher.open(f"/studio/releases/{release_id}")
    publisher.submit(f"/releases/{release_id}/stop", {"reason": "规定修改"})
    assert office.BUNDLE not in current_releases()
    reviewer = browser_of(app, office.member_of("drug.review").login)
    reviewer.open(f"/cases/{case.id}")
    assert reviewer.status == 200
    assert published(old).form.sections
    office.act(case.id, "accept", "P2")


# ------------------------------------------------------- publishing while cases are being migrated


def migrating(db) -> tuple[int, int]:
    """(A migration under way, a signed release that waits to be published)."""
    old = machines.publish(OLD)
    cases(old, of=2)
    now = machines.publish(NEW)
    run = begun(old)
    confirmed(run)
    files = {**release_files(now), "guide/zh.md": "# 办事指南（新）\n".encode()}
    files |= {path: content for path, content in release_files(1).items() if path == "open-pharmacy.bpmn"}
    release_id = releases.draft_from_files(office.BUNDLE, files, by=office.person(DESIGNER))
    sql().execute("delete from release_file where release_id = %s and path like 'examples/%%'", (release_id,))
    releases.submit_release(release_id, by=office.person(DESIGNER))
    sign_all(release_id)
    return run, release_id


def test_nothing_is_published_over_cases_that_are_on_their_way(app, db):
    run, release_id = migrating(db)
    now = in_force()
    publisher = browser_of(app, PUBLISHER)
    publisher.open(f"/studio/releases/{release_id}")
    token = publisher.token()
    publisher.send(f"/studio/releases/{release_id}/publish", {"csrf_token": token, "effective_on": ""})
    assert publisher.status == 409
    assert "迁移" in publisher.text
    assert in_force() == now
    assert queries.release(release_id).state == "submitted"
    former = sql().execute("select min(id) from release where state = 'retired'").fetchone()
    assert former is not None
    publisher.send(f"/studio/releases/{former[0]}/restore", {"csrf_token": token, "reason": "回退"})
    assert publisher.status == 409
    assert in_force() == now
    migration_runs.go_on(run, by=office.person(PUBLISHER))
    machines.work()
    publisher.send(f"/studio/releases/{release_id}/publish", {"csrf_token": token, "effective_on": ""})
    assert in_force() == release_id


def test_a_release_whose_day_comes_meanwhile_is_put_off_and_said_so(app, db):
    _, release_id = migrating(db)
    with unit_of_work():
        sql().execute(
            "update release set state = 'approved', effective_on = current_date - 1, approved_by = %s,"
            " approved_at = now() where id = %s",
            (office.person(PUBLISHER).user_id, release_id),
        )
    now = in_force()
    put_due_in_force()
    assert in_force() == now
    assert queries.release(release_id).state == "approved"
    publisher = browser_of(app, PUBLISHER)
    publisher.open(f"/studio/bundles/{office.BUNDLE}")
    assert "到期暂未生效，自动再试" in publisher.text


# ------------------------------------------------------- a template or letter with a script


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("documents/commitment-P2.md", SCRIPT),
        ("documents/drug-licence.md", '<img src="x" onerror="alert(1)">'),
        ("_shared/documents/grant.md", "[这里](javascript:alert(1))"),
        ("_shared/documents/grant.en.md", "{% for x in config %}"),
        ("guide/zh.md", "<iframe src='//x'></iframe>"),
    ],
)
def test_markup_in_what_is_printed_is_an_error(db, path, more):
    files = release_files(in_force())
    assert not [one for one in check_bundle(files, office.BUNDLE) if one.code == "markup-in-template"]
    found = check_bundle({**files, path: files[path] + f"\n\n{more}\n".encode()}, office.BUNDLE)
    (finding,) = [one for one in found if one.code == "markup-in-template"]
    assert finding.file == path
    assert finding.message.zh != finding.message.en


def test_a_letter_with_a_script_is_shown_as_text_and_cannot_be_submitted(app, db):
    designer = browser_of(app, DESIGNER)
    files = release_files(in_force())
    letter = files["documents/commitment-P2.md"] + f'\n\n{SCRIPT}\n\n#panic("x") #read("/etc/passwd")\n'.encode()
    release_id = releases.draft_from_files(
        office.BUNDLE, {**files, "documents/commitment-P2.md": letter}, by=office.person(DESIGNER)
    )
    for address in (
        f"/studio/releases/{release_id}",
        f"/studio/releases/{release_id}/document",
        f"/studio/releases/{release_id}/file?path=documents/commitment-P2.md",
        f"/studio/releases/{release_id}?view=difference",
    ):
        designer.open(address)
        assert designer.status == 200
        assert SCRIPT not in designer.response.get_data(as_text=True), address
        assert not designer.page.xpath("//script[contains(text(), 'document.cookie')]"), address
    assert designer.client.get(f"/studio/releases/{release_id}/document.pdf").status_code == 200
    designer.open(f"/studio/releases/{release_id}")
    designer.send(f"/studio/releases/{release_id}/submit", {"csrf_token": designer.token()})
    assert designer.status == 409


# ------------------------------------------------------- a publisher who approves their own draft


def made_by_publisher(how: str) -> int:
    """A signed release that the publisher kept, or of which they saved one file."""
    group = sql().execute("select id from candidate_group where role = 'designer'").fetchone()
    assert group is not None
    by = office.person(PUBLISHER)
    sql().execute("insert into membership (user_id, group_id) values (%s, %s)", (by.user_id, group[0]))
    by = office.person(PUBLISHER)
    copy = working_copies.begin(in_force(), "改指南", by=office.person(DESIGNER))
    row = (
        sql().execute("select digest from working_file where copy_id = %s and path = 'guide/zh.md'", (copy,)).fetchone()
    )
    assert row is not None
    working_copies.save(copy, "guide/zh.md", "# 办事指南（新）\n".encode(), row[0], by=by)
    keeper = by if how == "kept" else office.person(DESIGNER)
    release_id = working_copies.keep(copy, "", by=keeper)
    releases.submit_release(release_id, by=keeper)
    sign_all(release_id)
    return release_id


@pytest.mark.parametrize("how", ["kept", "saved a file"])
def test_a_publisher_does_not_approve_what_they_made(app, db, how):
    release_id = made_by_publisher(how)
    publisher = browser_of(app, PUBLISHER)
    publisher.open(f"/studio/releases/{release_id}")
    assert "须由另一名发布人发布" in publisher.text
    assert not [one for one in publisher.page.forms if str(one.action).endswith("/publish")]
    token = publisher.token()
    for day in ("", "2099-01-01"):
        publisher.send(f"/studio/releases/{release_id}/publish", {"csrf_token": token, "effective_on": day})
        assert publisher.status == 409
        assert "不能发布自己制作的版本" in publisher.text
    assert queries.release(release_id).state == "submitted"
