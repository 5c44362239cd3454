"""Who does what, and what a machine does, as plain BPMN says it."""

import pytest

from engine.errors import NothingWaits
from engine.runtime.stored import load
from tests.engine.bpmn.foreign import codes, file, line
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


SEND = (
    f'<intermediateThrowEvent id="t">{along("order", "=it")}{along("city", "=town")}'
    '<messageEventDefinition messageRef="ask"/></intermediateThrowEvent>'
)


def talk() -> str:
    """Two messages about the same properties."""
    roots = '<message id="ask" name="asked"/><message id="m" name="paid"/>'
    for name, asked, paid in (("order", "=order.id", "=number"), ("city", "=city", "=city")):
        retrievals = "".join(
            f'<correlationPropertyRetrievalExpression messageRef="{message}"><messagePath>{path}</messagePath>'
            "</correlationPropertyRetrievalExpression>"
            for message, path in (("ask", asked), ("m", paid))
        )
        roots += f'<correlationProperty id="{name}">{retrievals}</correlationProperty>'
    return roots


KNOWN = {"it": {"id": 7}, "town": "宁波"}


def test_without_a_subscription_the_first_message_of_a_conversation_says_what_it_is_about() -> None:
    case = Case(file("", line(SEND, '<receiveTask id="w" messageRef="m"/>'), talk()), KNOWN)
    (subscribed,) = case.last.subscriptions_opened
    assert subscribed.key == case.last.thrown[0].key == '["7", "宁波"]'
    with pytest.raises(NothingWaits):
        case.message("paid", '["8", "宁波"]')
    case.message("paid", subscribed.key)
    assert case.ended


def test_a_wait_that_began_before_its_conversation_asks_what_that_is_about_by_now() -> None:
    boundary = (
        '<boundaryEvent id="b" attachedToRef="s"><messageEventDefinition messageRef="m"/></boundaryEvent>'
        '<userTask id="late"/><sequenceFlow id="f" sourceRef="b" targetRef="late"/>'
    )
    inner = f'{SEND}<userTask id="a"/><sequenceFlow id="g" sourceRef="t" targetRef="a"/>'
    case = Case(file("", line(f'<subProcess id="s">{inner}</subProcess>') + boundary, talk()), KNOWN)
    with pytest.raises(NothingWaits):
        case.message("paid", '["8", "宁波"]')
    case.message("paid", '["7", "宁波"]')
    assert case.tasks == ["late"]


def test_what_a_message_starts_keeps_what_it_is_about() -> None:
    start = '<startEvent id="s"><messageEventDefinition messageRef="ask"/></startEvent>'
    answer = '<endEvent id="e"><messageEventDefinition messageRef="m"/></endEvent>'
    flows = '<sequenceFlow id="f" sourceRef="s" targetRef="a"/><sequenceFlow id="g" sourceRef="a" targetRef="e"/>'
    case = Case(file("", f'{start}<userTask id="a"/>{answer}{flows}', talk()), {"order": {"id": 7}, "city": "宁波"})
    assert load(case.state).scopes[1].variables["@order"] == 7
    assert "@order" not in case.variables
