"""Why our own token machine runs the cases: what SpiffWorkflow 3.2.0 does to data, and what it costs.

Each test asserts what the reference does (so that a release that mends it is noticed) and what ours does.
Costs are counted in tasks and bytes, never in seconds. See docs/decisions/0001-own-token-machine.md.
"""

import json
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.bpmn.util.event import BpmnEvent
from SpiffWorkflow.util.task import TaskState

from tests.engine.reference.raw import finish, reloaded, spiff, stored, tasks
from tests.engine.runtime.diagrams import Case, diagram


def seen_by(workflow: Any, element: str) -> dict[str, Any]:
    (task,) = workflow.get_tasks(state=TaskState.READY, spec_name=element)
    return dict(task.data)


# ---------------------------------------------------------------- data

FORK = diagram("""
    start s
    and f
    user a
    user b
    and j
    user after
    end e
    s -> f -> a -> j -> after -> e
    f -> b -> j
""")


def test_a_parallel_join_keeps_the_stale_copy_of_the_other_branch() -> None:
    reference, ours = spiff(FORK, ruling="none"), Case(FORK, {"ruling": "none"})
    finish(reference, "a", ruling="granted")
    finish(reference, "b")
    assert seen_by(reference, "after")["ruling"] == "none"  # what branch a wrote is lost

    ours.complete("a", ruling="granted")
    ours.complete("b")
    assert ours.variables["ruling"] == "granted"


def test_a_subprocess_that_is_interrupted_loses_what_its_finished_tasks_wrote() -> None:
    file = diagram("""
        start s
        sub body {
        start i
        user a
        user b
        end ie
        i -> a -> b -> ie
        }
        message stop on body m
        user after
        end e
        end g
        s -> body -> e
        stop -> after -> g
    """)
    reference, ours = spiff(file), Case(file)
    finish(reference, "a", done="a")
    reference.send_event(BpmnEvent(MessageEventDefinition("m"), {}))
    reference.do_engine_steps()
    assert "done" not in seen_by(reference, "after")

    ours.complete("a", done="a")
    ours.message("m")
    assert ours.variables["done"] == "a"


TWO = diagram("start s\nuser a\nuser b\nend e\ns -> a -> b -> e")


def test_a_change_from_zero_to_false_is_lost_in_storage() -> None:
    reference, ours = spiff(TWO, v=0), Case(TWO, {"v": 0})
    finish(reference, "a", v=False)
    assert json.dumps(seen_by(reloaded(reference), "b")["v"]) == "0"

    ours.complete("a", v=False)
    assert ours.variables["v"] is False


def as_jsonb(value: Any) -> Any:
    """What PostgreSQL gives back of `jsonb`: keys by length, then by their bytes."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
        return {key: as_jsonb(value[key]) for key in keys}
    return [as_jsonb(each) for each in value] if isinstance(value, list) else value


def test_a_state_kept_as_jsonb_loses_its_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks are stored as changes against the task before, which must be read first; their keys are random,
    and `jsonb` orders by key. Here every key is smaller than the one before."""
    numbers = count(1)
    monkeypatch.setattr("SpiffWorkflow.task.uuid4", lambda: UUID(int=2**128 - next(numbers)))
    reference = spiff(TWO, name="Lin", area=120)
    assert seen_by(reloaded(reference), "a") == {"name": "Lin", "area": 120}  # kept as text
    kept = json.dumps(as_jsonb(json.loads(stored(reference))))
    assert seen_by(BpmnWorkflowSerializer().deserialize_json(kept), "a") == {}

    # Ours is text too; the order of keys in it means nothing.
    assert Case(TWO, {"name": "Lin", "area": 120}).variables == {"name": "Lin", "area": 120}


def test_every_expression_is_python_code(tmp_path: Path) -> None:
    written = tmp_path / "written-by-a-diagram"
    code = f'__import__("pathlib").Path("{written}").touch() or True'
    file = diagram(f"start s\nxor x\nuser a\nuser b\ns -> x\nx -> a if {code}\nx -> b default")
    spiff(file)
    assert written.exists()

    written.unlink()
    ours = Case(file)  # to us it calls a function that does not exist
    assert [each.code for each in ours.view.incidents] == ["expression-failed"]
    assert not written.exists()


# ---------------------------------------------------------------- costs

LOOP = diagram("start s\nxor m\nuser a\nxor x\nend e\ns -> m -> a -> x\nx -> m if again\nx -> e default")


def test_the_state_grows_with_every_round_of_a_loop() -> None:
    reference, ours = spiff(LOOP), Case(LOOP)
    sizes: dict[int, tuple[int, int, int]] = {}
    for step in range(1, 51):
        finish(reference, "a", again=True)
        ours.complete("a", again=True)
        if step in (5, 50):
            sizes[step] = (len(reference.tasks), len(stored(reference)), len(ours.state))
    (few, small, short), (many, large, long) = sizes[5], sizes[50]
    assert many > 6 * few
    assert large > 2 * small
    assert long <= short + 4  # its numbers have more digits


def parallel_blocks(blocks: int) -> bytes:
    """So many parallel blocks of two user tasks in a row."""
    lines, last = ["start s", "end e"], "s"
    for number in range(blocks):
        lines += [f"and split{number}", f"user a{number}", f"user b{number}", f"and join{number}"]
        lines.append(f"{last} -> split{number} -> a{number} -> join{number}")
        lines.append(f"split{number} -> b{number} -> join{number}")
        last = f"join{number}"
    return diagram("\n".join([*lines, f"{last} -> e"]))


def test_each_parallel_block_in_a_row_doubles_the_tasks() -> None:
    reference = {blocks: spiff(parallel_blocks(blocks)) for blocks in (4, 8)}
    assert len(reference[8].tasks) > 14 * len(reference[4].tasks)
    assert len(stored(reference[8])) > 7 * len(stored(reference[4]))

    ours = {blocks: Case(parallel_blocks(blocks)) for blocks in (4, 8)}
    assert len(ours[8].state) == len(ours[4].state)
    assert tasks(reference[8]) == ours[8].tasks
