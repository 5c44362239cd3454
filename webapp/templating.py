"""How templates are looked after: what is the same on every page is laid out once for a template."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from flask.templating import Environment


class Templates(Environment):
    """Flask's, with the globals of a template in one mapping.

    A page imports its macros some sixty times, and each time Jinja looks every global of the page up in those of the
    macros: in a chain of mappings that costs more than the macros. All globals are set before the first page is made.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The application's globals, with those of one template over them."""
        return {**self.globals, **(d or {})}
