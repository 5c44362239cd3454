"""Papers as kept: the filled template's blocks as canonical text, so that they print again word for word."""

from __future__ import annotations

from typing import Any

import orjson

from engine.bundles import Block, Document, Run


def keep(document: Document) -> str:
    """Canonical text of a document; its SHA-256 is the paper's digest."""
    return orjson.dumps([_block(block) for block in document.blocks]).decode()


def read(kept: str) -> Document:
    """The document that `keep` wrote."""
    return Document(tuple(_read_block(block) for block in orjson.loads(kept)))


def _block(block: Block) -> list[Any]:
    return [
        block.kind,
        block.level,
        [_line(line) for line in block.lines],
        [[_line(cell) for cell in row] for row in block.rows],
    ]


def _line(line: tuple[Run, ...]) -> list[list[Any]]:
    return [[run.text, run.bold] for run in line]


def _read_block(kept: list[Any]) -> Block:
    kind, level, lines, rows = kept
    return Block(
        kind,
        tuple(_read_line(line) for line in lines),
        tuple(tuple(_read_line(cell) for cell in row) for row in rows),
        level,
    )


def _read_line(kept: list[list[Any]]) -> tuple[Run, ...]:
    return tuple(Run(text, bold) for text, bold in kept)
