"""A case goes on with another version of its diagram: what it can take along, what it begins anew, what it refuses."""

import pytest

from engine.errors import MigrationRefused
from engine.runtime import JobFailed, signal
from tests.engine.runtime.diagrams import Case, diagram, ext, io, job


def refused(case: Case, new: bytes, mapping: dict[str, str] | None = None) -> dict[str, str]:
    """The reasons against it, by element; nothing may have changed."""
    before = case.state
    with pytest.raises(MigrationRefused) as refusal:
        case.migrate(new, mapping)
    assert case.state == before
    assert all(words.zh and words.en for _, words in refusal.value.refusals)
    return {element: words.en for element, words in refusal.value.refusals}


def many(collection: str = "people", *, sequential: bool = False, more: str = "") -> str:
    return (
        f'<multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}">'
        + ext(f'<zeebe:loopCharacteristics inputCollection="={collection}" inputElement="person"{more}/>')
        + "</multiInstanceLoopCharacteristics>"
    )


# -- what can be undone ----------------------------------------------------------------------------

BOOKED = "start s\nuser a\nundo user un-a of a\nuser b\nthrow back compensate\ns -> a -> b -> back"


def test_what_was_done_and_could_be_undone_must_still_have_what_undoes_it() -> None:
    case = Case(diagram(BOOKED))
    case.complete("a")
    assert "undoes" in refused(case, diagram(BOOKED.replace("undo user un-a of a\n", "")))["a"]
    case.migrate(diagram(BOOKED.replace("un-a", "un-z")))
    case.complete("b")
    assert case.tasks == ["un-z"]


def test_a_subprocess_must_keep_its_compensation_event_subprocess() -> None:
    handler = "event undoing {\nstart u compensate\nuser undoer\nu -> undoer\n}\n"
    text = "start s\nsub body {\nstart i\nuser a\ni -> a\n" + handler + "}\nuser b\nthrow back compensate\n"
    text += "s -> body -> b -> back"
    case = Case(diagram(text))
    case.complete("a")
    assert list(refused(case, diagram(text.replace(handler, "")))) == ["body"]


def test_what_is_still_to_be_undone_is_judged_and_renamed() -> None:
    text = (
        "start s\nuser a\nundo user un-a of a\nuser b\nundo user un-b of b\nthrow back compensate\ns -> a -> b -> back"
    )
    case = Case(diagram(text))
    case.complete("a")
    case.complete("b")
    assert case.tasks == ["un-b"]
    assert "a" in refused(case, diagram(text.replace("undo user un-a of a\n", "")))
    new = text.replace("user a\n", "user z\n").replace("of a\n", "of z\n").replace("-> a ->", "-> z ->")
    case.migrate(diagram(new), {"a": "z"})
    case.complete("un-b")
    assert case.tasks == ["un-a"]


def test_a_transaction_that_is_being_cancelled_keeps_its_way_out() -> None:
    boundary = "cancel off on deal\nuser sorry\noff -> sorry\n"
    text = (
        "start s\ntx deal {\nstart i\nuser a\nundo user un-a of a\nend no cancel\ni -> a -> no\n}\n"
        + boundary
        + "s -> deal"
    )
    late = "event aside {\nalso start ask message question\nuser answer\nask -> answer\n}\n"
    case = Case(diagram(text))
    case.complete("a")
    assert "cancel" in refused(case, diagram(text.replace(boundary, "")))["deal"]
    step = case.migrate(diagram(text.replace("start i\n", "start i\n" + late)))
    assert step.subscriptions_opened == ()
    case.complete("un-a")
    assert case.tasks == ["sorry"]


def test_a_completed_subprocess_that_is_being_undone_is_not_watched_again() -> None:
    text = (
        "start s\nsub body {\nstart i\nuser a\nundo user un-a of a\ni -> a\n}\ntimer late on body PT1H\nuser b\n"
        "throw back compensate\ns -> body -> b -> back"
    )
    case = Case(diagram(text))
    case.complete("a")
    case.complete("b")
    assert case.tasks == ["un-a"]
    inner = "event aside {\nalso start ask message question\nuser answer\nask -> answer\n}\n"
    new = text.replace("start i\n", "start i\n" + inner).replace("user b\n", "user b\ntimer later on body PT2H\n")
    step = case.migrate(diagram(new))
    assert (step.timers_set, step.subscriptions_opened) == ((), ())
    case.complete("un-a")
    assert case.ended


# -- loops -----------------------------------------------------------------------------------------

