"""Built assets: found by name, answered packed, cached for ever because their name follows their content."""

import gzip
import json
import os
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from webapp import static_files
from webapp.static_files import AssetMissing, Assets

SCRIPT = b"export const words = 1;" * 50


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    (tmp_path / "manifest.json").write_text(json.dumps({"app.js": "app-3F2A0011.js"}))
    return tmp_path


@pytest.fixture
def browser(dist: Path, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Asks an application whose build is an entry, a piece that it loads, a file of the PDF viewer and a font."""
    for name in ("app-3F2A0011.js", "chunk-0A1B2C3D.js", "pdfjs-5.4.624/worker.js", "THIRD_PARTY.txt"):
        (dist / name).parent.mkdir(exist_ok=True)
        (dist / name).write_bytes(SCRIPT)
        (dist / f"{name}.gz").write_bytes(gzip.compress(SCRIPT))
    (dist / "bpmn-S5N27GWR.woff2").write_bytes(b"font")
    monkeypatch.setattr(static_files, "DIST", dist)
    app = Flask(__name__, root_path=str(dist), static_folder="static")
    static_files.bind(app)
    return app.test_client()


def test_a_page_gets_the_built_name(dist: Path) -> None:
    assets = Assets(dist)
    assert assets.built_name("app.js") == "app-3F2A0011.js"


def test_a_rebuild_is_noticed(dist: Path) -> None:
    assets = Assets(dist)
    assets.built_name("app.js")
    (dist / "manifest.json").write_text(json.dumps({"app.js": "app-99990000.js"}))
    os.utime(dist / "manifest.json", ns=(1, 1))
    assert assets.built_name("app.js") == "app-99990000.js"


def test_a_missing_asset_says_what_to_do(dist: Path, tmp_path: Path) -> None:
    with pytest.raises(AssetMissing, match="make assets"):
        Assets(dist).built_name("designer.js")
    with pytest.raises(AssetMissing, match="make assets"):
        Assets(tmp_path / "nothing").built_name("app.js")


@pytest.mark.parametrize("name", ["app-3F2A0011.js", "chunk-0A1B2C3D.js", "pdfjs-5.4.624/worker.js"])
def test_what_a_page_loads_comes_packed_and_is_kept(browser: FlaskClient, name: str) -> None:
    answer = ask(browser, name, "gzip, br")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data) == SCRIPT
    assert answer.mimetype == "text/javascript"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_who_cannot_unpack_gets_the_same_plain(browser: FlaskClient) -> None:
    answer = ask(browser, "app-3F2A0011.js", "gzip;q=0")
    assert "Content-Encoding" not in answer.headers
    assert answer.data == SCRIPT
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_what_is_packed_by_itself_and_what_keeps_its_name(browser: FlaskClient) -> None:
    font = ask(browser, "bpmn-S5N27GWR.woff2", "gzip")
    assert "Content-Encoding" not in font.headers
    assert "immutable" in font.headers["Cache-Control"]
    licences = ask(browser, "THIRD_PARTY.txt", "gzip")
    assert gzip.decompress(licences.data) == SCRIPT
    assert "immutable" not in licences.headers.get("Cache-Control", "")


@pytest.mark.parametrize("name", ["nothing-0A1B2C3D.js", "../manifest.json", "%2e%2e/%2e%2e/passwd", "pdfjs-5.4.624"])
def test_what_is_not_built_is_not_found_and_not_kept(browser: FlaskClient, name: str) -> None:
    answer = ask(browser, name, "gzip")
    assert answer.status_code == 404
    assert "immutable" not in answer.headers.get("Cache-Control", "")


def ask(browser: FlaskClient, name: str, encodings: str) -> TestResponse:
    """The answer with all that it has read."""
    answer = browser.get(f"/static/dist/{name}", headers={"Accept-Encoding": encodings})
    answer.get_data()
    answer.close()
    return answer
