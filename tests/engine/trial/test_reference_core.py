"""The same trial on the reference core, for what that core can do."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.errors import NotInReferenceCore
from engine.trial import Trial
from tests.engine.runtime.diagrams import diagram

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
STORY = diagram(
    """
    start s
    user apply
    catch wait timer PT1H
    catch heard message paid
    user issue
    end e
    s -> apply -> wait -> heard -> issue -> e
    """
)


@pytest.mark.parametrize("core", ["ours", "reference"])
def test_both_cores_walk_the_same_story(core: str) -> None:
    host = Trial({"p.bpmn": STORY}, now=MONDAY, core=core)
    case = host.start(variables={"who": "lin"})
    host.complete("apply", {"days": 2})
    assert host.advance(timedelta(hours=1)) == 1
    assert host.message("paid", None, {"amount": 5})
    assert [held.what.element for held in host.tasks] == ["issue"]
    host.complete("issue")
    assert case.ended
    assert dict(case.variables) == {"who": "lin", "days": 2, "amount": 5}


def test_what_the_reference_core_has_not_is_said() -> None:
    host = Trial({"p.bpmn": STORY}, now=MONDAY, core="reference")
    case = host.start()
    with pytest.raises(NotInReferenceCore):
        host.cancel(case.number)
    with pytest.raises(NotInReferenceCore):
        host.set_variables({"a": 1})
