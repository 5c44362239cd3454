"""The difference of two releases by subject, and what a release would touch."""

from __future__ import annotations

import json

from engine.bundles import read_bundle
from tests.engine.bundles.test_affected import as_an_editor_writes
from tests.journeys.test_statements import business, counted
from tests.support import machines, office
from tests.webapp.browsing import Browser
from tests.webapp.test_four_eyes import submitted
from tests.webapp.test_translations import CHINESE
from webapp import catalogue
from webapp.catalogue import current_releases, release_files
from webapp.queries import releases as queries
from webapp.queries.file_order import is_shared
from webapp.queries.release_difference import compare
from webapp.queries.release_impact import impact_of
from webapp.queries.release_subjects import by_subject
from webapp.services import releases

LICENCE = "_shared/item-licence.bpmn"


def files() -> dict[str, bytes]:
    return release_files(current_releases()[office.BUNDLE])


def changed(path: str, old: str, new: str) -> dict[str, bytes]:
    text = files()[path].decode()
    assert old in text, old
    return {**files(), path: text.replace(old, new, 1).encode()}


def subjects(now: dict[str, bytes], language: str = "zh") -> dict[str, list[tuple[str, str]]]:
    found = by_subject(files(), now, compare(files(), now), language)
    return {subject: [(line.kind, line.what) for line in lines] for subject, lines in found.items()}


def test_a_limit_is_told_with_unit_and_basis_in_both_languages(db):
    now = changed("items/P6.toml", "value = ", "value = 1")
    (line,) = by_subject(files(), now, compare(files(), now), "zh")["limits"]
    assert line.kind == "changed"
    assert "时限" in line.what
    assert "工作日 · " in line.after
    assert line.before != line.after
    assert "limit" in subjects(now, "en")["limits"][0][1]


def test_a_field_a_material_and_a_rule_are_named(db):
    (path,) = [path for path in files() if path == "forms/application.form"]
    form = json.loads(files()[path])
    gone = next(one for one in form["components"] if one.get("components"))["components"].pop()
    now = {**files(), path: json.dumps(form, ensure_ascii=False).encode()}
    assert {kind for kind, _ in subjects(now)["forms"]} == {"removed"}, gone
    now = changed("bundle.toml", 'P6 = { basis = "signboard-rules" }', 'P6 = { basis = "licensing-29" }')
    assert [kind for kind, _ in subjects(now)["materials"]] == ["changed"]
    table = next(path for path in files() if path.endswith(".dmn"))
    text = files()[table].decode()
    at = text.index("<rule") if "<rule" in text else text.index(":rule") - 10
    cell = text.index("text>true<", at) if "text>true<" in text[at:] else -1
    if cell > 0:
        now = {**files(), table: (text[:cell] + text[cell:].replace("text>true<", "text>false<", 1)).encode()}
        assert [kind for kind, _ in subjects(now)["tables"]] == ["changed"]


def test_flows_and_papers_are_told_and_the_same_files_differ_in_nothing(db):
    now = changed(LICENCE, 'name="补正材料"', 'name="补齐材料"')
    assert subjects(now) == {"flows": [("changed", f"许可事项办理 · {LICENCE}")]}
    (line,) = by_subject(files(), now, compare(files(), now), "zh")["flows"]
    assert line.after == "“补齐材料”"
    paper = next(path for path in files() if path.startswith("documents/"))
    assert subjects({**files(), paper: files()[paper] + b"\n\nx"})["papers"] == [("changed", paper)]
    assert subjects(files()) == {}
    assert "limits" not in subjects({**files(), "bundle.toml": b"key ="})


def test_a_flow_without_a_name_is_told_by_its_ends_in_both_languages(db):
    flow = '<bpmn:sequenceFlow id="flow-write-refusal-refused" sourceRef="write-refusal" targetRef="refused" />'
    now = changed(LICENCE, flow, "")
    bundle = read_bundle(files())
    (line,) = by_subject(files(), now, compare(files(), now, bundle), "zh")["flows"]
    assert (line.kind, line.before, line.after) == ("removed", "从“制作不予许可决定”到“不予许可”的连线", "")
    (line,) = by_subject(files(), now, compare(files(), now, bundle), "en")["flows"]
    assert line.before.startswith("the flow from “")
    assert not CHINESE.search(line.before.replace("“", "").replace("”", ""))


