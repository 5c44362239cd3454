"""Variables: which one an expression sees, and where a result is written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any

from engine.bpmn.program import Mapped, Node, Slot
from engine.runtime.codec import checked
from engine.runtime.layers import Layers
from engine.runtime.run import Run
from engine.runtime.state import Token
from engine.runtime.stuck import needs
from engine.values import Value, Variables

#: Activities whose data is a variable of the scope that they open.
_SCOPED = ("subProcess", "transaction", "adHocSubProcess")


def plain(variables: Mapping[str, Value]) -> dict[str, Value]:
    """Without what the engine itself keeps among the variables (names that begin with "@")."""
    return {name: value for name, value in variables.items() if not name.startswith("@")}


def evaluate(run: Run, token: Token, slot: Slot) -> Value:
    """The slot's value over what the token sees."""
    return slot.text if slot.is_text else slot.value(run.variables(token), run.context)


def text(run: Run, token: Token, slot: Slot) -> str:
    """A value that must be a text that is not empty. Raises Stuck."""
    value = evaluate(run, token, slot)
    if isinstance(value, str) and value:
        return value
    raise needs("文本", "a text", slot.text, value)


def context_of(run: Run, slot: Slot | None, variables: Variables) -> dict[str, Value]:
    """The context that a slot makes of these variables alone; nothing where there is no slot. Raises Stuck."""
    value = {} if slot is None else slot.value(variables, run.context)
    if not isinstance(value, dict):
        raise needs("上下文", "a context", slot.text if slot else "", value)
    return {name: checked(each) for name, each in value.items()}


def key_text(run: Run, token: Token, slot: Slot | None) -> str | None:
    """A correlation key as text (a number as its digits); None where there is no slot. Raises Stuck."""
    if slot is None:
        return None
    value = evaluate(run, token, slot)
    return joined_key(value if slot.parts and isinstance(value, list) else [value], slot.text)


def joined_key(values: list[Value], source: str) -> str:
    """The values of a correlation key as one text: one as it is, several as a list of texts. Raises Stuck."""
    for value in values:
        if value is None or isinstance(value, (bool, list, dict)):
            raise needs("关联键", "a correlation key", source, value)
    texts = [str(value) for value in values]
    return texts[0] if len(texts) == 1 else json.dumps(texts, ensure_ascii=False)


def holds(run: Run, token: Token, slot: Slot) -> bool:
    """A condition; anything but true or false is an incident, so that no case takes a way by mistake."""
    value = evaluate(run, token, slot)
    if isinstance(value, bool):
        return value
    raise needs("是或否", "true or false", slot.text, value)


def apply_inputs(run: Run, token: Token, node: Node) -> None:
    """Input mappings, in order, and data that flows in: each becomes a variable of this activity alone."""
    for mapped in node.inputs:
        _put(token.locals, mapped.path, checked(evaluate(run, token, mapped.slot)))
    if node.type not in _SCOPED:
        for name in node.data:
            token.locals.setdefault(name, None)
    for mapped in node.data_inputs:
        value = evaluate(run, token, mapped.slot)
        if value is not None:  # data that is not there yet hides nothing
            _put(token.locals, mapped.path, checked(value))


def apply_outputs(run: Run, token: Token, node: Node) -> None:
    """What the element completed with: through its output mappings, else each variable as it is; then data
    that flows out.

    A variable is written where the nearest scope has it, else into the process scope.
    """
    if not (token.result or node.outputs or node.data_outputs):
        return
    if not (node.outputs or node.data_outputs):
        merge(run.layers(token), token.result)
        token.result = {}
        return
    around = run.scope_layers(token.scope)
    flowing = _data_outputs(run, token, node)
    if node.outputs:
        given = _mapped_outputs(run, token, node.outputs)
        if node.outputs_add:
            merge(run.layers(token), token.result)
        for path, value in given:
            assign(around, path, value)
    else:
        merge(run.layers(token), token.result)
    for path, value in flowing:
        assign(around, path, value)
    token.result = {}


def _data_outputs(run: Run, token: Token, node: Node) -> list[tuple[tuple[str, ...], Value]]:
    """Data output associations; an output that the activity did not give changes nothing."""
    if not node.data_outputs:
        return []
    seen = Layers(token.result, *run.layers(token))
    given = [(mapped.path, checked(mapped.slot.value(seen, run.context))) for mapped in node.data_outputs]
    return [(path, value) for path, value in given if value is not None]


def _mapped_outputs(run: Run, token: Token, outputs: Iterable[Mapped]) -> list[tuple[tuple[str, ...], Value]]:
    written: dict[str, Value] = {}
    seen = Layers(written, token.result, *run.layers(token))
    given = []
    for mapped in outputs:
        value = checked(mapped.slot.value(seen, run.context))
        if len(mapped.path) == 1:
            written[mapped.path[0]] = value
        given.append((mapped.path, value))
    return given


def assign(layers: list[MutableMapping[str, Value]], path: tuple[str, ...], value: Value) -> None:
    """Writes `value` where the nearest layer has the variable `path[0]`, else into the last (the process)."""
    layer = next((each for each in layers if path[0] in each), layers[-1])
    _put(layer, path, value)


def merge(layers: list[MutableMapping[str, Value]], variables: Mapping[str, Value]) -> None:
    """Writes each variable as `assign` does."""
    for name, value in variables.items():
        for layer in layers:
            if name in layer:
                break
        else:
            layer = layers[-1]
        layer[name] = checked(value)


def _put(layer: MutableMapping[str, Any], path: tuple[str, ...], value: Value) -> None:
    """Sets `layer[path]`; a context on the way is copied, never changed in place (others may hold it)."""
    head, *rest = path
    if not rest:
        layer[head] = value
        return
    context = dict(layer[head]) if isinstance(layer.get(head), dict) else {}
    layer[head] = context
    for part in rest[:-1]:
        inner = context.get(part)
        context[part] = dict(inner) if isinstance(inner, dict) else {}
        context = context[part]
    context[rest[-1]] = value
