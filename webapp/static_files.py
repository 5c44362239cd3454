"""The built assets: names with a digest or version in them, cached for ever, and compressed when they were built.

`static/dist/manifest.json` lists what pages ask for; the pieces that scripts load by themselves are not in it.
"""

import json
import mimetypes
import os
import re
from pathlib import Path

from flask import Flask, Response, request, send_from_directory, url_for
from werkzeug.utils import safe_join

DIST = Path(__file__).parent / "static" / "dist"
FOLDER = "dist/"
FOR_EVER = "public, max-age=31536000, immutable"
#: Another content has another name: by digest, or by the version of the library whose files they are.
LASTING = re.compile(r"(?:[^/]+-[0-9A-Z]{8}\.\w+|pdfjs-[\d.]+/.+)")
PACKED = ".gz"


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
    """Give templates `asset('app.js')`; answer built files as small as the browser takes them, to be kept."""
    assets = Assets()
    known: dict[tuple[str, str], str] = {}  # a page names its icons a hundred times, and building an address is slow

    def asset(name: str) -> str:
        at = (request.script_root if request else "", assets.built_name(name))
        if at not in known:
            known[at] = url_for("static", filename=f"dist/{at[1]}")
        return known[at]

    def static(filename: str) -> Response:
        name = filename.removeprefix(FOLDER)
        if name == filename:
            return app.send_static_file(filename)
        return built_file(name)

    app.jinja_env.globals["asset"] = asset
    app.view_functions["static"] = static


def built_file(name: str) -> Response:
    """A file of the build; packed where the browser unpacks it. Raises werkzeug's NotFound."""
    beside = safe_join(str(DIST), f"{name}{PACKED}")
    packed = beside is not None and os.path.isfile(beside)
    if packed and request.accept_encodings.quality("gzip") > 0:
        mimetype = mimetypes.guess_type(name)[0] or "application/octet-stream"
        response = send_from_directory(DIST, f"{name}{PACKED}", mimetype=mimetype)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = send_from_directory(DIST, name)
    if packed:
        response.vary.add("Accept-Encoding")
    if LASTING.fullmatch(name):
        response.headers["Cache-Control"] = FOR_EVER
    return response
