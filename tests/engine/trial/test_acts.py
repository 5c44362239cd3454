"""A trial on the real engine: people act, time passes, jobs are done, and everything can be seen."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.errors import BudgetExceeded, DefinitionInvalid, ExpressionFailed, NothingWaits, TaskNotOpen
from engine.runtime import Job, JobDone, JobError, JobFailed, snapshot
from engine.trial import Instance, Trial, UnknownJobs
from tests.engine.runtime.diagrams import diagram, ext, job

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
REVIEW = diagram(
    """
    start s
    user apply
    xor how
    user review
    end done
    s -> apply -> how
    how -> review if days > 3
    how -> done default
    review -> done
    """
)


def trial(content: bytes, **options: object) -> Trial:
    return Trial({"p.bpmn": content}, now=MONDAY, **options)  # type: ignore[arg-type]


def open_in(host: Trial) -> list[str]:
    return [held.what.element for held in host.tasks]


def agrees(one: Instance) -> bool:
    """Whether what the steps told is what stands in the stored state."""
    view = snapshot(one.state)
    waiting = {each.id for each in view.waiting if each.kind in ("task", "timer", "job", "message", "signal")}
    kept = {*one.tasks, *one.timers, *one.jobs, *one.subscriptions}
    return waiting == kept and {each.id for each in view.incidents} == set(one.incidents) and view.ended == one.ended


def test_a_task_is_completed_by_its_element_and_the_instance_ends_with_its_variables() -> None:
    host = trial(REVIEW)
    case = host.start(variables={"who": "lin"})
    assert open_in(host) == ["apply"]
    host.complete("apply", {"days": 5})
    assert open_in(host) == ["review"]
    assert agrees(case)
    host.complete("review", {"granted": True})
    assert (case.ended, host.ended) == (True, True)
    assert dict(case.variables) == {"who": "lin", "days": 5, "granted": True}
    assert case.entered() == ("s", "apply", "how", "review", "done")


def test_instances_run_side_by_side_and_an_act_names_the_one_it_means() -> None:
    host = trial(REVIEW)
    first, second = host.start("p"), host.start("p")
    host.complete("apply", {"days": 1}, instance=second.number)
    assert (first.ended, second.ended) == (False, True)
    assert [held.instance for held in host.tasks] == [1]
    host.complete(host.tasks[0], {"days": 1})
    assert first.ended


def test_what_is_not_open_cannot_be_completed() -> None:
    host = trial(REVIEW)
    host.start()
    task = host.tasks[0]
    with pytest.raises(NothingWaits, match="review"):
        host.complete("review")
    host.complete(task, {"days": 1})
    with pytest.raises((TaskNotOpen, NothingWaits)):
        host.complete(task)


def test_every_reason_against_the_files_is_told_at_once() -> None:
    with pytest.raises(DefinitionInvalid) as refused:
        trial(diagram("start s\nuser a\ns -> a -> nowhere\na -> elsewhere"))
    assert len(refused.value.findings) >= 2


def test_only_the_entry_must_be_right_where_one_is_named() -> None:
    broken = diagram("start s\nuser a\ns -> a -> nowhere", process="broken")
    host = Trial({"p.bpmn": REVIEW, "b.bpmn": broken}, now=MONDAY, entry="p")
    host.start("p")
    with pytest.raises(DefinitionInvalid):
        host.start("broken")


# ---------------------------------------------------------------- time


LATE = diagram(
    """
    start s
    user decide
    also timer remind on decide R3/PT1H
    timer late on decide P1D
    user urged
    end done
    end given_up
    s -> decide -> done
    remind -> urged -> done
    late -> given_up
    """
)


def test_the_clock_moves_to_each_moment_that_something_is_due() -> None:
    host = trial(LATE)
    case = host.start()
    assert host.advance(timedelta(minutes=59)) == 0
    assert host.advance(timedelta(hours=2)) == 2
    assert host.now == MONDAY + timedelta(hours=2, minutes=59)
    assert open_in(host) == ["decide", "urged", "urged"]
    entered = [
        each.at - MONDAY for each in case.history if (each.line.what, each.line.element) == ("entered", "remind")
    ]
    assert entered == [timedelta(hours=1), timedelta(hours=2)]
    assert agrees(case)
    host.advance(timedelta(days=1))
    assert open_in(host) == ["urged", "urged", "urged"]
    assert "given_up" in case.entered()


def test_a_timer_can_be_fired_before_it_is_due() -> None:
    host = trial(LATE)
    host.start()
    host.fire("late")
    assert host.ended
    assert host.now == MONDAY


def test_an_endless_cycle_is_stopped_at_its_bound_with_the_clock_at_the_last_firing() -> None:
    host = trial(LATE.replace(b"R3/PT1H", b"R/PT1H").replace(b"P1D", b"P900D"), most=24)
    host.start()
    with pytest.raises(BudgetExceeded):
        host.advance(timedelta(days=365))
    assert host.now == MONDAY + timedelta(hours=24)


def test_a_process_that_a_time_starts_is_started_by_the_clock_as_often_as_it_says() -> None:
    host = trial(diagram("start s timer R2/PT1H\nuser a\nend e\ns -> a -> e"))
    host.advance(timedelta(hours=1))
    assert [one.number for one in host.instances] == [1]
    host.advance(timedelta(days=2))
    assert open_in(host) == ["a", "a"]


# ---------------------------------------------------------------- jobs


WORK = diagram(
    """
    start s
    service ask
    error refused on ask NO
    user accept
    user complain
    end e
    s -> ask -> accept -> e
    refused -> complain -> e
    """,
    {"ask": ext(job("register"))},
)


def test_a_handler_does_the_job_and_its_result_is_the_tasks() -> None:
    seen: list[Job] = []

    def register(work: Job) -> dict[str, object]:
        seen.append(work)
        return {"number": 7}

    host = trial(WORK, handlers={"register": register})
    case = host.start()
    assert [work.element for work in seen] == ["ask"]
    assert open_in(host) == ["accept"]
    assert case.variables["number"] == 7


def test_a_business_error_of_a_handler_goes_to_the_diagram() -> None:
    host = trial(WORK, handlers={"register": lambda _: JobError("NO")})
    host.start()
    assert open_in(host) == ["complain"]


def test_a_failed_job_is_an_incident_that_can_be_tried_again_or_passed_over() -> None:
    outcomes = [JobFailed("down", "no answer"), JobDone({"number": 8})]
    host = trial(WORK, handlers={"register": lambda _: outcomes.pop(0)})
    case = host.start()
    (held,) = host.incidents
    assert (held.instance, held.what.element, held.what.code) == (1, "ask", "job-failed")
    host.retry("ask")
    assert not host.incidents
    assert case.variables["number"] == 8

    again = trial(WORK, handlers={"register": lambda _: JobFailed("down", "no answer")})
    again.start()
    again.skip("ask", {"number": 0})
    assert open_in(again) == ["accept"]


def test_a_job_of_an_unknown_type_is_done_with_nothing_or_left_open_as_chosen() -> None:
    host = trial(WORK)
    host.start()
    assert open_in(host) == ["accept"]
    waiting = trial(WORK, unknown_jobs=UnknownJobs.OPEN)
    case = waiting.start()
    assert [held.what.type for held in waiting.jobs] == ["register"]
    assert agrees(case)
    waiting.resolve("ask", JobDone({"number": 9}))
    assert open_in(waiting) == ["accept"]


def test_jobs_that_never_come_to_an_end_are_stopped() -> None:
    content = diagram("start s\nservice again\nxor x\ns -> x -> again -> x", {"again": ext(job("spin"))})
    host = trial(content, most=50)
    with pytest.raises(BudgetExceeded, match="50 jobs"):
        host.start()


# ---------------------------------------------------------------- variables and the end from outside


def test_variables_are_corrected_from_outside_and_conditions_see_it() -> None:
    content = diagram("start s\ncatch ready\nend e\ns -> ready -> e").replace(
        b'<intermediateCatchEvent id="ready" >',
        b'<intermediateCatchEvent id="ready"><conditionalEventDefinition><condition>paid</condition>'
        b"</conditionalEventDefinition>",
    )
    host = trial(content)
    case = host.start(variables={"paid": False})
    assert not case.ended
    host.set_variables({"paid": True})
    assert case.ended
    with pytest.raises(NothingWaits):
        host.set_variables({"paid": False})


def test_an_instance_is_ended_from_outside() -> None:
    host = trial(REVIEW)
    case = host.start(variables={"who": "lin"})
    host.cancel(case.number)
    assert (case.ended, open_in(host)) == (True, [])
    assert case.variables["who"] == "lin"


def test_the_same_acts_give_the_same_bytes() -> None:
    def story() -> list[bytes]:
        host = trial(LATE, handlers={})
        host.start(variables={"n": 1})
        host.advance(timedelta(hours=5))
        host.complete("urged", {"n": 2})
        return [one.state for one in host.instances]

    assert story() == story()


def test_a_process_begins_when_the_condition_of_its_start_holds_over_what_is_known() -> None:
    condition = b"<conditionalEventDefinition><condition>level &gt; 3</condition></conditionalEventDefinition>"
    content = diagram("start s\nuser look\nend e\ns -> look -> e")
    content = content.replace(b'<startEvent id="s" >', b'<startEvent id="s">' + condition)
    host = trial(content)
    assert host.offer({"level": 2}) == ()
    (case,) = host.offer({"level": 4})
    assert open_in(host) == ["look"]
    assert case.variables["level"] == 4


def test_a_time_that_cannot_be_planned_is_said_when_the_files_are_deployed() -> None:
    with pytest.raises(ExpressionFailed, match="s"):
        trial(diagram("start s timer PT1H\nend e\ns -> e").replace(b">PT1H<", b">=when<"))
