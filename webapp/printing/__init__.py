"""Documents as PDF: tagged, for the archive (PDF/A-3a, PDF/UA-1), with the Chinese font inside.

The same input gives the same bytes. What cannot be printed, such as a rare character that the font does not have,
is refused and never left out.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import orjson
import segno

from engine import EngineError, Words
from webapp.printing.seal import demo_seal

if TYPE_CHECKING:
    import typst

FOLDER = Path(__file__).parent
FONTS = FOLDER / "fonts"
FAMILY = "Noto Serif SC"
STANDARDS: list[Literal["a-3a", "ua-1"]] = ["a-3a", "ua-1"]
CHECK = Words("扫码核验", "Scan to check")
_ONE_AT_A_TIME = threading.Lock()


class NotPrintable(EngineError):
    """The document cannot be set as PDF; `reason` is what the typesetter says."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that a PDF shows. `body`, `signed` and `rest` are blocks as `webapp.papers` keeps them.

    `centred` are paragraphs of the head (the number, the remark of a demo); `seal` is who stands on a demo's drawn
    seal, empty where the place is left free; `across` are words in large letters over every page of what is none.
    """

    language: str
    title: str
    office: str
    body: Sequence[Any]
    signed: Sequence[Any]
    rest: Sequence[Any]
    centred: Sequence[str]
    seal: str
    seal_words: str
    check_address: str
    notes: Sequence[str]
    issued_at: datetime
    across: Sequence[str] = ()


def pdf_of(sheet: Sheet) -> bytes:
    """The sheet as PDF. About 30 ms of CPU (benchmarks/documents.py). Raises NotPrintable."""
    told = {
        "language": sheet.language,
        "title": sheet.title,
        "office": sheet.office,
        "body": sheet.body,
        "signed": sheet.signed,
        "rest": sheet.rest,
        "centred": sheet.centred,
        "seal": demo_seal(sheet.seal, sheet.seal_words, FAMILY) if sheet.seal else "",
        "seal_words": f"{sheet.seal} {sheet.seal_words}",
        "check": sheet.check_address,
        "check_words": CHECK.in_language(sheet.language),
        "qr": _qr(sheet.check_address) if sheet.check_address else "",
        "notes": sheet.notes,
        "across": sheet.across,
        "issued": [sheet.issued_at.year, sheet.issued_at.month, sheet.issued_at.day],
        "family": [FAMILY],
    }
    return _printed("paper.typ", told, sheet.issued_at)


def bundle_pdf(language: str, title: str, under: Sequence[str], blocks: Sequence[Any], made_at: datetime) -> bytes:
    """The document of a bundle as PDF; `blocks` are plain mappings (bundle.typ). Raises NotPrintable."""
    told = {
        "language": language,
        "title": title,
        "under": under,
        "blocks": blocks,
        "issued": [made_at.year, made_at.month, made_at.day],
        "family": [FAMILY],
    }
    return _printed("bundle.typ", told, made_at)


def _printed(template: str, told: dict[str, Any], at: datetime) -> bytes:
    import typst  # a heavy library that only who prints needs

    with _ONE_AT_A_TIME:
        try:
            printed = _compiler(template).compile(
                format="pdf",
                sys_inputs={"data": orjson.dumps(told).decode()},
                pdf_standards=[*STANDARDS],
                timestamp=int(at.timestamp()),
            )
        except typst.TypstError as refused:
            raise NotPrintable(str(refused)) from refused
    assert isinstance(printed, bytes)
    return printed


@lru_cache(maxsize=2)
def _compiler(template: str) -> typst.Compiler:
    """Kept for the life of the process: it has read the fonts. Raises NotPrintable where set-up brought none."""
    import typst

    if not any(FONTS.glob("*.ttf")):
        raise NotPrintable(f"no fonts in {FONTS}")
    return typst.Compiler(FOLDER / template, root=FOLDER, font_paths=[FONTS], ignore_system_fonts=True)


def _qr(text: str) -> str:
    target = io.BytesIO()
    segno.make(text, error="m", micro=False).save(target, kind="svg", border=1, scale=4, xmldecl=False, svgns=True)
    return target.getvalue().decode()
