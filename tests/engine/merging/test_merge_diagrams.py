"""Diagrams and tables that two people changed: element by element, nothing of either lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from engine.bpmn import check
from engine.dmn import read_decisions
from engine.merging import Kind, Merged, Side, merge_file
from tests.engine.runtime.diagrams import diagram

PATH = "p.bpmn"
PROCESSES = Path(__file__).parents[3] / "processes"
SHIPPED = sorted(path for ending in ("bpmn", "dmn") for path in PROCESSES.rglob(f"*.{ending}"))
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
Change = Callable[[etree._Element], None]
TASKS = ("a", "b", "c", "d", "e")
#: A row of tasks with its picture.
DRAWN = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
 xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
 id="definitions" targetNamespace="t"><bpmn:process id="p" isExecutable="true">{nodes}</bpmn:process>
 <bpmndi:BPMNDiagram id="diagram"><bpmndi:BPMNPlane id="plane" bpmnElement="p">{shapes}</bpmndi:BPMNPlane>
 </bpmndi:BPMNDiagram></bpmn:definitions>"""


def base() -> bytes:
    row = ["start", *TASKS, "end"]
    nodes, shapes = [], []
    for number, name in enumerate(row):
        tag = {"start": "startEvent", "end": "endEvent"}.get(name, "userTask")
        inside = f"<bpmn:incoming>f{number - 1}</bpmn:incoming>" if number else ""
        inside += f"<bpmn:outgoing>f{number}</bpmn:outgoing>" if name != "end" else ""
        group = '<zeebe:assignmentDefinition candidateGroups="g" />' if tag == "userTask" else ""
        extension = f"<bpmn:extensionElements>{group}</bpmn:extensionElements>" if group else ""
        nodes.append(f'<bpmn:{tag} id="{name}" name="{name}">{extension}{inside}</bpmn:{tag}>')
        shapes.append(
            f'<bpmndi:BPMNShape id="{name}_di" bpmnElement="{name}">'
            f'<dc:Bounds x="{number * 200}" y="100" width="100" height="80" /></bpmndi:BPMNShape>'
        )
    for number in range(len(row) - 1):
        nodes.append(f'<bpmn:sequenceFlow id="f{number}" sourceRef="{row[number]}" targetRef="{row[number + 1]}" />')
        shapes.append(
            f'<bpmndi:BPMNEdge id="f{number}_di" bpmnElement="f{number}">'
            f'<di:waypoint x="{number * 200 + 100}" y="140" />'
            f'<di:waypoint x="{number * 200 + 200}" y="140" /></bpmndi:BPMNEdge>'
        )
    return DRAWN.format(nodes="".join(nodes), shapes="".join(shapes)).encode()


def changed(*changes: Change, of: bytes | None = None) -> bytes:
    root = etree.fromstring(of or base())
    for change in changes:
        change(root)
    return bytes(etree.tostring(root))


def element(root: etree._Element, id_: str) -> etree._Element:
    return next(one for one in root.iter() if one.get("id") == id_)


def rename(task: str, name: str) -> Change:
    return lambda root: element(root, task).set("name", name)


def assign(task: str, group: str) -> Change:
    def do(root: etree._Element) -> None:
        next(element(root, task).iter("{*}assignmentDefinition")).set("candidateGroups", group)

    return do


def move(task: str, by: int) -> Change:
    """The shape, and the ends of the lines at it."""

    def do(root: etree._Element) -> None:
        bounds = next(element(root, f"{task}_di").iter("{*}Bounds"))
        bounds.set("y", str(int(str(bounds.get("y"))) + by))
        for flow in root.iter(f"{BPMN}sequenceFlow"):
            points = list(element(root, f"{flow.get('id')}_di").iter("{*}waypoint"))
            for end, point in (("sourceRef", points[0]), ("targetRef", points[-1])):
                if flow.get(end) == task:
                    point.set("y", str(int(str(point.get("y"))) + by))

    return do


