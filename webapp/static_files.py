"""The built assets: names with a digest in them, listed in `static/dist/manifest.json`, cached for ever."""

import json
import os
from pathlib import Path

from flask import Flask, Response, request, url_for

DIST = Path(__file__).parent / "static" / "dist"
FOR_EVER = "public, max-age=31536000, immutable"


class AssetMissing(Exception):
    """A template names an asset that the build did not make."""


class Assets:
    """The manifest: name of an asset (`app.js`) -> built file (`app-3F2A.js`). Read again when rebuilt."""

    def __init__(self, dist: Path = DIST) -> None:
        self._manifest = dist / "manifest.json"
        self._path = str(self._manifest)
        self._read_at = 0
        self._names: dict[str, str] = {}

    def built_name(self, name: str) -> str:
        """Raises AssetMissing."""
        names = self._current()
        if name not in names:
            raise AssetMissing(f"{name} is not in {self._manifest}; run `make assets`")
        return names[name]

    def is_built(self, name: str) -> bool:
        return name in self._current().values()

    def _current(self) -> dict[str, str]:
        try:
            changed_at = os.stat(self._path).st_mtime_ns  # asked for every icon of a page
        except FileNotFoundError:
            return {}
        if changed_at != self._read_at:
            self._names = json.loads(self._manifest.read_text("utf-8"))
            self._read_at = changed_at
        return self._names


def bind(app: Flask) -> None:
    """Give templates `asset('app.js')`; let browsers keep the files whose name follows their content."""
    assets = Assets()
    known: dict[tuple[str, str], str] = {}  # a page names its icons a hundred times, and building an address is slow

    def asset(name: str) -> str:
        at = (request.script_root if request else "", assets.built_name(name))
        if at not in known:
            known[at] = url_for("static", filename=f"dist/{at[1]}")
        return known[at]

    def cache(response: Response) -> Response:
        prefix = f"{app.static_url_path}/dist/"
        if response.status_code in (200, 304) and assets.is_built(request.path.removeprefix(prefix)):
            response.headers["Cache-Control"] = FOR_EVER
        return response

    app.jinja_env.globals["asset"] = asset
    app.after_request(cache)
