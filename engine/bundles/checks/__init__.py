"""Checks of a bundle across its files: everything that keeps it from being published, at once."""

from engine.bundles.checks.bundle import check_bundle
from engine.bundles.checks.variables import form_variables

__all__ = ["check_bundle", "form_variables"]
