"""Who may not do a step: what a diagram declares, what the law adds, and what is wrong with a rule."""

import pytest

from engine.bpmn import compile_program
from engine.bundles import check_bundle, legal_separation, read_separation, separation_at
from engine.findings import Severity

GROUPS = {"stall.review", "stall.decide", "stall.verify"}


@pytest.fixture
def files(files):
    """The small bundle, with a review drawn in it."""
    drawn = files["stall.bpmn"].replace(b'value="record"', b'value="review"')
    assert drawn != files["stall.bpmn"]
    return {**files, "stall.bpmn": drawn}


def with_rule(files, step, rule):
    """The small bundle, where every task of this step carries the rule."""
    known = f'<zeebe:property name="step" value="{step}"/>'
    said = f'{known}<zeebe:property name="separate" value="{rule}" />'
    changed = {path: content.replace(known.encode(), said.encode()) for path, content in files.items()}
    assert changed != files, f"no task of step {step}"
    return changed


def found(files, severity):
    return {
        finding.code
        for finding in check_bundle(files, "open-stall", known_groups=GROUPS)
        if finding.severity is severity and finding.code.startswith("separation-")
    }


def test_a_rule_is_read_word_by_word():
    rule = read_separation("not:review, not:examine two-persons no-relatives same-room not:")
    assert rule.apart == {"review", "examine"}
    assert rule.two_persons
    assert rule.no_relatives
    assert rule.unknown == ("same-room", "not:")


def test_the_law_holds_at_a_ruling_whatever_the_diagram_says(files):
    program = compile_program(files, "stall")
    process, element = next(
        (process.id, node.id)
        for process in program.processes.values()
        for node in process.nodes.values()
        if {name: slot.text for name, slot in node.properties}.get("step") == "decide"
    )
    assert separation_at(program, process, element, "decide").apart >= {"review", "examine", "upper-review"}
    assert separation_at(program, "elsewhere", "unknown", "decide").apart == legal_separation("decide").apart
    assert separation_at(program, process, element, "record").apart == frozenset()


def test_what_the_law_wants_and_the_drawing_does_not_say_is_a_warning(files):
    assert found(files, Severity.WARNING) == {"separation-not-drawn"}
    assert not found(with_rule(files, "decide", "not:review"), Severity.WARNING)


@pytest.mark.parametrize(
    ("step", "rule", "code"),
    [
        ("decide", "not:review maybe", "separation-unknown-rule"),
        ("decide", "not:review not:reveiw", "separation-unknown-step"),
        ("review", "not:review", "separation-from-itself"),
        ("decide", "not:review two-persons", "separation-one-signer"),
    ],
)
def test_a_rule_that_says_nothing_or_cannot_be_met_is_an_error(files, step, rule, code):
    assert found(with_rule(files, step, rule), Severity.ERROR) == {code}


def test_a_shared_process_may_name_a_step_that_another_bundle_has(files):
    assert not found(with_rule(files, "decide", "not:review not:upper-review"), Severity.ERROR)
