"""流程工作室: bundles as releases; uploads, findings, differences, publishing by a second person."""

from webapp.pages.studio import (
    acts,
    bundles,
    checking,
    document,
    editors,
    examples,
    form_preview,
    four_eyes,
    heat,
    playground,
    portability,
    release,
    trial,
    uploads,
    working_copies,
)
from webapp.pages.studio.shared import blueprint

__all__ = [
    "acts",
    "blueprint",
    "bundles",
    "checking",
    "document",
    "editors",
    "examples",
    "form_preview",
    "four_eyes",
    "heat",
    "playground",
    "portability",
    "release",
    "trial",
    "uploads",
    "working_copies",
]
