"""Subprocesses and called processes: their variables, and what is told about them."""

from engine.runtime import snapshot, variables_at
from tests.engine.runtime.diagrams import Case, calls, diagram, ext, io, script

ITEM = diagram(
    "start s\nuser review\nend e\ns -> review -> e",
    {"review": ext(io(None, {"outcome": "said"}))},
    process="item",
)


def parent(**options: bool) -> bytes:
    inside = {"c": ext(calls("item", **options), io({"item": '"P2"'}, {"result_P2": "outcome"}))}
    return diagram("start s\ncall c\nuser after\ns -> c -> after", inside)


def test_a_called_process_gets_its_inputs_and_gives_its_outputs() -> None:
    case = Case({"p.bpmn": parent(all_in=False), "item.bpmn": ITEM}, {"secret": 1})
    (opened,) = case.last.scopes_opened
    assert (opened.parent, opened.element, opened.process, opened.inputs) == (1, "c", "item", {"item": "P2"})
    assert case.last.opened[0].scope == opened.scope
    step = case.complete("review", said="granted")
    assert step.scopes_closed == (opened.scope,)
    assert (case.tasks, case.variables) == (["after"], {"secret": 1, "result_P2": "granted"})


def test_a_called_process_sees_all_variables_only_where_the_call_says_so() -> None:
    case = Case({"p.bpmn": parent(all_in=True), "item.bpmn": ITEM}, {"known": 1})
    scope = case.last.scopes_opened[0].scope
    assert dict(case.view.scopes[scope].variables) == {"known": 1, "item": "P2"}


def test_without_output_mappings_all_variables_of_a_call_come_back_or_none() -> None:
    for out, expected in ((True, {"outcome": "granted"}), (False, {})):
        call = diagram("start s\ncall c\nuser after\ns -> c -> after", {"c": ext(calls("item", out=out, all_in=False))})
        case = Case({"p.bpmn": call, "item.bpmn": ITEM})
        case.complete("review", said="granted")
        assert case.variables == expected


def test_two_calls_of_one_process_run_apart() -> None:
    text = "start s\nand f\ncall a\ncall b\nand j\nuser after\ns -> f -> a -> j -> after\nf -> b -> j"
    inside = {
        name: ext(calls("item", all_in=False), io({"item": f'"{name}"'}, {f"result_{name}": "outcome"}))
        for name in "ab"
    }
    case = Case({"p.bpmn": diagram(text, inside), "item.bpmn": ITEM})
    assert case.tasks == ["review", "review"]
    case.complete("review", said=1)
    case.complete("review", said=2)
    assert (case.tasks, case.variables) == (["after"], {"result_a": 1, "result_b": 2})


def test_a_called_process_that_is_missing_by_name_is_an_incident() -> None:
    call = '<zeebe:calledElement processId="=which" propagateAllChildVariables="false"/>'
    files = {"p.bpmn": diagram("start s\ncall c\ns -> c", {"c": ext(call)}), "item.bpmn": ITEM}
    case = Case(files, {"which": "nothing"})
    assert case.view.incidents[0].code == "process-missing"
    case.retry(which="item")
    assert case.tasks == ["review"]


def test_a_called_process_that_only_a_message_starts_is_an_incident() -> None:
    files = {
        "p.bpmn": diagram("start s\ncall c\ns -> c", {"c": ext(calls("q"))}),
        "q.bpmn": diagram("start s message m\nuser a\ns -> a", process="q"),
    }
    assert Case(files).view.incidents[0].code == "start-missing"


def test_a_subprocess_writes_into_the_process_and_its_inputs_stay_its_own() -> None:
    text = "start s\nsub b {\nstart i\nuser t\ni -> t\n}\nuser after\ns -> b -> after"
    case = Case(diagram(text, {"b": ext(io({"local": "x + 1"}))}), {"x": 1})
    scope = case.last.scopes_opened[0].scope
    assert variables_at(case.state, scope) == {"x": 1, "local": 2}
    case.complete("t", x=5, local=9, new=7)
    assert case.variables == {"x": 5, "new": 7}


def test_input_mappings_of_a_task_stay_its_own() -> None:
    inside = {"a": ext(io({"half": "n / 2", "quarter": "half / 2"}, {"kept": "quarter"}))}
    case = Case(diagram("start s\nuser a\nuser b\ns -> a -> b", inside), {"n": 8})
    case.complete("a", noise=1)
    assert case.variables == {"n": 8, "kept": 2}


def test_a_failed_input_is_mapped_again_from_the_corrected_variables() -> None:
    inside = {"t": ext(io({"a": "x", "b": "if x > 0 then y else function() 1"}))}
    case = Case(diagram("start s\nuser t\nend e\ns -> t -> e", inside), {"x": 0, "y": 1})
    assert [each.code for each in case.view.incidents] == ["value-invalid"]
    case.retry(x=2, a=9)
    assert case.tasks == ["t"]
    assert case.variables == {"x": 2, "y": 1, "a": 9}


def test_an_output_path_writes_inside_a_context_without_touching_its_other_holders() -> None:
    inside = {"c": ext(script("x", "y")), "a": ext(io(None, {"x.b.c": "v"}))}
    case = Case(diagram("start s\nscript c\nuser a\nuser t\ns -> c -> a -> t", inside), {"x": {"a": 1, "b": {}}})
    case.complete("a", v=2)
    assert case.variables == {"x": {"a": 1, "b": {"c": 2}}, "y": {"a": 1, "b": {}}}


def test_zero_false_empty_null_and_missing_are_five_different_things() -> None:
    text = "start s\nuser a\nxor x\nuser none\nuser some\ns -> a -> x\nx -> none if v = null\nx -> some default"
    for value, task in ((0, "some"), (False, "some"), ("", "some"), (None, "none")):
        case = Case(diagram(text))
        case.complete("a", v=value)
        assert case.tasks == [task]
        assert case.variables == {"v": value}
        assert type(case.variables["v"]) is type(value)
    missing = Case(diagram(text))
    missing.complete("a")
    assert (missing.tasks, missing.variables) == (["none"], {})


def test_nodes_without_a_start_event_begin_where_nothing_leads_to() -> None:
    case = Case(diagram("user a\nuser b\nuser c\na -> c\nb -> c"))
    assert case.tasks == ["a", "b"]


def test_an_interrupted_call_takes_everything_in_it_along() -> None:
    inner = diagram(
        "start s\nuser t\ntimer z on t PT1H\nsub b {\nstart i\nuser u\ni -> u\n}\nand f\nend e\n"
        "s -> f -> t\nf -> b\nz -> e",
        process="item",
    )
    outer = diagram(
        "start s\ncall c\ntimer late on c PT2H\nuser rescue\ns -> c\nlate -> rescue",
        {"c": ext(calls("item"))},
    )
    case = Case({"p.bpmn": outer, "item.bpmn": inner})
    assert case.tasks == ["t", "u"]
    step = case.fire("late")
    assert case.tasks == ["rescue"]
    assert len(step.scopes_closed) == 2
    assert len(step.timers_cancelled) == 1
    view = snapshot(step.state)
    assert [each.element for each in view.active] == ["rescue"]
    assert ("cancelled", "u") in case.history
