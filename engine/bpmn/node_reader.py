"""One flow node of a BPMN file to the model: its events, loop, script, data and what a dialect adds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from lxml import etree

from engine.bpmn import language
from engine.bpmn.data_reader import DataNames, read_data_associations, read_declared
from engine.bpmn.dialects import read_extensions, read_node
from engine.bpmn.model import (
    AdHocSource,
    CallSource,
    EventSource,
    Extensions,
    LoopSource,
    NodeSource,
    ResultSource,
    Source,
)
from engine.bpmn.timers import is_timer_text
from engine.bpmn.wording import Reporter
from engine.bpmn.xmlread import child, children, is_bpmn, line_of, local_name, reference, text_of

DEFINITION = "EventDefinition"
#: The activity that a compensation names is called otherwise than the references of other events.
_REFERENCE_OF = {"compensate": "activityRef"}


class NodeReader:
    """Reads nodes of one file; `event_definitions` are those that stand apart and are referred to by id."""

    def __init__(
        self, report: Reporter, file_language: str | None, event_definitions: Mapping[str, etree._Element]
    ) -> None:
        self.report = report
        self.language = file_language
        self.event_definitions = event_definitions

    def read(
        self, element: etree._Element, identity: str, process: str, container: str | None, data: DataNames
    ) -> NodeSource:
        """The node `element`, whose checked id is `identity`."""
        kind = local_name(element)
        extensions = read_node(element)
        if kind == "callActivity" and element.get("calledElement"):
            extensions = replace(extensions, call=_plain_call(element.get("calledElement", ""), extensions.call))
        inputs, outputs = read_data_associations(element, data, self.language)
        return NodeSource(
            id=identity,
            name=element.get("name", ""),
            type=kind,
            process=process,
            container=container,
            line=line_of(element),
            extensions=extensions,
            events=tuple(self._events(element)),
            parallel_multiple=element.get("parallelMultiple") == "true",
            attached_to=reference(element, "attachedToRef"),
            interrupting=_is_interrupting(element),
            default=reference(element, "default"),
            by_event=element.get("triggeredByEvent") == "true",
            message=reference(element, "messageRef"),
            script=self._script(element, extensions),
            loop=self._loop(element, extensions, data),
            ad_hoc=self._ad_hoc(element, extensions) if kind == "adHocSubProcess" else None,
            activation=self._condition(element, "activationCondition"),
            instantiates=element.get("instantiate") == "true",
            all_events=element.get("eventGatewayType") == "Parallel",
            for_compensation=element.get("isForCompensation") == "true",
            start_quantity=self._quantity(element, "startQuantity", identity),
            completion_quantity=self._quantity(element, "completionQuantity", identity),
            data_inputs=inputs,
            data_outputs=outputs,
            data=read_declared(element),
        )

    def _events(self, element: etree._Element) -> Iterator[EventSource]:
        for each in element:
            if not is_bpmn(each):
                continue
            name = local_name(each)
            if name == "eventDefinitionRef":
                referred = self._referred(text_of(each), element)
                if referred is not None:
                    yield referred
            elif name.endswith(DEFINITION):
                yield self._event(each)

    def _referred(self, text: str, element: etree._Element) -> EventSource | None:
        """The event definition that stands elsewhere in the file under this id."""
        name = text.strip().rpartition(":")[2]
        definition = self.event_definitions.get(name)
        if definition is None:
            self.report(
                "missing-reference", element.get("id", ""), line=line_of(element),
                what="eventDefinitionRef", value=name[:80],
            )  # fmt: skip
            return None
        return self._event(definition)

    def _event(self, element: etree._Element) -> EventSource:
        kind, said = local_name(element).removesuffix(DEFINITION), read_extensions(element)
        attribute = _REFERENCE_OF.get(kind, f"{kind}Ref")
        return EventSource(
            kind,
            element.get("name") if kind == "link" else reference(element, attribute),
            timer=self._timer(element),
            condition=self._condition(element, "condition"),
            waits=element.get("waitForCompletion", "true") != "false",
            id=element.get("id", ""),
            outputs=_brought(said),
            payload=said.payload,
            variable=said.result_variable,
            bound=said.bound,
        )

    def _timer(self, element: etree._Element) -> tuple[str, Source] | None:
        found: tuple[str, Source] | None = None
        for each in ("timeDate", "timeDuration", "timeCycle"):
            text = child(element, each)
            if text is not None and text_of(text):
                source = self._time(each, _unquoted(text_of(text)))
                named = language.named(text.get("language"))
                found = (each, replace(source, language=named) if named and not source.language else source)
        return found

    def _time(self, kind: str, text: str) -> Source:
        """A time as it stands, or an expression: by its marks, or because all of the file is Python."""
        source = language.templated(text)
        if self.language == language.PYTHON and source.language is None and not is_timer_text(kind, text):
            return Source(text, language.PYTHON)
        return source

    def _script(self, element: etree._Element, extensions: Extensions) -> ResultSource | None:
        """What a script task runs, or what a dialect computes; where the value goes is said by the dialect."""
        said = extensions.script
        script = child(element, "script")
        if local_name(element) != "scriptTask" or script is None or not text_of(script):
            return said if said is not None and (said.source.text or said.source.language) else None
        attribute = element.get("scriptFormat")
        source = language.expression(text_of(script), attribute=attribute, file_language=self.language)
        return ResultSource(source, said.variable if said else None)

    def _condition(self, element: etree._Element, name: str) -> Source | None:
        return language.of_element(child(element, name), self.language)

    def _ad_hoc(self, element: etree._Element, extensions: Extensions) -> AdHocSource:
        said = extensions.ad_hoc or AdHocSource()
        return replace(
            said,
            sequential=element.get("ordering") == "Sequential",
            completion=self._condition(element, "completionCondition") or said.completion,
            cancels_remaining=element.get("cancelRemainingInstances", "true") != "false" and said.cancels_remaining,
        )

    def _quantity(self, element: etree._Element, attribute: str, identity: str) -> int:
        """How many tokens an activity needs or gives (BPMN 2.0.2, 10.3.1): at least one."""
        text = (element.get(attribute) or "1").strip()
        if text.isascii() and text.isdigit() and 1 <= int(text) <= 1000:
            return int(text)
        self.report("bad-quantity", identity, line=line_of(element), what=attribute, value=text[:40])
        return 1

    # -- loops -----------------------------------------------------------------------------------

    def _loop(self, element: etree._Element, extensions: Extensions, data: DataNames) -> LoopSource | None:
        standard = child(element, "standardLoopCharacteristics")
        if standard is not None:
            return self._standard_loop(standard)
        loop = child(element, "multiInstanceLoopCharacteristics")
        if loop is None:
            return None
        said = read_extensions(loop).loop or extensions.loop or LoopSource(sequential=False)
        behavior = loop.get("behavior", "All")
        return replace(
            said,
            sequential=loop.get("isSequential") == "true",
            cardinality=self._condition(loop, "loopCardinality") or said.cardinality,
            collection=said.collection or data.named(child(loop, "loopDataInputRef")),
            element=said.element or _item(loop, "inputDataItem"),
            output_collection=said.output_collection or data.name(child(loop, "loopDataOutputRef")),
            output_element=said.output_element or _item_value(loop),
            completion=self._condition(loop, "completionCondition") or said.completion,
            behavior=behavior,
            thrown=self._behavior_event(loop, behavior),
            complex=tuple(self._complex(loop)),
        )

    def _standard_loop(self, element: etree._Element) -> LoopSource:
        maximum = child(element, "loopMaximum")  # Camunda 7 and Flowable write it as an element
        text = element.get("loopMaximum") or (text_of(maximum) if maximum is not None else "")
        return LoopSource(
            sequential=True,
            standard=True,
            condition=self._condition(element, "loopCondition"),
            test_before=element.get("testBefore") == "true",
            maximum=language.templated(text) if text else None,
        )

    def _behavior_event(self, loop: etree._Element, behavior: str) -> EventSource | None:
        attribute = {"None": "noneBehaviorEventRef", "One": "oneBehaviorEventRef"}.get(behavior)
        name = reference(loop, attribute) if attribute else None
        return None if name is None else self._referred(name, loop)

    def _complex(self, loop: etree._Element) -> Iterator[tuple[Source, EventSource]]:
        for definition in children(loop, "complexBehaviorDefinition"):
            condition = self._condition(definition, "condition")
            thrown = child(definition, "event")
            if thrown is not None and condition is not None:
                for event in self._events(thrown):
                    yield condition, event


def _plain_call(called: str, said: CallSource | None) -> CallSource:
    """A plain BPMN call: a QName; like the vendors' engines, all variables go in and come out unless the
    dialect says otherwise."""
    marked = called.startswith("=") or "{" in called
    process = language.templated(called if marked else called.rpartition(":")[2])
    return replace(said, process=process) if said else CallSource(process)


def _is_interrupting(element: etree._Element) -> bool:
    return element.get("cancelActivity", "true") != "false" and element.get("isInterrupting", "true") != "false"


def _brought(extensions: Extensions) -> tuple[tuple[str, str], ...]:
    """What a caught error or escalation brings: the mappings that its dialect writes at the definition."""
    return tuple((each.source.text, each.target) for each in extensions.outputs)


def _item(loop: etree._Element, name: str) -> str | None:
    item = child(loop, name)
    return None if item is None else item.get("name") or item.get("id")


def _item_value(loop: etree._Element) -> Source | None:
    """The value of each instance that goes into the output collection: the variable of the output item."""
    item = _item(loop, "outputDataItem")
    return None if item is None else language.variable(item)


def _unquoted(text: str) -> str:
    """A time that a modeller wrote as a quoted text ("PT1H" with the quotes) is meant without them."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