EACH = "start s\nuser a\nuser b\ns -> a -> b"
COLLECTS = ' outputCollection="said" outputElement="=word"'
ONCE_MORE = "<standardLoopCharacteristics{}><loopCondition>=n &lt; 3</loopCondition></standardLoopCharacteristics>"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (many(), many(more=COLLECTS)),
        (many(more=COLLECTS), many()),
        (many(), many(sequential=True)),
        (many(sequential=True), many()),
        (many(), ONCE_MORE.format("")),
        (ONCE_MORE.format(""), many()),
        (ONCE_MORE.format(""), ONCE_MORE.format(' loopMaximum="3"')),
        (many(), ""),
    ],
)
def test_a_loop_under_way_cannot_become_another_kind_of_loop(old: str, new: str) -> None:
    case = Case(diagram(EACH, {"a": old}), {"people": ["x", "y"], "n": 1})
    assert "loop" in refused(case, diagram(EACH, {"a": new}))["a"]


def test_a_loop_under_way_takes_another_condition_and_keeps_its_items() -> None:
    case = Case(diagram(EACH, {"a": many(more=COLLECTS)}), {"people": ["x", "y"], "others": []})
    case.migrate(diagram(EACH, {"a": many("others", more=COLLECTS)}))
    case.complete("a", word="one")
    case.complete("a", word="two")
    assert case.variables["said"] == ["one", "two"]


ADHOC = "start s\nadhoc any {\nuser a\nuser b\nuser c\n}\nuser e\ns -> any -> e"
ONE_BY_ONE = {"any": 'ordering="Sequential"'}


def test_what_an_ad_hoc_subprocess_is_still_to_begin_is_judged_and_renamed() -> None:
    case = Case(diagram(ADHOC, attributes=ONE_BY_ONE))
    assert case.tasks == ["a"]
    new = diagram(ADHOC.replace("user b", "user z"), attributes=ONE_BY_ONE)
    assert list(refused(case, new)) == ["b"]
    outside = ADHOC.replace("user b\n", "").replace("user e", "user b\nuser e").replace("-> e", "-> b -> e")
    assert "another subprocess" in refused(case, diagram(outside, attributes=ONE_BY_ONE))["b"]
    case.migrate(new, {"b": "z"})
    for each in ("a", "z", "c", "e"):
        assert case.tasks == [each]
        case.complete(each)
    assert case.ended


def test_an_ad_hoc_subprocess_that_waits_for_a_condition_which_is_gone_is_done() -> None:
    never = {"any": "<completionCondition>=enough = true</completionCondition>"}
    text = "start s\nadhoc any {\nuser a\n}\nuser e\ns -> any -> e"
    case = Case(diagram(text, never))
    case.complete("a")
    assert case.tasks == []
    case.migrate(diagram(text))
    assert case.tasks == ["e"]


# -- jobs and calls --------------------------------------------------------------------------------


def test_an_open_job_must_stay_of_its_type_and_one_that_failed_need_not() -> None:
    text = "start s\nservice w\nuser a\ns -> w -> a"
    case = Case(diagram(text, {"w": ext(job("mail"))}))
    assert "mail → post" in refused(case, diagram(text, {"w": ext(job("post"))}))["w"]
    case.resolve("w", JobFailed("down", "no answer"))
    case.migrate(diagram(text, {"w": ext(job("post"))}))
    assert [each.type for each in case.retry().jobs] == ["post"]


# -- events ----------------------------------------------------------------------------------------

WATCHED = "start s\nuser a\n{}\nuser b\nuser x\ns -> a -> b\nlate -> x"


def watched(event: str) -> bytes:
    return diagram(WATCHED.format(event))


def test_a_boundary_event_of_another_kind_waits_anew() -> None:
    case = Case(watched("timer late on a PT1H"))
    step = case.migrate(watched("message late on a told"))
    assert len(step.timers_cancelled) == 1
    assert [each.name for each in step.subscriptions_opened] == ["told"]
    case.message("told")
    assert case.tasks == ["x"]


TWO = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"


def test_a_boundary_event_that_loses_a_definition_loses_its_wait() -> None:
    one, two = "message late on a told", {"late": TWO}
    case = Case(diagram(WATCHED.format(one), two))
    assert {each.kind for each in case.view.waiting} == {"task", "timer", "message"}
    case.migrate(watched("timer late on a PT1H"))
    assert {each.kind for each in case.view.waiting} == {"task", "timer"}
    case.set(n=1)
    case.fire("late")
    assert case.tasks == ["x"]


