"""The folders `processes/` and `forms/` as import sources: read here, sorted into bundles by the engine."""

from __future__ import annotations

from pathlib import Path

from engine.bundles import bundle_files, bundle_keys
from webapp.settings import Settings

Tree = dict[str, bytes]


def read_tree(settings: Settings) -> Tree:
    """Every file of both folders, under paths from the repository's root."""
    return {**_below(settings.processes_dir, "processes/"), **_below(settings.forms_dir, "forms/")}


def bundles_of(tree: Tree) -> dict[str, Tree]:
    """Bundle key -> its files, under the paths of a release."""
    return {key: bundle_files(tree, key) for key in bundle_keys(tree)}


def rule_files(tree: Tree) -> dict[tuple[str, str], bytes]:
    """(kind, key) -> content of the calendars, profiles and rules of supervision."""
    kinds = {f"processes/_shared/{kind}s/": kind for kind in ("calendar", "profile")}
    kinds["processes/_shared/supervision/"] = "supervision"
    return {
        (kind, path.removeprefix(folder).removesuffix(".toml")): content
        for folder, kind in kinds.items()
        for path, content in sorted(tree.items())
        if path.startswith(folder)
    }


def _below(folder: Path, prefix: str) -> Tree:
    return {
        prefix + path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }
