"""Events with several definitions, quantities of tokens, ad-hoc work, complex gateways, instantiating events."""

import pytest

from engine.errors import NothingWaits
from tests.engine.runtime.diagrams import Case, diagram

TWO = '<messageEventDefinition messageRef="message_one"/><messageEventDefinition messageRef="message_two"/>'
#: Declares the two messages.
KNOWN = "user dummy\ncatch d1 message one\ncatch d2 message two\ndummy -> d1 -> d2"


def two(text: str, element: str, more: str = "") -> bytes:
    return diagram(text + KNOWN, {element: TWO}, attributes={element: more} if more else None)


def test_of_several_definitions_one_is_enough() -> None:
    case = Case(two("start s\ncatch c\nuser after\ns -> c -> after\n", "c"))
    case.message("two")
    assert case.tasks == ["after"]
    with pytest.raises(NothingWaits):
        case.message("one")


def test_a_parallel_multiple_event_needs_all_of_them_and_keeps_what_each_brought() -> None:
    case = Case(two("start s\ncatch c\nuser after\ns -> c -> after\n", "c", 'parallelMultiple="true"'))
    case.message("two", b=2)
    assert case.tasks == []
    with pytest.raises(NothingWaits):
        case.message("two")
    case.message("one", a=1)
    assert case.tasks == ["after"]
    assert case.variables == {"a": 1, "b": 2}


def test_a_parallel_multiple_boundary_that_does_not_interrupt_begins_anew() -> None:
    text = "start s\nuser work\nalso message b on work one\nuser seen\ns -> work\nb -> seen\n" + KNOWN
    more = '<messageEventDefinition messageRef="message_two"/>'
    case = Case(diagram(text, {"b": more}, attributes={"b": 'parallelMultiple="true"'}))
    for _ in range(2):
        case.message("one")
        case.message("two")
    assert case.tasks == ["seen", "seen", "work"]


def test_a_throw_with_several_definitions_throws_them_all() -> None:
    case = Case(two("start s\nthrow t\ns -> t\n", "t"))
    assert [each.name for each in case.last.thrown] == ["one", "two"]


def test_an_activity_waits_for_its_start_quantity_and_gives_its_completion_quantity() -> None:
    text = "start s\nand f\nuser a\nuser b\nuser both\nuser after\ns -> f -> a -> both -> after\nf -> b -> both"
    case = Case(diagram(text, attributes={"both": 'startQuantity="2" completionQuantity="3"'}))
    case.complete("a")
    assert case.tasks == ["b"]
    case.complete("b")
    assert case.tasks == ["both"]
    case.complete("both")
    assert case.tasks == ["after", "after", "after"]


AD_HOC = "start s\nadhoc any {\nuser a\nuser b\nuser c\nb -> c\n}\nuser after\ns -> any -> after"


def test_ad_hoc_work_begins_with_all_that_no_flow_leads_to_and_ends_when_all_is_done() -> None:
    case = Case(diagram(AD_HOC))
    assert case.tasks == ["a", "b"]
    for task in ("b", "a", "c"):
        case.complete(task)
    assert case.tasks == ["after"]


def test_sequential_ad_hoc_work_is_done_one_after_another() -> None:
    case = Case(diagram(AD_HOC, attributes={"any": 'ordering="Sequential"'}))
    assert case.tasks == ["a"]
    case.complete("a")
    assert case.tasks == ["b"]


def test_the_completion_condition_ends_ad_hoc_work_and_cancels_the_rest() -> None:
    inside = {"any": "<completionCondition>=enough</completionCondition>"}
    case = Case(diagram(AD_HOC, inside))
    case.complete("a", enough=True)
    assert case.tasks == ["after"]
    kept = Case(diagram(AD_HOC, inside, attributes={"any": 'cancelRemainingInstances="false"'}))
    kept.complete("a", enough=True)
    assert kept.tasks == ["b"]
    kept.complete("b", enough=True)
    kept.complete("c", enough=True)
    assert kept.tasks == ["after"]


def test_ad_hoc_work_that_is_done_waits_for_its_condition() -> None:
    case = Case(diagram(AD_HOC, {"any": "<completionCondition>=enough</completionCondition>"}), {"enough": False})
    for task in ("a", "b", "c"):
        case.complete(task)
    assert case.tasks == []
    assert not case.ended
    case.set(enough=True)
    assert case.tasks == ["after"]


COMPLEX = """
    start s
    and f
    user a
    user b
    user c
    complex g
    user after
    user late
    s -> f -> a -> g -> after
    f -> b -> g
    f -> c -> g
    g -> late if waitingForStart = false
"""


def test_a_complex_gateway_goes_on_when_enough_have_come_and_starts_anew_when_all_have() -> None:
    inside = {"g": "<activationCondition>=activationCount >= 2</activationCondition>"}
    case = Case(diagram(COMPLEX, inside))
    case.complete("a")
    assert case.tasks == ["b", "c"]
    case.complete("b")
    assert case.tasks == ["after", "c"]
    case.complete("c")
    assert case.tasks == ["after", "late"], "what came late takes the flows that hold at the reset"


def test_a_complex_gateway_in_a_loop_fires_again_after_its_reset() -> None:
    text = """
        start s
        xor again
        and f
        user a
        user b
        complex g
        xor more
        end e
        s -> again -> f -> a -> g -> more
        f -> b -> g
        more -> again if n < 2
        more -> e default
    """
    case = Case(diagram(text, {"g": "<activationCondition>=activationCount >= 1</activationCondition>"}), {"n": 0})
    case.complete("a", n=2)
    assert case.tasks == ["b"]
    case.complete("b")
    assert case.ended


BEGIN = """
    race g
    catch one message one
    catch two message two
    user a
    user b
    g -> one -> a
    g -> two -> b
"""


def test_an_instantiating_gateway_starts_the_process_by_one_of_its_events() -> None:
    file = diagram(BEGIN, attributes={"g": 'instantiate="true"'})
    case = Case(file, {"x": 1}, event="two")
    assert case.tasks == ["b"]
    assert case.variables == {"x": 1}
    assert case.program.message_starts() == {"one": "p", "two": "p"}


def test_a_parallel_instantiating_gateway_waits_for_its_other_events() -> None:
    file = diagram(BEGIN, attributes={"g": 'instantiate="true" eventGatewayType="Parallel"'})
    case = Case(file, event="two")
    assert case.tasks == ["b"]
    case.complete("b")
    assert not case.ended
    case.message("one")
    assert case.tasks == ["a"]


def test_an_instantiating_receive_task_starts_the_process() -> None:
    case = Case(diagram("receive r order\nuser a\nr -> a", attributes={"r": 'instantiate="true"'}), event="r")
    assert case.tasks == ["a"]
    assert case.program.message_starts() == {"order": "p"}


def test_a_repeating_intermediate_timer_gives_a_token_each_time() -> None:
    case = Case(diagram("start s\ncatch t timer R3/PT1H\nuser a\ns -> t -> a"))
    for count in (1, 2, 3):
        case.later(hours=1)
        case.fire("t")
        assert case.tasks == ["a"] * count
    with pytest.raises(StopIteration):
        case.fire("t")


def test_data_of_a_subprocess_is_its_own_and_associations_carry_it() -> None:
    text = "start s\nsub inner {\nstart i\nuser a\ni -> a\n}\nuser after\ns -> inner -> after"
    inside = {
        "inner": '<dataObject id="d1" name="note"/><dataObjectReference id="r1" dataObjectRef="d1"/>',
        "a": '<ioSpecification><dataOutput id="o1" name="said"/><inputSet/><outputSet/></ioSpecification>'
        '<dataOutputAssociation id="x"><sourceRef>o1</sourceRef><targetRef>r1</targetRef></dataOutputAssociation>',
    }
    case = Case(diagram(text, inside), {"note": "outer"})
    inner = next(each.home for each in case.view.active if each.element == "a")
    assert case.view.scopes[inner].variables == {"note": None}
    case.complete("a", said="hello")
    assert case.variables["note"] == "outer"


LOOP = "start s\nuser a\nuser after\ns -> a -> after"


def test_a_standard_loop_runs_until_its_condition_is_false() -> None:
    loop = "<standardLoopCharacteristics><loopCondition>=n &lt; 3</loopCondition></standardLoopCharacteristics>"
    case = Case(diagram(LOOP, {"a": loop}), {"n": 1})
    for n in (2, 3):
        assert case.tasks == ["a"]
        case.complete("a", n=n)
    assert case.tasks == ["after"]


def test_a_loop_that_tests_before_may_not_run_at_all_and_a_maximum_bounds_it() -> None:
    condition = "<loopCondition>=false</loopCondition>"
    never = f'<standardLoopCharacteristics testBefore="true">{condition}</standardLoopCharacteristics>'
    assert Case(diagram(LOOP, {"a": never})).tasks == ["after"]
    twice = '<standardLoopCharacteristics loopMaximum="2"/>'
    case = Case(diagram(LOOP, {"a": twice}))
    case.complete("a")
    case.complete("a")
    assert case.tasks == ["after"]