def test_the_bundles_own_files_come_before_those_that_bundles_share(db):
    changed_files = {path: content + b"\n" for path, content in files().items()}
    paths = [one.path for one in compare(files(), changed_files)]
    shared = [is_shared(path) for path in paths]
    assert shared == sorted(shared)
    own = [path for path in paths if not is_shared(path)]
    firsts = ["open-pharmacy.bpmn", "forms/application.form", "commitment.dmn", "bundle.toml"]
    assert [path for path in own if path in firsts] == firsts
    kinds = [
        next(kind for kind in ("documents/", "guide/", "texts/", "examples/", "") if path.startswith(kind))
        for path in own
    ]
    order = ["", "documents/", "guide/", "texts/", "examples/"]
    assert [order.index(kind) for kind in kinds] == sorted(order.index(kind) for kind in kinds)


def test_the_impact_counts_cases_and_names_the_bundle_that_takes_its_licences(db):
    case = office.received("commitment")
    office.draft("ordinary")
    release_id = submitted()
    found = impact_of(queries.release(release_id), files(), release_files(release_id))
    assert case.id
    assert [(one.running, one.begun) for one in found.cases] == [(1, 1)]
    assert found.guides == ()
    (other,) = found.others
    assert other.licences


def test_other_bundles_are_told_without_compiling_one_of_them(db, monkeypatch):
    release_id = submitted(LICENCE, 'name="补正材料"', 'name="补齐材料"')
    old, new = files(), release_files(release_id)
    for number in range(5):
        machines.publish_files({**old, "bundle.toml": renamed(old, f"像 {number}")}, key=f"like-{number}")
    one = queries.release(release_id)
    impact_of(one, old, new)  # names and licences are kept by the process from here on
    monkeypatch.setattr(catalogue, "compile_release", None)
    with counted(monkeypatch) as seen:
        found = impact_of(one, old, new)
    assert [other.name.zh for other in found.others if other.processes == (LICENCE,)][-5:] == [
        f"像 {number}" for number in range(5)
    ]
    assert len(business(seen)) <= 8, business(seen)


def renamed(said: dict[str, bytes], name: str) -> bytes:
    text = said["bundle.toml"].decode()
    line = next(each for each in text.splitlines() if each.startswith("name = "))
    return text.replace(line, f'name = "{name}"', 1).encode()


def test_both_diagrams_stand_beside_each_other_with_their_marks(client):
    designer = Browser.of(client, "taoran")
    release_id = submitted(LICENCE, 'name="补正材料"', 'name="补齐材料"')
    designer.open(f"/studio/releases/{release_id}?view=difference")
    assert designer.status == 200
    marks = [json.loads(text) for text in designer.page.xpath("//script[@data-findings]/text()")]
    assert [[one["element"] for one in each] for each in marks] == [["correct"], ["correct"]]
    assert "影响" in designer.text
    assert "原来（第 1 版）" in designer.text


def test_a_decision_file_that_is_only_written_otherwise_says_so_and_folds_its_lines(client):
    table = next(path for path in files() if path.endswith(".dmn"))
    now = {**files(), table: as_an_editor_writes(files()[table])}
    (only,) = compare(files(), now)
    assert (only.only_written, bool(only.lines)) == (True, True)
    assert by_subject(files(), now, [only], "zh") == {}
    draft = releases.draft_from_files(office.BUNDLE, now, by=office.person("taoran"))
    page = Browser.of(client, "taoran").open(f"/studio/releases/{draft}?view=difference")
    assert "决策的内容相同，只有文件的写法或图形不同" in page.text
    assert page.page.xpath("//details[.//pre[contains(., 'inputExpression')]]")


def test_a_rule_that_differs_is_shown_without_the_editors_lines(db):
    table = next(path for path in files() if path.endswith(".dmn"))
    written = as_an_editor_writes(files()[table]).decode()
    now = {**files(), table: written.replace("<text>true</text>", "<text>false</text>", 1).encode()}
    (change,) = compare(files(), now)
    assert not change.only_written
    assert [text.strip() for mark, text in change.lines if mark in "+-"] == ["text: true", "text: false"]
