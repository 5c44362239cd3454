"""Who does what, and what a machine does, as plain BPMN says it."""

import pytest

from engine.findings import Severity
from tests.engine.bpmn.foreign import codes, file, line, told
from tests.engine.runtime.diagrams import Case


def owner(text: str, kind: str = "potentialOwner") -> str:
    return (
        f'<{kind} id="o-{abs(hash(text))}"><resourceAssignmentExpression><formalExpression>{text}</formalExpression>'
        f"</resourceAssignmentExpression></{kind}>"
    )


@pytest.mark.parametrize(
    ("resources", "groups", "users", "assignee"),
    [
        (owner("review"), ("review",), (), None),
        (owner("user(li), group(fire), drug"), ("fire", "drug"), ("li",), None),
        (owner("user(${clerk})"), (), ("wang",), None),
        (owner("group(${groups}), extra"), ("one", "two", "extra"), (), None),
        (owner("drug") + owner("user(li)"), ("drug",), ("li",), None),
        (owner("li", "humanPerformer"), (), (), "li"),
        (owner("user(${clerk})", "humanPerformer"), (), (), "wang"),
        ('<potentialOwner id="o"><resourceRef>r</resourceRef></potentialOwner>', ("Reviewers",), (), None),
        ('<humanPerformer id="o"><resourceRef>r</resourceRef></humanPerformer>', ("Reviewers",), (), None),
    ],
)
def test_candidates_and_assignees(
    resources: str, groups: tuple[str, ...], users: tuple[str, ...], assignee: str | None
) -> None:
    content = file("", line(f'<userTask id="a">{resources}</userTask>'), '<resource id="r" name="Reviewers"/>')
    (opened,) = Case(content, {"clerk": "wang", "groups": ["one", "two"]}).last.opened
    assert (opened.candidate_groups, opened.candidate_users, opened.assignee) == (groups, users, assignee)


def test_a_dialects_own_word_goes_before() -> None:
    task = f'<userTask id="a" camunda:candidateGroups="mine">{owner("other, user(li)")}</userTask>'
    (opened,) = Case(file("camunda", line(task))).last.opened
    assert (opened.candidate_groups, opened.candidate_users) == (("mine",), ("li",))


def test_performers_of_other_work_are_noted() -> None:
    for element in (
        f'<manualTask id="a">{owner("x")}</manualTask>',
        f'<userTask id="a">{owner("x", "performer")}</userTask>',
    ):
        assert codes(file("", line(element))) == {"extension-says-nothing"}


def test_an_operation_is_a_job_of_its_name() -> None:
    interface = '<interface id="i" name="Post"><operation id="o" name="SendLetter"><inMessageRef>m</inMessageRef>'
    roots = f'<message id="m"/>{interface}</operation></interface>'
    content = file("", line('<serviceTask id="s" operationRef="o"/>'), roots)
    assert codes(content) == {"work-by-name"}
    assert [job.type for job in Case(content).last.jobs] == ["SendLetter"]


def retrieved(name: str, text: str) -> str:
    return (
        f'<correlationProperty id="{name}"><correlationPropertyRetrievalExpression messageRef="m">'
        f"<messagePath>{text}</messagePath></correlationPropertyRetrievalExpression></correlationProperty>"
    )


def binding(name: str, text: str) -> str:
    path = f"<dataPath>{text}</dataPath>"
    return f'<correlationPropertyBinding correlationPropertyRef="{name}">{path}</correlationPropertyBinding>'


def along(name: str, text: str) -> str:
    assignment = f"<assignment><from>{text}</from><to>{name}</to></assignment>"
    return f"<dataInputAssociation><targetRef>{name}</targetRef>{assignment}</dataInputAssociation>"


ROOTS = f'<message id="m" name="paid"/>{retrieved("order", "=order.id")}{retrieved("city", "=city")}'
WAIT = line('<receiveTask id="w" messageRef="m"/>')


def test_a_message_is_for_the_instance_whose_data_it_names() -> None:
    bindings = binding("order", "=number") + binding("city", "=town")
    subscription = f'<correlationSubscription correlationKeyRef="k">{bindings}</correlationSubscription>'
    waiting = Case(file("", WAIT + subscription, ROOTS), {"number": 7, "town": "宁波"})
    (subscribed,) = waiting.last.subscriptions_opened
    event = (
        f'<intermediateThrowEvent id="t">{along("order", "=it")}{along("city", "=town")}'
        '<messageEventDefinition messageRef="m"/></intermediateThrowEvent>'
    )
    (thrown,) = Case(file("", line(event), ROOTS), {"it": {"id": 7}, "town": "宁波"}).last.thrown
    assert thrown.key == subscribed.key == '["7", "宁波"]'
    waiting.message("paid", thrown.key)
    assert waiting.ended


def test_a_key_that_only_a_conversation_would_fill_is_refused() -> None:
    assert "correlation-not-run" in {code for code, _, _ in told(file("", WAIT, ROOTS), Severity.ERROR)}
