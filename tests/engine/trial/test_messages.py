"""Messages and signals between the instances of a trial, from outside, and kept until somebody waits."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.errors import BudgetExceeded, NothingWaits
from engine.trial import Trial
from tests.engine.runtime.diagrams import diagram

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
ASKS = diagram("start s\nthrow ask message question\nend e\ns -> ask -> e", process="asks")
ANSWERS = diagram(
    "start s\ncatch heard message question\nuser reply\nend e\ns -> heard -> reply -> e", process="answers"
)
BEGINS = diagram("start s message question\nuser reply\nend e\ns -> reply -> e", process="begins")


def together(*contents: bytes, **options: object) -> Trial:
    files = {f"{number}.bpmn": content for number, content in enumerate(contents)}
    return Trial(files, now=MONDAY, **options)  # type: ignore[arg-type]


def open_in(host: Trial) -> list[tuple[int, str]]:
    return [(held.instance, held.what.element) for held in host.tasks]


def test_a_thrown_message_reaches_the_instance_that_waits() -> None:
    host = together(ASKS, ANSWERS)
    host.start("answers")
    assert [held.what.name for held in host.subscriptions] == ["question"]
    host.start("asks")
    assert open_in(host) == [(1, "reply")]


def test_it_reaches_one_of_several_the_oldest() -> None:
    host = together(ASKS, ANSWERS)
    for process in ("answers", "answers", "asks"):
        host.start(process)
    assert open_in(host) == [(1, "reply")]


def test_it_starts_the_process_that_it_starts() -> None:
    host = together(ASKS, BEGINS)
    host.start("asks")
    assert [one.process for one in host.instances] == ["asks", "begins"]
    assert open_in(host) == [(2, "reply")]


def test_it_is_kept_until_somebody_waits_but_not_for_ever() -> None:
    host = together(ASKS, ANSWERS, time_to_live=timedelta(hours=1))
    host.start("asks")
    host.advance(timedelta(minutes=30))
    host.start("answers")
    assert open_in(host) == [(2, "reply")]
    host.start("asks")
    host.advance(timedelta(hours=2))
    host.start("answers")
    assert open_in(host) == [(2, "reply")]


def test_a_key_must_fit() -> None:
    content = diagram("start s\ncatch heard message paid number\nuser next\nend e\ns -> heard -> next -> e")
    host = together(content)
    for number in ("A1", "A2"):
        host.start("p", {"number": number})
    assert host.message("paid", "A2", {"amount": 5})
    assert open_in(host) == [(2, "next")]
    assert host.instances[1].variables["amount"] == 5
    assert not host.message("paid", "A9")


def test_a_message_to_nobody_is_refused_where_none_are_kept() -> None:
    host = together(ANSWERS, time_to_live=timedelta())
    with pytest.raises(NothingWaits, match="answer"):
        host.message("answer")


def test_a_message_that_starts_its_own_process_again_is_stopped() -> None:
    host = together(diagram("start s message again\nend e message again\ns -> e"), most=30)
    with pytest.raises(BudgetExceeded):
        host.message("again")
    assert len(host.instances) <= 31


WAITS = diagram("start s\ncatch heard signal alarm\nuser run\nend e\ns -> heard -> run -> e", process="waits")
WAKES = diagram("start s signal alarm\nuser look\nend e\ns -> look -> e", process="wakes")


def test_a_signal_reaches_all_who_wait_and_starts_what_it_starts() -> None:
    host = together(WAITS, WAKES, diagram("start s\nend e signal alarm\ns -> e", process="rings"))
    host.start("waits")
    host.start("waits")
    host.start("rings")
    assert open_in(host) == [(1, "run"), (2, "run"), (4, "look")]


def test_a_signal_from_outside_that_nobody_hears_is_told_so() -> None:
    host = together(WAITS)
    assert not host.signal("alarm")
    host.start("waits")
    assert host.signal("alarm", {"where": "east"})
    assert host.instances[0].variables["where"] == "east"


def test_every_instance_begins_with_what_is_given_whatever_starts_it() -> None:
    host = together(ASKS, BEGINS, given={"office": "north"})
    host.start("asks")
    assert [one.variables["office"] for one in host.instances] == ["north", "north"]
