"""Both cores walk the same paths where the reference core is right."""

from pathlib import Path

import pytest

from engine import reference
from engine.errors import NothingWaits, NotInReferenceCore, StateInvalid, TaskNotOpen
from engine.runtime import Context
from tests.engine.reference.walks import Act, Walk, walk
from tests.engine.runtime.diagrams import MONDAY, calls, diagram, ext, io, job, script

CONTEXT = Context(now=MONDAY)
SHARED = Path(__file__).parents[3] / "processes" / "_shared"


def both(files: dict[str, bytes], variables: dict[str, object], acts: list[Act], entry: str = "p") -> Walk:
    ours = walk("ours", files, entry, variables, acts, CONTEXT)
    theirs = walk("reference", files, entry, variables, acts, CONTEXT)
    assert ours.seen == theirs.seen
    assert (ours.ended, ours.thrown) == (theirs.ended, theirs.thrown)
    return ours


@pytest.mark.parametrize(("n", "path"), [(1, "small"), (5, "big")])
def test_choices_and_scripts(n: int, path: str) -> None:
    text = """
        start s
        script double
        xor x
        user big
        user small
        end e
        s -> double -> x
        x -> big if m > 5
        x -> small default
        big -> e
        small -> e
    """
    files = {"p.bpmn": diagram(text, {"double": ext(script("n * 2", "m"))})}
    assert both(files, {"n": n}, [(path,)]).seen == ((path,), ())


def test_parallel_branches_and_a_call_with_mappings() -> None:
    text = """
        start s
        and f
        call c
        user b
        and j
        user after
        end e
        s -> f -> c -> j -> after -> e
        f -> b -> j
    """
    inside = {"c": ext(calls("q", all_in=False), io({"item": '"P2"'}, {"result": "outcome"}))}
    called = diagram(
        "start s\nuser t\nservice w\nend e\ns -> t -> w -> e",
        {"t": ext(io(None, {"outcome": "said"})), "w": ext(job("work"))},
        process="q",
    )
    files = {"p.bpmn": diagram(text, inside), "q.bpmn": called}
    acts: list[Act] = [("t", {"said": "granted"}), ("b",)]
    result = both(files, {"n": 1}, acts)
    assert result.seen == (("b", "t"), ("b",), ("after",))
    for core in ("ours", "reference"):
        assert walk(core, files, "p", {"n": 1}, acts, CONTEXT).variables == {"n": 1, "result": "granted"}


def test_loops_messages_and_boundary_timers() -> None:
    text = """
        start s
        xor m
        user a
        also timer late on a PT1H
        user remind
        xor x
        throw tell message told key
        catch hear message heard key
        user b
        end e
        end r
        s -> m -> a -> x
        x -> m if again
        x -> tell default
        tell -> hear -> b -> e
        late -> remind -> r
    """
    acts: list[Act] = [
        ("a", {"again": True}), ("timer", "late"), ("remind",), ("a", {"again": False}),
        ("message", "heard", "K", {"text": "x"}), ("b",),
    ]  # fmt: skip
    result = both({"p.bpmn": diagram(text)}, {"key": "K"}, acts)
    assert result.seen == (("a",), ("a",), ("a", "remind"), ("a",), (), ("b",), ())
    assert result.ended


def test_values_of_every_kind_pass_through_the_reference_core() -> None:
    files = {"p.bpmn": diagram("start s\nuser a\nuser b\nend e\ns -> a -> b -> e")}
    given = {
        "zero": 0,
        "no": False,
        "empty": "",
        "nothing": None,
        "day": MONDAY,
        "list": [0, False, {"$": 1}],
    }
    for core in ("ours", "reference"):
        assert walk(core, files, "p", {"zero": False}, [("a", given)], CONTEXT).variables == given


def test_what_was_completed_is_told() -> None:
    text = "start s\nuser a\nsub b {\nstart i\nscript c\ni -> c\n}\nend e\ns -> a -> b -> e"
    program = reference.compile_program({"p.bpmn": diagram(text)}, "p")
    begun = reference.start(program, {}, CONTEXT)
    done = reference.complete(program, begun.state, begun.opened[0].id, {}, CONTEXT)
    told = [[(line.what, line.element) for line in step.log] for step in (begun, done)]
    completed = [("completed", element) for element in ("a", "i", "c", "b", "e")]
    assert told == [[("completed", "s")], completed]


