"""Both cores walk the same through every block that the reference core runs rightly, data included."""

import pytest

from engine.runtime import Context
from tests.engine.reference.walks import Act, Walk, walk
from tests.engine.runtime.diagrams import MONDAY, calls, diagram, ext, io

CONTEXT = Context(now=MONDAY)


def both(files: bytes | dict[str, bytes], variables: dict[str, object], *acts: Act) -> Walk:
    """The walk on our core; the reference core's must be the same, variables before the end included."""
    named = {"p.bpmn": files} if isinstance(files, bytes) else files
    for length in range(len(acts) + 1):
        ours, theirs = (walk(core, named, "p", variables, acts[:length], CONTEXT) for core in ("ours", "reference"))
        assert (ours.seen, ours.thrown, ours.ended) == (theirs.seen, theirs.thrown, theirs.ended)
        if not ours.ended:
            assert ours.variables == theirs.variables
    return ours


def many(sequential: bool, more: str = "") -> str:
    said = '<zeebe:loopCharacteristics inputCollection="=people" inputElement="person" '
    said += 'outputCollection="answers" outputElement="=answer"/>'
    way = str(sequential).lower()
    return (
        f'<multiInstanceLoopCharacteristics isSequential="{way}">{ext(said)}{more}</multiInstanceLoopCharacteristics>'
    )


@pytest.mark.parametrize("sequential", [True, False])
def test_many_instances_collect_what_each_gave(sequential: bool) -> None:
    file = diagram("start s\nuser t\nuser u\nend e\ns -> t -> u -> e", {"t": many(sequential)})
    acts = [("t", {"answer": each}) for each in ("x", "y", "z")]
    found = both(file, {"people": ["a", "b", "c"]}, *acts)
    assert found.variables == {"people": ["a", "b", "c"], "answers": ["x", "y", "z"], "answer": "z"}
    assert found.seen[0] == ("t",) * (1 if sequential else 3)


def test_enough_instances_end_the_rest() -> None:
    enough = "<completionCondition>=numberOfCompletedInstances &gt;= 2</completionCondition>"
    file = diagram("start s\nuser t\nuser u\nend e\ns -> t -> u -> e", {"t": many(False, enough)})
    found = both(file, {"people": ["a", "b", "c"]}, ("t", {"answer": 1}), ("t", {"answer": 2}))
    assert found.seen[-1] == ("u",)
    assert found.variables["answers"] == [1, 2, None]


def test_no_instance_at_all() -> None:
    file = diagram("start s\nuser t\nuser u\nend e\ns -> t -> u -> e", {"t": many(False)})
    assert both(file, {"people": []}).variables["answers"] == []


@pytest.mark.parametrize(
    ("before", "most", "turns"),
    [("true", None, [("t", {"n": 1}), ("t", {"n": 2})]), ("false", None, [("t", {"n": 1}), ("t", {"n": 2})]),
     ("false", 1, [("t", {"n": 1})]), ("true", 1, [("t", {"n": 1})])],
)  # fmt: skip
def test_a_loop_turns_while_its_condition_holds(before: str, most: int | None, turns: list[Act]) -> None:
    bound = "" if most is None else f' loopMaximum="{most}"'
    loop = f'<standardLoopCharacteristics testBefore="{before}"{bound}><loopCondition>=n &lt; 2</loopCondition>'
    file = diagram("start s\nuser t\nuser u\nend e\ns -> t -> u -> e", {"t": f"{loop}</standardLoopCharacteristics>"})
    found = both(file, {"n": 0}, *turns, ("u",))
    assert found.seen == (*[("t",)] * len(turns), ("u",), ())


def test_a_loop_whose_condition_never_held() -> None:
    loop = '<standardLoopCharacteristics testBefore="true"><loopCondition>=n &lt; 2</loopCondition>'
    file = diagram("start s\nuser t\nuser u\nend e\ns -> t -> u -> e", {"t": f"{loop}</standardLoopCharacteristics>"})
    assert both(file, {"n": 5}).seen == (("u",),)