def remove(task: str) -> Change:
    """The task, its lines, and a line from the one before to the one behind."""

    def do(root: etree._Element) -> None:
        flows = [
            one for one in root.iter(f"{BPMN}sequenceFlow") if task in (one.get("sourceRef"), one.get("targetRef"))
        ]
        into, out = sorted(flows, key=lambda one: one.get("sourceRef") == task)
        out_id, target = str(out.get("id")), str(out.get("targetRef"))
        into.set("targetRef", target)
        for reference in element(root, target).iter(f"{BPMN}incoming"):
            if reference.text == out_id:
                reference.text = into.get("id")
        for gone in (task, f"{task}_di", out_id, f"{out_id}_di"):
            one = element(root, gone)
            parent = one.getparent()
            assert parent is not None
            parent.remove(one)

    return do


def insert_after(task: str, new: str) -> Change:
    """A new task in the line behind this one."""

    def do(root: etree._Element) -> None:
        flow = next(one for one in root.iter(f"{BPMN}sequenceFlow") if one.get("sourceRef") == task)
        target = str(flow.get("targetRef"))
        process = next(root.iter(f"{BPMN}process"))
        plane = next(root.iter(f"{DI}BPMNPlane"))
        flow.set("targetRef", new)
        for reference in element(root, target).iter(f"{BPMN}incoming"):
            if reference.text == flow.get("id"):
                reference.text = f"f-{new}"
        made = etree.SubElement(process, f"{BPMN}userTask", {"id": new, "name": new})
        etree.SubElement(made, f"{BPMN}incoming").text = flow.get("id")
        etree.SubElement(made, f"{BPMN}outgoing").text = f"f-{new}"
        ends = {"id": f"f-{new}", "sourceRef": new, "targetRef": target}
        etree.SubElement(process, f"{BPMN}sequenceFlow", ends)
        shape = etree.SubElement(plane, f"{DI}BPMNShape", {"id": f"{new}_di", "bpmnElement": new})
        space = "{http://www.omg.org/spec/DD/20100524/DC}"
        etree.SubElement(shape, f"{space}Bounds", {"x": "0", "y": "300", "width": "100", "height": "80"})
        edge = etree.SubElement(plane, f"{DI}BPMNEdge", {"id": f"f-{new}_di", "bpmnElement": f"f-{new}"})
        for x in ("100", "200"):
            etree.SubElement(edge, "{http://www.omg.org/spec/DD/20100524/DI}waypoint", {"x": x, "y": "340"})

    return do


def facts(content: bytes | None) -> dict[str, tuple[str, ...]]:
    """What the file says, however it is written: each element's tag and attributes, and what in it has no id."""
    root = etree.fromstring(content or b"", etree.XMLParser(remove_blank_text=True))
    return {str(one.get("id")): (str(one.tag), *attributes(one), *inside(one)) for one in root.iter() if one.get("id")}


def attributes(one: etree._Element) -> list[str]:
    return sorted(f"{name}={value}" for name, value in one.attrib.items())


def inside(one: etree._Element) -> list[str]:
    written = [
        bytes(etree.tostring(child, method="c14n", exclusive=True, with_tail=False)).decode()
        for child in one
        if not child.get("id")
    ]
    return sorted(written)


def merge(mine: bytes, theirs: bytes, choices: dict[str, Side] | None = None) -> Merged:
    return merge_file(PATH, base(), mine, theirs, choices or {})


CHANGES: dict[str, Callable[[str], Change]] = {
    "renamed": lambda task: rename(task, f"{task}!"),
    "assigned": lambda task: assign(task, "other"),
    "moved": lambda task: move(task, 40),
    "removed": remove,
    "followed": lambda task: insert_after(task, f"after-{task}"),
}


