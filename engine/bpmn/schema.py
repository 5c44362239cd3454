"""The BPMN 2.0 XSD, as SpiffWorkflow carries it; found without running that package's code."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import cast

from lxml import etree

from engine.bpmn.wording import Reporter

#: Findings of one file; the rest would only repeat them.
MAX_FINDINGS = 50
_XSD = Path("bpmn") / "parser" / "schema" / "BPMN20.xsd"


def check_schema(root: etree._Element, report: Reporter) -> None:
    """Reports where the tree breaks the XSD, each with its line."""
    schema = _schema()
    if schema.validate(root.getroottree()):
        return
    errors = cast(Iterable[etree._LogEntry], schema.error_log)  # the stubs hide that it iterates
    for entry in islice(errors, MAX_FINDINGS):
        report("xsd-violation", _element_at(root, entry.path), line=entry.line, reason=_short(entry.message))


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


def _short(message: str) -> str:
    return message.replace("{http://www.omg.org/spec/BPMN/20100524/MODEL}", "")[:300]
