"""Values as Camunda 7, Activiti and Flowable write them: texts with `${…}`, lists, maps, scripts, variables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lxml import etree

from engine.bpmn.language import COMPOSED, EVERYTHING, FEEL, JUEL, VARIABLE, named
from engine.bpmn.model import Gather, MappingSource, Source
from engine.bpmn.xmlread import local_name, text_of

#: Elements that make one value of those inside them.
_GATHERING = ("list", "map")


def text(value: str) -> Source:
    """A text, in JUEL where `${…}` or `#{…}` stands in it. A "=" at its beginning means nothing there."""
    stripped = value.strip()
    return Source(stripped, JUEL if "${" in stripped or "#{" in stripped else None)


def variable_or_text(value: str) -> Source:
    """The name of a variable, or an expression."""
    source = text(value)
    return source if source.language else Source(source.text, VARIABLE)


def names(value: str) -> Source:
    """Users or groups: one text or expression, or several between commas, each of which may give a list."""
    parts = [each for each in split(value) if each]
    if len(parts) == 1 or not any(text(each).language for each in parts):
        return text(value)
    return Source(value, COMPOSED, parts=(*map(text, parts), Gather(len(parts))))


def split(value: str) -> list[str]:
    """The parts between commas that stand outside of `${…}` and brackets, stripped."""
    parts, depth = [""], 0
    for sign in value:
        depth = max(0, depth + (sign in "{(") - (sign in "})"))
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return [each.strip() for each in parts]


def context(entries: Iterable[tuple[str | None, Source]], written: str) -> Source:
    """The context of these variables; under None stands one whose entries all go in."""
    pairs = list(entries)
    gather = Gather(len(pairs), tuple(key for key, _ in pairs))
    return Source(written, COMPOSED, parts=(*(source for _, source in pairs), gather))


def parameter(element: etree._Element) -> Source:
    """The value of an input or output parameter: its text, a script, or a list or map of values."""
    inner = [each for each in element if isinstance(each.tag, str)]
    if not inner:
        return _plain(element)
    parts = tuple(_parts(inner[0]))
    return parts[0] if len(parts) == 1 and isinstance(parts[0], Source) else Source("", COMPOSED, parts=parts)


def _parts(root: etree._Element) -> Iterator[Source | Gather]:
    """The parts of a value, those inside before what they are gathered into."""
    for event, each in etree.iterwalk(root, events=("start", "end")):
        name, size = local_name(each), len(each)
        if event == "end" and name == "map":
            yield Gather(size, tuple(entry.get("key", "") for entry in each))
        elif event == "end" and (name == "list" or (name == "entry" and size > 1)):
            yield Gather(size)
        elif event == "start" and name not in _GATHERING and not size:
            yield _script(each) if name == "script" else _plain(each)


def _plain(element: etree._Element) -> Source:
    written = text_of(element)
    return text(written) if written else Source("null", FEEL)


def _script(element: etree._Element) -> Source:
    language = named(element.get("scriptFormat"))
    return Source(text_of(element), language or FEEL, assumed=language is None)


def passed(binding: etree._Element) -> tuple[str | None, Source] | None:
    """What one `in` or `out` passes: (target, value), (None, all variables), or nothing (a business key)."""
    if binding.get("variables") == "all":
        return None, Source("", EVERYTHING)
    source, target = binding.get("source"), binding.get("target", "")
    if source:
        return target, Source(source, VARIABLE)
    expression = binding.get("sourceExpression")
    return (target, text(expression)) if expression else None


def mappings(bindings: Iterable[etree._Element]) -> tuple[MappingSource, ...]:
    """The same as mappings; those that pass all variables are left out."""
    pairs = (passed(each) for each in bindings)
    return tuple(MappingSource(pair[1], pair[0]) for pair in pairs if pair is not None and pair[0])
