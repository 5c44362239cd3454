"""Worked examples in the studio: recorded from a trial, played by every check, counted on the diagrams."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from flask_sqlalchemy import SQLAlchemy

from engine import Words
from engine.runtime import decode_variables
from engine.trial import Act, Amended, Kind
from engine.trial.examples import Story
from tests.support import office
from tests.support.office import person
from tests.webapp.browsing import Browser
from webapp.catalogue import current_releases
from webapp.errors import Incomplete, NotYours
from webapp.queries.example_runs import examples_of
from webapp.queries.trials import entry_process, example_variables
from webapp.queries.working_copies import digests_of, findings_of_files
from webapp.services import trial_recording, trials, working_copies
from webapp.services.example_answers import amend_answers
from webapp.services.trials import Source, own_trial, source_of_copy

DESIGNER = "taoran"
NAME = Words("先拨时钟再回填", "The clock first, then the result")


@pytest.fixture
def copy_id(db: SQLAlchemy) -> int:
    return working_copies.begin(current_releases()[office.BUNDLE], "加一个示例", by=person(DESIGNER))


def tried(copy_id: int) -> int:
    """A trial of the copy: a day goes by, then the registration's result comes in."""
    source = source_of_copy(copy_id)
    told = example_variables(source, "examples/ordinary.json")
    assert told is not None
    beginning = replace(trials.beginning_now(entry_process(source)), jobs="done", variables=told)
    made = trials.try_copy(copy_id, beginning, by=person(DESIGNER))
    trials.act(made, Act(Kind.ADVANCE, seconds=86_400), seen=0, by=person(DESIGNER))
    done = Act(Kind.COMPLETE, 1, "backfill", variables={"ruling": "grant"})
    trials.act(made, done, seen=1, by=person(DESIGNER))
    return made


def record(trial_id: int, copy_id: int, key: str = "clock-first") -> str:
    return trial_recording.record_example(trial_id, copy_id, key, NAME, by=person(DESIGNER))


def codes(copy_id: int) -> list[str]:
    return [one.code for one in findings_of_files(office.BUNDLE, digests_of(copy_id))]


def test_a_trial_of_a_working_copy_is_recorded_and_holds(copy_id: int) -> None:
    path = record(tried(copy_id), copy_id)
    told = json.loads(working_copies.files_of(copy_id)[path])
    assert told["name"] == {"zh": NAME.zh, "en": NAME.en}
    assert told["acts"] == [
        {"kind": "advance", "seconds": 86_400},
        {"step": "backfill", "item": "P1", "variables": {"ruling": "grant"}},
    ]
    assert told["expect"]["results"] == {"P1": "granted"}
    assert told["expect"]["left_open"] is True
    assert "example-differs" not in codes(copy_id)
    played = examples_of(source_of_copy(copy_id), "zh")
    assert {run.example.file: run.differences for run in played.runs}[path] == ()


def test_what_goes_otherwise_than_an_example_is_a_finding_of_the_copy(copy_id: int) -> None:
    path = record(tried(copy_id), copy_id)
    files = working_copies.files_of(copy_id)
    story = json.loads(files[path])
    story["expect"]["results"] = {"P1": "refused"}
    changed = json.dumps(story).encode()
    working_copies.save(copy_id, path, changed, digests_of(copy_id)[path], by=person(DESIGNER))
    (found,) = [one for one in findings_of_files(office.BUNDLE, digests_of(copy_id)) if one.code == "example-differs"]
    assert found.file == path
    assert "各事项的办理结果" in found.message.zh
    assert NAME.en in found.message.en


def test_a_copy_is_tried_as_it_stood_and_begun_anew_as_it_stands(copy_id: int) -> None:
    made = tried(copy_id)
    before = own_trial(made, by=person(DESIGNER)).files().digest
    diagram = f"{office.BUNDLE}.bpmn"
    files = working_copies.files_of(copy_id)
    later = files[diagram].replace(b"</bpmn:definitions>", b"<!-- later --></bpmn:definitions>")
    assert later != files[diagram]
    working_copies.save(copy_id, diagram, later, digests_of(copy_id)[diagram], by=person(DESIGNER))
    trial = own_trial(made, by=person(DESIGNER))
    assert trial.files().digest == before
    trials.begin_anew(made, trial.beginning, by=person(DESIGNER))
    assert own_trial(made, by=person(DESIGNER)).files().digest != before


@pytest.mark.parametrize(
    ("key", "name"), [("../x", NAME), ("", NAME), ("x", Words("只有中文", "")), ("x", Words("", ""))]
)
def test_an_example_has_a_file_name_and_two_names(copy_id: int, key: str, name: Words) -> None:
    made = tried(copy_id)
    with pytest.raises(Incomplete):
        trial_recording.record_example(made, copy_id, key, name, by=person(DESIGNER))


