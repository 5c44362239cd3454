"""The public guide names every item: who reads it learns of all that can be handled together (行政许可法 art. 30)."""

from __future__ import annotations

import unicodedata

from engine.bundles.checks.checking import Checking
from engine.words import Words

CHINESE, ENGLISH = "guide/zh.md", "guide/en.md"


def check_guide(checking: Checking) -> None:
    """An item whose name stands in neither form nor spelling in a guide is told; a guide is free text otherwise."""
    for path, language in ((CHINESE, "zh"), (ENGLISH, "en")):
        if path not in checking.files:
            continue
        text = _plain(checking.files[path].decode("utf-8", "replace"))
        for item in checking.bundle.items:
            name = item.name.zh if language == "zh" else item.name.en
            if name.strip() and _plain(name) not in text:
                checking.warning(
                    "guide-without-item",
                    path,
                    item.key,
                    Words(
                        f"办事指南没有提到事项 {item.key}“{name}”。",
                        f"The public guide does not name the item {item.key}, “{name}”.",
                    ),
                    Words(
                        "在办事指南中写明这一事项，名称与目录一致。",
                        "Write the item into the guide, by its name in the catalogue.",
                    ),
                )


def _plain(text: str) -> str:
    """Without spaces and marks of layout; wide and narrow forms of a character, capital and small, alike."""
    return "".join(each for each in unicodedata.normalize("NFKC", text).casefold() if each.isalnum())
