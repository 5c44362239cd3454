"""Differences that a known fault of the reference core explains, and those that nothing explains."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from SpiffWorkflow.specs.ExclusiveChoice import ExclusiveChoice
from SpiffWorkflow.util.task import TaskState

from engine.bundles.examples import Act
from engine.reference import FAULTS, KnownDifference, Portability, Sample, SampleReport, Verdict, check_portability
from engine.words import Words
from tests.engine.reference.test_portability_check import CONTEXT, FORK, STEPS, check, step
from tests.engine.runtime.diagrams import calls, diagram, ext, io

ROOT = Path(__file__).parents[3]
#: `b`'s branch asks what `a` wrote in the other.
READS = """
    start s
    and f
    user a
    user b
    xor x
    user told
    user untold
    user last
    and j
    user after
    end e
    s -> f -> a -> j -> after -> e
    f -> b -> x
    x -> told if word = "yes"
    x -> untold default
    told -> last
    untold -> last
    last -> j
"""
ALL = {element: step(element) for element in ("a", "b", "told", "untold", "last", "after")}
TELLS = [("a", {"word": "yes"}), ("b", {}), ("told", {}), ("last", {}), ("after", {})]


def known(report: SampleReport) -> KnownDifference:
    assert report.known is not None, report
    return report.known


def only(found: Portability) -> SampleReport:
    (report,) = found.samples
    return report


def wrong_at(monkeypatch: pytest.MonkeyPatch, element: int) -> None:
    """As if the package took the default of one choice, the diagram's element of this number, whatever its
    conditions say."""
    rightly = ExclusiveChoice._run_hook

    def run(self: Any, task: Any) -> bool:
        if self.name != f"p0n{element}":
            return bool(rightly(self, task))
        default = task.workflow.spec.get_task_spec_from_name(self.default_task_spec)
        task._sync_children([default], TaskState.FUTURE)
        for child in task.children:
            child.task_spec._predict(child, mask=TaskState.FUTURE | TaskState.PREDICTED_MASK)
        return True

    monkeypatch.setattr(ExclusiveChoice, "_run_hook", run)


def test_a_branch_that_does_not_see_what_another_wrote_is_known_where_it_reads_it() -> None:
    report = only(check(diagram(READS, ALL), *TELLS, word="no"))
    one = known(report)
    assert (report.verdict, report.acts, report.words.en) == (Verdict.KNOWN, 5, "")  # else the same to its end
    assert (one.fault.key, one.acts, one.after) == ("own-copies", 2, "b")
    assert (one.misread.element, one.misread.variable, one.misread.written.element) == ("x", "word", "a")
    assert (one.read_in, one.written_in, one.file) == ("p.bpmn", "p.bpmn", "p.bpmn")
    assert [[each.element for each in side] for side in one.opened] == [["told"], ["untold"]]


def test_a_value_that_a_join_loses_is_known_with_who_wrote_it() -> None:
    report = only(check(diagram(FORK, STEPS), ("a", {"ruling": "granted"}), ("b", {}), ("after", {}), ruling="none"))
    one = known(report)
    assert (report.verdict, report.acts) == (Verdict.KNOWN, 3)
    assert (one.fault.key, one.misread.variable, one.misread.written.element) == ("own-copies", "ruling", "a")
    assert (one.misread.element, one.element) == ("", "")
    assert one.words.en == "Variable ruling differs. One Window engine: 'granted'; SpiffWorkflow: 'none'"


def test_a_subprocess_that_is_interrupted_loses_its_work() -> None:
    text = """
        start s
        sub body {
        start i
        user a
        xor x
        user b
        user c
        end ie
        i -> a -> x
        x -> b if word = "yes"
        x -> c default
        b -> ie
        c -> ie
        }
        message stop on body m
        user after
        end e
        end g
        s -> body -> e
        stop -> after -> g
    """
    samples = [Sample(Words("试", "try"), {}, seed=seed) for seed in range(12)]
    found = check_portability({"p.bpmn": diagram(text)}, "p", samples, CONTEXT)
    assert {each.verdict for each in found.samples} == {Verdict.SAME, Verdict.KNOWN}
    differing = [known(each) for each in found.samples if each.verdict is Verdict.KNOWN]
    assert {(one.fault.key, one.misread.variable, one.misread.written.element, one.after) for one in differing} == {
        ("lost-work", "word", "a", "stop")
    }


def test_what_stands_in_a_called_process_is_told_where_its_caller_reads_it() -> None:
    """The call ends when another branch has written what its boundary event waits for."""
    caller = """
        start s
        and f
        user a
        call c
        condition off on c word = "yes"
        and j
        user after
        end e
        end g
        s -> f -> a -> j -> after -> e
        f -> c -> j
        off -> g
    """
    files = {
        "p.bpmn": diagram(caller, ALL | {"c": ext(calls("q", all_in=False), io({"item": '"P1"'}))}),
        "q.bpmn": diagram("start s\nuser inside\nend e\ns -> inside -> e", process="q"),
    }
    sample = Sample(Words("试", "try"), {"word": "no"}, (Act("a", None, {"word": "yes"}),))
    one = known(only(check_portability(files, "p", [sample], CONTEXT)))
    assert (one.misread.element, one.misread.written.element, one.element) == ("off", "a", "inside")
    assert (one.file, one.read_in) == ("q.bpmn", "p.bpmn")


def test_a_difference_that_no_fault_explains_is_not_excused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The diagram has branches that read what others wrote; but the cores part where nothing was misread."""
    wrong_at(monkeypatch, 4)
    report = only(check(diagram(READS, ALL), ("b", {}), ("a", {}), word="yes"))
    assert (report.verdict, report.known, report.after, report.acts) == (Verdict.DIFFERS, None, "b", 1)


def test_nor_is_one_where_a_value_is_misread_that_does_not_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other branch wrote the word that stood there already in another variable: the copy is old, the way is not."""
    wrong_at(monkeypatch, 4)
    acts = [("a", {"other": "new"}), ("b", {})]
    report = only(check(diagram(READS, ALL), *acts, word="yes", other="old"))
    assert (report.verdict, report.known, report.after) == (Verdict.DIFFERS, None, "b")


def test_one_behind_a_known_difference_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    text = READS.replace(
        "after -> e", "after -> y\n    xor y\n    user good\n    user bad\n    y -> good if fine\n    y -> bad default"
    )
    file = diagram(text, ALL)
    fine = only(check(file, *TELLS[:4], ("after", {"fine": True}), word="no"))
    assert (fine.verdict, known(fine).after) == (Verdict.KNOWN, "b")
    wrong_at(monkeypatch, 11)
    report = only(check(file, *TELLS[:4], ("after", {"fine": True}), word="no"))
    assert (report.verdict, report.after, report.acts) == (Verdict.DIFFERS, "after", 5)
    assert known(report).after == "b"
    assert {each.element for side in report.opened for each in side} == {"good", "bad"}


def test_each_fault_has_its_row_and_its_test() -> None:
    decision = (ROOT / "docs" / "decisions" / "0001-own-token-machine.md").read_text(encoding="utf-8")
    tests = "".join(each.read_text(encoding="utf-8") for each in (ROOT / "tests/engine/reference").glob("test_*.py"))
    for key, fault in FAULTS.items():
        assert key == fault.key
        assert f"`{fault.test}`" in decision
        assert f"def {fault.test}(" in tests
        assert "BPMN 2.0.2" in fault.basis.zh
        assert "BPMN 2.0.2" in fault.basis.en
