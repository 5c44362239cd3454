"""The texts of a bundle in other languages: texts/<language>.toml and _shared/texts/<language>.toml."""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.errors import DefinitionInvalid
from engine.findings import Finding, Report
from engine.law.tables import Table, read_toml
from engine.words import Words

_TEXTS = re.compile(r"(?:_shared/)?texts/([a-z]{2,3}(?:-[A-Za-z]+)?)\.toml")


def read_texts(files: Mapping[str, bytes]) -> tuple[dict[str, dict[str, str]], list[Finding]]:
    """Language -> "<file>#<element>.<attribute>" -> text. A bundle's own texts come before shared ones."""
    texts: dict[str, dict[str, str]] = {}
    findings: list[Finding] = []
    for path in sorted(files, key=lambda path: not path.startswith("_shared/")):
        named = _TEXTS.fullmatch(path)
        if named is None:
            continue
        report = Report(path, findings)
        try:
            root = read_toml(files[path], report)
        except DefinitionInvalid:
            continue
        texts.setdefault(named[1], {}).update(_lines(root, report))
    return texts, findings


def _lines(root: Table, report: Report) -> dict[str, str]:
    lines: dict[str, str] = {}
    for file, table in root.content.items():
        if file == "format":
            continue
        if not isinstance(table, dict):
            report.error(
                "wrong-value",
                file,
                Words("每个文件应有一张表。", "Every file has a table of its own."),
                Words('写成["items/P2.toml"]这样的表。', 'Write a table such as ["items/P2.toml"].'),
            )
            continue
        for key, text in table.items():
            if isinstance(text, str):
                lines[f"{file}#{key}"] = text
            else:
                report.error(
                    "wrong-value",
                    f"{file}#{key}",
                    Words(
                        "应为一行文字；含点的键要加引号。",
                        "It must be a text; a key with dots stands in quotes.",
                    ),
                    Words('写成"call-P2.name" = "…"。', 'Write "call-P2.name" = "…".'),
                )
    return lines
