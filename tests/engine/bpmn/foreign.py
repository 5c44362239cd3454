"""Files as other modellers write them: a process around some elements, with the dialect's namespace on the root."""

from collections.abc import Mapping
from itertools import pairwise

from engine.bpmn import check
from engine.findings import Finding, Severity

SPACES = {
    "camunda": "http://camunda.org/schema/1.0/bpmn",
    "activiti": "http://activiti.org/bpmn",
    "flowable": "http://flowable.org/bpmn",
    "spiffworkflow": "http://spiffworkflow.org/bpmn/schema/1.0/core",
    "zeebe": "http://camunda.org/schema/zeebe/1.0",
}


def file(dialect: str, body: str, roots: str = "", *, process: str = "p", says: str = "") -> bytes:
    """`body` stands in the process, `roots` before it, `says` are attributes of the process."""
    space = f'xmlns:{dialect}="{SPACES[dialect]}"' if dialect else ""
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" {space} id="defs" targetNamespace="u">'
        f'{roots}<process id="{process}" isExecutable="true" {says}>{body}</process></definitions>'
    ).encode()


def line(*elements: str) -> str:
    """Elements one after another between a start and an end; each has its id as first attribute."""
    ids = ["start", *(each.split('id="', 1)[1].split('"', 1)[0] for each in elements), "end"]
    flows = "".join(
        f'<sequenceFlow id="to-{target}" sourceRef="{source}" targetRef="{target}"/>'
        for source, target in pairwise(ids)
    )
    return f'<startEvent id="start"/>{"".join(elements)}<endEvent id="end"/>{flows}'


def ext(*parts: str) -> str:
    return f"<extensionElements>{''.join(parts)}</extensionElements>"


def told(content: bytes | Mapping[str, bytes], *severities: Severity) -> list[tuple[str, str, str]]:
    """(code, element, English words) of the findings of these severities, all where none is named."""
    files = {"p.bpmn": content} if isinstance(content, bytes) else content
    return [(each.code, each.element, each.message.en) for each in found(files, *severities)]


def found(files: Mapping[str, bytes], *severities: Severity) -> list[Finding]:
    return [each for each in check(files) if not severities or each.severity in severities]


def codes(content: bytes | Mapping[str, bytes]) -> set[str]:
    """The codes of findings about dialects."""
    about = ("extension-", "java-", "listener-", "work-by", "fields-", "version-", "language-", "expression-")
    return {code for code, _, _ in told(content) if code.startswith(about)}
