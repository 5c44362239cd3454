"""Papers as kept: the filled template's blocks as canonical text, so that they print again word for word."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any

import orjson

from engine import Words
from engine.bundles import Block, Document, Run
from webapp.errors import ActRefused

#: A line under the unit's name that is its date, with or without "发证日期：", and no further sentence.
LONGEST_DATE_LINE = 40
_IN_BRACKETS = re.compile(r"（[^）]*）|\([^)]*\)")


class DocumentDamaged(ActRefused):
    """What is stored is not what was issued: its digest says so. It is never shown as if it were."""

    status = 500

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(
            Words(
                f"{what}的内容与出具时的摘要不一致，不能出示。请联系系统管理员。",
                f"The content of {what} does not agree with the digest of its issue: it is not shown."
                " Call the administrator.",
            )
        )


def digest_of(kept: str) -> str:
    """SHA-256 (hex) over a paper as kept."""
    return hashlib.sha256(kept.encode()).hexdigest()


def checked(kept: str, digest: str, what: str) -> str:
    """The paper as kept, when it is what its digest was made of. Raises DocumentDamaged."""
    if digest_of(kept) != digest:
        raise DocumentDamaged(what)
    return kept


@dataclass(frozen=True, slots=True)
class Sealed:
    """A paper cut where its unit signs: what stands before, the lines under the seal, what stands after."""

    body: Document
    signed: Document
    rest: Document


def sealed(document: Document, office: str) -> Sealed:
    """Find the closing lines: the last paragraph that names the unit, and the date after it.

    A paper that does not close with its unit is all body; the seal then stands alone.
    """
    blocks = document.blocks
    place = max((at for at, block in enumerate(blocks) if _closes(block, office)), default=len(blocks))
    end = place + 1
    if end < len(blocks) and _is_short(blocks[end]):
        end += 1
    return Sealed(Document(blocks[:place]), Document(blocks[place:end]), Document(blocks[end:]))


def text_of(block: Block) -> str:
    """The words of a block's lines."""
    return "".join(run.text for line in block.lines for run in line)


def _is_short(block: Block) -> bool:
    return block.kind == "paragraph" and len(text_of(block)) <= LONGEST_DATE_LINE


def _closes(block: Block, office: str) -> bool:
    """A paragraph of little more than the unit's name, and which seal it bears in brackets."""
    text = text_of(block)
    without = _IN_BRACKETS.sub("", text)
    return block.kind == "paragraph" and office in text and len(without) <= len(office) + LONGEST_DATE_LINE


def keep(document: Document) -> str:
    """Canonical text of a document; its SHA-256 is the paper's digest."""
    return orjson.dumps(plain_blocks(document)).decode()


def read(kept: str) -> Document:
    """The document that `keep` wrote."""
    return Document(tuple(_read_block(block) for block in orjson.loads(kept)))


def plain_blocks(document: Document) -> list[Any]:
    """The blocks as lists of texts, as `keep` writes them."""
    return [_block(block) for block in document.blocks]


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