def test_a_timer_that_stays_keeps_its_moment_beside_a_new_definition() -> None:
    case = Case(watched("timer late on a PT1H"))
    due = case.view.open("timer")[0].due
    case.later(minutes=30)
    case.migrate(diagram(WATCHED.format("message late on a told"), {"late": TWO}))
    assert [each.due for each in case.view.open("timer")] == [due]
    case.message("told")
    assert case.tasks == ["x"]


def test_an_event_that_needs_all_its_definitions_begins_anew_with_others() -> None:
    all_of_them, other = {"late": 'parallelMultiple="true"'}, '<messageEventDefinition messageRef="message_other"/>'
    text = WATCHED.format("message late on a told\nmessage more on b other")
    case = Case(diagram(text, {"late": other}, attributes=all_of_them))
    case.message("other")
    case.migrate(diagram(text, {"late": other}, attributes=all_of_them))
    assert [each.name for each in case.view.open("message")] == ["told"]
    case.migrate(diagram(text, {"late": other + TWO}, attributes=all_of_them))
    assert {each.name for each in case.view.waiting if each.element == "late"} == {"other", "told", ""}
    case.message("other")
    case.message("told")
    case.fire("late")
    assert case.tasks == ["x"]


def test_a_catching_event_waits_for_what_it_waits_for_now() -> None:
    text = "start s\ncatch c {}\nuser a\ns -> c -> a"
    case = Case(diagram(text.format("message told")))
    case.migrate(diagram(text.format("timer PT1H")))
    assert [each.kind for each in case.view.waiting] == ["timer"]
    case.migrate(diagram(text.format("signal go")))
    assert [each.kind for each in case.view.waiting] == ["signal"]
    case.migrate(diagram(text.format("condition n > 1")))
    case.set(n=2)
    assert case.tasks == ["a"]


def test_a_catching_event_cannot_come_to_wait_for_nothing() -> None:
    text = "start s\ncatch c {}\nuser a\ns -> c -> a"
    case = Case(diagram(text.format("message told")))
    assert "for nothing" in refused(case, diagram(text.format("link on")))["c"]


def test_a_message_or_signal_of_another_name_or_key_is_subscribed_anew() -> None:
    text = "start s\ncatch c {}\nuser a\ns -> c -> a"
    case = Case(diagram(text.format("message told n")), {"n": 1, "m": 2})
    case.migrate(diagram(text.format("message heard n")))
    assert [(each.name, each.key) for each in case.last.subscriptions_opened] == [("heard", "1")]
    assert len(case.last.subscriptions_closed) == 1
    case.migrate(diagram(text.format("message heard m")))
    assert [(each.name, each.key) for each in case.view.waiting] == [("heard", "2")]
    case.migrate(diagram(text.format("signal go")))
    case.migrate(diagram(text.format("signal come")))
    case._take(signal(case.program, case.state, "come", {}, case.context))
    assert case.tasks == ["a"]


def test_a_key_that_is_said_as_before_stays_the_key_of_then() -> None:
    text = "start s\ncatch c message told n\nuser a\ns -> c -> a"
    case = Case(diagram(text), {"n": 1})
    case.set(n=2)
    step = case.migrate(diagram(text.replace("user a", "user a\nuser z").replace("-> a", "-> a -> z")))
    assert (step.subscriptions_opened, step.subscriptions_closed) == ((), ())
    case.message("told", "1")
    assert case.tasks == ["a"]


def test_the_events_behind_a_gateway_follow_the_diagram() -> None:
    text = "start s\nrace r\ncatch one message told\ncatch two timer PT1H\nuser a\ns -> r\nr -> one -> a\nr -> two -> a"
    case = Case(diagram(text))
    new = text.replace("catch one message told", "catch one signal go").replace("two", "three")
    step = case.migrate(diagram(new))
    assert (len(step.timers_cancelled), len(step.subscriptions_closed)) == (1, 1)
    assert {each.element for each in case.view.waiting} == {"one", "three"}
    case.fire("three")
    assert case.tasks == ["a"]


@pytest.mark.parametrize("new", [None, "user again"])
def test_a_reminder_that_was_sent_is_not_sent_again(new: str | None) -> None:
    text = "start s\nuser a\nalso timer late on a PT1H\nuser x\ns -> a\nlate -> x"
    case = Case(diagram(text))
    case.fire("late")
    step = case.migrate(diagram(text if new is None else f"{text}\n{new}\na -> again"))
    assert step.timers_set == ()


