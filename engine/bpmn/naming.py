"""What people call an element of a diagram: its name, else its kind and the named elements beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from engine.bpmn.program import Node, Process
from engine.bpmn.xmlread import BPMN
from engine.words import Words

#: How an element without a name is called by its kind; what is not here stands under its id.
KINDS = {
    "task": Words("任务", "task"),
    "userTask": Words("人工任务", "user task"),
    "serviceTask": Words("服务任务", "service task"),
    "scriptTask": Words("脚本任务", "script task"),
    "businessRuleTask": Words("规则任务", "business rule task"),
    "sendTask": Words("发送任务", "send task"),
    "receiveTask": Words("接收任务", "receive task"),
    "manualTask": Words("手工任务", "manual task"),
    "callActivity": Words("调用活动", "call activity"),
    "subProcess": Words("子流程", "subprocess"),
    "transaction": Words("事务子流程", "transaction"),
    "adHocSubProcess": Words("即席子流程", "ad-hoc subprocess"),
    "startEvent": Words("开始事件", "start event"),
    "endEvent": Words("结束事件", "end event"),
    "intermediateCatchEvent": Words("等待事件", "catching event"),
    "intermediateThrowEvent": Words("抛出事件", "throwing event"),
    "boundaryEvent": Words("边界事件", "boundary event"),
    "exclusiveGateway": Words("网关", "gateway"),
    "inclusiveGateway": Words("网关", "gateway"),
    "parallelGateway": Words("网关", "gateway"),
    "eventBasedGateway": Words("网关", "gateway"),
    "complexGateway": Words("网关", "gateway"),
}
#: An element more than so many flows away no longer tells where something stands.
FARTHEST = 6

_QUOTED = Words("“{name}”", "“{name}”")
_AFTER = Words("{named}之后的{kind}", "the {kind} after {named}")
_BEFORE = Words("{named}之前的{kind}", "the {kind} before {named}")
_ON = Words("{named}上的{kind}", "the {kind} on {named}")
_IN = Words("{named}里的{kind}", "the {kind} in {named}")
_ALONE = Words("流程的{kind}", "the {kind} of the process")
_FLOW = Words("从{source}到{target}的连线", "the flow from {source} to {target}")
_ONE_OF = Words("{said}（{id}）", "{said} ({id})")


@dataclass(frozen=True, slots=True)
class Placed:
    """An element, and what stands beside it. `source` and `target` are those of a sequence flow; `container` and
    `attached_to` elements around it, "" where there is none."""

    id: str
    kind: str
    name: str
    container: str = ""
    attached_to: str = ""
    source: str = ""
    target: str = ""


def as_it_stands(one: Placed) -> Words:
    """The name in the file, for both languages."""
    return Words(one.name, one.name)


@dataclass(slots=True)
class ElementNames:
    """What the elements of a diagram or a process are called. `words`: a name as it stands there -> in both
    languages."""

    elements: Mapping[str, Placed]
    words: Callable[[Placed], Words] = as_it_stands
    _before: dict[str, list[str]] = field(default_factory=dict)
    _after: dict[str, list[str]] = field(default_factory=dict)
    _near_before: dict[str, str] = field(default_factory=dict)
    _near_after: dict[str, str] = field(default_factory=dict)
    _said: dict[str, Words] = field(default_factory=dict)
    _set_apart: dict[str, Words] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for one in self.elements.values():
            if one.source and one.target:
                self._before.setdefault(one.target, []).append(one.source)
                self._after.setdefault(one.source, []).append(one.target)
            elif one.attached_to:
                self._before.setdefault(one.id, []).append(one.attached_to)

    def name(self, element: str) -> Words:
        """The name, as it stands alone in a list; of what has none, where it stands. The id of what is unknown."""
        one = self.elements.get(element)
        return self.words(one) if one is not None and one.name.strip() else self._described(element)

    def apart(self, element: str) -> Words:
        """The name as designers read it: of flow nodes that are called alike in either language, with the id."""
        if not self._set_apart:
            nodes = [one.id for one in self.elements.values() if one.kind in KINDS]
            self._set_apart = _told_apart({id_: self.name(id_) for id_ in nodes})
        return self._set_apart.get(element) or self.name(element)

    def quoted(self, element: str) -> Words:
        """The same within a sentence: a name stands in quotation marks."""
        one = self.elements.get(element)
        if one is None or not one.name.strip():
            return self._described(element)
        named = _quoted(self.words(one))
        return named if self.apart(element) == self.words(one) else _with_id(named, element)

    def _described(self, element: str) -> Words:
        if not self._said:
            self._describe_all()
        return self._said.get(element, Words(element, element))

    def _describe_all(self) -> None:
        self._near_before, self._near_after = self._nearest(self._before), self._nearest(self._after)
        self._said = _told_apart(
            {one.id: self._describe(one) for one in self.elements.values() if not one.name.strip()}
        )

    def _describe(self, one: Placed) -> Words:
        if one.kind == "sequenceFlow":
            return _filled(_FLOW, source=self._beside(one.source), target=self._beside(one.target))
        kind = KINDS.get(one.kind)
        return Words(one.id, one.id) if kind is None else self._placed(one, kind)

    def _beside(self, element: str) -> Words:
        """An end of a flow: its name, else where it stands."""
        one = self.elements.get(element)
        if one is None:
            return Words(element, element)
        return _quoted(self.words(one)) if one.name.strip() else self._describe(one)

    def _placed(self, one: Placed, kind: Words) -> Words:
        if self._has_name(one.attached_to):
            return _filled(_ON, named=self._named(one.attached_to), kind=kind)
        places = [(_AFTER, self._near_before), (_BEFORE, self._near_after)]
        after = self._after.get(one.id, ())
        if len(self._before.get(one.id, ())) > 1 and len(after) == 1 and self._has_name(after[0]):
            places.reverse()  # where ways meet, what comes next tells it best
        for words, nearest in places:
            if near := nearest.get(one.id):
                return _filled(words, named=self._named(near), kind=kind)
        if self._has_name(one.container):
            return _filled(_IN, named=self._named(one.container), kind=kind)
        return _filled(_ALONE, kind=kind) if one.kind in ("startEvent", "endEvent") else Words(one.id, one.id)

    def _nearest(self, beside: Mapping[str, list[str]]) -> dict[str, str]:
        """Element -> the nearest that has a name, the first of several flow by flow in the order of the file; itself
        where it has one. All at once: a search from each would go through a diagram as often as it has elements."""
        found = {element: element for element in self.elements if self._has_name(element)}
        for _ in range(FARTHEST):
            further: dict[str, str] = {}
            for one, those in beside.items():
                near = next((found[each] for each in those if each in found), "") if one not in found else ""
                if near:
                    further[one] = near
            if not further:
                break
            found |= further
        return found

    def _has_name(self, element: str) -> bool:
        return element in self.elements and bool(self.elements[element].name.strip())

    def _named(self, element: str) -> Words:
        return _quoted(self.words(self.elements[element]))


def _quoted(words: Words) -> Words:
    return Words(_QUOTED.zh.format(name=words.zh), _QUOTED.en.format(name=words.en or words.zh))


def _told_apart(said: Mapping[str, Words]) -> dict[str, Words]:
    """Id -> words; behind those that another has too, in either language, the id."""
    zh, en = Counter(one.zh for one in said.values()), Counter(one.en or one.zh for one in said.values())
    return {
        id_: words if (zh[words.zh] == 1 and en[words.en or words.zh] == 1) or words.zh == id_ else _with_id(words, id_)
        for id_, words in said.items()
    }


def _with_id(said: Words, id_: str) -> Words:
    return _filled(_ONE_OF, said=said, id=Words(id_, id_))


def _filled(pattern: Words, **parts: Words) -> Words:
    """Both texts with the parts in their language."""
    zh = pattern.zh.format(**{name: words.zh for name, words in parts.items()})
    return Words(zh, pattern.en.format(**{name: words.en or words.zh for name, words in parts.items()}))


def placed_in_file(root: etree._Element) -> dict[str, Placed]:
    """The elements of a BPMN file, by id."""
    found: dict[str, Placed] = {}
    for one in root.iter(f"{{{BPMN}}}*"):
        if one.get("id"):
            parent = one.getparent()
            container = str(parent.get("id", "")) if parent is not None else ""
            found[str(one.get("id"))] = Placed(
                str(one.get("id")),
                etree.QName(one).localname,
                str(one.get("name", "")),
                container,
                *(str(one.get(key, "")) for key in ("attachedToRef", "sourceRef", "targetRef")),
            )
    return found


def placed_in_process(process: Process) -> dict[str, Placed]:
    """The flow nodes and sequence flows of a compiled process, by id; its flows have lost their names."""
    return {one.id: one for one in _of_process(process.nodes.values())}


def _of_process(nodes: Iterable[Node]) -> Iterator[Placed]:
    for node in nodes:
        yield Placed(node.id, node.type, node.name, node.container or "", node.attached_to or "")
        yield from (Placed(flow.id, "sequenceFlow", "", source=node.id, target=flow.target) for flow in node.outgoing)
