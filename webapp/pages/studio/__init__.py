"""流程工作室: bundles as releases; uploads, findings, differences, publishing by a second person."""

from webapp.pages.studio import (
    acts,
    bundles,
    catalogue,
    catalogue_import,
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
    "catalogue",
    "catalogue_import",
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
