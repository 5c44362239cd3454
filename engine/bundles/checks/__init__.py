"""Checks of a bundle across its files: everything that keeps it from being published, at once."""

from engine.bundles.checks.bundle import check_bundle

__all__ = ["check_bundle"]
