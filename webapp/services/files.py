"""Uploaded files: what may come in, how it is kept."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from engine import Words
from webapp import clock, file_store
from webapp.errors import FileRefused
from webapp.identity import Identity
from webapp.unit_of_work import sql

MEBIBYTE = 1024 * 1024
LARGEST_FILE = 20 * MEBIBYTE
LARGEST_IMAGE_PIXELS = 50_000_000
MOST_PAGES = 60
A4_AT_150_DPI = (1240, 1754)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came from the browser."""

    name: str
    content: bytes


def media_type(upload: Upload) -> str:
    """The type by content, never by name: PDF, JPEG or PNG. Raises FileRefused naming the reason."""
    if not upload.content:
        raise FileRefused(upload.name, Words("文件是空的。", "the file is empty."))
    if len(upload.content) > LARGEST_FILE:
        raise FileRefused(
            upload.name,
            Words(
                f"超过 {LARGEST_FILE // MEBIBYTE} MB。", f"it is larger than {LARGEST_FILE // MEBIBYTE} MB."
            ),
        )
    if upload.content.startswith(b"%PDF-"):
        return "application/pdf"
    if upload.content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if upload.content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    raise FileRefused(
        upload.name, Words("内容不是 PDF、JPG 或 PNG。", "its content is neither PDF, JPEG nor PNG.")
    )


def keep_upload(upload: Upload, by: Identity) -> int:
    """Check and keep one upload inside the running command; returns the stored file's id. Raises FileRefused."""
    kind = media_type(upload)
    pages = _pages(upload, kind)
    return _row(upload.name, upload.content, kind, pages, by)


def keep_pages(name: str, pages: list[Upload], by: Identity) -> int:
    """Bind captured page images, in order, to one PDF and keep it. Raises FileRefused naming the page."""
    if not pages:
        raise FileRefused(name, Words("没有拍摄页面。", "there are no pages."))
    if len(pages) > MOST_PAGES:
        raise FileRefused(name, Words(f"超过 {MOST_PAGES} 页。", f"it has more than {MOST_PAGES} pages."))
    images = [_image(page) for page in pages]
    target = io.BytesIO()
    images[0].save(target, "PDF", save_all=True, append_images=images[1:], resolution=150)
    content = target.getvalue()
    return _row(name, content, "application/pdf", len(images), by)


def _image(page: Upload) -> Image.Image:
    if media_type(page) not in ("image/jpeg", "image/png"):
        raise FileRefused(page.name, Words("页面应为图片。", "a page must be an image."))
    try:
        image = Image.open(io.BytesIO(page.content))
        if image.width * image.height > LARGEST_IMAGE_PIXELS:
            raise FileRefused(page.name, Words("图片像素过大。", "the image has too many pixels."))
        image.load()
    except (UnidentifiedImageError, OSError) as broken:
        raise FileRefused(page.name, Words("图片已损坏。", "the image is damaged.")) from broken
    image.thumbnail((A4_AT_150_DPI[1], A4_AT_150_DPI[1]))
    return image.convert("RGB")


def _pages(upload: Upload, kind: str) -> int | None:
    if kind != "application/pdf":
        _image(upload)
        return 1
    try:
        return len(PdfReader(io.BytesIO(upload.content)).pages)
    except (PyPdfError, ValueError, OSError, RecursionError, KeyError, TypeError, AttributeError) as broken:
        raise FileRefused(
            upload.name, Words("PDF 无法打开，可能已损坏。", "the PDF cannot be opened.")
        ) from broken


def _row(name: str, content: bytes, kind: str, pages: int | None, by: Identity) -> int:
    row = (
        sql()
        .execute(
            "insert into stored_file (digest, name, media_type, size, pages, by_id, at)"
            " values (%s, %s, %s, %s, %s, %s, %s) returning id",
            (file_store.put(content), name[-200:], kind, len(content), pages, by.user_id, clock.now()),
        )
        .fetchone()
    )
    assert row is not None
    return int(row[0])
