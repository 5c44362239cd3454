"""The folders `processes/` and `forms/` as import sources: a bundle's files under the paths of a release."""

from __future__ import annotations

import tomllib
from pathlib import Path

from webapp.settings import Settings

MANIFEST = "bundle.toml"


def bundle_keys(settings: Settings) -> list[str]:
    """Every folder of `processes/` that holds a bundle."""
    return sorted(path.parent.name for path in settings.processes_dir.glob(f"*/{MANIFEST}"))


def bundle_files(settings: Settings, key: str) -> dict[str, bytes]:
    """Path in the bundle -> content (docs/designing-a-bundle.md, "The files")."""
    folder = settings.processes_dir / key
    files = _below(folder, "")
    shared = settings.processes_dir / "_shared"
    manifest = tomllib.loads(files[MANIFEST].decode())
    for name in manifest.get("process", {}).get("shared", []):
        files[f"_shared/{name}"] = (shared / name).read_bytes()
    files.update(_below(shared / "texts", "_shared/texts/"))
    files.update(_below(settings.forms_dir / key, "forms/"))
    files.update(_below(settings.forms_dir / "_shared", "forms/_shared/"))
    return files


def rule_files(settings: Settings) -> dict[tuple[str, str], bytes]:
    """(kind, key) -> content of the calendars and profiles."""
    shared = settings.processes_dir / "_shared"
    kinds = {"calendar": "calendars", "profile": "profiles"}
    return {
        (kind, path.stem): path.read_bytes()
        for kind, folder in kinds.items()
        for path in sorted((shared / folder).glob("*.toml"))
    }


def _below(folder: Path, prefix: str) -> dict[str, bytes]:
    return {
        prefix + path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }
