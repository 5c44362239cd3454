"""What may stand as a signature: a drawn picture and nothing else, or the scan of a letter without anything active.

A file can be a valid picture and something else at once (a script behind its last byte, or in a comment). What is kept
of a drawing is drawn anew from its pixels; a scan, which has to stay as it is, is refused.
"""

from __future__ import annotations

import io
import re

from PIL import Image, UnidentifiedImageError
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject

from engine import Words
from webapp.errors import FileRefused
from webapp.services.files import Checked, Upload, check_upload, media_type

PNG, JPEG, PDF = "image/png", "image/jpeg", "application/pdf"
PNG_END = b"IEND\xaeB\x60\x82"
JPEG_START = b"\xff\xd8\xff"
PADDING = b"\x00\r\n "
END_OF_IMAGE, START_OF_SCAN, FILL = 0xD9, 0xDA, 0xFF
#: A marker in the coded data of a scan that is neither a stuffed byte nor a restart.
SCAN_IS_OVER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
LARGEST_DRAWING = 2 * 1024 * 1024
MOST_PIXELS = 8_000_000
#: Entries of a PDF by which it does something by itself, or carries something else.
ACTIVE = frozenset({"/JavaScript", "/JS", "/Launch", "/EF", "/EmbeddedFiles", "/RichMediaContent", "/XFA"})
ACTIONS = frozenset({"/JavaScript", "/Launch", "/ImportData", "/SubmitForm"})
#: Objects of a scan that are looked at; a scan has a few for each page.
MOST_OBJECTS = 20_000

NOT_A_DRAWING = Words("签名应为手写签名图片。", "a signature is a drawn picture.")
SOMETHING_ELSE = Words("图片里夹带了其他内容。", "the picture carries something else.")
EMPTY = Words("签名是空白的，请重签。", "the signature is blank; sign again.")
ACTIVE_PDF = Words("PDF 里有脚本、附件或者自动执行的内容。", "the PDF has scripts, attachments or actions.")


def check_drawing(upload: Upload) -> Checked:
    """A drawn signature, kept as a picture made anew of its pixels. Raises FileRefused."""
    if not upload.content.startswith(b"\x89PNG\r\n\x1a\n") or len(upload.content) > LARGEST_DRAWING:
        raise FileRefused(upload.name, NOT_A_DRAWING)
    _ensure_ends(upload, PNG)
    try:
        image = Image.open(io.BytesIO(upload.content), formats=("PNG",))
        if image.width * image.height > MOST_PIXELS:
            raise FileRefused(upload.name, NOT_A_DRAWING)
        image.load()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as broken:
        raise FileRefused(upload.name, Words("图片已损坏。", "the picture is damaged.")) from broken
    drawn = image.convert("RGBA")
    if len(drawn.getcolors(2) or (0, 0)) < 2:
        raise FileRefused(upload.name, EMPTY)
    target = io.BytesIO()
    drawn.save(target, "PNG")
    return check_upload(Upload(upload.name, target.getvalue()))


def check_scan(upload: Upload) -> Checked:
    """The scan of letters signed on paper. Raises FileRefused for a file that is more than a picture of them."""
    kind = media_type(upload)
    if kind in (PNG, JPEG):
        _ensure_ends(upload, kind)
    elif kind == PDF and _is_active(upload):
        raise FileRefused(upload.name, ACTIVE_PDF)
    return check_upload(upload)


def _ensure_ends(upload: Upload, kind: str) -> None:
    """Nothing but padding may follow the end of the picture."""
    rest = _after_jpeg(upload.content) if kind == JPEG else _after_png(upload.content)
    if rest is None or rest.strip(PADDING):
        raise FileRefused(upload.name, SOMETHING_ELSE)
    lowered = upload.content.lower()
    if any(mark in lowered for mark in (b"<script", b"<svg", b"<html", b"<?php", b"javascript:")):
        raise FileRefused(upload.name, SOMETHING_ELSE)


def _after_png(content: bytes) -> bytes | None:
    """What follows the picture; None where it has no end."""
    _, end, rest = content.partition(PNG_END)
    return rest if end else None


def _after_jpeg(content: bytes) -> bytes | None:
    """What follows the last of the pictures (a camera may write a smaller one behind the first); None without an end.

    Walks from marker to marker (ITU-T T.81, annex B): the bytes of an end may stand inside a segment.
    """
    place = len(JPEG_START) - 1
    while content[place : place + 1] == b"\xff" and place + 1 < len(content):
        marker = content[place + 1]
        if marker == END_OF_IMAGE:
            rest = content[place + 2 :]
            following = rest.lstrip(PADDING)
            if not following.startswith(JPEG_START):
                return rest
            place = len(content) - len(following) + len(JPEG_START) - 1
        elif marker == FILL:
            place += 1
        else:
            place += 2 + int.from_bytes(content[place + 2 : place + 4])
            if marker == START_OF_SCAN:
                found = SCAN_IS_OVER.search(content, place)
                place = found.start() if found else len(content)
    return None


def _is_active(upload: Upload) -> bool:
    """Whether any object that the file's catalogue leads to does something by itself."""
    try:
        reader = PdfReader(io.BytesIO(upload.content))
        waiting: list[PdfObject] = [reader.root_object]
        seen: set[int] = set()
        while waiting:
            one = waiting.pop()
            if isinstance(one, IndirectObject):
                if one.idnum in seen:
                    continue
                seen.add(one.idnum)
                if len(seen) > MOST_OBJECTS:
                    return True
                found = one.get_object()
                if found is None:
                    continue
                one = found
            if isinstance(one, DictionaryObject):
                if ACTIVE.intersection(one.keys()) or one.get("/S") in ACTIONS:
                    return True
                waiting += [one.raw_get(key) for key in one]
            elif isinstance(one, ArrayObject):
                waiting += list(one)
    except (PyPdfError, ValueError, OSError, RecursionError, KeyError, TypeError, AttributeError) as broken:
        raise FileRefused(upload.name, Words("PDF 无法打开，可能已损坏。", "the PDF cannot be opened.")) from broken
    return False
