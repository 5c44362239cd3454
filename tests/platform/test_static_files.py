"""Built assets: found by name, cached for ever because their name follows their content."""

import json
import os
from pathlib import Path

import pytest

from webapp.static_files import AssetMissing, Assets


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    (tmp_path / "manifest.json").write_text(json.dumps({"app.js": "app-3F2A0011.js"}))
    return tmp_path


def test_a_page_gets_the_built_name(dist: Path) -> None:
    assets = Assets(dist)
    assert assets.built_name("app.js") == "app-3F2A0011.js"
    assert assets.is_built("app-3F2A0011.js")
    assert not assets.is_built("manifest.json")


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
