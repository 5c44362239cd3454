"""Checks of diagrams, one subject per module; each reports through a `Reporter`."""
