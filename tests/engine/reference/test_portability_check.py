"""The portability check: what it says of diagrams that are the same on both cores, that differ, and that the
reference core does not run."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.bundles.examples import Act
from engine.errors import DefinitionInvalid
from engine.reference import Allowance, Portability, Sample, Verdict, bundle_samples, check_portability
from engine.runtime import Context
from engine.words import Words
from tests.engine.runtime.diagrams import MONDAY, calls, diagram, ext, io, script

CONTEXT = Context(now=MONDAY)
ROOT = Path(__file__).parents[3]


def step(element: str) -> str:
    return ext(f'<zeebe:properties><zeebe:property name="step" value="{element}"/></zeebe:properties>')


def check(file: bytes, *acts: tuple[str, dict[str, object]], **start: object) -> Portability:
    told = tuple(Act(element, None, variables) for element, variables in acts)
    return check_portability({"p.bpmn": file}, "p", [Sample(Words("试", "try"), start, told)], CONTEXT)


def made(file: bytes, seeds: int, **start: object) -> Portability:
    samples = [Sample(Words("试", "try"), start, seed=seed) for seed in range(seeds)]
    return check_portability({"p.bpmn": file}, "p", samples, CONTEXT)


def files_of_the_shipped_bundle() -> dict[str, bytes]:
    bundle, shared = ROOT / "processes" / "open-pharmacy", ROOT / "processes" / "_shared"
    places = {"": bundle, "_shared/": shared, "forms/": ROOT / "forms"}
    return {
        prefix + str(path.relative_to(folder)): path.read_bytes()
        for prefix, folder in places.items()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_shipped_bundle_is_the_same_on_both_cores_but_where_a_branch_reads_what_another_wrote() -> None:
    """The pre-review of an item ends when the item it needs has a result, one that is found ready is not accepted
    anew, and an item that another branch ends waits for no visit: the reference core keeps a copy of the variables
    for each branch, so there none of it is seen."""
    files = files_of_the_shipped_bundle()
    samples = bundle_samples(files, CONTEXT)
    found = check_portability(files, "open-pharmacy", samples, CONTEXT)
    differing = [each for each in found.samples if each.verdict is not Verdict.SAME]
    assert {each.verdict for each in differing} == {Verdict.KNOWN}
    known = [each.known for each in differing if each.known is not None]
    assert {each.element for each in known} == {"pre-review-task", "accept", "visit-done"}
    assert {each.fault.key for each in known} == {"own-copies"}
    assert len(found.samples) == len(samples) == 18
    assert found.count(Verdict.SAME) == 14
    assert {each.acts for each in found.samples[:6] if each.verdict is Verdict.SAME} == {13, 17, 20, 3}


@pytest.mark.parametrize("heat", [20, 40])
def test_an_event_happens_on_both_cores_when_its_condition_is_true(heat: int) -> None:
    text = """
        start s
        user a
        user work
        condition hot on work heat > 30
        catch cool condition heat < 50
        user after
        end e
        s -> a -> work -> e
        hot -> cool -> after -> e
    """
    acts = [("a", {"heat": heat}), ("after" if heat > 30 else "work", {})]
    steps = {element: step(element) for element in ("a", "work", "after")}
    (report,) = check(diagram(text, steps), *acts).samples
    assert (report.verdict, report.acts, report.words.en) == (Verdict.SAME, 2, "")


def test_a_condition_that_may_come_true_again_and_again_is_outside() -> None:
    text = "start s\nuser a\nalso condition hot on a heat > 30\nuser z\nend e\ns -> a -> e\nhot -> z -> e"
    (report,) = check(diagram(text), ("a", {})).samples
    assert (report.verdict, report.element) == (Verdict.OUTSIDE, "hot")


FORK = "start s\nand f\nuser a\nuser b\nand j\nuser after\nend e\ns -> f -> a -> j -> after -> e\nf -> b -> j"
STEPS = {element: step(element) for element in ("a", "b", "after")}


def test_a_value_that_a_join_loses_is_named() -> None:
    found = check(diagram(FORK, STEPS), ("a", {"ruling": "granted"}), ("b", {}), ruling="none")
    (report,) = found.samples
    assert (found.verdict, report.acts, report.after) == (Verdict.KNOWN, 2, "b")
    assert report.known is not None
    assert report.known.words.en == "Variable ruling differs. One Window engine: 'granted'; SpiffWorkflow: 'none'"
    assert "变量 ruling 不同" in report.known.words.zh


def test_the_same_join_is_the_same_where_nothing_is_lost() -> None:
    (report,) = check(diagram(FORK, STEPS), ("a", {"x": 1}), ("b", {"y": 2}), ("after", {})).samples
    assert (report.verdict, report.acts, report.words.en) == (Verdict.SAME, 3, "")


def test_what_the_reference_core_lacks_is_named_before_anything_is_walked() -> None:
    text = "start s\nuser a\nend e\nevent h {\nstart i message m\nuser z\ni -> z\n}\ns -> a -> e"
    (report,) = check(diagram(text), ("a", {})).samples
    assert (report.verdict, report.process, report.element, report.acts) == (Verdict.OUTSIDE, "p", "h", 0)
    assert report.file == "p.bpmn"
    assert "isInterrupting" in report.words.en


def test_what_it_does_wrongly_on_the_way_is_named_there() -> None:
    text = """
        start s
        xor m
        and f
        user a
        user b
        and j
        user after
        xor x
        end e
        s -> m -> f
        f -> a -> j
        f -> b -> j
        j -> after -> x
        x -> m if again
        x -> e default
    """
    once = [("a", {}), ("b", {}), ("after", {"again": True})]
    found = check(diagram(text, STEPS), *once, ("b", {}))
    assert [(each.verdict, each.element, each.after) for each in found.samples] == [(Verdict.OUTSIDE, "j", "b")]
    assert check(diagram(text, STEPS), *once[:2], ("after", {"again": False})).verdict is Verdict.SAME


def test_both_stop_where_no_condition_is_true_or_false() -> None:
    text = "start s\nuser a\nxor x\nuser b\nuser c\ns -> a -> x\nx -> b if big\nx -> c default"
    (report,) = check(diagram(text, STEPS), ("a", {"big": "yes"}), ("b", {})).samples
    assert (report.verdict, report.element) == (Verdict.SAME, "x")
    assert "stop" in report.words.en


def test_an_act_that_does_not_fit_leaves_the_sample_undone() -> None:
    (report,) = check(diagram("start s\nuser a\nend e\ns -> a -> e", STEPS), ("b", {})).samples
    assert (report.verdict, report.acts) == (Verdict.UNDONE, 0)
    assert "b" in report.words.en


def test_what_is_past_the_allowance_is_undone() -> None:
    file = diagram("start s\nxor m\nuser a\nxor x\nend e\ns -> m -> a -> x\nx -> m if again\nx -> e default", STEPS)
    acts = tuple(Act("a", None, {"again": True}) for _ in range(5))
    samples = [Sample(Words("试", "try"), {}, acts), Sample(Words("再试", "again"), {}, acts)]
    found = check_portability({"p.bpmn": file}, "p", samples, CONTEXT, Allowance(acts=8))
    assert [(each.verdict, each.acts) for each in found.samples] == [(Verdict.SAME, 5), (Verdict.UNDONE, 2)]
    assert found.verdict is Verdict.UNDONE
    assert (found.count(Verdict.SAME), found.count(Verdict.UNDONE)) == (1, 1)


def test_what_would_take_too_long_is_refused_before_it_does() -> None:
    loop = "start s\nxor m\nscript n\nxor x\nuser a\ns -> m -> n -> x\nx -> m if n < 900\nx -> a default"
    (report,) = check(diagram(loop, {"n": ext(script("n + 1", "n"))}), n=0).samples
    assert report.verdict is Verdict.OUTSIDE
    assert "1000" in report.words.en
    many = (
        "<multiInstanceLoopCharacteristics><loopCardinality>=201</loopCardinality></multiInstanceLoopCharacteristics>"
    )
    (report,) = check(diagram("start s\nuser a\ns -> a", {"a": many})).samples
    assert (report.verdict, report.element) == (Verdict.OUTSIDE, "a")


def test_made_paths_go_every_way_that_conditions_name() -> None:
    text = """
        start s
        user a
        timer late on a PT1H
        xor x
        user grant
        user refuse
        catch c message heard
        end e
        end g
        s -> a -> x
        x -> grant if ruling = "granted"
        x -> refuse default
        grant -> c -> e
        refuse -> e
        late -> g
    """
    found = made(diagram(text), 12)
    assert {each.verdict for each in found.samples} == {Verdict.SAME}
    assert {each.after for each in found.samples} == {"late", "refuse", "c"}


def test_a_process_that_a_message_starts_is_walked_too() -> None:
    main = diagram(
        "start s\nuser a\nthrow t message begun\nend e\ns -> a -> t -> e", {**STEPS, "t": ext(io({"n": "1"}))}
    )
    begun = diagram("start s message begun\nuser b\nend e\ns -> b -> e", STEPS, process="q")
    acts = (Act("a", None, {}), Act("b", None, {}))
    samples = [Sample(Words("试", "try"), {}, acts)]
    (report,) = check_portability({"p.bpmn": main, "q.bpmn": begun}, "p", samples, CONTEXT).samples
    assert (report.verdict, report.acts, report.after) == (Verdict.SAME, 2, "b")


def test_acts_of_the_same_step_are_told_apart_by_their_item() -> None:
    text = "start s\nand f\ncall one\ncall two\nand j\nend e\ns -> f -> one -> j -> e\nf -> two -> j"
    inside = {name: ext(calls("q", all_in=False), io({"item": f'"{name}"'})) for name in ("one", "two")}
    files = {
        "p.bpmn": diagram(text, inside),
        "q.bpmn": diagram("start s\nuser a\nend e\ns -> a -> e", STEPS, process="q"),
    }
    samples = [Sample(Words("试", "try"), {}, (Act("a", "two", {}), Act("a", "one", {})))]
    (report,) = check_portability(files, "p", samples, CONTEXT).samples
    assert (report.verdict, report.acts) == (Verdict.SAME, 2)


def test_files_that_cannot_be_run_are_refused_as_everywhere() -> None:
    with pytest.raises(DefinitionInvalid):
        check(b"<nonsense/>", ("a", {}))
