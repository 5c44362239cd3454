"""What is said about events, links, races, compensation and transactions that cannot do what they seem to."""

import pytest

from engine.bpmn import check
from engine.findings import Severity
from tests.engine.runtime.diagrams import calls, diagram, ext, job


def told(text: str, inside: dict[str, str] | None = None, **attributes: str) -> set[tuple[str, str]]:
    """(code, element) of every finding that the engine itself makes about the diagram."""
    return {(each.code, each.element) for each in check({"p.bpmn": diagram(text, inside, attributes=attributes)})}


TWO_ENDS = "<errorEventDefinition/><compensateEventDefinition/>"
BOTH = "<signalEventDefinition signalRef='signal-a'/><messageEventDefinition messageRef='message_m'/>"


@pytest.mark.parametrize(
    ("text", "code", "element"),
    [
        # compensation
        ("start s\nuser a\ncompensate b on a\nend e\ns -> a -> e", "no-handler", "b"),
        ("start s\nuser a\nundo user h of a\nend e\nend z\ns -> a -> e\nh -> z", "compensation-in-flow", "h"),
        ("start s\nuser a\nundo user h of a\nend e\nend z\ns -> a -> e\nundo-h -> z", "compensation-in-flow", "undo-h"),
        ("start s\nuser a\nend e compensate\ns -> a -> e", "nothing-to-undo", "e"),
        ("start s\nuser a\nuser b\nundo user h of b\nthrow t compensate a\nend e\ns -> a -> b -> t -> e",
         "activity-not-undoable", "t"),
        ("start s\nsub b {\nstart i\nuser a\nundo user h of a\ni -> a\n}\nthrow t compensate a\nend e\n"
         "s -> b -> t -> e", "undo-out-of-reach", "t"),
        ("start s\nuser a\nundo user h of a\nsub b {\nstart i\nend t compensate a\ni -> t\n}\nend e\n"
         "s -> a -> b -> e", "undo-out-of-reach", "t"),
        ("start s\nuser a\nend e\nevent v {\nstart i compensate\nend z\ni -> z\n}\ns -> a -> e", "never-undone", "v"),
        ("start s compensate\nuser a\nend e\ns -> a -> e", "wrong-start", "s"),
        # transactions
        ("start s\nuser a\nend e cancel\ns -> a -> e", "cancel-outside", "e"),
        ("start s\nsub b {\nstart i\nend z\ni -> z\n}\ncancel c on b\nend e\ns -> b -> e\nc -> e",
         "cancel-boundary-elsewhere", "c"),
        ("start s\ntx b {\nstart i\nend z cancel\ni -> z\n}\nend e\ns -> b -> e", "cancel-uncaught", "b"),
        ("start s\ntx b {\nstart i\nend z\ni -> z\n}\ncancel c on b\nend e\ns -> b -> e\nc -> e",
         "never-cancelled", "c"),
        # links
        ("start s\nthrow t link L\ncatch c link L\ncatch d link L\nend e\ns -> t\nc -> e\nd -> e", "link-twice", "d"),
        ("start s\nuser a\ncatch c link L\nend e\ns -> a -> e\nc -> e", "link-not-thrown", "c"),
        ("start s\nthrow t link L\nend e\ns -> t", "missing-reference", "t"),
        ("start s\nthrow t link L\ncatch c link L\nend e\ns -> t -> e\nc -> e", "link-in-flow", "t"),
        ("start s\nxor x\nthrow t link L\ncatch c link L\nend e\ns -> x\nx -> t if n\nx -> c default\nc -> e",
         "link-in-flow", "c"),
        ("start s\nthrow t link\ncatch c link\nend e\ns -> t\nc -> e", "empty-reference", "t"),
        # the first event wins
        ("start s\nrace r\ncatch a message m\nreceive b x\nend e\ns -> r -> a -> e\nr -> b -> e", "race-mixed", "r"),
        ("start s\nrace r\ncatch a message m\nend e\ns -> r -> a -> e", "race-of-one", "r"),
        ("start s\nrace r\ncatch a message m\nreceive b x\ntimer l on b PT1H\nend e\n"
         "s -> r -> a -> e\nr -> b -> e\nl -> e", "race-skips", "b"),
        ("start s\nxor x\nrace r\ncatch a message m\ncatch b timer PT1H\nend e\n"
         "s -> x\nx -> r if n\nx -> b default\nr -> a -> e\nr -> b -> e", "race-shared", "b"),
        ("start s\nrace r\ncatch a message m\ncatch b message m\nend e\ns -> r -> a -> e\nr -> b -> e",
         "race-same", "b"),
        ("start s\nrace r\ncatch a link L\ncatch b timer PT1H\nend e\ns -> r -> a -> e\nr -> b -> e",
         "race-for-nothing", "a"),
        # interrupting, catching, repeating
        ("start s\nsub b {\nstart i\nend z error E\ni -> z\n}\nalso error c on b E\nend e\ns -> b -> e\nc -> e",
         "always-interrupts", "c"),
        ("start s\nsub b {\nstart i\nend z error E\ni -> z\n}\nerror c on b E\nerror d on b E\nend e\n"
         "s -> b -> e\nc -> e\nd -> e", "caught-before", "d"),
        ("start s\nuser a\nend e\nevent v {\nstart i error\nend y\ni -> y\n}\n"
         "event w {\nstart j error\nend z\nj -> z\n}\ns -> a -> e", "caught-before", "i"),
        ("start s\nuser a\nmessage c on a m\nmessage d on a m\nend e\ns -> a -> e\nc -> e\nd -> e",
         "caught-before", "d"),
        ("start s\nuser a\nend e error E\ns -> a -> e", "error-uncaught", "e"),
        ("start s\nuser a\nthrow t escalation X\nend e\ns -> a -> t -> e", "escalation-uncaught", "t"),
        ("start s\nuser a\nerror c on a E\nend e\ns -> a -> e\nc -> e", "never-thrown", "c"),
        ("start s\nsub b {\nstart i\nend z error E\ni -> z\n}\nerror c on b F\nend e\ns -> b -> e\nc -> e",
         "never-thrown", "c"),
        ("start s\ncatch w timer R/PT1H\nend e\ns -> w -> e", "cycle-fires-once", "w"),
        ("start s\nuser a\ntimer w on a R3/PT1H\nend e\ns -> a -> e\nw -> e", "cycle-fires-once", "w"),
        ("start s condition n > 1\nuser a\nend e\ns -> a -> e", "started-by-condition", "s"),
        ("start s\nuser a\nend e\nevent v {\nstart i message m\nend z terminate\ni -> z\n}\ns -> a -> e",
         "terminates-inside", "z"),
    ],
)  # fmt: skip
def test_each_fault_of_an_event_is_named(text: str, code: str, element: str) -> None:
    assert (code, element) in told(text)


#: Nothing to do with events; the small language of these tests writes associations where the XSD has none.
HARMLESS = {"no-candidate-group", "xsd-violation"}
RACE = "start s\nrace r\ncatch a message m\ncatch b timer PT1H\nend e\ns -> r -> a -> e\nr -> b -> e"
BEGINNING = "race r\ncatch a message m\ncatch b message n\nend e\nr -> a -> e\nr -> b -> e"


@pytest.mark.parametrize(
    ("text", "attributes", "code"),
    [
        (RACE, {"r": 'eventGatewayType="Parallel"'}, "race-for-all"),
        (RACE, {"r": 'instantiate="true"'}, "begins-nothing"),
        ("start s\nuser u\nreceive r m\nend e\ns -> u -> r -> e", {"r": 'instantiate="true"'}, "begins-nothing"),
        ("start s\nuser a\nuser r\nend e\ns -> a -> e", {"r": 'isForCompensation="true"'}, "handler-unused"),
    ],
)
def test_attributes_that_do_not_fit_the_place_are_named(text: str, attributes: dict[str, str], code: str) -> None:
    assert (code, "r") in told(text, **attributes)


def test_events_that_cannot_be_combined_are_named() -> None:
    assert ("several-endings", "e") in told("start s\nuser a\nend e\ns -> a -> e", {"e": TWO_ENDS})
    both = "start s signal a\nuser a\nreceive m m\nend e\ns -> a -> m -> e"
    assert ("parallel-start", "s") in told(both, {"s": BOTH}, s='parallelMultiple="true"')
    mixed = "start s\nsub b {\nstart i\nend z error E\ni -> z\n}\nerror c on b E\nend e\ns -> b -> e\nc -> e"
    timer = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
    assert ("parallel-kinds", "c") in told(mixed, {"c": timer}, c='parallelMultiple="true"')


def test_a_handler_on_another_level_is_named() -> None:
    text = "start s\nuser a\ncompensate b on a\nsub c {\nuser h\n}\nend e\ns -> a -> c -> e"
    association = '<association id="joined" sourceRef="b" targetRef="h"/>'
    assert ("handler-elsewhere", "b") in told(text, {"p": association}, h='isForCompensation="true"')


