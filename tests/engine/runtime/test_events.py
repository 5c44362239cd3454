"""Timers, messages, signals, boundary events, event subprocesses, terminate and error ends."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.errors import NothingWaits
from engine.runtime import Context, correlate, fire, signal
from engine.values import ClockMark
from tests.engine.runtime.diagrams import MONDAY, Case, diagram, ext, io

WAIT = "start s\ncatch w timer {}\nuser t\ns -> w -> t"


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("PT90M", MONDAY + timedelta(minutes=90)),
        ("P1DT1H", MONDAY + timedelta(hours=25)),
        ("P1M", datetime(2026, 12, 23, 1, tzinfo=UTC)),
        ("2026-12-01T09:00:00+08:00", datetime(2026, 12, 1, 1, tzinfo=UTC)),
        ("2026-12-01", datetime(2026, 11, 30, 16, tzinfo=UTC)),
    ],
)
def test_a_timer_waits_until_its_moment(text: str, due: datetime) -> None:
    case = Case(diagram(WAIT.format(text)))
    assert [each.due for each in case.last.timers_set] == [due]
    case.fire("w")
    assert case.tasks == ["t"]


def test_a_month_is_counted_on_the_offices_calendar() -> None:
    evening_before = datetime(2027, 1, 30, 17, tzinfo=UTC)  # the 31st in Shanghai
    case = Case(diagram(WAIT.format("P1M")), context=Context(now=evening_before))
    assert case.last.timers_set[0].due == datetime(2027, 2, 28, 1, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_a_timer_expression_gives_a_duration_a_moment_or_a_mark_of_a_legal_clock() -> None:
    text = WAIT.format("=wait")
    assert Case(diagram(text), {"wait": timedelta(hours=1)}).last.timers_set[0].due == MONDAY + timedelta(hours=1)
    assert Case(diagram(text), {"wait": "PT1H"}).last.timers_set[0].due == MONDAY + timedelta(hours=1)
    marked = Case(diagram(text), {"wait": ClockMark("promised", "80%")})
    assert marked.last.timers_set[0].due == ClockMark("promised", "80%")
    assert marked.view.open("timer")[0].due == ClockMark("promised", "80%")


@pytest.mark.parametrize("wait", [None, "soon", "-PT1H", "P99999999999Y", 3])
def test_a_time_that_is_none_is_an_incident(wait: object) -> None:
    case = Case(diagram(WAIT.format("=wait")), {"wait": wait})
    assert [each.code for each in case.view.incidents] == ["timer-invalid"]
    case.retry(wait="PT1H")
    case.fire("w")
    assert case.tasks == ["t"]


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ('=@"2026-12-01T09:00:00.123456789Z"', datetime(2026, 12, 1, 9, 0, 0, 123_456, UTC)),
        ('=@"PT1.000000001S"', MONDAY + timedelta(seconds=1)),
    ],
)
def test_a_timer_given_in_nanoseconds_is_due_to_the_microsecond(text: str, due: datetime) -> None:
    kind = "timeDuration" if "PT" in text else "timeDate"
    timer = f"<timerEventDefinition><{kind}>{text}</{kind}></timerEventDefinition>".encode()
    drawn = diagram(WAIT.format("PT1H"))
    plain = b"<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
    assert plain in drawn
    case = Case(drawn.replace(plain, timer))
    assert [each.due for each in case.last.timers_set] == [due]


def test_an_interrupting_boundary_timer_cancels_the_task() -> None:
    case = Case(diagram("start s\nuser a\ntimer late on a PT1H\nuser b\nuser c\ns -> a -> b\nlate -> c"))
    task, timer = case.waiting("task", "a"), case.waiting("timer", "late")
    step = case.fire("late")
    assert case.tasks == ["c"]
    assert [(each.id, each.how) for each in step.closed] == [(task, "cancelled")]
    assert step.timers_cancelled == ()
    with pytest.raises(NothingWaits):
        fire(case.program, case.state, timer, case.context)


def test_a_task_done_in_time_cancels_its_timer() -> None:
    case = Case(diagram("start s\nuser a\ntimer late on a PT1H\nuser b\nuser c\ns -> a -> b\nlate -> c"))
    timer = case.waiting("timer", "late")
    assert case.complete("a").timers_cancelled == (timer,)
    assert case.tasks == ["b"]


def test_a_boundary_timer_that_does_not_interrupt_adds_a_token() -> None:
    case = Case(diagram("start s\nuser a\nalso timer late on a PT1H\nuser r\nuser b\ns -> a -> b\nlate -> r"))
    case.fire("late")
    assert case.tasks == ["a", "r"]
    assert case.view.open("timer") == ()
    case.complete("a")
    assert case.tasks == ["b", "r"]
    case.complete("b")
    case.complete("r")
    assert case.ended


def test_a_repeating_timer_fires_as_often_as_it_says() -> None:
    case = Case(diagram("start s\nuser a\nalso timer tick on a R3/PT1H\nuser r\ns -> a\ntick -> r"))
    dues = []
    for _ in range(3):
        dues.append(case.view.open("timer")[0].due)
        case.fire("tick")
    assert dues == [MONDAY + timedelta(hours=hours) for hours in (1, 2, 3)]
    assert case.tasks == ["a", "r", "r", "r"]
    assert case.view.open("timer") == ()


def test_a_message_finds_the_subscription_of_its_name_and_key() -> None:
    text = """
        start s
        and f
        catch one message done "P2"
        catch two message done "P3"
        user a
        user b
        s -> f -> one -> a
        f -> two -> b
    """
    case = Case(diagram(text))
    assert {(each.name, each.key) for each in case.last.subscriptions_opened} == {
        ("done", "P2"),
        ("done", "P3"),
    }
    with pytest.raises(NothingWaits):
        correlate(case.program, case.state, "done", "P4", {}, case.context)
    case.message("done", "P3", result=False)
    assert (case.tasks, case.variables) == (["b"], {"result": False})


def test_a_thrown_message_goes_to_a_branch_of_the_same_instance_even_if_it_waits_a_moment_later() -> None:
    text = """
        start s
        and f
        throw tell message news "P2"
        task x
        task y
        catch hear message news "P2"
        user heard
        s -> f -> tell
        f -> x -> y -> hear -> heard
    """
    case = Case(diagram(text, {"tell": ext(io({"n": "1"})), "hear": ext(io(None, {"got": "n + 1"}))}))
    assert case.tasks == ["heard"]
    assert case.last.thrown == ()
    assert case.variables == {"got": 2}


def test_a_message_that_nobody_awaits_is_handed_to_the_caller() -> None:
    case = Case(diagram('start s\nend e message due "P2"\ns -> e', {"e": ext(io({"item": '"P2"'}))}))
    (thrown,) = case.last.thrown
    assert (thrown.name, thrown.key, thrown.payload) == ("due", "P2", {"item": "P2"})
    assert case.ended


def test_a_message_starts_a_process() -> None:
    file = diagram("start s message verification-due\nuser verify\ns -> verify", {"s": ext(io(None, {"item": "what"}))})
    case = Case(file, {"what": "P2", "noise": 1})
    assert case.program.message_starts() == {"verification-due": "p"}
    assert (case.tasks, case.variables) == (["verify"], {"item": "P2"})


def test_a_signal_reaches_all_who_wait_and_the_outside() -> None:
    text = """
        start s
        and f
        catch a signal go
        catch b signal go
        user ready
        throw t signal go
        user x
        user y
        s -> f -> a -> x
        f -> b -> y
        f -> ready -> t
    """
    case = Case(diagram(text))
    step = case.complete("ready")
    assert case.tasks == ["x", "y"]
    assert [each.name for each in step.thrown] == ["go"]
    outside = Case(diagram(text))
    step = signal(outside.program, outside.state, "go", {}, outside.context)
    assert [task.element for task in step.opened] == ["x", "y"]


def test_a_signal_end_event_reaches_the_boundary_of_its_own_subprocess() -> None:
    case = Case(
        diagram("""
        start s
        sub body {
        start i
        end j signal out
        i -> j
        }
        signal caught on body out
        user a
        user b
        s -> body -> a
        caught -> b
    """)
    )
    assert case.tasks == ["b"]


def test_a_terminate_end_ends_everything_in_its_scope_only() -> None:
    case = Case(
        diagram("""
        start s
        sub body {
        start i
        and f
        user a
        user b
        end stop terminate
        i -> f -> a -> stop
        f -> b
        }
        user after
        s -> body -> after
    """)
    )
    step = case.complete("a")
    assert case.tasks == ["after"]
    assert [each.how for each in step.closed] == ["completed", "cancelled"]


def test_an_error_end_is_caught_around_its_subprocess_through_a_called_process() -> None:
    caller = diagram("""
        start s
        sub body {
        start i
        call c
        i -> c
        }
        error failed on body E1
        user repaired
        user fine
        s -> body -> fine
        failed -> repaired
    """, {"c": ext('<zeebe:calledElement processId="q"/>')})  # fmt: skip
    called = diagram("start s\nuser t\nuser u\nand f\nend e error E1\ns -> f -> t -> e\nf -> u", process="q")
    case = Case({"p.bpmn": caller, "q.bpmn": called})
    assert case.tasks == ["t", "u"]
    case.complete("t")
    assert case.tasks == ["repaired"]
    assert sorted(case.view.scopes) == [1]


def test_an_error_that_nothing_catches_is_an_incident_on_the_end_event() -> None:
    case = Case(diagram("start s\nend e error E1\ns -> e"))
    assert [(each.element, each.code) for each in case.view.incidents] == [("e", "uncaught-error")]
    assert not case.ended


def test_an_interrupting_event_subprocess_replaces_what_its_scope_was_doing() -> None:
    text = """
        start s
        user a
        event withdrawn {
        start w message withdraw
        user archive
        w -> archive
        }
        s -> a
    """
    case = Case(diagram(text))
    case.message("withdraw", reason="moved")
    assert (case.tasks, case.variables) == (["archive"], {"reason": "moved"})
    assert case.view.open("message") == ()
    case.complete("archive")
    assert case.ended


def test_an_event_subprocess_that_does_not_interrupt_runs_beside_as_often_as_asked() -> None:
    case = Case(
        diagram("""
        start s
        user a
        event asked {
        also start w message ask
        user answer
        w -> answer
        }
        s -> a
    """)
    )
    case.message("ask")
    case.message("ask")
    assert case.tasks == ["a", "answer", "answer"]
    case.complete("a")
    case.complete("answer")
    assert not case.ended
    case.complete("answer")
    assert case.ended
    assert case.view.waiting == ()


def test_an_event_subprocess_catches_the_errors_of_its_scope() -> None:
    case = Case(
        diagram("""
        start s
        user a
        end e error E1
        event handler {
        start h error E1
        user repair
        h -> repair
        }
        s -> a -> e
    """)
    )
    assert case.tasks == ["a"]
    case.complete("a")
    assert case.tasks == ["repair"]


def test_an_escalation_tells_around_and_goes_on_or_interrupts() -> None:
    text = """
        start s
        sub body {{
        start i
        throw call escalation E1
        user a
        i -> call -> a
        }}
        {} escalation heard on body E1
        user answer
        user after
        s -> body -> after
        heard -> answer
    """
    beside = Case(diagram(text.format("also")))
    assert beside.tasks == ["a", "answer"]
    beside.complete("a")
    assert beside.tasks == ["after", "answer"]
    instead = Case(diagram(text.format("")))
    assert instead.tasks == ["answer"]


def test_an_escalation_that_nothing_catches_is_of_no_effect() -> None:
    case = Case(diagram("start s\nthrow call escalation E1\nend e escalation E2\ns -> call -> e"))
    assert (case.ended, case.last.incidents) == (True, ())


def test_an_escalation_starts_an_event_subprocess_that_does_not_interrupt() -> None:
    case = Case(
        diagram("""
        start s
        throw call escalation E1
        user a
        event handler {
        also start h escalation
        user told
        h -> told
        }
        s -> call -> a
    """)
    )
    assert case.tasks == ["a", "told"]


def test_a_link_goes_on_at_the_catching_event_of_its_name() -> None:
    case = Case(
        diagram("""
        start s
        throw to-page-two link two
        catch page-two link two
        user a
        s -> to-page-two
        page-two -> a
    """)
    )
    assert case.tasks == ["a"]
    assert case.completed("page-two") == 1