@given(st.dictionaries(st.sampled_from(["a", "c", "e"]), st.tuples(st.sampled_from(sorted(CHANGES)), st.booleans())))
@settings(deadline=None, max_examples=80)
def test_changes_of_different_elements_are_both_made_whoever_merges(plan: dict[str, tuple[str, bool]]) -> None:
    mine = changed(*(CHANGES[kind](task) for task, (kind, is_mine) in plan.items() if is_mine))
    theirs = changed(*(CHANGES[kind](task) for task, (kind, is_mine) in plan.items() if not is_mine))
    both = changed(*(CHANGES[kind](task) for task, (kind, _) in plan.items()))
    here, there = merge(mine, theirs), merge(theirs, mine)
    assert not here.conflicts
    assert facts(here.content) == facts(both)
    assert facts(here.content) == facts(there.content)


@given(st.lists(st.tuples(st.sampled_from(TASKS), st.sampled_from(["renamed", "assigned", "moved"])), max_size=6))
@settings(deadline=None, max_examples=40)
def test_a_change_that_meets_none_comes_back_byte_for_byte(plan: list[tuple[str, str]]) -> None:
    mine = changed(*(CHANGES[kind](task) for task, kind in plan))
    assert merge(mine, base()).content == mine
    assert merge(base(), mine).content == mine


PLANS = st.dictionaries(st.sampled_from(TASKS), st.sampled_from(sorted(CHANGES)), max_size=3)


@given(PLANS, PLANS)
@settings(deadline=None, max_examples=120)
def test_both_are_asked_the_same_and_the_same_choices_give_the_same_diagram(
    one: dict[str, str], other: dict[str, str]
) -> None:
    mine = changed(*(CHANGES[kind](task) for task, kind in one.items()))
    theirs = changed(*(CHANGES[kind](task) for task, kind in other.items()), rename("start", "begun"))
    here, there = merge(mine, theirs), merge(theirs, mine)
    assert {each.key for each in here.conflicts} == {each.key for each in there.conflicts}
    kept = merge(mine, theirs, dict.fromkeys((each.mark for each in here.conflicts), Side.MINE))
    same = merge(theirs, mine, dict.fromkeys((each.mark for each in there.conflicts), Side.THEIRS))
    assert not kept.open
    assert facts(kept.content) == facts(same.content)
    assert 'name="begun"' in str(kept.content)
    assert hanging(kept.content) == []


def hanging(content: bytes | None) -> list[str]:
    """Ids that something names and nothing has."""
    assert content is not None
    root = etree.fromstring(content)
    ids = {one.get("id") for one in root.iter()}
    names = [
        one.get(name) for one in root.iter() for name in ("sourceRef", "targetRef", "bpmnElement") if one.get(name)
    ]
    names += [one.text for tag in ("incoming", "outgoing") for one in root.iter(f"{BPMN}{tag}")]
    return [str(name) for name in names if name not in ids]


def test_two_names_for_one_task_are_asked() -> None:
    mine, theirs = changed(rename("a", "一审"), assign("b", "x")), changed(rename("a", "初审"), move("c", 40))
    (conflict,) = merge(mine, theirs).open
    assert (conflict.kind, conflict.element, conflict.type, conflict.what) == (Kind.VALUE, "a", "userTask", "name")
    assert (conflict.base, conflict.mine, conflict.theirs) == ("a", "一审", "初审")
    for side, name in ((Side.MINE, "一审"), (Side.THEIRS, "初审")):
        kept = merge(mine, theirs, {conflict.mark: side})
        assert f'name="{name}"' in (kept.content or b"").decode()
        assert b'candidateGroups="x"' in (kept.content or b"")


def test_what_one_removed_and_the_other_changed_stays_or_goes_with_its_lines() -> None:
    mine, theirs = changed(remove("b")), changed(rename("b", "乙"))
    (conflict,) = merge(mine, theirs).open
    assert (conflict.kind, conflict.element, conflict.mine, conflict.theirs) == (Kind.GONE, "b", None, "乙")
    gone = merge(mine, theirs, {conflict.mark: Side.MINE})
    assert facts(gone.content) == facts(mine)
    kept = merge(mine, theirs, {conflict.mark: Side.THEIRS})
    assert 'name="乙"' in (kept.content or b"").decode()
    assert hanging(kept.content) == []