def test_an_example_is_not_written_over_another(copy_id: int) -> None:
    made = tried(copy_id)
    with pytest.raises(Incomplete):
        record(made, copy_id, "ordinary")


def test_an_example_that_no_longer_holds_is_tried_again_and_told_anew(client, copy_id: int) -> None:
    path = "examples/ordinary.json"
    before = json.loads(working_copies.files_of(copy_id)[path])
    outdated = before | {"acts": before["acts"][:-1]}
    content = json.dumps(outdated, ensure_ascii=False).encode()
    working_copies.save(copy_id, path, content, digests_of(copy_id)[path], by=person(DESIGNER))
    designer = Browser.of(client, DESIGNER)
    designer.open(f"/studio/copies/{copy_id}/examples")
    (again,) = designer.links(containing="/trial?example=")
    designer.open(again)
    designer.submit("/trial", {"jobs": "done"})
    made = int(designer.url.rsplit("/", 1)[-1])
    for act in before["acts"]:
        step, item = act["step"], act.get("item")
        trials.act(made, complete(made, step, item, act["variables"]), seen=seen(made), by=person(DESIGNER))
    designer.open(f"/studio/trials/{made}")
    form = next(one for one in designer.page.forms if "over" in one.fields)
    assert form.fields["over"] == path
    designer.send(form.get("action"), dict(form.form_values()))
    assert designer.heading == "示例：工作稿“加一个示例”"
    assert f"已更新示例 {path}。" in designer.text
    assert designer.links(containing="/trial?example=") == []
    assert client.get(f"/studio/copies/{copy_id}/trial?example=examples/none.json").status_code == 404
    after = json.loads(working_copies.files_of(copy_id)[path])
    assert after["acts"] == before["acts"]
    for part in ("name", "guided", "answers", "ways", "credit"):
        assert after[part] == before[part]
    assert after["expect"]["guide"] == before["expect"]["guide"]
    assert after["expect"]["results"] == before["expect"]["results"]
    assert "example-differs" not in codes(copy_id)


def without_scope(copy_id: int, path: str) -> dict[str, object]:
    """The example without an answer that the form requires, as if the field were new."""
    told = json.loads(working_copies.files_of(copy_id)[path])
    told["answers"].pop("business_scope")
    content = json.dumps(told, ensure_ascii=False).encode()
    working_copies.save(copy_id, path, content, digests_of(copy_id)[path], by=person(DESIGNER))
    return told


def test_an_answer_that_a_form_requires_now_is_given_where_the_example_is_mended(client, copy_id: int) -> None:
    path = "examples/ordinary.json"
    before = without_scope(copy_id, path)
    (found,) = [one for one in findings_of_files(office.BUNDLE, digests_of(copy_id)) if one.code == "example-differs"]
    assert "改答案" in found.remedy.zh
    assert not re.search(r"。。|\.\.|示例为", f"{found.message.zh}{found.message.en}")
    designer = Browser.of(client, DESIGNER)
    designer.open(f"/studio/copies/{copy_id}/examples")
    assert designer.links(containing="/trial?example=") == []  # a trial would not tell the answer
    (mend,) = designer.links(containing="/examples/answers")
    designer.open(mend)
    assert designer.heading.startswith("改答案：")
    designer.submit("/examples/answers", {"answer-business_scope": "药品零售"})
    assert designer.heading == "示例：工作稿“加一个示例”"
    assert f"已更新示例 {path}。" in designer.text
    assert "不符" not in designer.text
    after = json.loads(working_copies.files_of(copy_id)[path])
    assert after["answers"] == {**before["answers"], "business_scope": "药品零售"}
    assert {part: after[part] for part in ("acts", "expect", "guided")} == {
        part: before[part] for part in ("acts", "expect", "guided")
    }


def test_guided_answers_and_what_the_guide_tells_are_amended_too(client, copy_id: int) -> None:
    path = "examples/ordinary.json"
    told = json.loads(working_copies.files_of(copy_id)[path])
    was = told["expect"]["guide"]["asked_materials"]
    told["guided"] |= {"food": "maybe", "no_such_question": "x"}
    told["answers"]["no_such_field"] = 1
    told["expect"]["guide"]["asked_materials"] = was + 1
    content = json.dumps(told, ensure_ascii=False).encode()
    working_copies.save(copy_id, path, content, digests_of(copy_id)[path], by=person(DESIGNER))
    designer = Browser.of(client, DESIGNER)
    designer.open(f"/studio/copies/{copy_id}/examples/answers?example={path}")
    designer.submit("/examples/answers", {"guided-food": "true"})
    assert "请继续改" in designer.text
    designer.submit("/examples/answers")
    assert "没有要改的答案" in designer.text
    designer.submit("/examples/answers", {"guide": "asked_materials"})
    assert "不符" not in designer.text
    after = json.loads(working_copies.files_of(copy_id)[path])
    assert after["guided"]["food"] is True
    assert "no_such_question" not in after["guided"]
    assert "no_such_field" not in after["answers"]
    assert after["expect"]["guide"]["asked_materials"] == was