def test_an_event_subprocess_whose_timer_has_fired_does_not_wait_again() -> None:
    text = "start s\nuser a\nevent aside {\nalso start late timer PT1H\nuser x\nlate -> x\n}\ns -> a"
    case = Case(diagram(text))
    case.fire("late")
    assert case.migrate(diagram(text)).timers_set == ()


def test_a_new_event_subprocess_begins_to_wait_beside_a_handler_that_interrupts_nothing() -> None:
    old = "event aside {\nalso start ask message question\nuser x\nask -> x\n}\n"
    new = "event over {\nstart end-it message stop\nuser y\nend-it -> y\n}\n"
    text = "start s\nuser a\n{}s -> a"
    case = Case(diagram(text.format(old)))
    case.message("question")
    case.migrate(diagram(text.format(old + new)))
    case.message("stop")
    assert case.tasks == ["y"]


def test_no_new_event_subprocess_waits_once_one_has_taken_over() -> None:
    old = "event over {\nstart end-it message stop\nuser y\nend-it -> y\n}\n"
    new = "event aside {\nalso start ask message question\nuser x\nask -> x\n}\n"
    text = "start s\nuser a\n{}s -> a"
    case = Case(diagram(text.format(old)))
    case.message("stop")
    assert case.migrate(diagram(text.format(old + new))).subscriptions_opened == ()


def test_the_boundary_of_a_failed_element_stays() -> None:
    text = "start s\nservice w\ntimer late on w PT1H\nuser x\ns -> w\nlate -> x"
    case = Case(diagram(text, {"w": ext(job("w"))}))
    case.resolve("w", JobFailed("down", "no answer"))
    step = case.migrate(diagram(text + "\nmessage stop on w told\nuser y\nstop -> y", {"w": ext(job("w"))}))
    assert step.timers_cancelled == ()
    assert len(step.subscriptions_opened) == 1
    case.fire("late")
    assert case.tasks == ["x"]


# -- what an expression refuses ----------------------------------------------------------------------


def juel(event: str) -> bytes:
    return diagram(WATCHED.format(event)).replace(b"PT1H", b"${nobody.knows}")


@pytest.mark.parametrize("new", [juel("timer late on a PT1H"), juel("timer other on a PT1H\nmessage late on a told")])
def test_an_expression_that_fails_is_a_reason(new: bytes) -> None:
    case = Case(watched("message late on a told"))
    assert len(refused(case, new)) == 1


def test_a_task_that_cannot_be_opened_is_a_reason() -> None:
    case = Case(watched("message late on a told"))
    assignment = '<zeebe:assignmentDefinition candidateGroups="={}"/>'
    for source in ("missing.groups", "nobody"):
        new = diagram(WATCHED.format("message late on a told"), {"a": ext(assignment.format(source))})
        assert list(refused(case, new)) == ["a"]


def test_a_task_that_the_same_version_could_not_open_any_more_stays_open() -> None:
    text = "start s\nuser a\nuser b\ns -> a"
    groups = {"a": ext('<zeebe:assignmentDefinition candidateGroups="=groups"/>')}
    case = Case(diagram(text, groups), {"groups": ["one"]})
    case.set(groups=None)
    assert case.migrate(diagram(text, groups)).changed == ()
    assert case.tasks == ["a"]


# -- joins -----------------------------------------------------------------------------------------


def test_a_join_that_waits_for_fewer_goes_on_with_what_has_come() -> None:
    text = "start s\nand f\nuser a\nuser b\nuser c\nand j\nuser e\ns -> f\nf -> a -> j\nf -> b -> j\nf -> c\n{}j -> e"
    case = Case(diagram(text.format("c -> j\n")))
    case.complete("a")
    case.complete("b")
    assert case.tasks == ["c"]
    step = case.migrate(diagram(text.format("")), {"f8": "f7"})
    assert ("completed", "j") in [(line.what, line.element) for line in step.log]
    assert case.tasks == ["c", "e"]


def test_a_flow_that_no_longer_leads_to_the_join_is_refused() -> None:
    text = "start s\nand f\nuser a\nuser b\nand j\ns -> f\nf -> a{}\nf -> b -> j"
    case = Case(diagram(text.format(" -> j")))
    case.complete("a")
    assert list(refused(case, diagram(text.format("") + "\ns -> j"))) == ["j"]


def test_an_output_mapping_is_that_of_the_new_version() -> None:
    case = Case(diagram(EACH, {"a": ext(io(outputs={"x": "1"}))}))
    case.migrate(diagram(EACH, {"a": ext(io(outputs={"x": "2"}))}))
    case.complete("a")
    assert case.variables == {"x": 2}