REFUSED = {
    "event h {\nstart i message m\nuser z\ni -> z\n}": ("h", "isInterrupting"),
    "end x error E1": ("x", "nothing catches"),
    "throw x signal S": ("x", "Signals"),
    "throw x link L\ncatch y link L": ("x", "Link"),
    "also timer x on a R/PT1H": ("x", "only once"),
    "escalation x on a X1": ("x", "escalation"),
}


@pytest.mark.parametrize("line", REFUSED)
def test_what_the_reference_core_does_not_do_rightly_is_refused_with_element_and_reason(line: str) -> None:
    files = {"p.bpmn": diagram(f"start s\nuser a\n{line}\ns -> a")}
    with pytest.raises(NotInReferenceCore) as refusal:
        reference.compile_program(files, "p")
    element, reason = REFUSED[line]
    assert (refusal.value.process, refusal.value.element) == ("p", element)
    assert reason in refusal.value.words.en
    assert refusal.value.words.zh


def chain(length: int) -> dict[str, bytes]:
    steps = [f"t{number}" for number in range(length)]
    text = "\n".join([*(f"task {step}" for step in steps), "start s", "user u", f"s -> {' -> '.join(steps)} -> u"])
    return {"p.bpmn": diagram(text)}


def test_a_chain_runs() -> None:
    step = reference.start(reference.compile_program(chain(150), "p"), {}, CONTEXT)
    assert [task.element for task in step.opened] == ["u"]


@pytest.mark.parametrize("length", [400, 1_000])
def test_a_chain_that_is_too_long_for_its_recursion_is_refused_by_name(length: int) -> None:
    with pytest.raises(NotInReferenceCore) as refusal:
        reference.start(reference.compile_program(chain(length), "p"), {}, CONTEXT)
    assert "SpiffWorkflow" in refusal.value.words.zh


def test_commands_that_it_lacks_are_refused() -> None:
    for command in (
        reference.resolve,
        reference.retry,
        reference.cancel,
        reference.signal,
        reference.migrate,
    ):
        with pytest.raises(NotInReferenceCore):
            command(None, b"", 1)


def test_wrong_ids_and_damaged_states_are_refused_by_type() -> None:
    program = reference.compile_program({"p.bpmn": diagram("start s\nuser a\nend e\ns -> a -> e")}, "p")
    step = reference.start(program, {}, CONTEXT)
    with pytest.raises(TaskNotOpen):
        reference.complete(program, step.state, 99, {}, CONTEXT)
    with pytest.raises(NothingWaits):
        reference.fire(program, step.state, 99, CONTEXT)
    with pytest.raises(NothingWaits):
        reference.correlate(program, step.state, "x", None, {}, CONTEXT)
    with pytest.raises(StateInvalid):
        reference.complete(program, b"{}", 1, {}, CONTEXT)


ITEM = {
    "item": "P2", "way": "ordinary", "accepts": "department", "immediate": False, "visit": "always",
    "groups": {"intake": "drug.review", "review": "drug.review", "decide": "drug.decide",
               "verify": "market.verify"},
}  # fmt: skip


def test_the_licence_process_of_the_shipped_bundle() -> None:
    files = {path.name: path.read_bytes() for path in SHARED.glob("*.bpmn")}
    acts: list[Act] = [
        ("accept", {"intake_outcome": "correction"}), ("correct",),
        ("accept", {"intake_outcome": "accepted"}),
        ("timer", "promise-mark"), ("examine", {"visit_needed": True}), ("message", "visit-done", "P2", {}),
        ("review", {"proposal": "grant"}), ("decide", {"ruling": "grant"}),
    ]  # fmt: skip
    assert both(files, dict(ITEM), acts, entry="item-licence").ended
    commitment = {**ITEM, "way": "commitment", "accepts": "window"}
    result = both(files, commitment, [("immediate", {"ruling": "grant"})], entry="item-licence")
    assert [name for name, _ in result.thrown] == ["visit-declared", "verification-due"]
