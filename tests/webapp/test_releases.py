"""Releases: what comes in, what is refused, who publishes, what differs, what goes out."""

from __future__ import annotations

import io
import re
import zipfile
from contextlib import contextmanager

import pytest

from engine import errors_in
from engine.bundles import inspect_bundle
from tests.support import office
from tests.support.releases import publish, sign_all
from tests.webapp.browsing import Browser
from webapp.catalogue import current_releases, release_files
from webapp.cli import bundles as bundles_command
from webapp.cli import main
from webapp.errors import FileRefused, NotFound, NotYours, ReleaseRefused
from webapp.queries import releases as queries
from webapp.queries.audit import verify_all
from webapp.queries.release_difference import compare, compare_diagrams
from webapp.services import release_uploads as uploads
from webapp.services import releases, working_copies
from webapp.services.publishing import publish_release
from webapp.unit_of_work import sql

DESIGNER, PUBLISHER, LEGAL = "taoran", "jiangwen", "qixin"
LICENCE = "_shared/item-licence.bpmn"


def published() -> int:
    return current_releases()[office.BUNDLE]


def licence_diagram(old: str = "", new: str = "") -> bytes:
    """The item process of licences, with one text of it replaced."""
    text = release_files(published())[LICENCE].decode()
    assert old in text
    return text.replace(old, new, 1).encode() if old else text.encode()


def renamed() -> bytes:
    return licence_diagram('name="补正材料"', 'name="补齐材料"')


def drafted(content: bytes | None = None, name: str = "item-licence.bpmn") -> int:
    """A draft by the designer: the licence process with a renamed task."""
    content = renamed() if content is None else content
    return releases.draft_from_upload(published(), name, content, by=office.person(DESIGNER), note="改名")


def submitted() -> int:
    release_id = drafted()
    releases.submit_release(release_id, by=office.person(DESIGNER))
    return release_id


def zipped(files: dict[str, bytes], **options) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", **options) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return target.getvalue()


# ---------------------------------------------------------------- uploads


def test_an_uploaded_diagram_takes_the_place_of_its_namesake_and_nothing_is_published(db):
    before = published()
    release_id = drafted()
    assert release_files(release_id)[LICENCE] == renamed()
    assert release_files(release_id).keys() == release_files(before).keys()
    assert queries.release(release_id).state == "draft"
    assert queries.release(release_id).note == "改名"
    assert published() == before


def test_a_diagram_of_another_name_takes_the_place_of_the_one_with_its_process(db):
    release_id = drafted(name="许可 (2).bpmn20.xml")
    assert release_files(release_id)[LICENCE] == renamed()


def test_a_diagram_that_nothing_matches_is_added(db):
    foreign = licence_diagram().replace(b'"item-licence"', b'"item-new"')
    assert release_files(drafted(foreign, "new.bpmn"))["new.bpmn"] == foreign


def test_the_path_in_a_file_name_leads_nowhere(db):
    foreign = licence_diagram().replace(b'"item-licence"', b'"item-new"')
    release_id = drafted(foreign, "../../etc\\..\\new\x00.bpmn")
    assert "new.bpmn" in release_files(release_id)


