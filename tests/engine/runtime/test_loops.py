"""Multi-instance activities."""

from tests.engine.runtime.diagrams import Case, diagram, ext, io, job

ALL = (
    '<multiInstanceLoopCharacteristics isSequential="{way}">'
    + ext(
        '<zeebe:loopCharacteristics inputCollection="=people" inputElement="person" '
        'outputCollection="answers" outputElement="=answer"/>'
    )
    + "{more}</multiInstanceLoopCharacteristics>"
)


def loop(*, sequential: bool, more: str = "") -> str:
    return ALL.format(way=str(sequential).lower(), more=more)


def test_parallel_instances_open_at_once_and_answers_keep_the_order_of_the_people() -> None:
    case = Case(
        diagram(
            "start s\nservice t\nuser u\ns -> t -> u",
            {"t": ext(job("ask"), io({"who": "person"})) + loop(sequential=False)},
        ),
        {"people": ["a", "b", "c"]},
    )
    assert [each.inputs["who"] for each in case.last.jobs] == ["a", "b", "c"]
    first, second, third = [each.id for each in case.view.open("job")]
    assert len({first, second, third}) == 3
    for answer in (1, 2, 3):
        case.job("t", answer=answer)
    assert (case.tasks, case.variables["answers"]) == (["u"], [1, 2, 3])
    assert "answer" not in case.variables or case.variables["answer"] == 3


def test_sequential_instances_open_one_after_the_other() -> None:
    case = Case(diagram("start s\nuser t\nuser u\ns -> t -> u", {"t": loop(sequential=True)}), {"people": ["a", "b"]})
    case.complete("t", answer="x")
    assert case.tasks == ["t"]
    case.complete("t", answer="y")
    assert (case.tasks, case.variables["answers"]) == (["u"], ["x", "y"])


def test_an_empty_collection_completes_at_once() -> None:
    case = Case(diagram("start s\nuser t\nuser u\ns -> t -> u", {"t": loop(sequential=False)}), {"people": []})
    assert (case.tasks, case.variables["answers"]) == (["u"], [])


def test_a_completion_condition_cancels_the_rest() -> None:
    enough = "<completionCondition>=numberOfCompletedInstances &gt;= 2</completionCondition>"
    case = Case(
        diagram("start s\nuser t\nuser u\ns -> t -> u", {"t": loop(sequential=False, more=enough)}),
        {"people": ["a", "b", "c"]},
    )
    case.complete("t", answer=1)
    step = case.complete("t", answer=2)
    assert case.tasks == ["u"]
    assert [each.how for each in step.closed] == ["completed", "cancelled"]


def test_a_boundary_event_interrupts_the_whole_loop() -> None:
    text = "start s\nuser t\ntimer late on t PT1H\nuser u\ns -> t\nlate -> u"
    case = Case(diagram(text, {"t": loop(sequential=False)}), {"people": ["a", "b"]})
    assert len(case.view.open("timer")) == 1
    case.fire("late")
    assert case.tasks == ["u"]


def test_a_collection_that_is_no_list_is_an_incident() -> None:
    case = Case(diagram("start s\nuser t\ns -> t", {"t": loop(sequential=False)}), {"people": "a"})
    assert case.view.incidents[0].code == "expression-failed"
    case.retry(people=["a"])
    assert case.tasks == ["t"]
