"""The BPMN 2.0 XSD, as SpiffWorkflow carries it; found without running that package's code."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import cast

from lxml import etree

from engine.bpmn.wording import Reporter
from engine.bpmn.words.xsd import in_words

#: Findings of one file; the rest would only repeat them.
MAX_FINDINGS = 50
#: The validator counts through all siblings of each faulty element to say where it is: so many steps it may take.
MAX_STEPS = 100_000_000
#: Camunda 7 and Flowable let an expression say which process is called; the schema has a name there alone.
_COMPUTED = ("attribute 'calledElement': '${", "attribute 'calledElement': '#{")
_XSD = Path("bpmn") / "parser" / "schema" / "BPMN20.xsd"


def check_schema(content: bytes, root: etree._Element, report: Reporter) -> None:
    """Reports where the file breaks the XSD, each with its line; where it does so at too many places to tell them all
    apart, only each thing that is wrong. `root` is the tree of `content`."""
    schema = _schema()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, schema=schema)
    try:
        etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        faults = _entries(parser.error_log)
        if len(faults) * max(len(each) for each in root.iter()) <= MAX_STEPS and not schema.validate(
            root.getroottree()
        ):
            for entry in _entries(schema.error_log)[:MAX_FINDINGS]:
                report("xsd-violation", _element_at(root, entry.path), line=entry.line, reason=in_words(entry.message))
        else:
            for reason in list(dict.fromkeys(in_words(entry.message) for entry in faults))[:MAX_FINDINGS]:
                report("xsd-violation", reason=reason)


def _entries(log: etree._ListErrorLog) -> list[etree._LogEntry]:
    entries = cast(Iterable[etree._LogEntry], log)  # the stubs hide that it iterates
    return [each for each in entries if not any(computed in each.message for computed in _COMPUTED)]


@lru_cache(maxsize=1)
def _schema() -> etree.XMLSchema:
    spec = importlib.util.find_spec("SpiffWorkflow")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("SpiffWorkflow, which carries the BPMN schema, is not installed")
    path = Path(next(iter(spec.submodule_search_locations))) / _XSD
    return etree.XMLSchema(etree.parse(str(path), etree.XMLParser(no_network=True)))


def _element_at(root: etree._Element, path: str | None) -> str:
    """The id of the element that the validator means, or of the nearest around it."""
    prefixes = {prefix: space for prefix, space in root.nsmap.items() if prefix}
    try:
        found = root.getroottree().xpath(path, namespaces=prefixes) if path else []
    except etree.XPathError:  # a prefix that is declared further down
        return ""
    here = found[0] if isinstance(found, list) and found else None
    while isinstance(here, etree._Element):
        if here.get("id"):
            return str(here.get("id"))[:80]
        here = here.getparent()
    return ""