def test_a_line_to_what_the_other_removed_is_asked() -> None:
    found = merge(changed(remove("b")), changed(insert_after("b", "new")))
    assert [each.kind for each in found.open] == [Kind.GONE]
    gone = merge(
        changed(remove("b")), changed(insert_after("b", "new")), {found.open[0].mark: Side.MINE}
    )  # fmt: skip
    assert hanging(gone.content) == []


def test_lines_end_at_shapes_that_two_people_moved() -> None:
    found = merge(changed(move("a", 100)), changed(move("b", -60)))
    assert not found.conflicts
    root = etree.fromstring(found.content or b"")
    points = [(one.get("x"), one.get("y")) for one in element(root, "f1_di").iter("{*}waypoint")]
    assert points == [("300", "240"), ("400", "80")]


def test_one_shape_that_both_moved_is_one_question() -> None:
    found = merge(changed(move("a", 100), move("b", 10)), changed(move("a", -60), move("b", 20)))
    (conflict,) = found.open
    assert (conflict.kind, conflict.others) == (Kind.LAYOUT, ("a", "b"))
    kept = merge(
        changed(move("a", 100), move("b", 10)), changed(move("a", -60), move("b", 20)), {conflict.mark: Side.MINE}
    )  # fmt: skip
    root = etree.fromstring(kept.content or b"")
    assert [next(element(root, f"{name}_di").iter("{*}Bounds")).get("y") for name in "ab"] == ["200", "110"]


def test_another_way_to_write_the_file_is_no_change() -> None:
    """Other prefixes, other order of attributes, no indentation: an editor writes files its own way."""
    text = changed(rename("a", "一审")).decode()
    written = re.sub(r"\bbpmn:", "b:", text).replace("xmlns:bpmn=", "xmlns:b=")
    found = merge(written.encode(), changed(rename("b", "二审")))
    assert not found.conflicts
    assert facts(found.content) == facts(changed(rename("a", "一审"), rename("b", "二审")))


def test_what_cannot_be_read_or_told_apart_is_one_question() -> None:
    twice = changed(lambda root: element(root, "b").set("id", "a"))
    for mine in (b"<broken", twice, b'<!DOCTYPE x [<!ENTITY e "e">]>' + base().partition(b"?>")[2]):
        found = merge(mine, changed(rename("c", "丙")))
        assert [each.kind for each in found.open] == [Kind.FILE]


def test_a_merged_diagram_passes_the_checks() -> None:
    found = merge(changed(insert_after("a", "new")), changed(remove("c"), rename("e", "末")))
    assert not found.conflicts
    assert [one.code for one in check({PATH: found.content or b""}) if one.severity == "error"] == []


def test_a_drawn_diagram_of_the_runtime_keeps_all_it_has() -> None:
    """Every kind of element comes through a merge as it was."""
    rows = "start s\nuser a\nxor g\nuser b\nend e\ns -> a -> g\ng -> b: days > 3\ng -> e\nb -> e"
    content = diagram(rows, {})
    mine = changed(rename("a", "一"), of=content)
    theirs = changed(rename("b", "二"), of=content)
    found = merge_file(PATH, content, mine, theirs)
    assert facts(found.content) == facts(changed(rename("a", "一"), rename("b", "二"), of=content))