def test_the_same_files_again_are_the_same_release(db):
    assert drafted() == drafted()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("setup.exe", b"MZ\x90\x00", "只接收 .bpmn"),
        ("empty.bpmn", b"", "空的"),
        ("large.bpmn", b"<" * (3 * 1024 * 1024), "超过 2 MB"),
        ("picture.bpmn", b"\x89PNG\r\n\x1a\n", "不是有效的 XML"),
        ("entities.bpmn", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "DOCTYPE"),
        ("page.bpmn", b"<html/>", "BPMN"),
        ("broken.zip", b"PK\x03\x04 nothing", "损坏"),
        ("huge.zip", b"P" * (30 * 1024 * 1024), "超过 20 MB"),
        ("empty.zip", b"", "空的"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name_and_reason(db, name, content, reason):
    with pytest.raises(FileRefused) as refused:
        drafted(content, name)
    assert name in refused.value.words.zh
    assert reason in refused.value.words.zh
    assert refused.value.words.en


@pytest.mark.parametrize("path", ["../bundle.toml", "/bundle.toml", "a\\b.toml", "items//P1.toml", "x" * 300])
def test_a_zip_with_a_climbing_path_is_refused(path):
    with pytest.raises(FileRefused) as refused:
        uploads.read_zip("bundle.zip", zipped({path: b"x"}))
    assert path[:100] in refused.value.words.zh
    assert path[:100] in refused.value.words.en


def test_a_zip_with_foreign_files_links_or_too_much_in_it_is_refused():
    link = zipfile.ZipInfo("link.toml")
    link.external_attr = 0o120777 << 16
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    bomb = zipped({"bundle.toml": b" " * (3 * 1024 * 1024)}, compression=zipfile.ZIP_DEFLATED)
    many = zipped({f"items/{number}.toml": b"" for number in range(uploads.MOST_FILES + 1)})
    for content in (zipped({"setup.exe": b"MZ"}), target.getvalue(), bomb, many, zipped({})):
        with pytest.raises(FileRefused):
            uploads.read_zip("bundle.zip", content)


def test_a_zip_of_the_folder_is_as_good_as_one_of_its_content():
    inner = {"bundle.toml": b"format = 1", "items/P1.toml": b""}
    litter = {"__MACOSX/open-pharmacy/._bundle.toml": b"", "open-pharmacy/.DS_Store": b""}
    folder = {f"open-pharmacy/{path}": content for path, content in inner.items()} | litter
    assert uploads.read_zip("a.zip", zipped(folder)) == inner


def test_the_zip_of_another_bundle_is_refused(db):
    files = release_files(published())
    files["bundle.toml"] = files["bundle.toml"].replace(b'key = "open-pharmacy"', b'key = "open-bakery"')
    with pytest.raises(FileRefused, match="open-bakery"):
        drafted(zipped(files), "bundle.zip")


def test_a_new_bundle_comes_in_as_a_draft_of_its_own(db):
    files = release_files(published())
    files["bundle.toml"] = files["bundle.toml"].replace(b'key = "open-pharmacy"', b'key = "open-bakery"')
    release_id = releases.draft_from_zip("bakery.zip", zipped(files), by=office.person(DESIGNER))
    made = queries.release(release_id)
    assert (made.bundle_key, made.number, made.state) == ("open-bakery", 1, "draft")
    with pytest.raises(FileRefused, match=r"bundle\.toml"):
        releases.draft_from_zip("a.zip", zipped({"items/P1.toml": b""}), by=office.person(DESIGNER))


def test_the_export_is_the_same_each_time_and_comes_back_as_the_same_release(db):
    files = release_files(published())
    content = uploads.zip_of(files)
    assert content == uploads.zip_of(dict(reversed(files.items())))
    drafted()  # so that the export is not the newest release
    again = releases.draft_from_upload(published(), "a.zip", content, by=office.person(DESIGNER))
    assert queries.release(again).digest == queries.release(published()).digest
    assert queries.release(again).number == 3


# ---------------------------------------------------------------- findings and publishing


def test_the_shipped_bundle_has_no_errors(db):
    assert not errors_in(list(queries.findings_of(queries.release(published()))))


def test_findings_block_submitting_but_not_drafting(db):
    groups = '<zeebe:assignmentDefinition candidateGroups="window.clerk" />'
    release_id = drafted(licence_diagram(groups))
    found = errors_in(list(queries.findings_of(queries.release(release_id))))
    assert [(one.code, one.element, one.file) for one in found] == [("no-candidate-group", "correct", LICENCE)]
    with pytest.raises(ReleaseRefused):
        releases.submit_release(release_id, by=office.person(DESIGNER))


def test_a_second_person_publishes_and_the_chain_holds(db):
    former, release_id = published(), submitted()
    publish(release_id)
    assert published() == release_id
    assert queries.release(former).state == "retired"
    assert [line.kind for line in queries.history(office.BUNDLE, 3)] == ["published", "signed", "signed"]
    assert list(verify_all()) == []


def test_nobody_publishes_the_own_draft(db):
    release_id = submitted()
    sign_all(release_id)
    publisher = office.person(PUBLISHER)
    sql().execute("insert into release_author values (%s, %s)", (release_id, publisher.user_id))
    with pytest.raises(ReleaseRefused):
        publish_release(release_id, by=publisher)
    with pytest.raises(NotYours):
        publish_release(release_id, by=office.person(DESIGNER))
    with pytest.raises(NotYours):
        releases.submit_release(release_id, by=office.person(LEGAL))


def test_a_draft_is_not_published_before_it_was_submitted(db):
    with pytest.raises(ReleaseRefused):
        publish_release(drafted(), by=office.person(PUBLISHER))


def test_a_returned_release_is_a_draft_again_and_says_why(db):
    release_id = submitted()
    releases.return_release(release_id, by=office.person(PUBLISHER), reason="任务名称不规范。")
    assert queries.release(release_id).state == "draft"
    assert queries.history(office.BUNDLE, 1)[0].reason == "任务名称不规范。"
    assert list(verify_all()) == []
    releases.submit_release(release_id, by=office.person(DESIGNER))


def test_running_cases_keep_their_release_and_new_ones_take_the_new_one(db):
    former = published()
    case = office.received("commitment")
    release_id = submitted()
    publish(release_id)
    later = office.draft("commitment")
    rows = dict(sql().execute("select id, release_id from cases where id = any(%s)", ([case.id, later],)))
    assert rows == {case.id: former, later: release_id}
    pinned = sql().execute("select distinct release_id from process_instance where case_id = %s", (case.id,)).fetchall()
    assert pinned == [(former,)]
    office.play(case.id, office.example("commitment")["acts"])
    for item in ("P2", "P3", "P4"):  # so that nothing at all is left of it
        for step, facts in (("take-over", {"responsible": "药品监管科"}), ("report-back", {"result": "normal"})):
            office.act(case.id, step, item, **facts)
    assert office.open_steps(case.id) == []
    assert queries.held(former) == 1
    assert queries.held(release_id) == 0


def test_a_draft_that_nobody_submitted_is_discarded_from_its_page_and_lists_leave_it_out(client):
    release_id = drafted(renamed())
    title = f"第 {queries.release(release_id).number} 版"
    screen = Browser.of(client, DESIGNER)
    screen.open(f"/studio/releases/{release_id}").submit(f"/releases/{release_id}/discard")
    assert "这份草稿已放弃" in screen.text
    address = f"/studio/bundles/{office.BUNDLE}"

    def listed(page: Browser) -> list[str]:
        return page.page.xpath("//th[@scope='row']/a[contains(@href, '/studio/releases/')]/text()")

    assert title not in listed(screen.open(address))
    assert "也显示已放弃的草稿（1 个）" in screen.text
    assert title in listed(screen.open(f"{address}?show=all"))
    assert title not in listed(screen.open("/studio"))


def test_a_discarded_draft_keeps_its_number_and_what_stands_on_it(db):
    designer = office.person(DESIGNER)
    release_id = drafted(renamed())
    copy = working_copies.begin(release_id, "接着改", by=designer)
    releases.discard_draft(release_id, by=designer)
    with pytest.raises(ReleaseRefused):
        releases.submit_release(release_id, by=designer)
    again = queries.release(working_copies.keep(copy, "", by=designer))  # the very files: a release of its own
    assert (again.number, again.state) == (queries.release(release_id).number + 1, "draft")
    assert queries.history(office.BUNDLE, 2)[1].kind == "discarded"
    assert list(verify_all()) == []


def test_what_was_submitted_is_not_discarded_nor_by_others_than_designers(db):
    release_id = submitted()
    releases.return_release(release_id, by=office.person(PUBLISHER), reason="再核对")
    with pytest.raises(ReleaseRefused):
        releases.discard_draft(release_id, by=office.person(DESIGNER))
    with pytest.raises(NotYours):
        releases.discard_draft(release_id, by=office.person(PUBLISHER))
    assert queries.release(release_id).state == "draft"


# ---------------------------------------------------------------- checking without keeping


def test_a_diagram_is_checked_without_being_kept(db):
    count = sql().execute("select count(*) from release").fetchone()
    files, findings = releases.check_parts([("许可.bpmn", renamed())], within=office.BUNDLE)
    assert list(files) == [LICENCE]
    assert not errors_in(findings)
    files, findings = releases.check_parts([("一件事.bpmn", release_files(published())["open-pharmacy.bpmn"])])
    assert list(files) == ["一件事.bpmn"]
    assert "missing-process" in {one.code for one in findings}  # what it calls is not in this file
    assert sql().execute("select count(*) from release").fetchone() == count
    with pytest.raises(NotFound):
        releases.check_parts([("a.bpmn", renamed())], within="open-bakery")


# ---------------------------------------------------------------- differences


def test_a_changed_element_is_named_with_what_was_and_what_is(db):
    changes, moved = compare_diagrams(licence_diagram(), renamed())
    assert moved == 0
    assert [(one.kind, one.id, one.details) for one in changes] == [
        ("changed", "correct", (("name", "补正材料", "补齐材料"),))
    ]


def test_added_removed_rewired_and_moved_elements_are_told_apart(db):
    old = licence_diagram()
    gone = licence_diagram(
        '<bpmn:sequenceFlow id="flow-write-refusal-refused" sourceRef="write-refusal" targetRef="refused" />'
    )
    assert [(one.kind, one.type) for one in compare_diagrams(old, gone)[0]] == [("removed", "sequenceFlow")]
    assert [(one.kind, one.type) for one in compare_diagrams(gone, old)[0]] == [("added", "sequenceFlow")]
    rewired = licence_diagram(
        'sourceRef="write-refusal" targetRef="refused"', 'sourceRef="write-refusal" targetRef="granted"'
    )
    assert compare_diagrams(old, rewired)[0][0].details == (("targetRef", "refused", "granted"),)
    moved = licence_diagram('<dc:Bounds x="', '<dc:Bounds x="1')
    assert compare_diagrams(old, moved) == ([], 1)


def test_a_mapping_of_a_task_is_compared_with_its_element(db):
    changed = licence_diagram('candidateGroups="window.clerk"', 'candidateGroups="window.issue"')
    (change,) = compare_diagrams(licence_diagram(), changed)[0]
    assert change.id == "correct"
    assert change.details == (("extensionElements/assignmentDefinition", "window.clerk", "window.issue"),)


CALL = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="t"
 xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"><bpmn:process id="p"><bpmn:callActivity id="call" name="刻章">
<bpmn:extensionElements><zeebe:calledElement processId="item" /><zeebe:ioMapping>%s</zeebe:ioMapping>
</bpmn:extensionElements></bpmn:callActivity></bpmn:process></bpmn:definitions>"""
INPUTS = [
    ("item", '="S1"'), ("way", "=items.S1.way"), ("committed", "=items.S1.committed"),
    ("accepts", "=items.S1.accepts"), ("immediate", "=items.S1.immediate"), ("groups", "=items.S1.groups"),
]  # fmt: skip


def call(*inputs):
    return (
        CALL % "".join(f"<zeebe:input source='{source}' target='{target}' />" for target, source in inputs)
    ).encode()


def details_of(old, new):
    (change,) = compare_diagrams(old, new)[0]
    return change.details


def test_each_input_of_an_element_is_compared_by_what_it_gives():
    given = dict(INPUTS)
    others = call(*(given | {"groups": "=items.S2.groups"}).items())
    of_groups = "extensionElements/ioMapping/input@groups"
    assert details_of(call(*INPUTS), others) == ((of_groups, "=items.S1.groups", "=items.S2.groups"),)
    assert details_of(call(*INPUTS[:-1]), call(*INPUTS)) == ((of_groups, "", "=items.S1.groups"),)
    assert details_of(call(*INPUTS), call(*INPUTS[:-1])) == ((of_groups, "=items.S1.groups", ""),)


def test_inputs_in_another_order_are_told_by_their_order():
    assert details_of(call(*INPUTS[:2]), call(INPUTS[1], INPUTS[0])) == (
        ("extensionElements/ioMapping/input", "item, way", "way, item"),
    )


def test_of_a_long_text_the_part_that_differs_is_shown():
    long = " + ".join(f"x{number}" for number in range(100))
    ((what, before, after),) = details_of(call(("sum", f"={long} + 1 + y")), call(("sum", f"={long} + 2 + y")))
    assert what == "extensionElements/ioMapping/input@sum"
    assert (before[0], before[-7:], after[-7:]) == ("…", "+ 1 + y", "+ 2 + y")
    assert max(len(before), len(after)) < 60


def test_what_is_gone_is_called_as_its_own_release_called_it(db):
    path = f"{office.BUNDLE}.bpmn"
    old = release_files(published())
    drawn = re.sub(
        r'<bpmn:callActivity id="deliver-P6".*?</bpmn:callActivity>', "", old[path].decode(), flags=re.DOTALL
    )
    texts = re.sub(r'"deliver-P6.name" = .*\n', "", old["texts/en.toml"].decode())
    new = {**old, path: drawn.encode(), "texts/en.toml": texts.encode()}
    now, former = (inspect_bundle(files).bundle for files in (new, old))
    (change,) = [one for one in compare(old, new, now, former)[0].elements if one.kind == "removed"]
    assert (change.id, change.called.en) == ("deliver-P6", "“Issue and deliver: signboard permit”")


def test_files_are_compared_line_by_line_and_unreadable_diagrams_do_no_harm():
    old = {"a.toml": b"x = 1\ny = 2\n", "b.bpmn": b"<not-bpmn>", "c.md": b""}
    new = {"a.toml": b"x = 1\ny = 3\n", "b.bpmn": b"\x89PNG", "d.md": b""}
    changes = {change.path: change for change in compare(old, new)}
    assert list(changes) == ["b.bpmn", "a.toml", "c.md", "d.md"]
    assert ("-", "y = 2") in changes["a.toml"].lines
    assert ("+", "y = 3") in changes["a.toml"].lines
    assert (changes["c.md"].kind, changes["d.md"].kind) == ("removed", "added")
    assert changes["b.bpmn"].elements == ()


def test_a_very_long_file_is_named_but_not_compared_line_by_line():
    long = b"x\n" * 5000
    (change,) = compare({"a.md": long}, {"a.md": long + b"y"})
    assert (change.lines, change.cut) == ((), True)
    (change,) = compare({"a.md": b"x\n"}, {"a.md": b"x\r\n"})
    assert (change.lines, change.cut) == ((), False)


def test_a_release_is_held_against_the_one_in_force_or_the_one_before_it(db):
    former, release_id = published(), submitted()
    assert queries.compared_with(queries.release(former)) is None
    base = queries.compared_with(queries.release(release_id))
    assert base is not None
    assert base.id == former
    publish(release_id)
    base = queries.compared_with(queries.release(release_id))
    assert base is not None
    assert base.id == former


# ---------------------------------------------------------------- on the command line


@pytest.fixture
def command(app, db, monkeypatch):
    """Run `onewindow bundles …` inside the test's transaction."""

    @contextmanager
    def here():
        yield app

    monkeypatch.setattr(bundles_command, "application", here)
    return lambda *arguments: main(["bundles", *arguments])


def test_the_folders_are_checked_from_the_command_line(command, capsys):
    assert command("check", office.BUNDLE) == 0
    assert "0 of them errors" in capsys.readouterr().out


def test_a_fault_in_the_folders_is_printed_with_its_place_and_fails_the_command(command, capsys, monkeypatch):
    read = bundles_command.read_tree

    def faulty(settings):
        tree = read(settings)
        path = "processes/_shared/item-licence.bpmn"
        group = b'<zeebe:assignmentDefinition candidateGroups="window.clerk" />'
        return {**tree, path: tree[path].replace(group, b"", 1)}

    monkeypatch.setattr(bundles_command, "read_tree", faulty)
    assert command("check") == 1
    line = next(one for one in capsys.readouterr().out.splitlines() if "error" in one)
    assert re.search(r"no-candidate-group _shared/item-licence\.bpmn:\d+ \[correct\]", line)


def test_folders_are_drafted_by_a_named_person_once(command, capsys):
    assert command("load", "--as", DESIGNER) == 0
    assert f"release id {published()}" in capsys.readouterr().out  # nothing is new
    assert command("load", "--as", "nobody") == 2
    assert command("load", "--as", LEGAL) == 2
    assert command("load", "--as", DESIGNER, "open-bakery") == 2


def test_a_release_is_listed_and_exported(command, capsys, tmp_path):
    assert command("list") == 0
    assert re.search(rf"{published()} +open-pharmacy +1 +published", capsys.readouterr().out)
    file = tmp_path / "pharmacy.zip"
    assert command("export", str(published()), str(file)) == 0
    assert uploads.read_zip("pharmacy.zip", file.read_bytes()) == release_files(published())
    assert command("export", "999", str(file)) == 2
