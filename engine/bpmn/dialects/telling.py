"""What a dialect's extensions leave to be told, as findings."""

from __future__ import annotations

from engine.bpmn.model import Extensions
from engine.bpmn.wording import Reporter


def tell(said: Extensions, report: Reporter, element: str, line: int | None) -> None:
    """Reports what is not run, not read, or without effect among the extensions of one element."""
    for what in said.not_run:
        report("extension-not-run", element, line=line, what=what)
    for remark in said.told:
        report(remark.code, element, line=line, what=remark.what)
    if said.unread:
        report("extension-not-read", element, line=line, what=", ".join(said.unread))
    if said.noted:
        report("extension-says-nothing", element, line=line, what=", ".join(said.noted))