TABLE = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
<decision id="risk" name="risk"><decisionTable id="t" hitPolicy="{policy}"><input id="i1"><inputExpression id="e1">
<text>x</text></inputExpression></input>{column}<output id="o1" name="r" />{rules}</decisionTable></decision>
</definitions>"""
COLUMN = '<input id="i2"><inputExpression id="e2"><text>y</text></inputExpression></input>'


def table(*rules: tuple[str, ...], column: str = "", policy: str = "UNIQUE") -> bytes:
    made = "".join(
        f'<rule id="{name}">'
        + "".join(f'<inputEntry id="{name}-{n}"><text>{cell}</text></inputEntry>' for n, cell in enumerate(cells))
        + f'<outputEntry id="{name}-o"><text>"{name}"</text></outputEntry></rule>'
        for name, *cells in rules
    )
    return TABLE.format(rules=made, column=column, policy=policy).encode()


def cells(content: bytes | None) -> Iterator[list[str]]:
    root = etree.fromstring(content or b"")
    for rule in root.iter("{*}rule"):
        yield [str(one.text) for one in rule.iter("{*}text")]


def test_a_new_column_and_a_new_rule_fit_together() -> None:
    found = merge_file(
        "t.dmn",
        table(("r1", "1")),
        table(("r1", "1", "&gt; 5"), column=COLUMN),
        table(("r1", "1"), ("r2", "2")),
    )
    assert not found.conflicts
    assert list(cells(found.content)) == [["1", "> 5", '"r1"'], ["2", "-", '"r2"']]
    decisions, findings = read_decisions(found.content or b"", "t.dmn", None)
    assert decisions is not None
    assert [one for one in findings if one.severity == "error"] == []


def test_a_column_taken_out_takes_its_cells_from_the_other_ones_rule() -> None:
    found = merge_file(
        "t.dmn",
        table(("r1", "1", "5"), column=COLUMN),
        table(("r1", "1")),
        table(("r1", "1", "5"), ("r2", "2", "6"), column=COLUMN),
    )
    assert not found.conflicts
    assert list(cells(found.content)) == [["1", '"r1"'], ["2", '"r2"']]


@pytest.mark.parametrize(("policy", "asked"), [("UNIQUE", []), ("FIRST", [Kind.ORDER])])
def test_two_new_rules_at_one_place_are_asked_where_the_first_one_counts(policy: str, asked: list[Kind]) -> None:
    versions = [
        table(*rules, policy=policy) for rules in ([("r1", "1")], [("r1", "1"), ("x", "2")], [("r1", "1"), ("n", "3")])
    ]
    found = merge_file("t.dmn", *versions)
    assert [each.kind for each in found.open] == asked
    if asked:
        mine = merge_file("t.dmn", *versions, {found.open[0].mark: Side.MINE})
        assert [row[0] for row in cells(mine.content)] == ["1", "2", "3"]


def test_one_cell_that_both_changed_is_asked_by_its_rule() -> None:
    found = merge_file("t.dmn", table(("r1", "1")), table(("r1", "2")), table(("r1", "3")))
    (conflict,) = found.open
    assert (conflict.type, conflict.mine, conflict.theirs) == ("rule", "2", "3")


def test_another_kind_of_task_is_told_in_its_own_word() -> None:
    def turned(tag: str) -> bytes:
        def do(root: etree._Element) -> None:
            element(root, "a").tag = f"{BPMN}{tag}"

        return changed(do)

    (conflict,) = merge(turned("manualTask"), turned("serviceTask")).open
    assert (conflict.what, conflict.base, conflict.mine, conflict.theirs) == (
        "type", "userTask", "manualTask", "serviceTask"
    )  # fmt: skip


def named(content: bytes, at: int, name: str) -> bytes:
    """The file with another name for the first or last of the elements that have one."""
    root = etree.fromstring(content)
    [one for one in root.iter() if one.get("name") and one.get("id")][at].set("name", name)
    return bytes(etree.tostring(root))


def canonical(content: bytes | None) -> str:
    """The whole file, however it is indented and whichever way its attributes stand."""
    parser = etree.XMLParser(remove_blank_text=True, remove_comments=True)
    return bytes(etree.tostring(etree.fromstring(content or b"", parser), method="c14n")).decode()


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_every_shipped_diagram_comes_through_a_merge_as_it_is(path: Path) -> None:
    content = path.read_bytes()
    mine, theirs = named(content, 0, "甲"), named(content, -1, "乙")
    found = merge_file(path.name, content, mine, theirs)
    assert not found.conflicts
    assert canonical(found.content) == canonical(named(mine, -1, "乙"))