def test_a_mapped_subprocess_has_variables_of_its_own() -> None:
    text = "start s\nsub b {\nstart i\nuser t\ni -> t\n}\nuser u\nend e\ns -> b -> u -> e"
    file = diagram(text, {"b": ext(io({"n": "n + 1", "own": '"x"'}, {"seen.inside": "n", "own2": "own"}))})
    found = both(file, {"n": 1}, ("t", {"own": "y", "out": 3}))
    assert found.variables == {"n": 1, "out": 3, "seen": {"inside": 2}, "own2": "y"}


CAUGHT = """
    start s
    call c
    {event}
    user after
    user instead
    end e
    end g
    s -> c -> after -> e
    b -> instead -> g
"""


def called(end: str, inside: dict[str, str] | None = None) -> bytes:
    text = f"start s\nuser t\nxor x\nend good\nend bad {end}\ns -> t -> x\nx -> bad if fails\nx -> good default"
    return diagram(text, inside, process="q")


@pytest.mark.parametrize(("fails", "seen"), [(True, "instead"), (False, "after")])
def test_an_error_of_a_called_process_comes_back_with_its_payload_alone(fails: bool, seen: str) -> None:
    file = diagram(
        CAUGHT.format(event="error b on c E1"),
        {
            "c": ext(calls("q", all_in=False), io({"item": '"P2"'}, {"result": "said"})),
            "b": ext(io(None, {"why": "r"})),
        },
    )
    files = {"p.bpmn": file, "q.bpmn": called("error E1", {"bad": ext(io({"r": '"late"'}))})}
    found = both(files, {"n": 1}, ("t", {"fails": fails, "said": "ok"}))
    assert found.seen[-1] == (seen,)
    assert found.variables == {"n": 1, **({"why": "late"} if fails else {"result": "ok"})}


def test_a_message_that_interrupts_a_call_brings_the_outer_variables_back() -> None:
    file = diagram(CAUGHT.format(event="message b on c stop key"), {"c": ext(calls("q", all_in=False), io({"n": "9"}))})
    files = {"p.bpmn": file, "q.bpmn": diagram("start s\nuser t\nend e\ns -> t -> e", process="q")}
    outer = {"n": 1, "key": "K"}
    found = both(files, outer, ("message", "stop", "K", {"said": "x"}))
    assert (found.seen[-1], found.variables) == (("instead",), {**outer, "said": "x"})


@pytest.mark.parametrize("sequential", [True, False])
def test_instances_of_a_mapped_subprocess_collect_from_its_own_variables(sequential: bool) -> None:
    text = "start s\nsub t {\nstart i\nuser a\ni -> a\n}\nuser u\nend e\ns -> t -> u -> e"
    inside = ext(io({"answer": "person"}, {"last": "answer"})) + many(sequential)
    found = both(diagram(text, {"t": inside}), {"people": ["a", "b"]}, ("a", {"answer": "x"}), ("a", {"person": "y"}))
    assert found.variables == {"people": ["a", "b"], "answers": ["x", "b"], "last": "b"}


def test_a_race_goes_the_way_of_the_first_event() -> None:
    text = """
        start s
        race r
        catch m message heard key
        catch late timer PT1H
        user a
        user b
        end e
        end g
        s -> r
        r -> m -> a -> e
        r -> late -> b -> g
    """
    file = diagram(text, {"m": ext(io(None, {"said": "x"}))})
    first = both(file, {"key": 7}, ("message", "heard", "7", {"x": 1}))
    assert (first.seen[-1], first.variables) == (("a",), {"key": 7, "said": 1})
    assert both(file, {"key": 7}, ("timer", "late")).seen[-1] == ("b",)


def test_terminate_ends_what_stands_beside_it() -> None:
    text = "start s\nand f\nuser a\nuser b\nend x terminate\nend y\ns -> f -> a -> x\nf -> b -> y"
    assert both(diagram(text), {}, ("a",)).ended


def test_processes_without_start_or_end_events_and_with_several_starts() -> None:
    assert both(diagram("user a\nuser b\na -> b"), {}, ("a",), ("b",)).seen == (("a",), ("b",), ())
    both(diagram("start s\nstart t\nuser a\nuser b\ns -> a\nt -> b"), {}, ("a",), ("b",))
    both(diagram("start s\nsub b {\n}\nuser a\ns -> b -> a"), {}, ("a",))