def test_what_still_differs_is_said_when_an_example_is_told_anew(client, copy_id: int) -> None:
    path = "examples/ordinary.json"
    before = without_scope(copy_id, path)
    designer = Browser.of(client, DESIGNER)
    designer.open(f"/studio/copies/{copy_id}/trial?example={path}")
    designer.submit("/trial", {"jobs": "done"})
    made = int(designer.url.rsplit("/", 1)[-1])
    for act in before["acts"]:
        one = complete(made, act["step"], act.get("item"), act["variables"])
        trials.act(made, one, seen=seen(made), by=person(DESIGNER))
    designer.open(f"/studio/trials/{made}")
    form = next(one for one in designer.page.forms if "over" in one.fields)
    designer.send(form.get("action"), dict(form.form_values()))
    assert f"已更新示例 {path}。" in designer.text
    assert "示例仍有不符之处：申请表 business_scope 的答案" in designer.text


def test_only_designers_amend_examples_that_begin_with_answers(client, copy_id: int) -> None:
    path = record(tried(copy_id), copy_id)
    address = f"/studio/copies/{copy_id}/examples/answers?example="
    designer = Browser.of(client, DESIGNER)
    for none in (path, "examples/none.json", "bundle.toml"):
        assert designer.open(f"{address}{none}").status == 404
    assert designer.open(f"{address}examples/ordinary.json").status == 200
    assert "答案都相符" in designer.text
    with pytest.raises(NotYours):
        amend_answers(copy_id, "examples/ordinary.json", Amended(), "", by=person("zhaolin"))


def complete(trial_id: int, step: str, item: str | None, variables: dict[str, object]) -> Act:
    """The act that completes the open task of this step and item."""
    with own_trial(trial_id, by=person(DESIGNER)).standing() as replayed:
        story = Story(replayed.trial)
        held = story.open_task(step, item)
        assert held is not None
        same = [
            one for one in replayed.trial.tasks
            if (one.instance, one.what.element) == (held.instance, held.what.element)
        ]  # fmt: skip
        return Act(
            Kind.COMPLETE, held.instance, held.what.element, same.index(held), variables=decode_variables(variables)
        )


def seen(trial_id: int) -> int:
    return own_trial(trial_id, by=person(DESIGNER)).revision


def test_only_an_example_that_begins_alike_is_told_anew(copy_id: int) -> None:
    made = tried(copy_id)
    for path in ("examples/commitment.json", "examples/none.json", "bundle.toml"):
        with pytest.raises(Incomplete):
            trial_recording.record_example_anew(made, copy_id, path, by=person(DESIGNER))
    with pytest.raises(NotYours):
        trial_recording.record_example_anew(made, copy_id, "examples/ordinary.json", by=person("zhaolin"))


def test_only_designers_record(copy_id: int) -> None:
    with pytest.raises(NotYours):
        trial_recording.record_example(1, copy_id, "x", NAME, by=person("zhaolin"))


def test_the_flows_that_no_example_walks_are_counted_and_named(db: SQLAlchemy) -> None:
    played = examples_of(Source(current_releases()[office.BUNDLE]), "zh")
    assert not [run for run in played.runs if run.differences]
    parent = next(one for one in played.diagrams if one.path == f"{office.BUNDLE}.bpmn")
    assert 0 < len(parent.never) < len(parent.flows)
    assert sum(flow.times for flow in parent.flows) > len(parent.flows)


def test_a_designer_tries_a_copy_records_and_sees_what_is_walked(client, copy_id: int) -> None:
    designer = Browser.of(client, DESIGNER)
    made = tried(copy_id)
    designer.open(f"/studio/trials/{made}")
    assert designer.heading == "流程模拟：工作稿“加一个示例”"
    form = next(one for one in designer.page.forms if "name_en" in one.fields)
    typed = dict(form.form_values()) | {"name": NAME.zh, "name_en": "", "file": "clock-first"}
    designer.send(form.get("action"), typed)
    assert designer.status == 422
    designer.send(form.get("action"), typed | {"name_en": NAME.en})
    assert designer.heading == "示例：工作稿“加一个示例”"
    assert "已录为示例 examples/clock-first.json。" in designer.text
    assert "条流从未走过" in designer.text
    (picture,) = designer.page.xpath("//img[contains(@src, 'examples/picture')]/@src")
    svg = client.get(picture)
    assert svg.mimetype == "image/svg+xml"
    assert 'stroke-dasharray="6 4"' in svg.text
    assert client.get(f"/studio/releases/{current_releases()[office.BUNDLE]}/examples?lang=en").status_code == 200