@pytest.mark.parametrize(
    ("text", "attributes"),
    [
        (BEGINNING, {"r": 'instantiate="true" eventGatewayType="Parallel"'}),
        ("receive r m\nend e\nr -> e", {"r": 'instantiate="true"'}),
        ("start s\nreceive r m\nend e\ns -> r -> e", {"r": 'instantiate="true"'}),
        (RACE, {}),
        ("start s\nuser a\nundo user h of a\nthrow t compensate a\nend e\ns -> a -> t -> e", {}),
        ("start s\nsub b {\nstart i\nuser a\nundo user h of a\nend z\ni -> a -> z\n}\nend e compensate\n"
         "s -> b -> e", {}),
        ("start s\nsub b {\nstart i\nuser a\nend z\ni -> a -> z\n"
         "event v {\nstart j compensate\nuser u\nend y\nj -> u -> y\n}\n}\nend e compensate\ns -> b -> e", {}),
        ("start s\ntx b {\nstart i\nuser a\nundo user h of a\nxor x\nend y\nend z cancel\n"
         "i -> a -> x\nx -> z if n = 1\nx -> y default\n}\ncancel c on b\nend e\ns -> b -> e\nc -> e", {}),
        ("start s\nthrow t link L\ncatch c link L\nend e\ns -> t\nc -> e", {}),
        ("start s\nsub b {\nstart i\nxor x\nend y\nend z error E\ni -> x\nx -> z if n = 1\nx -> y default\n}\n"
         "error c on b E\nend e\ns -> b -> e\nc -> e", {}),
        ("start s\nuser a\nalso timer w on a R3/PT1H\nend e\nend f\ns -> a -> e\nw -> f", {}),
        ("start s\ncatch w timer R3/PT1H\nend e\ns -> w -> e", {}),
    ],
)  # fmt: skip
def test_what_is_drawn_as_the_specification_says_has_no_finding(text: str, attributes: dict[str, str]) -> None:
    found = told(text, **attributes)
    assert {code for code, _ in found} <= HARMLESS


def test_an_error_that_the_calling_process_catches_is_caught() -> None:
    inside = {"c": ext(calls("q"))}
    called = diagram("start s\nuser a\nend e error E\ns -> a -> e", process="q")
    catching = diagram("start s\ncall c\nerror b on c E\nend e\ns -> c -> e\nb -> e", inside)
    careless = diagram("start s\ncall c\nerror b on c F\nend e\ns -> c -> e\nb -> e", inside)
    codes = {each.code for each in check({"p.bpmn": catching, "q.bpmn": called})}
    assert not codes & {"error-uncaught", "never-thrown"}
    found = {(each.code, each.element) for each in check({"p.bpmn": careless, "q.bpmn": called})}
    assert {("error-uncaught", "e"), ("never-thrown", "b")} <= found


def test_a_job_may_throw_any_error() -> None:
    text = "start s\nservice a\nerror c on a E\nend e\ns -> a -> e\nc -> e"
    assert ("never-thrown", "c") not in told(text, {"a": ext(job("work"))})


def test_an_event_subprocess_does_not_catch_what_it_throws_itself() -> None:
    text = (
        "start s\nuser a\nend e\nevent v {\nstart i message m\nend y error E\ni -> y\n}\n"
        "event w {\nstart j error E\nend z\nj -> z\n}\ns -> a -> e"
    )
    assert ("error-uncaught", "y") in told(text)


def test_processes_that_only_call_one_another_are_named_once_each() -> None:
    def process(name: str, body: str, called: str) -> bytes:
        return diagram(body, {"c": ext(calls(called))}, process=name)

    straight, optional = "start s\ncall c\nend e\ns -> c -> e", "start s\nxor x\ncall c\nend e\ns -> x\nx -> c if n\n"
    round_about = {"p.bpmn": process("p", straight, "q"), "q.bpmn": process("q", straight, "p")}
    named = [(each.file, each.element) for each in check(round_about) if each.code == "endless-recursion"]
    assert sorted(named) == [("p.bpmn", "c"), ("q.bpmn", "c")]
    round_about["q.bpmn"] = process("q", f"{optional}x -> e default\nc -> e", "p")
    assert not any(each.code == "endless-recursion" for each in check(round_about))


def test_what_only_an_office_may_not_have_does_not_block_elsewhere() -> None:
    text = "start s\nrace r\ncatch a message m\nreceive b x\nend e\ns -> r -> a -> e\nr -> b -> e"
    for level, severity in (("engine", Severity.WARNING), ("office", Severity.ERROR)):
        found = check({"p.bpmn": diagram(text)}, level=level)
        assert [each.severity for each in found if each.code == "race-mixed"] == [severity]
