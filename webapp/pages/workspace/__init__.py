"""The workspace: one task, what its act needs, and the act."""

from webapp.pages.workspace import export, extension, views
from webapp.pages.workspace.views import blueprint

__all__ = ["blueprint", "export", "extension", "views"]
