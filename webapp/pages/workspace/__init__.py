"""The workspace: one task, what its act needs, and the act."""

from webapp.pages.workspace import (
    appointment,
    desk,
    export,
    extension,
    life_cycle,
    notes,
    site_visit,
    tolerance_parts,
    verification_parts,
    views,
    visit_days,
    visit_worker,
)
from webapp.pages.workspace.views import blueprint

__all__ = [
    "appointment",
    "blueprint",
    "desk",
    "export",
    "extension",
    "life_cycle",
    "notes",
    "site_visit",
    "tolerance_parts",
    "verification_parts",
    "views",
    "visit_days",
    "visit_worker",
]
